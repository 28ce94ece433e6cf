# SPDX-License-Identifier: MIT
# The card under programs of random steps: kept ones in `make test`, new ones by libFuzzer under
# AddressSanitizer and UBSan in `make fuzz-card`.

FUZZ_CARD_DIR := $(BUILD)/tests/fuzz/card
FUZZ_CARD_CORPUS := tests/fuzz/card/corpus
FUZZ_CARD_SRCS := $(filter-out %/replay.c,$(wildcard tests/fuzz/card/*.c)) tests/card/harness/packets.c
FUZZ_CARD_CFLAGS = $(HOST_CFLAGS) -Itests/fuzz/card -Itests/card

# What make test runs: the ordinary library, whatever it is compiled by.
FUZZ_CARD_REPLAY := $(FUZZ_CARD_DIR)/replay
FUZZ_CARD_REPLAY_OBJS := $(patsubst tests/%.c,$(FUZZ_CARD_DIR)/replay_obj/%.o,$(FUZZ_CARD_SRCS) tests/fuzz/card/replay.c)

$(FUZZ_CARD_DIR)/replay_obj/%.o: tests/%.c | $(BUILD)/gen/ringside_reg_table.h
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_CARD_CFLAGS) -c $< -o $@

$(FUZZ_CARD_REPLAY): $(FUZZ_CARD_REPLAY_OBJS) $(HW_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(FUZZ_CARD_REPLAY_OBJS) -L$(dir $(HW_LIB)) -lringside -Wl,-rpath,'$$ORIGIN/../../../hw'

FUZZ_CARD_MODELS := ref rtl
TESTS += $(foreach model,$(FUZZ_CARD_MODELS),fuzz-$(model):env,RINGSIDE_FUZZ_MODEL=$(model),$(FUZZ_CARD_REPLAY),$(FUZZ_CARD_CORPUS))
TEST_PROGRAMS += $(FUZZ_CARD_REPLAY)

# The fuzzer: all of the platform but the Verilated code (which is watched for its branches alone)
# under both sanitizers, assertions of the RTL on.
FUZZ_CARD := $(FUZZ_CARD_DIR)/card-fuzz
# Branches are counted, operands of comparisons not looked at: programs are changed by whole steps, and it took half the time.
FUZZ_CARD_COVER := -fsanitize-coverage=inline-8bit-counters,pc-table
FUZZ_CARD_SANITIZE := $(FUZZ_CARD_COVER) -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_CARD_VERILATED := $(FUZZ_CARD_DIR)/verilated
FUZZ_CARD_HW_OBJS := $(patsubst hw/%.cpp,$(FUZZ_CARD_DIR)/hw/%.o,$(HW_SRCS) $(HW_RTL_SRCS)) $(HW_RUNTIME:%=$(FUZZ_CARD_DIR)/runtime/%.o)
FUZZ_CARD_OBJS := $(patsubst tests/%.c,$(FUZZ_CARD_DIR)/obj/%.o,$(FUZZ_CARD_SRCS))

$(FUZZ_CARD_DIR)/obj/%.o: tests/%.c | $(BUILD)/gen/ringside_reg_table.h
	$(call say,CC,$< (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CARD_CFLAGS) -O1 $(FUZZ_CARD_SANITIZE) -c $< -o $@

$(FUZZ_CARD_VERILATED)/Vringside_card.mk: $(RTL_FILES) $(HW_TOP) $(RTL_GEN) tests/fuzz/card/rules.mk
	$(call say,VERILATE,$(RTL_TOP) (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)verilator --cc -O3 --x-assign fast --x-initial fast --assert -GDataW=$(HW_DATA_W) \
		--top-module $(HW_TOP_MODULE) --prefix Vringside_card --Mdir $(@D) $(RTL_FILES) $(HW_TOP)

$(FUZZ_CARD_VERILATED)/Vringside_card__ALL.a: $(FUZZ_CARD_VERILATED)/Vringside_card.mk
	$(call say,CXX,$(@D))
	$(Q)+$(MAKE) -s --no-print-directory -C $(@D) -f Vringside_card.mk CXX=$(CLANGXX) \
		OPT_FAST="-O2 $(HW_ARCH) $(FUZZ_CARD_COVER)" OPT_SLOW=-O0 CXXFLAGS=-DVL_TIME_CONTEXT VK_USER_OBJS= Vringside_card__ALL.a >/dev/null

$(FUZZ_CARD_DIR)/hw/%.o: hw/%.cpp $(FUZZ_CARD_VERILATED)/Vringside_card.mk
	$(call say,CXX,$< (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANGXX) $(filter-out -O3 -fPIC,$(HW_CXXFLAGS)) -O1 $(FUZZ_CARD_SANITIZE) $(HW_VERILATED_CXXFLAGS) \
		-isystem $(FUZZ_CARD_VERILATED) -DVM_TRACE=0 -c $< -o $@

$(FUZZ_CARD_DIR)/runtime/%.o: $(HW_VERILATOR_INC)/%.cpp
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANGXX) -std=gnu++17 -O1 $(HW_VERILATED_CXXFLAGS) -DVM_TRACE=0 -w -c $< -o $@

$(FUZZ_CARD): $(FUZZ_CARD_OBJS) $(FUZZ_CARD_HW_OBJS) $(FUZZ_CARD_VERILATED)/Vringside_card__ALL.a
	$(call say,LINK,$@)
	$(Q)$(CLANGXX) -fsanitize=fuzzer,address,undefined -o $@ $^ -lsystemc -latomic -lpthread

-include $(wildcard $(FUZZ_CARD_DIR)/*/*.d $(FUZZ_CARD_DIR)/*/*/*.d $(FUZZ_CARD_DIR)/*/*/*/*.d)

# The long suite. RUNS programs on the reference card and one for each FUZZ_CARD_RTL_PART of them on the
# RTL,
# first as they are and then in sync mode; what a run finds anew is kept below build/ (make fuzz-keep
# takes it into the corpus), what fails is a file there, and its name is told.
FUZZ_CARD_PLANNED := 1000000
FUZZ_CARD_RUNS = $(or $(RUNS),$(FUZZ_CARD_PLANNED))
FUZZ_CARD_RTL_PART := 20
FUZZ_CARD_FLAGS = -max_len=1024 -entropic=0 -timeout=60 -print_final_stats=1
# $(1) model, $(2) mode, $(3) programs
fuzz_run = @mkdir -p $(FUZZ_CARD_DIR)/new-$(1) && printf '  %-8s %s\n' FUZZ '$(1), $(2): $(3) programs' && cd $(FUZZ_CARD_DIR) && \
	RINGSIDE_FUZZ_MODEL=$(1) RINGSIDE_FUZZ_PLATFORM=mode=$(2) nice ./card-fuzz $(FUZZ_CARD_FLAGS) -runs=$(3) -artifact_prefix=$(1)-$(2)- \
	new-$(1) $(CURDIR)/$(FUZZ_CARD_CORPUS) >$(1)-$(2).log 2>&1 && grep -E '^stat::(number_of_executed|average_exec)' $(1)-$(2).log || \
	{ grep -E 'card-fuzz:|ERROR|runtime error|Test unit' $(1)-$(2).log; \
	echo "repeat: RINGSIDE_FUZZ_MODEL=$(1) RINGSIDE_FUZZ_PLATFORM=mode=$(2) $(FUZZ_CARD) FILE"; exit 1; }

.PHONY: fuzz-card
fuzz-card: $(FUZZ_CARD) ## put both cards through programs of random steps under sanitizers (RUNS=1000000: 20 minutes)
	$(Q)rm -f $(BUILD)/test/$@.passed
	$(call fuzz_run,ref,virtual,$(shell expr $(FUZZ_CARD_RUNS) / 2))
	$(call fuzz_run,ref,sync,$(shell expr $(FUZZ_CARD_RUNS) / 2))
	$(call fuzz_run,rtl,virtual,$(shell expr $(FUZZ_CARD_RUNS) / 2 / $(FUZZ_CARD_RTL_PART)))
	$(call fuzz_run,rtl,sync,$(shell expr $(FUZZ_CARD_RUNS) / 2 / $(FUZZ_CARD_RTL_PART)))
	$(Q)mkdir -p $(BUILD)/test && [ $(FUZZ_CARD_RUNS) -lt $(FUZZ_CARD_PLANNED) ] || touch $(BUILD)/test/$@.passed

# What reaches new branches: of the reference card first, then of the RTL what is new for it.
fuzz_merge = RINGSIDE_FUZZ_MODEL=$(1) $(FUZZ_CARD) $(2) -use_counters=0 -max_len=1024 $(FUZZ_CARD_DIR)/kept $(FUZZ_CARD_CORPUS) $(wildcard $(FUZZ_CARD_DIR)/new-*)

.PHONY: fuzz-keep
fuzz-keep: $(FUZZ_CARD) ## make the fuzzer's corpus anew from itself and what fuzz-card found, as small as it can be
	$(Q)rm -rf $(FUZZ_CARD_DIR)/kept && mkdir -p $(FUZZ_CARD_DIR)/kept
	$(Q)$(call fuzz_merge,ref,-set_cover_merge=1)
	$(Q)$(call fuzz_merge,rtl,-merge=1)
	$(Q)rm -f $(FUZZ_CARD_CORPUS)/* && cp $(FUZZ_CARD_DIR)/kept/* $(FUZZ_CARD_CORPUS)
