# SPDX-License-Identifier: MIT
# The guest's iperf3 on the host rung: its server against its client in virtual time, each against a
# peer that breaks the rules; the same under AddressSanitizer and UBSan.

IPERF3_SRCS := $(wildcard guest/apps/iperf3/*.c) guest/runtime/address4.c guest/runtime/address6.c
IPERF3_TEST_SRCS := $(wildcard tests/unit/iperf3/*.c) tests/unit/tcp/tcp_test.c $(IPERF3_SRCS)
IPERF3_TEST := $(BUILD)/tests/unit/iperf3/test_iperf3
IPERF3_TEST_ASAN := $(BUILD)/asan/tests/unit/iperf3/test_iperf3
IPERF3_OBJS := $(IPERF3_TEST_SRCS:%.c=$(BUILD)/iperf3/%.o)
IPERF3_OBJS_ASAN := $(IPERF3_TEST_SRCS:%.c=$(BUILD)/asan/iperf3/%.o)
IPERF3_LIBS := -lcheck -lsubunit -lm -lrt -lpthread $(shell $(CC) -print-file-name=libjansson.a)

$(BUILD)/iperf3/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -Iguest -Itests/unit/tcp -c $< -o $@

$(BUILD)/asan/iperf3/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) $(STACK_SANITIZE) -Iguest -Itests/unit/tcp -c $< -o $@

$(IPERF3_TEST): $(IPERF3_OBJS) $(STACK_LIB)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $^ $(IPERF3_LIBS) -o $@

$(IPERF3_TEST_ASAN): $(IPERF3_OBJS_ASAN) $(STACK_LIB_ASAN)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STACK_SANITIZE) $^ $(IPERF3_LIBS) -o $@

TESTS += iperf3:$(IPERF3_TEST) iperf3-asan:$(IPERF3_TEST_ASAN)
TEST_PROGRAMS += $(IPERF3_TEST) $(IPERF3_TEST_ASAN)

-include $(IPERF3_OBJS:.o=.d) $(IPERF3_OBJS_ASAN:.o=.d)
