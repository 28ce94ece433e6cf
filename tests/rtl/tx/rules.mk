# SPDX-License-Identifier: MIT
# Tests of the transmit engine, at the widest and the narrowest bus it takes, and its benchmark.

TESTTX_OUT := $(BUILD)/tests/rtl/tx
TESTTX_RTL := rtl/lib/sync_fifo.sv rtl/lib/lane_mask.sv $(filter rtl/tx/%,$(shell sed -e 's/\#.*//' rtl/files.f))
TESTTX_VERILATOR := verilator --cc -Wall --top-module tx_engine
TESTTX_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTTX_LIBS := $(shell pkg-config --libs check 2>/dev/null)
TESTTX_TOPICS := $(patsubst tests/rtl/tx/%.c,%.o,$(filter-out %/test_tx_engine.c,$(wildcard tests/rtl/tx/test_*.c)))
TESTTX_CXX := $(HW_CXX)

$(TESTTX_OUT)/%.o: tests/rtl/tx/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS_COMMON) -c -o $@ $<
-include $(wildcard $(TESTTX_OUT)/*.d)

# $(1) name, $(2) data width in bits, $(3) synthesis parameters, $(4) macros of harness and main program
define testtx_program
$(TESTTX_OUT)/$(1)/Vtx_engine__ALL.a: $(TESTTX_RTL)
	$(call say,VERILATE,tx_engine ($(1)))
	$(Q)mkdir -p $$(@D)
	$(Q)$(TESTTX_VERILATOR) -O3 --x-assign unique --x-initial unique --assert -GDataW=$(2) $(3) --Mdir $$(@D) $(TESTTX_RTL)
	$(Q)+$(MAKE) -s -C $$(@D) -f Vtx_engine.mk OPT_FAST=-O2 Vtx_engine__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTTX_OUT)/harness_$(1).o: tests/rtl/tx/harness.cpp tests/rtl/tx/harness.h $(TESTTX_OUT)/$(1)/Vtx_engine__ALL.a
	$(call say,CXX,$$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) $(TESTTX_INC) -I$(TESTTX_OUT)/$(1) -DBEAT_BYTES="($(2) / 8)" $(4) -c -o $$@ $$<

$(TESTTX_OUT)/test_tx_engine_$(1).o: tests/rtl/tx/test_tx_engine.c
	$(call say,CC,$$@)
	$(Q)mkdir -p $$(@D)
	$(Q)$(CC) $(CFLAGS_COMMON) -DTEST_NAME='"tx_engine, $(1)"' $(4) -c -o $$@ $$<

$(TESTTX_OUT)/test_tx_engine_$(1): $(addprefix $(TESTTX_OUT)/,test_tx_engine_$(1).o $(TESTTX_TOPICS) traffic.o expect.o ring.o harness_$(1).o $(1)/Vtx_engine__ALL.a)
	$(call say,LINK,$$@)
	$(Q)$(CXX) -o $$@ $$^ $(TESTTX_OUT)/$(1)/verilated*.o $(TESTTX_LIBS)

TESTS += rtl-tx-$(1):$(TESTTX_OUT)/test_tx_engine_$(1)
TEST_PROGRAMS += $(TESTTX_OUT)/test_tx_engine_$(1)
endef

$(foreach w,128 1024,$(eval $(call testtx_program,$(w),$(w))))
# All that can be removed is, while the straps are on.
$(eval $(call testtx_program,bare,1024,-GEnTso=0 -GEnTxCsum=0 -GEnQueues=0,-DBARE))
TESTS += rtl-tx-removed:tests/rtl/tx/test_removed.py

# The benchmark's model is built for speed, the way the card's is.
$(TESTTX_OUT)/fast/Vtx_engine__ALL.a: $(TESTTX_RTL)
	$(call say,VERILATE,tx_engine (fast))
	$(Q)mkdir -p $(@D)
	$(Q)$(TESTTX_VERILATOR) -O3 --x-assign fast --x-initial fast --no-assert --Mdir $(@D) $(TESTTX_RTL)
	$(Q)+$(MAKE) -s -C $(@D) -f Vtx_engine.mk CXX=$(TESTTX_CXX) OPT_FAST='-O3 -march=native' \
		Vtx_engine__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTTX_OUT)/bench_tx: tests/rtl/tx/harness.cpp tests/rtl/tx/harness.h $(TESTTX_OUT)/bench_tx.o $(TESTTX_OUT)/ring.o $(TESTTX_OUT)/fast/Vtx_engine__ALL.a
	$(call say,LINK,$@)
	$(Q)$(TESTTX_CXX) -std=gnu++17 -O3 -march=native $(WARN) $(TESTTX_INC) -I$(TESTTX_OUT)/fast -o $@ \
		$(filter %.cpp %.o %.a,$^) $(TESTTX_OUT)/fast/verilated*.o -latomic

.PHONY: bench-tx
bench-tx: $(TESTTX_OUT)/bench_tx ## transmit engine alone: bytes a cycle, cycles a frame, clock rate
	$(Q)$<
