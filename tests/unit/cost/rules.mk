# SPDX-License-Identifier: MIT
# What attacks cost, by an exact count: the stack (not its host port) compiled so that each basic
# block is counted.

COST_TEST_SRCS := $(wildcard tests/unit/cost/*.c) tests/unit/tcp/tcp_test.c
COST_TEST := $(BUILD)/tests/unit/cost/test_cost
COST_OBJS := $(patsubst %.c,$(BUILD)/cost/%.o,$(STACK_SRCS)) $(COST_TEST_SRCS:%.c=$(BUILD)/%.o) \
	     $(patsubst stack/%.c,$(BUILD)/stack/%.o,$(STACK_HOST_SRCS))

$(BUILD)/cost/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -fsanitize-coverage=trace-pc -c $< -o $@

$(BUILD)/tests/unit/cost/%.o: tests/unit/cost/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(COST_TEST): $(COST_OBJS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $^ $(NETTLE_LIB) -lcheck -lsubunit -lm -lrt -lpthread -o $@

TESTS += tcp-cost:$(COST_TEST)
TEST_PROGRAMS += $(COST_TEST)

-include $(COST_OBJS:.o=.d)
