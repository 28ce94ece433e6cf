# SPDX-License-Identifier: MIT
# Tests of the stream units of rtl/lib: of the two that change a stream's width one behind the other.

TESTLIB_OUT := $(BUILD)/tests/rtl/lib
TESTLIB_RTL := rtl/lib/sync_fifo.sv rtl/lib/stream_widen.sv rtl/lib/stream_narrow.sv tests/rtl/lib/widths_top.sv

$(TESTLIB_OUT)/Vwidths_top__ALL.a: $(TESTLIB_RTL)
	$(call say,VERILATE,widths_top)
	$(Q)mkdir -p $(@D)
	$(Q)verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall --top-module widths_top --Mdir $(@D) $^
	$(Q)+$(MAKE) -s -C $(@D) -f Vwidths_top.mk OPT_FAST=-O2 Vwidths_top__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTLIB_OUT)/test_widths: tests/rtl/lib/test_widths.cpp tests/rtl/bus/idle_state.h tests/rtl/run_suite.h $(TESTLIB_OUT)/Vwidths_top__ALL.a
	$(call say,CXX,$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include \
		-I$(TESTLIB_OUT) -include Vwidths_top.h -o $@ $< $(TESTLIB_OUT)/Vwidths_top__ALL.a $(TESTLIB_OUT)/verilated*.o \
		$(shell pkg-config --libs check 2>/dev/null)

TESTS += rtl-widths:$(TESTLIB_OUT)/test_widths
TEST_PROGRAMS += $(TESTLIB_OUT)/test_widths
