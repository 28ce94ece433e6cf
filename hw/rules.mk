# SPDX-License-Identifier: MIT
# The platform library. HW_LIB is what hosts load; HW_LIB_WAVES is the same with the card's assertions
# and an FST trace, several times slower, and built only when somebody asks for it.

HW_LIB := $(BUILD)/hw/libringside.so
HW_LIB_WAVES := $(BUILD)/hw/libringside-waves.so

# clang's code for the Verilated card is faster than gcc's at the same options (where clang is missing,
# gcc does). AVX2 and BMI2, where the machine has them, give a quarter more (make bench-card);
# -march=native gives less: 512-bit registers, filled from 32-bit stores.
HW_CXX := $(if $(shell command -v $(CLANGXX)),$(CLANGXX),$(CXX))
HW_DATA_W := 1024
# What Verilator makes a model of: the card behind flip-flops.
HW_TOP := hw/rtl/sampled_card.sv
HW_TOP_MODULE := $(basename $(notdir $(HW_TOP)))
HW_ARCH := $(if $(shell grep -m1 -w avx2 /proc/cpuinfo | grep -w bmi2 | grep -w fma),-march=x86-64-v3 -mprefer-vector-width=256)
HW_OPT := -O3 $(HW_ARCH)
HW_CXXFLAGS := -std=gnu++17 $(HW_OPT) -g $(WARN) -MMD -MP -fPIC -fvisibility=hidden -I. -Ihw/include
HW_VERILATOR_INC = $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)/include
HW_RUNTIME := verilated verilated_threads
HW_VERILATED_CXXFLAGS = -DRINGSIDE_DATA_W=$(HW_DATA_W) -DVL_TIME_CONTEXT -isystem $(HW_VERILATOR_INC)
# The Verilated code runs through tens of KiB a cycle, most of it rarely: clang lays it out by a profile
# of build/hw/train, the same code with counters, under the load of the card bench. Same profile, same
# code: what is counted depends on nothing but the sources. No llvm-profdata, no profile.
HW_PROFDATA := $(if $(findstring clang,$(HW_CXX)),$(shell command -v $(LLVM_PROFDATA)))
HW_TRAIN := $(BUILD)/hw/train
HW_TRAIN_LIB := $(HW_TRAIN)/libringside.so
HW_TRAIN_PROGRAM := $(HW_TRAIN)/card-bench
HW_PROFILE := $(if $(HW_PROFDATA),$(HW_TRAIN)/profile)
HW_VERILATOR := verilator --cc -O3 --x-assign fast --x-initial fast --noassert -GDataW=$(HW_DATA_W)
HW_VERILATOR_WAVES := verilator --cc -O3 --x-assign fast --x-initial fast --assert --trace-fst \
	-GDataW=$(HW_DATA_W)

