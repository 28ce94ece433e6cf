# SPDX-License-Identifier: MIT
# Tests of stream units of rtl/tx and rtl/rx, each alone, swept over idle gaps and back-pressure; all of
# them together are rtl-tx-* and rtl-rx-*.

TESTSTREAM_OUT := $(BUILD)/tests/rtl/stream
TESTSTREAM_VERILATOR := verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall
TESTSTREAM_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTSTREAM_LIBS := $(shell pkg-config --libs check 2>/dev/null)
TESTSTREAM_HEADERS := $(wildcard tests/rtl/stream/*.h) tests/rtl/bus/idle_state.h tests/rtl/run_suite.h

# $(1): module, $(2) its folder in rtl/, $(3) parameters, $(4) what else it is made of
define teststream_program
$(TESTSTREAM_OUT)/$(1)/V$(1)__ALL.a: rtl/$(2)/$(1).sv $(4) tests/rtl/stream/rules.mk
	$(call say,VERILATE,$(1))
	$(Q)mkdir -p $$(@D)
	$(Q)$(TESTSTREAM_VERILATOR) --top-module $(1) $(3) --Mdir $$(@D) $(4) rtl/$(2)/$(1).sv
	$(Q)+$(MAKE) -s -C $$(@D) -f V$(1).mk OPT_FAST=-O2 V$(1)__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTSTREAM_OUT)/test_$(1): tests/rtl/stream/test_$(1).cpp $(TESTSTREAM_HEADERS) $(TESTSTREAM_OUT)/$(1)/V$(1)__ALL.a
	$(call say,CXX,$$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) $(TESTSTREAM_INC) -I$(TESTSTREAM_OUT)/$(1) -include V$(1).h -o $$@ $$< \
		$(TESTSTREAM_OUT)/$(1)/V$(1)__ALL.a $(TESTSTREAM_OUT)/$(1)/verilated*.o $(TESTSTREAM_LIBS)

TESTS += rtl-$(subst _,-,$(1)):$(TESTSTREAM_OUT)/test_$(1)
TEST_PROGRAMS += $(TESTSTREAM_OUT)/test_$(1)
endef

TESTSTREAM_FIFO := rtl/lib/sync_fifo.sv
TESTSTREAM_INGRESS := rtl/mac/pause_detect.sv $(wildcard rtl/mac/wake_*.sv) \
	$(addprefix rtl/rx/rx_,filter.sv packet_sum.sv parse.sv ptp.sv rss.sv)

$(eval $(call teststream_program,tx_fetch,tx,-GDataW=512,$(TESTSTREAM_FIFO)))
$(eval $(call teststream_program,tx_queues,tx,-GDataW=512,$(TESTSTREAM_FIFO) rtl/tx/tx_fetch.sv))
$(eval $(call teststream_program,tx_payload,tx,-GDataW=128 -GBeats=16 -GMaxRequest=64,))
$(eval $(call teststream_program,tx_walk,tx,-GDataW=128 -GMaxFrame=2000,))
$(eval $(call teststream_program,tx_segment,tx,-GDataW=128,))
$(eval $(call teststream_program,tx_frame_buffer,tx,-GDataW=128 -GBeats=128 -GFrames=16,$(TESTSTREAM_FIFO)))
$(eval $(call teststream_program,tx_writeback,tx,-GDataW=128,rtl/tx/tx_ring_state.sv))
$(eval $(call teststream_program,rx_ingress,rx,-GDataW=512 -GBufferWords=64,$(TESTSTREAM_INGRESS)))
$(eval $(call teststream_program,rx_deliver,rx,-GDataW=128 -GBufferWords=1024,))
$(eval $(call teststream_program,rx_desc_fetch,rx,-GDataW=512,$(TESTSTREAM_FIFO)))
$(eval $(call teststream_program,rx_writeback,rx,-GDataW=512,$(TESTSTREAM_FIFO)))
