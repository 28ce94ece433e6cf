# SPDX-License-Identifier: MIT
# The card under programs of random steps: kept ones in `make test`, new ones by libFuzzer under
# AddressSanitizer and UBSan in `make fuzz-card`.

FUZZ_DIR := $(BUILD)/tests/fuzz
FUZZ_CORPUS := tests/fuzz/corpus
FUZZ_SRCS := $(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)) tests/card/harness/packets.c
FUZZ_CFLAGS = $(HOST_CFLAGS) -Itests/fuzz -Itests/card

# What make test runs: the ordinary library, whatever it is compiled by.
FUZZ_REPLAY := $(FUZZ_DIR)/replay
FUZZ_REPLAY_OBJS := $(patsubst tests/%.c,$(FUZZ_DIR)/replay_obj/%.o,$(FUZZ_SRCS) tests/fuzz/replay.c)

$(FUZZ_DIR)/replay_obj/%.o: tests/%.c | $(BUILD)/gen/ringside_reg_table.h
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_CFLAGS) -c $< -o $@

$(FUZZ_REPLAY): $(FUZZ_REPLAY_OBJS) $(HW_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) -o $@ $(FUZZ_REPLAY_OBJS) -L$(dir $(HW_LIB)) -lringside -Wl,-rpath,'$$ORIGIN/../../hw'

FUZZ_MODELS := ref rtl
TESTS += $(foreach model,$(FUZZ_MODELS),fuzz-$(model):env,RINGSIDE_FUZZ_MODEL=$(model),$(FUZZ_REPLAY),$(FUZZ_CORPUS))
TEST_PROGRAMS += $(FUZZ_REPLAY)

# The fuzzer: all of the platform but the Verilated code (which is watched for its branches alone)
# under both sanitizers, assertions of the RTL on.
FUZZ := $(FUZZ_DIR)/card-fuzz
FUZZ_CC := clang
FUZZ_CXX := clang++
FUZZ_COVER := -fsanitize=fuzzer-no-link
FUZZ_SANITIZE := $(FUZZ_COVER) -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_VERILATED := $(FUZZ_DIR)/verilated
FUZZ_HW_OBJS := $(patsubst hw/%.cpp,$(FUZZ_DIR)/hw/%.o,$(HW_SRCS) $(HW_RTL_SRCS)) $(HW_RUNTIME:%=$(FUZZ_DIR)/runtime/%.o)
FUZZ_OBJS := $(patsubst tests/%.c,$(FUZZ_DIR)/obj/%.o,$(FUZZ_SRCS))

$(FUZZ_DIR)/obj/%.o: tests/%.c | $(BUILD)/gen/ringside_reg_table.h
	$(call say,CC,$< (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CC) $(FUZZ_CFLAGS) -O1 $(FUZZ_SANITIZE) -c $< -o $@

$(FUZZ_VERILATED)/Vringside_card.mk: $(RTL_FILES) $(RTL_GEN) tests/fuzz/rules.mk
	$(call say,VERILATE,$(RTL_TOP) (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)verilator --cc -O3 --x-assign fast --x-initial fast --assert -GDataW=$(HW_DATA_W) \
		--top-module $(RTL_TOP) --prefix Vringside_card --Mdir $(@D) $(RTL_FILES)

$(FUZZ_VERILATED)/Vringside_card__ALL.a: $(FUZZ_VERILATED)/Vringside_card.mk
	$(call say,CXX,$(@D))
	$(Q)+$(MAKE) -s --no-print-directory -C $(@D) -f Vringside_card.mk CXX=$(FUZZ_CXX) \
		OPT_FAST="-O1 $(FUZZ_COVER)" OPT_SLOW=-O0 CXXFLAGS=-DVL_TIME_CONTEXT VK_USER_OBJS= Vringside_card__ALL.a >/dev/null

$(FUZZ_DIR)/hw/%.o: hw/%.cpp $(FUZZ_VERILATED)/Vringside_card.mk
	$(call say,CXX,$< (fuzzed))
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CXX) $(filter-out -O3 -fPIC,$(HW_CXXFLAGS)) -O1 $(FUZZ_SANITIZE) $(HW_VERILATED_CXXFLAGS) \
		-isystem $(FUZZ_VERILATED) -DVM_TRACE=0 -c $< -o $@

$(FUZZ_DIR)/runtime/%.o: $(HW_VERILATOR_INC)/%.cpp
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CXX) -std=gnu++17 -O1 $(HW_VERILATED_CXXFLAGS) -DVM_TRACE=0 -w -c $< -o $@

