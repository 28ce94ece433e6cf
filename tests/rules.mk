# SPDX-License-Identifier: MIT
# `make test`: every test program, then the guest in QEMU on all three cards. A rules.mk of a folder
# below adds "name:program" to TESTS (arguments follow after commas) and the program's file to
# TEST_PROGRAMS.

TEST_PROGRAMS :=

comma := ,
space := $(subst ,, )

include $(wildcard tests/*/rules.mk tests/*/*/rules.mk)

# The test plan may name only tests that there are.
TEST_NAMES := $(foreach test,$(TESTS),$(firstword $(subst :, ,$(test))))
TESTS += test-plan:python3,tests/plan/plan.py,--check,$(subst $(space),$(comma),$(TEST_NAMES))

T ?=

.PHONY: test
test: ## install what is missing, build everything, run every test (T=word: only those of that name)
	$(Q)tools/deps.sh
	$(Q)$(MAKE) --no-print-directory test-built

.PHONY: test-built
test-built: all $(TEST_PROGRAMS)
	$(Q)python3 tools/run_tests.py $(if $(T),-k $(T)) $(TESTS)

# The card suite on the RTL alone: the shortest way from an edit of rtl/ to a verdict.
WAVES ?=
WAVES_DIR := $(BUILD)/waves

.PHONY: test-rtl
test-rtl: $(TESTS_CARD_DIR)/card-suite $(if $(WAVES),$(WAVES_DIR)/libringside.so) ## the card suite on the RTL, without QEMU (T=topic or test, WAVES=1: build/waves/T.fst)
	$(Q)tools/test_rtl.sh $< "$(T)" $(if $(WAVES),$(WAVES_DIR))

$(WAVES_DIR)/libringside.so: $(HW_LIB_WAVES)
	$(Q)mkdir -p $(@D)
	$(Q)ln -sf $(abspath $<) $@
