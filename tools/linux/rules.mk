# SPDX-License-Identifier: MIT
# The Linux guest: Debian's kernel, and an initramfs of Debian's programs and a few scripts.

LINUX_DIR := $(BUILD)/linux
LINUX_GUEST := $(LINUX_DIR)/vmlinux $(LINUX_DIR)/vmlinuz $(LINUX_DIR)/initramfs.cpio

$(LINUX_DIR)/packages.list: tools/linux/fetch.sh
	$(call say,FETCH,Linux guest)
	$(Q)tools/linux/fetch.sh $(LINUX_DIR)

$(LINUX_DIR)/vmlinux: tools/linux/vmlinux.py $(LINUX_DIR)/packages.list
	$(call say,UNPACK,$@)
	$(Q)python3 $< $(LINUX_DIR)/root/boot/vmlinuz-* $@

$(LINUX_DIR)/vmlinuz: $(LINUX_DIR)/packages.list
	$(Q)cp $(LINUX_DIR)/root/boot/vmlinuz-* $@

$(LINUX_DIR)/initramfs.cpio: tools/linux/initramfs.py tools/linux/init tools/linux/shrc tools/linux/udhcpc $(LINUX_DIR)/packages.list
	$(call say,CPIO,$@)
	$(Q)python3 $< $(LINUX_DIR)/root $@

.PHONY: linux-guest
linux-guest: $(LINUX_GUEST)

.PHONY: bench-linux
bench-linux: hw qemu $(LINUX_GUEST) ## Linux's TCP on our card against QEMU's e1000e: build/bench/linux.json
	$(Q)$(GUESTRUN) bench-linux

.PHONY: linux
linux: hw qemu $(LINUX_GUEST) ## a shell in Debian's Linux on the card (CARD=rtl|ref|qemu-e1000e NET=tap|user)
	$(Q)$(GUESTRUN) linux --card $(CARD) --net $(NET)
