# SPDX-License-Identifier: MIT
# Tests of modules of rtl/mac, each alone.

TESTMAC_OUT := $(BUILD)/tests/rtl/mac
TESTMAC_VERILATOR := verilator --cc -O3 --x-assign unique --x-initial unique --assert -Wall
TESTMAC_INC := -isystem $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
TESTMAC_LIBS := $(shell pkg-config --libs check 2>/dev/null)

# $(1): module, $(2) what it is made of
define testmac_program
$(TESTMAC_OUT)/$(1)/V$(1)__ALL.a: rtl/mac/$(1).sv $(2)
	$(call say,VERILATE,$(1))
	$(Q)mkdir -p $$(@D)
	$(Q)$(TESTMAC_VERILATOR) --top-module $(1) --Mdir $$(@D) $$^
	$(Q)+$(MAKE) -s -C $$(@D) -f V$(1).mk OPT_FAST=-O2 V$(1)__ALL.a verilated.o verilated_threads.o >/dev/null

$(TESTMAC_OUT)/test_$(1): tests/rtl/mac/test_$(1).cpp tests/rtl/bus/idle_state.h tests/rtl/run_suite.h $(TESTMAC_OUT)/$(1)/V$(1)__ALL.a
	$(call say,CXX,$$@)
	$(Q)$(CXX) -std=gnu++17 -O2 -g $(WARN) $(TESTMAC_INC) -I$(TESTMAC_OUT)/$(1) -include V$(1).h -o $$@ $$< \
		$(TESTMAC_OUT)/$(1)/V$(1)__ALL.a $(TESTMAC_OUT)/$(1)/verilated*.o $(TESTMAC_LIBS)

TESTS += rtl-$(subst _,-,$(1)):$(TESTMAC_OUT)/test_$(1)
TEST_PROGRAMS += $(TESTMAC_OUT)/test_$(1)
endef
$(foreach m,pause_hold pause_send loopback,$(eval $(call testmac_program,$(m),)))
$(eval $(call testmac_program,wake_match,rtl/mac/wake_magic.sv rtl/mac/wake_address.sv rtl/mac/wake_flex.sv))
