# SPDX-License-Identifier: MIT
# QEMU with our device: fetched once, patched and built whenever the device changes.

QEMU := $(BUILD)/qemu/build/qemu-system-x86_64
QEMU_DEVICE := $(wildcard qemu-patches/device/* qemu-patches/patches/*) qemu-patches/apply.sh \
	hw/include/ringside/platform.h

$(BUILD)/qemu/src/VERSION:
	$(call say,FETCH,QEMU 10.0)
	$(Q)tools/qemu/fetch.sh $(BUILD)/qemu
	$(Q)touch $@

$(QEMU): $(BUILD)/qemu/src/VERSION $(QEMU_DEVICE) tools/qemu/build.sh
	$(Q)nice tools/qemu/build.sh $(BUILD)/qemu
	$(Q)touch $@

# QEMU's own tests of its devices; tests/guest/qos_test.py points that of e1000e at our card.
QEMU_QOS_TEST := $(BUILD)/qemu/build/tests/qtest/qos-test

$(QEMU_QOS_TEST): $(QEMU)
	$(Q)nice tools/qemu/build.sh $(BUILD)/qemu tests/qtest/qos-test
	$(Q)touch $@

.PHONY: qemu
qemu: $(QEMU) ## fetch, patch and build QEMU
