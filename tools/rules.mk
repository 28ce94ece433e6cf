# SPDX-License-Identifier: MIT
# The commands that people run: packages, the workload, comparisons, benchmarks, gdb.

NET ?= auto
CARD ?= rtl
SET ?=
CAPTURE ?=
MIB ?= 256
HTTP_PORT ?=

GUESTRUN := PYTHONPATH=tools python3 -m guestrun
guestrun_common = --net $(NET) --mib $(MIB) $(if $(HTTP_PORT),--http-port $(HTTP_PORT))

# The parts of a run, one make for each, so that the steps are counted and timed.
step = @printf 'step %s of %s: %s (%s s)\n' $(1) $(2) '$(3)' "$$(( $$(date +%s) - $(run_start) ))"

# Says nothing of what needs nothing done.
quiet_make = +$(if $(filter 1,$(V)),,@)$(MAKE) --no-print-directory $(if $(filter 1,$(V)),,-s)

.PHONY: deps
deps: ## install the Debian packages that are missing
	$(Q)tools/deps.sh

.PHONY: all
all: hw guest qemu ## build the card, the guest and QEMU

.PHONY: run
run: run_start := $(shell date +%s)
run: ## boot the guest on the card and move files (CARD=rtl|ref|qemu-e1000e NET=tap|user SET=tso=off,... CAPTURE=1)
	$(call step,1,5,packages)
	$(Q)tools/deps.sh
	$(call step,2,5,the card: RTL and reference)
	$(quiet_make) -j$(JOBS) hw
	$(call step,3,5,the guest: driver and stack)
	$(quiet_make) -j$(JOBS) guest
	$(call step,4,5,QEMU)
	$(quiet_make) qemu
	$(call step,5,5,the workload)
	$(Q)$(GUESTRUN) run $(guestrun_common) --card $(CARD) --set "$(SET)" $(if $(CAPTURE),--capture)

.PHONY: compare
compare: all ## run the workload with two settings: A='tso=off,csum=off' B='tso=on,csum=on' (also CARD=)
	$(Q)$(GUESTRUN) compare $(guestrun_common) "$(A)" "$(B)"

.PHONY: bench-guest
bench-guest: all ## our card against QEMU's e1000e, alternated, median of 5: build/bench/guest.json
	$(Q)$(GUESTRUN) bench $(guestrun_common)

.PHONY: gdb
gdb: all ## debug the guest: gdb with the guest halted at its first instruction (CARD=, SET=)
	$(Q)$(GUESTRUN) gdb --card $(CARD) --set "$(SET)"

.PHONY: lint
lint: $(BUILD)/gen/ringside_regs.h $(BUILD)/gen/ringside_reg_table.h ## layout and likely mistakes in C, C++, shell and Python; again only what changed (LINT_JOBS=N)
	$(Q)LINT_JOBS=$(LINT_JOBS) tools/lint.sh
