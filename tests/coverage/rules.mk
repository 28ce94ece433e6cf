# SPDX-License-Identifier: MIT
# `make coverage`: which lines and toggles of the RTL the card suite, the comparison of the cards and the
# benches of rtl/'s units reach. Everything is built anew below build/coverage, with tests/coverage/bin
# before Verilator in PATH. The whole card has a bus of COVERAGE_DATA_W there, the units the narrowest they have:
# counting every bit of wide ones makes them slower than is of use.

COVERAGE_DIR := $(BUILD)/coverage
COVERAGE_DATA_W := 128
COVERAGE_STREAMS := 100
COVERAGE_MAKE = PATH=$(CURDIR)/tests/coverage/bin:$$PATH $(MAKE) --no-print-directory BUILD=$(COVERAGE_DIR) \
	HW_PROFDATA= HW_DATA_W=$(COVERAGE_DATA_W) HW_OPT=-O1
COVERAGE_UNITS := rtl-dma_reader-64 rtl-dma_writer-64 rtl-irq-ctrl rtl-pause- rtl-registers rtl-system-time rtl-time-use \
	rtl-tx-128 rtl-rx-64 rtl-wake-match rtl-widths \
	$(addprefix rtl-tx-,fetch frame-buffer payload queues segment walk writeback) \
	$(addprefix rtl-rx-,deliver desc-fetch ingress writeback)

# Programs of make test, by the beginnings of their names: name:program,arguments
coverage_tests = $(foreach word,$(1),$(filter $(word)%,$(filter-out rtl-tx-removed%,$(TESTS))))
COVERAGE_RUNS = $(call coverage_tests,card-rtl-virtual $(COVERAGE_UNITS))
COVERAGE_PROGRAMS = $(sort $(foreach run,$(COVERAGE_RUNS),$(firstword $(subst $(comma), ,$(lastword $(subst :, ,$(run))))))) \
	$(TESTS_CARD_DIR)/card-compare

.PHONY: coverage
coverage: $(RTL_GEN) ## line and toggle coverage of the RTL by its tests: build/coverage/coverage.json (ten minutes)
	$(Q)rm -f $(BUILD)/test/$@.passed
	$(Q)+$(COVERAGE_MAKE) $(COVERAGE_PROGRAMS:$(BUILD)/%=$(COVERAGE_DIR)/%)
	$(Q)python3 tests/coverage/run.py $(COVERAGE_DIR) $(subst :$(BUILD)/,:$(COVERAGE_DIR)/,$(COVERAGE_RUNS) \
		card-compare:$(TESTS_CARD_DIR)/card-compare,--streams,$(COVERAGE_STREAMS))
	$(Q)python3 tests/coverage/coverage.py --json $(COVERAGE_DIR)/coverage.json $(COVERAGE_DIR)/merged.dat
	$(Q)mkdir -p $(BUILD)/test && touch $(BUILD)/test/$@.passed
