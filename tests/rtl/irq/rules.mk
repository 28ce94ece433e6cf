# SPDX-License-Identifier: MIT
# Tests of the interrupt controller.

TESTIRQ_OUT := $(BUILD)/tests/rtl/irq
TESTIRQ_RTL := $(BUILD)/gen/ringside_reg_pkg.sv rtl/irq/irq_delay.sv rtl/irq/irq_throttle.sv rtl/irq/irq_ctrl.sv
TESTIRQ_VERILATOR := verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall
TESTIRQ_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTIRQ_LIBS := $(shell pkg-config --libs check 2>/dev/null)

$(TESTIRQ_OUT)/verilated/Virq_ctrl__ALL.a: $(TESTIRQ_RTL)
	$(call say,VERILATE,irq_ctrl)
	$(Q)mkdir -p $(@D)
	$(Q)$(TESTIRQ_VERILATOR) --top-module irq_ctrl --Mdir $(@D) $(TESTIRQ_RTL)
	$(Q)+$(MAKE) -s -C $(@D) -f Virq_ctrl.mk OPT_FAST=-O2 Virq_ctrl__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTIRQ_OUT)/test_irq_ctrl: tests/rtl/irq/test_irq_ctrl.cpp tests/rtl/bus/idle_state.h tests/rtl/run_suite.h \
		$(BUILD)/gen/ringside_regs.h $(BUILD)/gen/ringside_reg_table.h $(TESTIRQ_OUT)/verilated/Virq_ctrl__ALL.a
	$(call say,CXX,$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) $(TESTIRQ_INC) -I$(TESTIRQ_OUT)/verilated -I$(BUILD)/gen \
		-include Virq_ctrl.h -o $@ $< $(TESTIRQ_OUT)/verilated/Virq_ctrl__ALL.a $(TESTIRQ_OUT)/verilated/verilated*.o $(TESTIRQ_LIBS)

TESTS += rtl-irq-ctrl:$(TESTIRQ_OUT)/test_irq_ctrl
TEST_PROGRAMS += $(TESTIRQ_OUT)/test_irq_ctrl
