# SPDX-License-Identifier: MIT
# The runner of the packetdrill language and our scripts, on every back end: docs/packetdrill.md.

PACKETDRILL_DIR := $(BUILD)/tests/packetdrill
PACKETDRILL_RUNNER := $(PACKETDRILL_DIR)/packetdrill
PACKETDRILL_SRCS := $(wildcard tests/packetdrill/*.c)
PACKETDRILL_OBJS := $(patsubst tests/packetdrill/%.c,$(PACKETDRILL_DIR)/%.o,$(PACKETDRILL_SRCS)) \
	$(PACKETDRILL_DIR)/grammar.o $(PACKETDRILL_DIR)/lexer.o
PACKETDRILL_CFLAGS = $(HOST_CFLAGS) $(STACK_CFLAGS) -D_GNU_SOURCE -Itests/packetdrill -I$(PACKETDRILL_DIR)

$(PACKETDRILL_DIR)/grammar.c $(PACKETDRILL_DIR)/grammar.h &: tests/packetdrill/grammar.y
	$(call say,BISON,$<)
	$(Q)mkdir -p $(PACKETDRILL_DIR)
	$(Q)bison -d -o $(PACKETDRILL_DIR)/grammar.c --defines=$(PACKETDRILL_DIR)/grammar.h $<

$(PACKETDRILL_DIR)/lexer.c $(PACKETDRILL_DIR)/lexer.h &: tests/packetdrill/lexer.l
	$(call say,FLEX,$<)
	$(Q)mkdir -p $(PACKETDRILL_DIR)
	$(Q)flex -o $(PACKETDRILL_DIR)/lexer.c --header-file=$(PACKETDRILL_DIR)/lexer.h $<

$(PACKETDRILL_DIR)/%.o: tests/packetdrill/%.c | $(PACKETDRILL_DIR)/grammar.h $(PACKETDRILL_DIR)/lexer.h
	$(call say,CC,$@)
	$(Q)$(CC) $(PACKETDRILL_CFLAGS) -c $< -o $@

$(PACKETDRILL_DIR)/grammar.o $(PACKETDRILL_DIR)/lexer.o: $(PACKETDRILL_DIR)/%.o: $(PACKETDRILL_DIR)/%.c | $(PACKETDRILL_DIR)/grammar.h $(PACKETDRILL_DIR)/lexer.h
	$(call say,CC,$@)
	$(Q)$(CC) $(PACKETDRILL_CFLAGS) -c $< -o $@

$(PACKETDRILL_RUNNER): $(PACKETDRILL_OBJS) $(DRIVER_HOST_LIB) $(DRIVER_LIB) $(STACK_LIB) | $(HW_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ -lm -lpthread -ldl -o $@

# The stack as a shared object for the real packetdrill; our runner can load it too. Its objects are
# compiled anew, as those of a shared object must be.
PACKETDRILL_SO := $(BUILD)/packetdrill/libringside-packetdrill.so
PACKETDRILL_SHIM := $(BUILD)/packetdrill/libringside-shim.so
PACKETDRILL_SO_SRCS := $(wildcard tests/packetdrill/so/*.c) $(STACK_SRCS) $(STACK_HOST_SRCS) \
	$(addprefix tests/packetdrill/,backend_stack.c stack_host.c stack_calls.c stack_sysctl.c packet_build.c packet_decode.c inet_text.c)
PACKETDRILL_SO_OBJS := $(patsubst %.c,$(BUILD)/packetdrill/%.o,$(filter-out %/shim.c,$(PACKETDRILL_SO_SRCS)))

$(BUILD)/packetdrill/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(PACKETDRILL_CFLAGS) -fPIC -c $< -o $@

$(PACKETDRILL_SO): $(PACKETDRILL_SO_OBJS)
	$(call say,LD,$@)
	$(Q)$(CC) -shared -Wl,--no-undefined $^ -lnettle -lm -lpthread -ldl -o $@

$(PACKETDRILL_SHIM): $(BUILD)/packetdrill/tests/packetdrill/so/shim.o
	$(call say,LD,$@)
	$(Q)$(CC) -shared $^ -o $@

.PHONY: packetdrill-so
packetdrill-so: $(PACKETDRILL_SO) $(PACKETDRILL_SHIM) ## the stack as a shared object that packetdrill loads (--so_filename), and its tcp_info shim

SUITE ?= tests/packetdrill/scripts
# The real packetdrill makes addresses up when none are named: it gets those of google's harness.
IP ?= ipv4 ipv6 ipv4-mapped-ipv6
.PHONY: test-packetdrill
test-packetdrill: $(PACKETDRILL_SO) $(PACKETDRILL_SHIM) $(PACKETDRILL_RUNNER) ## a suite of scripts by the real packetdrill on the stack (PACKETDRILL=program SUITE=folder; IP="ipv4 ipv6": only these; LINUX=1: beside this machine's Linux)
	$(Q)$(if $(PACKETDRILL),python3 tests/packetdrill/run_suite.py --packetdrill $(PACKETDRILL) --so $(PACKETDRILL_SO) \
		--shim $(PACKETDRILL_SHIM) $(if $(IP),--ip "$(IP)") $(if $(LINUX),--linux) $(SUITE),\
		$(PACKETDRILL_RUNNER) --backend=so:$(PACKETDRILL_SO) $(SUITE))

-include $(PACKETDRILL_SO_OBJS:.o=.d)

TEST_PROGRAMS += $(PACKETDRILL_RUNNER) $(PACKETDRILL_SO)
TESTS += $(foreach b,stack ref rtl linux,packetdrill-$(b):$(PACKETDRILL_RUNNER),--backend=$(b),tests/packetdrill/scripts)

TESTS += packetdrill-so:$(PACKETDRILL_RUNNER),--backend=so:$(PACKETDRILL_SO),tests/packetdrill/scripts

# The Linux guest's kernel as a second oracle, in virtual time.
PACKETDRILL_INITRAMFS := $(BUILD)/linux/packetdrill.cpio
$(PACKETDRILL_INITRAMFS): $(LINUX_DIR)/initramfs.cpio $(PACKETDRILL_RUNNER) $(shell find tests/packetdrill/scripts -name '*.pkt')
	$(call say,CPIO,$@)
	$(Q)python3 tools/linux/initramfs.py $(LINUX_DIR)/root $@ $(PACKETDRILL_RUNNER) tests/packetdrill/scripts

.PHONY: test-packetdrill-guest
test-packetdrill-guest: qemu $(LINUX_GUEST) $(PACKETDRILL_INITRAMFS) ## our scripts on the kernel of the Linux guest, the second oracle (half a minute)
	$(Q)python3 tests/packetdrill/guest.py --initramfs $(PACKETDRILL_INITRAMFS)

-include $(wildcard $(PACKETDRILL_DIR)/*.d)
