# SPDX-License-Identifier: MIT
# Unit tests of the stack below TCP: one program of Check suites, and the same under AddressSanitizer
# and UBSan.

STACK_TEST_SRCS := $(wildcard tests/unit/stack/*.c)
STACK_TEST := $(BUILD)/tests/unit/stack/test_stack
STACK_TEST_ASAN := $(BUILD)/asan/tests/unit/stack/test_stack
STACK_TEST_LIBS := -lcheck -lsubunit -lm -lrt -lpthread
# The GRO tests see what is passed to IP.
STACK_TEST_WRAP := -Wl,--wrap=ip_rcv -Wl,--wrap=ipv6_rcv

$(BUILD)/tests/unit/stack/%.o: tests/unit/stack/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(BUILD)/asan/tests/unit/stack/%.o: tests/unit/stack/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) $(STACK_SANITIZE) -c $< -o $@

$(STACK_TEST): $(STACK_TEST_SRCS:%.c=$(BUILD)/%.o) $(STACK_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $(STACK_TEST_WRAP) $^ $(STACK_TEST_LIBS) -o $@

$(STACK_TEST_ASAN): $(STACK_TEST_SRCS:%.c=$(BUILD)/asan/%.o) $(STACK_LIB_ASAN)
	$(call say,LD,$@)
	$(Q)$(CC) $(STACK_SANITIZE) $(STACK_TEST_WRAP) $^ $(STACK_TEST_LIBS) -o $@

TESTS += stack:$(STACK_TEST) stack-asan:$(STACK_TEST_ASAN)
TEST_PROGRAMS += $(STACK_TEST) $(STACK_TEST_ASAN)

-include $(STACK_TEST_SRCS:%.c=$(BUILD)/%.d) $(STACK_TEST_SRCS:%.c=$(BUILD)/asan/%.d)