$(FUZZ): $(FUZZ_OBJS) $(FUZZ_HW_OBJS) $(FUZZ_VERILATED)/Vringside_card__ALL.a
	$(call say,LINK,$@)
	$(Q)$(FUZZ_CXX) -fsanitize=fuzzer,address,undefined -o $@ $^ -lsystemc -latomic -lpthread

-include $(wildcard $(FUZZ_DIR)/*/*.d $(FUZZ_DIR)/*/*/*.d $(FUZZ_DIR)/*/*/*/*.d)

# The long suite. RUNS programs on the reference card and one for each FUZZ_RTL_PART of them on the RTL,
# first as they are and then in sync mode; what a run finds anew is kept below build/ (make fuzz-keep
# takes it into the corpus), what fails is a file there, and its name is told.
RUNS ?= 1000000
FUZZ_RTL_PART := 20
FUZZ_FLAGS = -max_len=1024 -timeout=60 -print_final_stats=1
# $(1) model, $(2) mode, $(3) programs
fuzz_run = @mkdir -p $(FUZZ_DIR)/new-$(1) && printf '  %-8s %s\n' FUZZ '$(1), $(2): $(3) programs' && cd $(FUZZ_DIR) && \
	RINGSIDE_FUZZ_MODEL=$(1) RINGSIDE_FUZZ_PLATFORM=mode=$(2) nice ./card-fuzz $(FUZZ_FLAGS) -runs=$(3) -artifact_prefix=$(1)-$(2)- \
	new-$(1) $(CURDIR)/$(FUZZ_CORPUS) >$(1)-$(2).log 2>&1 && grep -E '^stat::(number_of_executed|average_exec)' $(1)-$(2).log || \
	{ grep -E 'card-fuzz:|ERROR|runtime error|Test unit' $(1)-$(2).log; \
	echo "repeat: RINGSIDE_FUZZ_MODEL=$(1) RINGSIDE_FUZZ_PLATFORM=mode=$(2) $(FUZZ) FILE"; exit 1; }

.PHONY: fuzz-card
fuzz-card: $(FUZZ) ## put both cards through programs of random steps under sanitizers (RUNS=1000000: hours)
	$(call fuzz_run,ref,virtual,$(shell expr $(RUNS) / 2))
	$(call fuzz_run,ref,sync,$(shell expr $(RUNS) / 2))
	$(call fuzz_run,rtl,virtual,$(shell expr $(RUNS) / 2 / $(FUZZ_RTL_PART)))
	$(call fuzz_run,rtl,sync,$(shell expr $(RUNS) / 2 / $(FUZZ_RTL_PART)))

# What reaches new branches: of the reference card first, then of the RTL what is new for it.
fuzz_merge = RINGSIDE_FUZZ_MODEL=$(1) $(FUZZ) $(2) -use_counters=0 -max_len=1024 $(FUZZ_DIR)/kept $(FUZZ_CORPUS) $(wildcard $(FUZZ_DIR)/new-*)

.PHONY: fuzz-keep
fuzz-keep: $(FUZZ) ## make the fuzzer's corpus anew from itself and what fuzz-card found, as small as it can be
	$(Q)rm -rf $(FUZZ_DIR)/kept && mkdir -p $(FUZZ_DIR)/kept
	$(Q)$(call fuzz_merge,ref,-set_cover_merge=1)
	$(Q)$(call fuzz_merge,rtl,-merge=1)
	$(Q)rm -f $(FUZZ_CORPUS)/* && cp $(FUZZ_DIR)/kept/* $(FUZZ_CORPUS)
