# SPDX-License-Identifier: MIT
# Unit tests of the driver's core on a card that the test plays, and of the host port's DMA map; the
# same under AddressSanitizer and UBSan.

DRIVER_TEST_SRCS := $(wildcard tests/unit/driver/*.c)
DRIVER_TEST := $(BUILD)/tests/unit/driver/test_driver
DRIVER_TEST_ASAN := $(BUILD)/asan/tests/unit/driver/test_driver

$(BUILD)/tests/unit/driver/%.o: tests/unit/driver/%.c | $(BUILD)/gen/ringside_regs.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -I. -c $< -o $@

$(BUILD)/asan/tests/unit/driver/%.o: tests/unit/driver/%.c | $(BUILD)/gen/ringside_regs.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) $(STACK_SANITIZE) -I. -c $< -o $@

$(DRIVER_TEST): $(DRIVER_TEST_SRCS:%.c=$(BUILD)/%.o) $(BUILD)/driver/host/dma_map.o $(DRIVER_LIB) $(STACK_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ $(STACK_TEST_LIBS) -o $@

$(DRIVER_TEST_ASAN): $(DRIVER_TEST_SRCS:%.c=$(BUILD)/asan/%.o) $(BUILD)/asan/driver/host/dma_map.o \
		$(DRIVER_LIB_ASAN) $(STACK_LIB_ASAN)
	$(call say,LD,$@)
	$(Q)$(CC) $(STACK_SANITIZE) $^ $(STACK_TEST_LIBS) -o $@

TESTS += driver:$(DRIVER_TEST) driver-asan:$(DRIVER_TEST_ASAN)
TEST_PROGRAMS += $(DRIVER_TEST) $(DRIVER_TEST_ASAN)

-include $(DRIVER_TEST_SRCS:%.c=$(BUILD)/%.d) $(DRIVER_TEST_SRCS:%.c=$(BUILD)/asan/%.d)
