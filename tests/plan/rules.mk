# SPDX-License-Identifier: MIT
# The test plans: `make test-plan` says which points no passed test covers.

.PHONY: test-plan
test-plan: ## which points of the test plans are not covered, by the last runs of the tests
	$(Q)python3 tests/plan/plan.py $(TEST_NAMES)
