# SPDX-License-Identifier: MIT
# iPXE's option ROM boots the machine over the card: docs/tests.md.

NETBOOT_PROGRAM := $(BUILD)/tests/netboot/program.bin
NETBOOT_BYTES := 400000

$(NETBOOT_PROGRAM): tests/netboot/program.S
	$(call say,AS,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -m32 -c -DPROGRAM_BYTES=$(NETBOOT_BYTES) $< -o $(@:.bin=.o)
	$(Q)$(LD) -m elf_i386 -Ttext=0x7C00 --oformat binary $(@:.bin=.o) -o $@

TEST_PROGRAMS += $(NETBOOT_PROGRAM)
NETBOOT_TEST := python3 tests/netboot/netboot_test.py --program $(NETBOOT_PROGRAM) --bytes $(NETBOOT_BYTES)
TESTS += $(foreach card,ref rtl,netboot-$(card):$(subst $(space),$(comma),$(NETBOOT_TEST) --card $(card)))

.PHONY: test-netboot
test-netboot: hw qemu linux-guest $(NETBOOT_PROGRAM) ## iPXE's option ROM boots a program, and Linux, over the card (CARD=rtl|ref|qemu-e1000e)
	$(Q)$(NETBOOT_TEST) --card $(CARD)
	$(Q)$(NETBOOT_TEST) --card $(CARD) --linux
