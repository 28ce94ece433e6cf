# SPDX-License-Identifier: MIT
# Tests of the registers, and of what is generated from their description.

TESTREGS_OUT := $(BUILD)/tests/rtl/regs
TESTREGS_RTL := $(BUILD)/gen/ringside_reg_pkg.sv $(BUILD)/gen/ringside_reg_map.sv rtl/bus/axil_slave.sv \
	rtl/irq/irq_delay.sv rtl/irq/irq_throttle.sv rtl/irq/irq_ctrl.sv rtl/regs/reg_ram.sv rtl/regs/bit_table.sv rtl/regs/rss_table.sv rtl/regs/ring_regs.sv rtl/regs/pause_regs.sv $(wildcard rtl/regs/wake_*.sv) \
	rtl/regs/nvm.sv rtl/regs/phy_mdic.sv rtl/regs/stats.sv rtl/regs/system_time.sv rtl/regs/csr.sv tests/rtl/regs/register_block.sv
TESTREGS_VERILATOR := verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall -Wno-PINCONNECTEMPTY
TESTREGS_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTREGS_LIBS := $(shell pkg-config --libs check 2>/dev/null)

$(TESTREGS_OUT)/verilated/Vregister_block__ALL.a: $(TESTREGS_RTL)
	$(call say,VERILATE,register_block)
	$(Q)mkdir -p $(@D)
	$(Q)$(TESTREGS_VERILATOR) --top-module register_block --Mdir $(@D) $(TESTREGS_RTL)
	$(Q)+$(MAKE) -s -C $(@D) -f Vregister_block.mk OPT_FAST=-O2 Vregister_block__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTREGS_OUT)/test_registers: tests/rtl/regs/test_registers.cpp tests/rtl/bus/idle_state.h tests/rtl/run_suite.h \
		$(BUILD)/gen/ringside_regs.h $(BUILD)/gen/ringside_reg_table.h $(TESTREGS_OUT)/verilated/Vregister_block__ALL.a
	$(call say,CXX,$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) $(TESTREGS_INC) -I$(TESTREGS_OUT)/verilated -I$(BUILD)/gen \
		-include Vregister_block.h -o $@ $< $(TESTREGS_OUT)/verilated/Vregister_block__ALL.a $(TESTREGS_OUT)/verilated/verilated*.o $(TESTREGS_LIBS)

# $(1): a module that is tested alone
define testregs_module
$(TESTREGS_OUT)/$(1)/V$(1)__ALL.a: $(BUILD)/gen/ringside_reg_pkg.sv rtl/regs/$(1).sv
	$$(call say,VERILATE,$(1))
	$(Q)mkdir -p $$(@D)
	$(Q)$(TESTREGS_VERILATOR) --top-module $(1) --Mdir $$(@D) $$^
	$(Q)+$(MAKE) -s -C $$(@D) -f V$(1).mk OPT_FAST=-O2 V$(1)__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTREGS_OUT)/test_$(1): tests/rtl/regs/test_$(1).cpp tests/rtl/bus/idle_state.h tests/rtl/run_suite.h $(BUILD)/gen/ringside_regs.h \
		$(TESTREGS_OUT)/$(1)/V$(1)__ALL.a
	$$(call say,CXX,$$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) $(TESTREGS_INC) -I$(TESTREGS_OUT)/$(1) -I$(BUILD)/gen \
		-include V$(1).h -o $$@ $$< $(TESTREGS_OUT)/$(1)/V$(1)__ALL.a $(TESTREGS_OUT)/$(1)/verilated*.o $(TESTREGS_LIBS)

TESTS += rtl-$(subst _,-,$(1)):$(TESTREGS_OUT)/test_$(1)
TEST_PROGRAMS += $(TESTREGS_OUT)/test_$(1)
endef
$(foreach m,system_time time_use,$(eval $(call testregs_module,$(m))))

TESTS += rtl-registers:$(TESTREGS_OUT)/test_registers rtl-regs-generator:tests/rtl/regs/test_regs.py
TEST_PROGRAMS += $(TESTREGS_OUT)/test_registers
