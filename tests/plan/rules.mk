# SPDX-License-Identifier: MIT
# The card's test plan: `make test-plan` says which points no passed test covers.

.PHONY: test-plan
test-plan: ## which points of the card's test plan are not covered, by the last runs of the tests
	$(Q)python3 tests/plan/plan.py $(TEST_NAMES)
