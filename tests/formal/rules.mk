# SPDX-License-Identifier: MIT
# Proofs of the RTL's small parts, and that these proofs can fail (`make prove-broken`).

TESTFORMAL_PROOFS := fifo arbiter axil reader-bus reader-answers writer-bus writer-bytes irq

TESTS += $(foreach p,$(TESTFORMAL_PROOFS),proof-$(p):python3,tests/formal/prove.py,$(p))
TEST_PROGRAMS += $(BUILD)/gen/ringside_reg_pkg.sv

.PHONY: prove
prove: $(BUILD)/gen/ringside_reg_pkg.sv ## prove FIFO, arbiter, bus rules and interrupt logic for all inputs over some cycles (T=proof)
	$(Q)python3 tests/formal/prove.py $(T)

.PHONY: prove-broken
prove-broken: $(BUILD)/gen/ringside_reg_pkg.sv ## show that each proof finds mistakes put into copies of the RTL (T=proof)
	$(Q)python3 tests/formal/prove.py --broken $(T)
