# SPDX-License-Identifier: MIT
# The device and the guest in QEMU, on the reference card, the RTL, and QEMU's own e1000e.

TESTS += $(foreach card,ref rtl qemu-e1000e,device-$(card):python3,tests/guest/device_test.py,--card,$(card))
TESTS += $(foreach card,ref rtl qemu-e1000e,guest-$(card):python3,tests/guest/guest_test.py,--card,$(card))
TESTS += $(foreach card,ref rtl,vm-$(card):python3,tests/guest/vm_test.py,--card,$(card))
