# SPDX-License-Identifier: MIT
# Tests of the platform round the cards: configuration, wire, tap, time. Those of the wire and the tap
# see the classes; the others see the library's C interface, as a host does.

PLAT_OUT := $(BUILD)/tests/unit/platform
PLAT_LIBS := $(shell pkg-config --libs check 2>/dev/null)
PLAT_FLAGS := -O2 -g $(WARN) -MMD -MP -I. -Ihw/include

$(PLAT_OUT)/test_wire $(PLAT_OUT)/test_tap: $(PLAT_OUT)/%: tests/unit/platform/%.cpp $(BUILD)/hw/obj/wire.o $(BUILD)/hw/obj/tap.o
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HW_CXX) -std=gnu++17 $(PLAT_FLAGS) -DTEST_OUT='"$(PLAT_OUT)"' -o $@ $(filter-out %.h,$^) $(PLAT_LIBS)

PLAT_ABI_TESTS := test_config test_time test_back_pressure

$(PLAT_ABI_TESTS:%=$(PLAT_OUT)/%): $(PLAT_OUT)/%: tests/unit/platform/%.c tests/unit/platform/world.c $(HW_LIB)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(PLAT_FLAGS) -DPLATFORM_LIB='"$(HW_LIB)"' -o $@ $(filter %.c,$^) $(PLAT_LIBS) -ldl

PLAT_TESTS := test_wire test_tap $(PLAT_ABI_TESTS)
TESTS += $(foreach t,$(PLAT_TESTS),platform-$(t:test_%=%):$(PLAT_OUT)/$(t))
TEST_PROGRAMS += $(PLAT_TESTS:%=$(PLAT_OUT)/%)

-include $(wildcard $(PLAT_OUT)/*.d)
