# SPDX-License-Identifier: MIT
# `make bench-card`: the RTL card's speed, in cycles and in time; the keys are in card_bench.c.

TESTS_BENCH_CARD_DIR := $(BUILD)/tests/bench/card
TESTS_BENCH_CARD := $(TESTS_BENCH_CARD_DIR)/card-bench
TESTS_BENCH_CARD_OBJS := $(patsubst %.c,$(TESTS_BENCH_CARD_DIR)/%.o,$(notdir $(wildcard tests/bench/card/*.c))) \
	$(patsubst tests/card/%.c,$(TESTS_CARD_DIR)/%.o,$(TESTS_CARD_HARNESS))

$(TESTS_BENCH_CARD_DIR)/%.o: tests/bench/card/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TESTS_CARD_CFLAGS) -c $< -o $@

# The second one trains the compiler: hw/rules.mk.
$(TESTS_BENCH_CARD): $(HW_LIB)
$(HW_TRAIN_PROGRAM): $(HW_TRAIN_LIB)
$(TESTS_BENCH_CARD) $(HW_TRAIN_PROGRAM): $(TESTS_BENCH_CARD_OBJS)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(filter %.o,$^) -L$(dir $(filter %.so,$^)) -lringside \
		-Wl,-rpath,'$$ORIGIN:$$ORIGIN/../../../hw' $(shell pkg-config --libs check)

-include $(wildcard $(TESTS_BENCH_CARD_DIR)/*.d)

.PHONY: bench-card
bench-card: $(TESTS_BENCH_CARD) ## the RTL card's speed, in cycles and in time: build/bench/card.json
	$(Q)mkdir -p $(BUILD)/bench
	$(Q)$< >$(BUILD)/bench/card.json.new
	$(Q)mv $(BUILD)/bench/card.json.new $(BUILD)/bench/card.json
	$(Q)cat $(BUILD)/bench/card.json

.PHONY: bench-edit
bench-edit: ## seconds from an edit of the RTL to the verdict of make test-rtl: into build/bench/card.json
	$(Q)python3 tests/bench/card/edit_to_verdict.py $(BUILD)/bench/card.json
