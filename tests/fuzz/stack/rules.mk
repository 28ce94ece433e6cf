# SPDX-License-Identifier: MIT
# The stack under a coverage-guided fuzzer (libFuzzer of clang, with AddressSanitizer and UBSan), and
# its corpus replayed in `make test` by a program of the usual compiler.

FUZZ_STACK_DIR := tests/fuzz/stack
FUZZ_STACK_CORPUS := $(FUZZ_STACK_DIR)/corpus
FUZZ_STACK_SRCS := $(filter-out %/replay.c,$(wildcard $(FUZZ_STACK_DIR)/*.c))
FUZZ_STACK_BUILD := $(BUILD)/tests/fuzz/stack
FUZZ_STACK_ALL := $(STACK_SRCS) $(STACK_HOST_SRCS) $(FUZZ_STACK_SRCS)
FUZZ_STACK := $(FUZZ_STACK_BUILD)/fuzz-stack
FUZZ_STACK_REPLAY := $(BUILD)/asan/$(FUZZ_STACK_DIR)/replay
# fiber.c knows a sanitizer by the name that gcc gives it.
FUZZ_STACK_CFLAGS := $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) -Istack -D__SANITIZE_ADDRESS__ \
	-fsanitize=address,undefined -fno-sanitize-recover=all

$(FUZZ_STACK_BUILD)/%.o: %.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_STACK_CFLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

$(FUZZ_STACK): $(FUZZ_STACK_ALL:%.c=$(FUZZ_STACK_BUILD)/%.o)
	$(call say,LD,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined $^ $(NETTLE_LIB) -o $@

# First inputs besides the kept ones, made of the tables in the sources as they are now.
FUZZ_STACK_SEEDS := $(FUZZ_STACK_BUILD)/seeds

$(FUZZ_STACK_SEEDS): $(FUZZ_STACK_DIR)/seeds.py $(FUZZ_STACK_DIR)/fuzz.c $(FUZZ_STACK_DIR)/calls.c
	$(Q)rm -rf $@ && python3 $< $@ --random 1500

.PHONY: fuzz-stack
fuzz-stack: $(FUZZ_STACK) $(FUZZ_STACK_SEEDS) ## the stack under libFuzzer (RUNS=n; what it finds: build/tests/fuzz/stack/found)
	$(Q)tests/fuzz/stack/fuzz.sh $(FUZZ_STACK) $(FUZZ_STACK_CORPUS) $(FUZZ_STACK_BUILD) $(or $(RUNS),100000) $(FUZZ_STACK_SEEDS)

$(BUILD)/asan/$(FUZZ_STACK_DIR)/%.o: $(FUZZ_STACK_DIR)/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) -Istack $(STACK_SANITIZE) -c $< -o $@

$(FUZZ_STACK_REPLAY): $(patsubst %.c,$(BUILD)/asan/%.o,$(FUZZ_STACK_SRCS) $(FUZZ_STACK_DIR)/replay.c) $(STACK_LIB_ASAN)
	$(call say,LD,$@)
	$(Q)$(CC) $(STACK_SANITIZE) $^ -o $@

TESTS += fuzz-stack-corpus:$(FUZZ_STACK_REPLAY),$(FUZZ_STACK_CORPUS)
TEST_PROGRAMS += $(FUZZ_STACK_REPLAY)

# The same program without sanitizers, with clang's exact counts of lines.
FUZZ_STACK_COVERAGE := $(FUZZ_STACK_BUILD)/coverage

$(FUZZ_STACK_COVERAGE)/%.o: %.c
	$(call say,CLANG,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(HOST_CFLAGS) -O1 $(STACK_CFLAGS) -Istack -fprofile-instr-generate -fcoverage-mapping -c $< -o $@

$(FUZZ_STACK_COVERAGE)/fuzz-stack: $(FUZZ_STACK_ALL:%.c=$(FUZZ_STACK_COVERAGE)/%.o)
	$(call say,LD,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer -fprofile-instr-generate $^ $(NETTLE_LIB) -o $@

.PHONY: fuzz-stack-coverage
fuzz-stack-coverage: $(FUZZ_STACK_COVERAGE)/fuzz-stack $(FUZZ_STACK_SEEDS) ## lines of the stack that the inputs of its fuzzer reach, by file
	$(Q)python3 $(FUZZ_STACK_DIR)/coverage.py $(LLVM_PROFDATA) $(LLVM_COV) $< $(FUZZ_STACK_CORPUS) $(FUZZ_STACK_SEEDS)

-include $(FUZZ_STACK_ALL:%.c=$(FUZZ_STACK_BUILD)/%.d) $(FUZZ_STACK_ALL:%.c=$(FUZZ_STACK_COVERAGE)/%.d) $(wildcard $(BUILD)/asan/$(FUZZ_STACK_DIR)/*.d)
