# SPDX-License-Identifier: MIT
# The device (by our tests, and by QEMU's own of its e1000e) and the guest in QEMU, on the reference card,
# the RTL, and QEMU's own e1000e.

TESTS += $(foreach card,ref rtl qemu-e1000e,device-$(card):python3,tests/guest/device_test.py,--card,$(card))
TESTS += $(foreach card,ref rtl qemu-e1000e,qos-$(card):python3,tests/guest/qos_test.py,--card,$(card))
TEST_PROGRAMS += $(QEMU_QOS_TEST)
TESTS += $(foreach card,ref rtl qemu-e1000e,guest-$(card):python3,tests/guest/guest_test.py,--card,$(card))
TESTS += $(foreach card,ref rtl,vm-$(card):python3,tests/guest/vm_test.py,--card,$(card))
