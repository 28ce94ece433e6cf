# SPDX-License-Identifier: MIT
# Tests of the card's bus masters, at the narrowest and the widest bus.

TESTBUS_OUT := $(BUILD)/tests/rtl/bus
TESTBUS_VERILATOR := verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall
TESTBUS_CXXFLAGS := -std=gnu++17 -O2 -g $(WARN) -Itests/rtl/bus
TESTBUS_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTBUS_LIBS := $(shell pkg-config --libs check 2>/dev/null)
TESTBUS_RTL := rtl/lib/sync_fifo.sv rtl/bus/rr_arbiter.sv

# $(1): module, $(2): data width in bits
define testbus_program
$(TESTBUS_OUT)/$(1)_$(2)/V$(1)__ALL.a: rtl/bus/$(1).sv $(TESTBUS_RTL)
	$(call say,VERILATE,$(1) ($(2) bit))
	$(Q)mkdir -p $$(@D)
	$(Q)$(TESTBUS_VERILATOR) -GDataW=$(2) --top-module $(1) --Mdir $$(@D) $(TESTBUS_RTL) $$<
	$(Q)+$(MAKE) -s -C $$(@D) -f V$(1).mk OPT_FAST=-O2 V$(1)__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTBUS_OUT)/test_$(1)_$(2): tests/rtl/bus/test_$(1).cpp tests/rtl/bus/axi_slave.h tests/rtl/bus/idle_state.h tests/rtl/run_suite.h $(TESTBUS_OUT)/$(1)_$(2)/V$(1)__ALL.a
	$(call say,CXX,$$@)
	$(Q)$(CXX) $(TESTBUS_CXXFLAGS) $(TESTBUS_INC) -I$(TESTBUS_OUT)/$(1)_$(2) -DMODEL=V$(1) \
		-DMODEL_HEADER='"V$(1)___024root.h"' -DBEAT_BYTES="($(2) / 8)" -DTEST_NAME='"$(1), $(2) bit"' \
		-include V$(1).h -o $$@ $$< $(TESTBUS_OUT)/$(1)_$(2)/V$(1)__ALL.a $(TESTBUS_OUT)/$(1)_$(2)/verilated*.o $(TESTBUS_LIBS)

TESTS += rtl-$(1)-$(2):$(TESTBUS_OUT)/test_$(1)_$(2)
TEST_PROGRAMS += $(TESTBUS_OUT)/test_$(1)_$(2)
endef

$(foreach m,dma_reader dma_writer,$(foreach w,64 1024,$(eval $(call testbus_program,$(m),$(w)))))
