# SPDX-License-Identifier: MIT
# `make bench-congestion`: our congestion control and Linux's on the same wire, in real time.

CONGESTION_DIR := $(BUILD)/tests/bench/congestion
CONGESTION_PROGRAMS := $(addprefix $(CONGESTION_DIR)/,bottleneck linux-end ringside-end)

$(CONGESTION_DIR)/bottleneck: tests/bench/congestion/bottleneck.cpp $(BUILD)/hw/obj/wire.o $(BUILD)/hw/obj/tap.o $(BUILD)/hw/obj/config.o $(BUILD)/hw/obj/sc_main.o
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HW_CXX) -std=gnu++17 -O2 -g $(WARN) -I. -Ihw/include -o $@ $^ -lsystemc -lpthread

$(CONGESTION_DIR)/linux-end: tests/bench/congestion/linux_end.c tests/bench/congestion/sample.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN) -o $@ $<

$(CONGESTION_DIR)/ringside-end: tests/bench/congestion/ringside_end.c tests/bench/congestion/frame_socket.c \
		tests/bench/congestion/frame_socket.h tests/bench/congestion/sample.h $(STACK_LIB)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(WARN) $(STACK_CFLAGS) -Istack/include -o $@ $(filter %.c %.a,$^)

TESTS += congestion-figures:python3,tests/bench/congestion/figures_test.py

.PHONY: bench-congestion
bench-congestion: $(CONGESTION_PROGRAMS) ## our congestion control and Linux's on the same wire, three quarters of an hour: build/bench/congestion/congestion.json, .svg (T=alone|fairness|share|way|response|lossy: that part)
	$(Q)PYTHONPATH=tools python3 tests/bench/congestion/congestion.py $(CONGESTION_DIR) $(BUILD)/bench/congestion $(if $(T),--only $(T))
	$(Q)command -v gnuplot >/dev/null || { echo "gnuplot is missing: make deps installs it" >&2; exit 1; }
	$(Q)cd $(BUILD)/bench/congestion && if ls fairness-*-2-both.trace alone-*-100-ours.trace >/dev/null 2>&1; then \
		gnuplot -e "folder='.'; algorithms='$$(ls fairness-*-2-both.trace | cut -d- -f2 | tr '\n' ' ')'" $(CURDIR)/tests/bench/congestion/windows.gp; \
		echo "$(BUILD)/bench/congestion/congestion.svg"; fi
