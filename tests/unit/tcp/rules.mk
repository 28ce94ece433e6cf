# SPDX-License-Identifier: MIT
# Unit tests of sockets and TCP, two stacks over a memory wire or one against a peer that the test
# plays, in virtual time; the same under AddressSanitizer and UBSan.

TCP_TEST_SRCS := $(wildcard tests/unit/tcp/*.c)
TCP_TEST := $(BUILD)/tests/unit/tcp/test_tcp
TCP_TEST_ASAN := $(BUILD)/asan/tests/unit/tcp/test_tcp
TCP_TEST_LIBS := -lcheck -lsubunit -lm -lrt -lpthread

$(BUILD)/tests/unit/tcp/%.o: tests/unit/tcp/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(BUILD)/asan/tests/unit/tcp/%.o: tests/unit/tcp/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) $(STACK_SANITIZE) -c $< -o $@

$(TCP_TEST): $(TCP_TEST_SRCS:%.c=$(BUILD)/%.o) $(STACK_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ $(TCP_TEST_LIBS) -o $@

$(TCP_TEST_ASAN): $(TCP_TEST_SRCS:%.c=$(BUILD)/asan/%.o) $(STACK_LIB_ASAN)
	$(call say,LD,$@)
	$(Q)$(CC) $(STACK_SANITIZE) $^ $(TCP_TEST_LIBS) -o $@

TESTS += tcp:$(TCP_TEST) tcp-asan:$(TCP_TEST_ASAN)
TEST_PROGRAMS += $(TCP_TEST) $(TCP_TEST_ASAN)

-include $(TCP_TEST_SRCS:%.c=$(BUILD)/%.d) $(TCP_TEST_SRCS:%.c=$(BUILD)/asan/%.d)
