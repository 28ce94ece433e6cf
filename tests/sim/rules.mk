# SPDX-License-Identifier: MIT
# The simulation: goodput and fairness tables compared with those kept here, and random scenarios.

SIM_SRCS := $(wildcard tests/sim/*.c)
SIM := $(BUILD)/tests/sim/sim
SIM_SEEDS ?= 10000

$(BUILD)/tests/sim/%.o: tests/sim/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) $(STACK_CFLAGS) -c $< -o $@

$(SIM): $(SIM_SRCS:%.c=$(BUILD)/%.o) $(STACK_LIB)
	$(call say,LD,$@)
	$(Q)$(CC) $^ -o $@

TESTS += sim-goodput:$(SIM),check,goodput,tests/sim/goodput.txt \
	 sim-fairness:$(SIM),check,fairness,tests/sim/fairness.txt sim-seeds:$(SIM),seeds,1,200
TEST_PROGRAMS += $(SIM)

.PHONY: sim-update
sim-update: $(SIM) ## keep the simulation's tables as the stack makes them now (tests/sim/*.txt)
	$(Q)for t in goodput fairness; do $(SIM) print $$t > $(BUILD)/tests/sim/$$t.txt && \
		cp $(BUILD)/tests/sim/$$t.txt tests/sim/$$t.txt || exit 1; done

.PHONY: sim-seeds
sim-seeds: $(SIM) ## random scenarios of the simulation, every byte checked (SIM_SEEDS=10000)
	$(Q)$(SIM) seeds 1 $(SIM_SEEDS)

-include $(SIM_SRCS:%.c=$(BUILD)/%.d)
