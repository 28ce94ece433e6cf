# SPDX-License-Identifier: MIT
# The card: what is generated from registers.json. Others use RTL_FILES (packages
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
