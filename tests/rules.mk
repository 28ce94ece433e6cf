# SPDX-License-Identifier: MIT
# `make test`: every test program, then the guest in QEMU on all three cards. A rules.mk of a folder
# below adds "name:program" to TESTS (arguments follow after commas) and the program's file to
# TEST_PROGRAMS.

TEST_PROGRAMS :=

include $(wildcard tests/*/rules.mk tests/*/*/rules.mk)

T ?=

.PHONY: test
test: ## install what is missing, build everything, run every test (T=word: only those of that name)
	$(Q)tools/deps.sh
	$(Q)$(MAKE) --no-print-directory test-built

.PHONY: test-built
test-built: all $(TEST_PROGRAMS)
	$(Q)python3 tools/run_tests.py $(if $(T),-k $(T)) $(TESTS)
