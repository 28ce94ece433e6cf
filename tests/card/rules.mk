# SPDX-License-Identifier: MIT
# The card suite, on both models, and the random comparison of one with the other.

TESTS_CARD_HARNESS := $(wildcard tests/card/harness/*.c)
TESTS_CARD_SUITE := tests/card/card_suite.c $(wildcard tests/card/test_*.c)
TESTS_CARD_CFLAGS = $(HOST_CFLAGS) -Itests/card $(shell pkg-config --cflags check)
TESTS_CARD_LIBS = -L$(dir $(HW_LIB)) -lringside -Wl,-rpath,'$$ORIGIN/../../hw' $(shell pkg-config --libs check)
TESTS_CARD_DIR := $(BUILD)/tests/card
TESTS_CARD_PROGRAMS := $(TESTS_CARD_DIR)/card-suite $(TESTS_CARD_DIR)/card-compare

$(TESTS_CARD_DIR)/%.o: tests/card/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TESTS_CARD_CFLAGS) -c $< -o $@

$(TESTS_CARD_DIR)/card-suite: $(patsubst tests/card/%.c,$(TESTS_CARD_DIR)/%.o,$(TESTS_CARD_SUITE) $(TESTS_CARD_HARNESS))
$(TESTS_CARD_DIR)/card-compare: $(patsubst tests/card/%.c,$(TESTS_CARD_DIR)/%.o,tests/card/card_compare.c $(TESTS_CARD_HARNESS))
$(TESTS_CARD_PROGRAMS): $(HW_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(filter %.o,$^) $(TESTS_CARD_LIBS)

-include $(wildcard $(TESTS_CARD_DIR)/*.d $(TESTS_CARD_DIR)/harness/*.d)

TEST_PROGRAMS += $(TESTS_CARD_PROGRAMS)
# Who owns time must not matter: every suite in all three modes of interfaces.md.
$(foreach model,ref rtl,$(foreach mode,virtual sync free,$(eval \
	TESTS += card-$(model)-$(mode):$(TESTS_CARD_DIR)/card-suite,--model,$(model),--platform,mode=$(mode))))
TESTS += card-rtl-skips:$(TESTS_CARD_DIR)/card-suite,--model,rtl,--platform,check_skips=on
TESTS += card-compare:$(TESTS_CARD_DIR)/card-compare,--streams,10000
TESTS += card-gating:python3,tests/card/card_gating.py,$(TESTS_CARD_DIR)/card-compare,--streams,96
