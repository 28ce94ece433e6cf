# SPDX-License-Identifier: MIT
# What system calls answer to bad arguments: one table, on the stack and on the machine's Linux.

ERRNO_DIR := $(BUILD)/tests/errno
ERRNO_STACK := $(ERRNO_DIR)/errno-stack
ERRNO_LINUX := $(ERRNO_DIR)/errno-linux

$(ERRNO_DIR)/%.o: tests/errno/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -Wno-nonnull -c $< -o $@

$(ERRNO_STACK): $(ERRNO_DIR)/errno_test.o $(ERRNO_DIR)/stack_main.o $(STACK_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ -o $@

$(ERRNO_LINUX): $(ERRNO_DIR)/errno_test.o $(ERRNO_DIR)/linux_calls.o
	$(call say,LD,$@)
	$(Q)$(CC) $^ -o $@

TESTS += errno-stack:$(ERRNO_STACK) errno-linux:$(ERRNO_LINUX)
TEST_PROGRAMS += $(ERRNO_STACK) $(ERRNO_LINUX)

-include $(wildcard $(ERRNO_DIR)/*.d)
