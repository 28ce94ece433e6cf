# SPDX-License-Identifier: MIT
# The card: what is generated from registers.json, and the linter. Others use RTL_FILES (packages
# first) and RTL_TOP.

RTL_TOP := ringside_card
RTL_JSON := rtl/regs/registers.json
RTL_REGS := python3 tools/regs/regs.py
RTL_GEN := $(BUILD)/gen/ringside_reg_pkg.sv $(BUILD)/gen/ringside_reg_map.sv
# files.f is one path a line; # starts a comment.
RTL_FILES := $(patsubst build/%,$(BUILD)/%,$(shell sed -e 's/\#.*//' rtl/files.f))

# $(1) kind, $(2) output
define rtl_generate
$(2): $(RTL_JSON) tools/regs/regs.py
	$$(call say,REGS,$$@)
	$$(Q)$$(RTL_REGS) $(1) $(RTL_JSON) -o $$@
endef
$(eval $(call rtl_generate,sv-pkg,$(BUILD)/gen/ringside_reg_pkg.sv))
$(eval $(call rtl_generate,sv-map,$(BUILD)/gen/ringside_reg_map.sv))
$(eval $(call rtl_generate,c,$(BUILD)/gen/ringside_regs.h))
$(eval $(call rtl_generate,table,$(BUILD)/gen/ringside_reg_table.h))

.PHONY: docs-registers
docs-registers: ## make docs/registers.md from rtl/regs/registers.json
	$(call say,REGS,docs/registers.md)
	$(Q)$(RTL_REGS) md $(RTL_JSON) -o docs/registers.md

# Every module alone under both tools, so that each keeps to what both take, then the card.
RTL_PKGS := $(filter %_pkg.sv,$(RTL_FILES))
RTL_SOURCES := $(filter-out %_pkg.sv,$(RTL_FILES))
RTL_MODULES := $(filter-out $(RTL_TOP),$(notdir $(basename $(RTL_SOURCES)))) $(filter $(RTL_TOP),$(notdir $(basename $(RTL_SOURCES))))
RTL_LINT_STAMPS := $(RTL_MODULES:%=$(BUILD)/rtl/lint/%.ok)
RTL_VERILATOR_LINT := verilator --lint-only -Wall
RTL_YOSYS_LINT = read_verilog -sv $(RTL_PKGS); read_verilog -sv -defer $(RTL_SOURCES); hierarchy -check -top $(1); proc; opt; check -assert; \
	select -assert-none t:$$dlatch

$(BUILD)/rtl/lint/%.ok: $(RTL_FILES)
	$(call say,LINT,$*)
	@mkdir -p $(@D)
	$(Q)$(RTL_VERILATOR_LINT) $(RTL_FILES) --top-module $*
	$(Q)yosys -q -p '$(call RTL_YOSYS_LINT,$*)'
	$(Q)touch $@

# What stands round the card in its simulation.
$(BUILD)/rtl/lint/sampled_card.ok: hw/rtl/sampled_card.sv $(RTL_FILES)
	$(call say,LINT,sampled_card)
	@mkdir -p $(@D)
	$(Q)$(RTL_VERILATOR_LINT) $(RTL_FILES) $< --top-module sampled_card
	$(Q)touch $@

.PHONY: lint-rtl
lint-rtl: $(RTL_LINT_STAMPS) $(BUILD)/rtl/lint/sampled_card.ok ## lint the card with Verilator and Yosys: each module alone, and the whole
