# SPDX-License-Identifier: MIT
# Driver, stack and cards of two hosts in one process; the same under AddressSanitizer and UBSan.

COSIM_SRCS := $(wildcard tests/cosim/*.c)
COSIM := $(BUILD)/tests/cosim/cosim
COSIM_ASAN := $(BUILD)/asan/tests/cosim/cosim
COSIM_LIBS := -lcheck -lsubunit -lm -lrt -lpthread -ldl

$(BUILD)/tests/cosim/%.o: tests/cosim/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(BUILD)/asan/tests/cosim/%.o: tests/cosim/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) $(STACK_SANITIZE) -c $< -o $@

$(COSIM): $(COSIM_SRCS:%.c=$(BUILD)/%.o) $(DRIVER_HOST_LIB) $(DRIVER_LIB) $(STACK_LIB) | $(HW_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ $(COSIM_LIBS) -o $@

$(COSIM_ASAN): $(COSIM_SRCS:%.c=$(BUILD)/asan/%.o) $(DRIVER_HOST_LIB_ASAN) $(DRIVER_LIB_ASAN) $(STACK_LIB_ASAN) | $(HW_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(STACK_SANITIZE) $^ $(COSIM_LIBS) -o $@

TESTS += cosim:$(COSIM) cosim-asan:$(COSIM_ASAN)
TEST_PROGRAMS += $(COSIM) $(COSIM_ASAN)

-include $(COSIM_SRCS:%.c=$(BUILD)/%.d) $(COSIM_SRCS:%.c=$(BUILD)/asan/%.d)
