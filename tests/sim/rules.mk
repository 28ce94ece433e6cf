# SPDX-License-Identifier: MIT
# The simulation: tables compared with those kept here, and random scenarios. Some tables take too long
# for `make test`: they are compared by `make sim-tables`.

SIM_SRCS := $(wildcard tests/sim/*.c)
SIM := $(BUILD)/tests/sim/sim
SIM_SEEDS ?= 10000
SIM_TABLES := goodput fairness alone
SIM_LONG_TABLES := way response
SIM_TRACES := cubic reno bbr dctcp

$(BUILD)/tests/sim/%.o: tests/sim/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(SIM): $(SIM_SRCS:%.c=$(BUILD)/%.o) $(STACK_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ -o $@ -lm

TESTS += $(foreach t,$(SIM_TABLES),sim-$(t):$(SIM),check,$(t),tests/sim/$(t).txt) sim-seeds:$(SIM),seeds,1,200
TEST_PROGRAMS += $(SIM)

.PHONY: sim-update
sim-update: $(SIM) ## keep the simulation's tables as the stack makes them now (tests/sim/*.txt)
	$(Q)for t in $(SIM_TABLES) $(SIM_LONG_TABLES); do $(SIM) print $$t > $(BUILD)/tests/sim/$$t.txt && \
		cp $(BUILD)/tests/sim/$$t.txt tests/sim/$$t.txt || exit 1; done

.PHONY: sim-tables
sim-tables: $(SIM) ## all tables of the simulation against those kept (tests/sim/*.txt): two minutes
	$(Q)for t in $(SIM_TABLES) $(SIM_LONG_TABLES); do $(SIM) check $$t tests/sim/$$t.txt || failed=1; done; \
		[ -z "$$failed" ]

.PHONY: sim-plot
sim-plot: $(SIM) ## windows and round trips of two flows, by algorithm: build/tests/sim/windows.svg
	$(Q)for ca in $(SIM_TRACES); do $(SIM) trace $$ca > $(BUILD)/tests/sim/$$ca.trace || exit 1; done
	$(Q)command -v gnuplot >/dev/null || { echo "gnuplot is missing: make deps installs it" >&2; exit 1; }
	$(Q)gnuplot -e "folder='$(BUILD)/tests/sim'; algorithms='$(SIM_TRACES)'" tests/sim/windows.gp
	@echo "$(BUILD)/tests/sim/windows.svg"

.PHONY: sim-seeds
sim-seeds: $(SIM) ## random scenarios of the simulation, every byte checked (SIM_SEEDS=10000)
	$(Q)$(SIM) seeds 1 $(SIM_SEEDS)

-include $(SIM_SRCS:%.c=$(BUILD)/%.d)
