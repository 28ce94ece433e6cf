# SPDX-License-Identifier: MIT
# Linux and its own driver on the card: a quick part in `make test`, all of it by `make test-linux`.

TEST_PROGRAMS += $(LINUX_GUEST)
TESTS += $(foreach card,ref rtl,linux-$(card):python3,tests/linux/linux_test.py,--card,$(card),--quick)

SOAK_S ?= 1800

.PHONY: test-linux
test-linux: hw qemu linux-guest ## Linux's e1000e on the card, the whole suite (CARD=rtl|ref|qemu-e1000e, T=test, SOAK_S=1800)
	$(Q)python3 tests/linux/linux_test.py --card $(CARD) $(if $(T),--test "$(T)") --soak $(SOAK_S)
