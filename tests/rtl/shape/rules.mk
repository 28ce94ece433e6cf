# SPDX-License-Identifier: MIT
# Lint and elaboration of every module: `make lint-rtl`; without Yosys, which takes half a minute, a test.

TESTS += rtl-shape:python3,tests/rtl/shape/test_shape.py,--quick
TEST_PROGRAMS += $(RTL_GEN)

.PHONY: lint-rtl
lint-rtl: $(RTL_GEN) ## lint the card with Verilator and Yosys: each module alone, the whole, and without each feature
	$(Q)python3 tests/rtl/shape/test_shape.py
