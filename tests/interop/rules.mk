# SPDX-License-Identifier: MIT
# Our TCP in the guest and the host's Linux TCP, over a wire that is bad on purpose.

WIRE_TAP := $(BUILD)/tests/interop/wire_tap

$(WIRE_TAP): tests/interop/wire_tap.cpp $(BUILD)/hw/obj/wire.o $(BUILD)/hw/obj/tap.o $(BUILD)/hw/obj/config.o $(BUILD)/hw/obj/sc_main.o
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HW_CXX) -std=gnu++17 -O2 -g $(WARN) -I. -Ihw/include -o $@ $^ -lsystemc -lpthread

TESTS += interop:python3,tests/interop/interop_test.py,--quick
TEST_PROGRAMS += $(WIRE_TAP)

.PHONY: test-interop
test-interop: $(WIRE_TAP) all ## our TCP against the host's over bad wires, each congestion control, 1 GiB exact (T=name; table: build/interop/result.json)
	$(Q)python3 tests/interop/interop_test.py $(if $(T),--test $(T))
