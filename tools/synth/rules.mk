# SPDX-License-Identifier: MIT
# `make synth`: the card as an FPGA's cells, block by block, and its engines with each offload left out.
# 128 bits wide by default: that has all the logic, in 11 minutes of CPU time (W=1024: an hour and some GiB).

W ?= 128
SYNTH_OUT := $(BUILD)/synth
SYNTH_OFFLOADS := tso tx-csum tx-queues rx-csum vlan rss split rx-queues pause ptp packet-csum
SYNTH_RUN = python3 tools/synth/synth.py --width $(W) --out $(@D)
SYNTH_TOOL := $(wildcard tools/synth/*.py tools/synth/*.txt tools/synth/*.v)

$(SYNTH_OUT)/$(W)/card.json: $(RTL_FILES) $(RTL_GEN) $(SYNTH_TOOL)
	$(call say,SYNTH,$(RTL_TOP))
	$(Q)$(SYNTH_RUN) $(RTL_FILES)

$(SYNTH_OUT)/$(W)/without-%/card.json: $(SYNTH_OUT)/$(W)/card.json
	$(call say,SYNTH,without $*)
	$(Q)$(SYNTH_RUN) --without $* --base $< $(RTL_FILES)

.PHONY: synth
synth: $(SYNTH_OUT)/$(W)/card.json $(SYNTH_OFFLOADS:%=$(SYNTH_OUT)/$(W)/without-%/card.json) ## cells, memories and longest path of the card by block, and without each offload (W=bits, default 128)
	$(Q)cat $(^:%/card.json=%/table.txt)
