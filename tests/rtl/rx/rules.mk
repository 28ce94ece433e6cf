# SPDX-License-Identifier: MIT
# Tests of the receive side at the widest and the narrowest bus, and its benchmark (`make bench-rx`).

TESTRX_OUT := $(BUILD)/tests/rtl/rx
TESTRX_RTL := rtl/lib/sync_fifo.sv rtl/lib/stream_widen.sv rtl/lib/stream_narrow.sv \
	rtl/bus/rr_arbiter.sv rtl/bus/dma_reader.sv rtl/bus/dma_writer.sv rtl/mac/pause_detect.sv $(wildcard rtl/mac/wake_*.sv) \
	$(wildcard rtl/rx/*.sv) tests/rtl/rx/rx_bench_top.sv
TESTRX_HEADERS := $(wildcard tests/rtl/rx/*.h tests/rtl/bus/*.h tests/rtl/*.h)
TESTRX_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTRX_LIBS := $(shell pkg-config --libs check 2>/dev/null)
TESTRX_FAST_CXX := $(HW_CXX)

# $(1): data width in bits
define testrx_program
$(TESTRX_OUT)/model_$(1)/Vrx_bench_top__ALL.a: $(TESTRX_RTL)
	$(call say,VERILATE,rx_bench_top ($(1) bit))
	$(Q)mkdir -p $$(@D)
	$(Q)verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall -GDataW=$(1) \
		--top-module rx_bench_top --Mdir $$(@D) $(TESTRX_RTL)
	$(Q)+$(MAKE) -s -C $$(@D) -f Vrx_bench_top.mk OPT_FAST=-O2 Vrx_bench_top__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTRX_OUT)/test_rx_$(1): tests/rtl/rx/test_rx.cpp $(TESTRX_HEADERS) $(TESTRX_OUT)/model_$(1)/Vrx_bench_top__ALL.a
	$(call say,CXX,$$@)
	$(Q)$(CXX) -std=gnu++20 -O2 -g $(WARN) -Wno-missing-field-initializers -Itests/rtl/bus -Itests/rtl/rx $(TESTRX_INC) \
		-I$(TESTRX_OUT)/model_$(1) -DBEAT_BYTES="($(1) / 8)" -DTEST_NAME='"rx_engine, $(1) bit"' \
		-include Vrx_bench_top.h -o $$@ $$< \
		$(TESTRX_OUT)/model_$(1)/Vrx_bench_top__ALL.a $(TESTRX_OUT)/model_$(1)/verilated*.o $(TESTRX_LIBS)

TESTS += rtl-rx-$(1):$(TESTRX_OUT)/test_rx_$(1)
TEST_PROGRAMS += $(TESTRX_OUT)/test_rx_$(1)
endef

$(foreach w,64 1024,$(eval $(call testrx_program,$(w))))

$(TESTRX_OUT)/fast/Vrx_bench_top__ALL.a: $(TESTRX_RTL)
	$(call say,VERILATE,rx_bench_top (fast))
	$(Q)mkdir -p $(@D)
	$(Q)verilator --cc -O3 --x-assign fast --x-initial fast --no-assert -Wall --top-module rx_bench_top \
		--Mdir $(@D) $(TESTRX_RTL)
	$(Q)+$(MAKE) -s -C $(@D) -f Vrx_bench_top.mk CXX=$(TESTRX_FAST_CXX) OPT_FAST="-O3 -march=native" \
		Vrx_bench_top__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTRX_OUT)/bench_rx: tests/rtl/rx/bench_rx.cpp $(TESTRX_OUT)/fast/Vrx_bench_top__ALL.a
	$(call say,CXX,$@)
	$(Q)$(TESTRX_FAST_CXX) -std=gnu++17 -O3 -march=native $(WARN) $(TESTRX_INC) -I$(TESTRX_OUT)/fast -o $@ $< \
		$(TESTRX_OUT)/fast/Vrx_bench_top__ALL.a $(TESTRX_OUT)/fast/verilated*.o -latomic

.PHONY: bench-rx
bench-rx: $(TESTRX_OUT)/bench_rx ## receive side alone: bytes and cycles a frame, simulated MHz
	$(Q)$<
