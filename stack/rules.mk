# SPDX-License-Identifier: MIT
# The TCP/IP stack for the host: build/stack/libstack.a, and with AddressSanitizer and UBSan
# build/asan/stack/libstack.a. The guest compiles STACK_SRCS itself, with STACK_CFLAGS added to its
# own; stack/host is the port for one host process and not part of them.

STACK_SRCS := $(wildcard stack/core/*.c stack/ipv4/*.c stack/ipv6/*.c stack/tcp/*.c stack/socket/*.c)
STACK_HOST_SRCS := $(wildcard stack/host/*.c)
# Packet headers are read through pointers of many types.
STACK_CFLAGS := -fno-strict-aliasing
STACK_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# The library and what it needs besides: the hashes of TCP-MD5 and TCP-AO.
NETTLE_LIB := $(shell $(CC) -print-file-name=libnettle.a)
STACK_ARCHIVE := $(BUILD)/stack/libstack.a
STACK_ARCHIVE_ASAN := $(BUILD)/asan/stack/libstack.a
STACK_LIB := $(STACK_ARCHIVE) $(NETTLE_LIB)
STACK_LIB_ASAN := $(STACK_ARCHIVE_ASAN) $(NETTLE_LIB)
STACK_OBJS := $(patsubst stack/%.c,$(BUILD)/stack/%.o,$(STACK_SRCS) $(STACK_HOST_SRCS))
STACK_OBJS_ASAN := $(patsubst stack/%.c,$(BUILD)/asan/stack/%.o,$(STACK_SRCS) $(STACK_HOST_SRCS))

$(BUILD)/stack/%.o: stack/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(BUILD)/asan/stack/%.o: stack/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) $(STACK_SANITIZE) -c $< -o $@

$(STACK_ARCHIVE): $(STACK_OBJS)
$(STACK_ARCHIVE_ASAN): $(STACK_OBJS_ASAN)
$(STACK_ARCHIVE) $(STACK_ARCHIVE_ASAN):
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

.PHONY: stack
stack: $(STACK_LIB) $(STACK_LIB_ASAN) ## the TCP/IP stack for the host, plain and with sanitizers

-include $(STACK_OBJS:.o=.d) $(STACK_OBJS_ASAN:.o=.d)
