# SPDX-License-Identifier: MIT
# The commands that people run; needs what they need: QEMU, the guest, the card.

TESTS += tools:python3,tests/tools/tools_test.py