HW_SRCS := $(wildcard hw/*.cpp hw/ref/*.cpp)
HW_RTL_SRCS := $(wildcard hw/rtl/*.cpp)
HW_OBJS := $(HW_SRCS:hw/%.cpp=$(BUILD)/hw/obj/%.o)

# Flags are part of what is built: all objects depend on this file.
$(BUILD)/hw/obj/%.o: hw/%.cpp hw/rules.mk
	$(call say,CXX,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(HW_CXX) $(HW_CXXFLAGS) -c $< -o $@

# Verilator's own makefile compiles what it generated: $(1) folder, $(2) flags, $(3) of what runs once
hw_compile_verilated = $(MAKE) -s --no-print-directory -C $(1) -f Vringside_card.mk CXX=$(HW_CXX) \
	OPT_FAST="$(2)" OPT_SLOW="$(3)" OPT_GLOBAL="$(HW_OPT)" \
	CXXFLAGS="-fPIC -fvisibility=hidden -DVL_TIME_CONTEXT" VK_USER_OBJS= \
	Vringside_card__ALL.a >/dev/null

# $(1) variant, $(2) its library, $(3) verilator command, $(4) more link flags
define hw_library
HW_OBJS_$(1) := $(HW_RTL_SRCS:hw/rtl/%.cpp=$(BUILD)/hw/$(1)/%.o) \
	$(patsubst %,$(BUILD)/hw/$(1)/%.o,$(HW_RUNTIME) $(if $(filter waves,$(1)),verilated_fst_c))
HW_VERILATED_$(1) := $(BUILD)/hw/$(1)/verilated

$$(HW_VERILATED_$(1))/Vringside_card.mk: $(RTL_FILES) $(HW_TOP) $(RTL_GEN) hw/rules.mk
	$$(call say,VERILATE,$(RTL_TOP) ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(3) --top-module $(HW_TOP_MODULE) --prefix Vringside_card --Mdir $$(@D) $(RTL_FILES) $(HW_TOP)
	$$(Q)touch $$@

$$(HW_VERILATED_$(1))/Vringside_card__ALL.a: $$(HW_VERILATED_$(1))/Vringside_card.mk $(if $(filter fast,$(1)),$(HW_PROFILE))
	$$(call say,CXX,$$(@D))
	$$(Q)+$$(call hw_compile_verilated,$$(@D),$(HW_OPT)$(if $(filter fast,$(1)),$(HW_PROFILE:%= -fprofile-instr-use=$(abspath $(HW_PROFILE)))),-O1)
	$$(Q)touch $$@

$(BUILD)/hw/$(1)/%.o: hw/rtl/%.cpp $$(HW_VERILATED_$(1))/Vringside_card.mk
	$$(call say,CXX,$$< ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(HW_CXX) $(HW_CXXFLAGS) $(HW_VERILATED_CXXFLAGS) -isystem $$(HW_VERILATED_$(1)) \
		$(if $(filter waves,$(1)),-DVM_TRACE=1,-DVM_TRACE=0) -c $$< -o $$@

$(patsubst %,$(BUILD)/hw/$(1)/%.o,$(HW_RUNTIME) verilated_fst_c): $(BUILD)/hw/$(1)/%.o: $(HW_VERILATOR_INC)/%.cpp hw/rules.mk
	$$(call say,CXX,$$(notdir $$<) ($(1)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(HW_CXX) $(filter-out $(WARN),$(HW_CXXFLAGS)) $(HW_VERILATED_CXXFLAGS) -w \
		$(if $(filter waves,$(1)),-DVM_TRACE=1,-DVM_TRACE=0) -c $$< -o $$@

$(2): $(HW_OBJS) $$(HW_OBJS_$(1)) $$(HW_VERILATED_$(1))/Vringside_card__ALL.a hw/exports.map
	$$(call say,LINK,$$@)
	$$(Q)$(HW_CXX) -shared -o $$@ $(HW_OBJS) $$(HW_OBJS_$(1)) \
		$$(HW_VERILATED_$(1))/Vringside_card__ALL.a \
		-Wl,--version-script=hw/exports.map -Wl,-z,defs -lsystemc -latomic -lpthread $(4)

-include $$(HW_OBJS_$(1):.o=.d)
endef
$(eval $(call hw_library,fast,$(HW_LIB),$(HW_VERILATOR),))
$(eval $(call hw_library,waves,$(HW_LIB_WAVES),$(HW_VERILATOR_WAVES),-lz))

$(HW_TRAIN_LIB): $(HW_OBJS) $(HW_OBJS_fast) $(HW_VERILATED_fast)/Vringside_card.mk hw/exports.map
	$(call say,CXX,$@)
	$(Q)rm -rf $(HW_TRAIN)/verilated && mkdir -p $(HW_TRAIN)/verilated
	$(Q)cp $(HW_VERILATED_fast)/*.cpp $(HW_VERILATED_fast)/*.h $(HW_VERILATED_fast)/*.mk $(HW_TRAIN)/verilated
	$(Q)+$(call hw_compile_verilated,$(HW_TRAIN)/verilated,-O0 -fprofile-instr-generate,-O0)
	$(Q)$(HW_CXX) -shared -fprofile-instr-generate -o $@ $(HW_OBJS) $(HW_OBJS_fast) \
		$(HW_TRAIN)/verilated/Vringside_card__ALL.a \
		-Wl,--version-script=hw/exports.map -Wl,-z,defs -lsystemc -latomic -lpthread

$(HW_TRAIN)/profile: $(HW_TRAIN_PROGRAM)
	$(call say,TRAIN,$@)
	$(Q)LLVM_PROFILE_FILE=$@.raw $< --times --rounds=1 >$@.log
	$(Q)$(HW_PROFDATA) merge -o $@ $@.raw

-include $(HW_OBJS:.o=.d)

.PHONY: hw
hw: $(HW_LIB) ## the simulation platform with both cards
