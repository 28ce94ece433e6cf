# SPDX-License-Identifier: MIT
# `make bench-stack`: TCP's speed beside lwIP's, and where its instructions go: build/bench/stack.json.
# lwIP is Debian's source, fetched and built under build/ with the same flags as our stack; its state
# is global, so each end of the benchmark gets an instance: all of lwIP linked into one object, of
# which only the end's table stays visible.

BENCH_STACK_DIR := $(BUILD)/tests/bench/stack
BENCH_STACK := $(BENCH_STACK_DIR)/stack-bench
LWIP_DIR := $(BUILD)/lwip
LWIP_STAMP := $(LWIP_DIR)/src/FILES
BENCH_STACK_CFLAGS := $(HOST_CFLAGS) $(STACK_CFLAGS)
LWIP_CFLAGS := $(BENCH_STACK_CFLAGS) -Wno-unused-parameter -I$(LWIP_DIR)/src/include -Itests/bench/stack/lwip
# What of lwIP is linked: its core without what lwipopts.h leaves out.
LWIP_NAMES := core/def core/inet_chksum core/init core/ip core/mem core/memp core/netif core/pbuf core/tcp \
	core/tcp_in core/tcp_out core/timeouts core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr \
	core/ipv4/ip4_frag netif/ethernet
LWIP_OBJS := $(LWIP_NAMES:%=$(BENCH_STACK_DIR)/lwip/%.o)
BENCH_STACK_COMMON := $(addprefix $(BENCH_STACK_DIR)/,pair.o ringside_end.o wire.o)
LWIP_ENDS := $(BENCH_STACK_DIR)/lwip_end_0.o $(BENCH_STACK_DIR)/lwip_end_1.o

$(LWIP_STAMP): tests/bench/stack/fetch.sh
	$(call say,FETCH,lwIP)
	$(Q)$< $(LWIP_DIR)
	$(Q)touch $@

$(BENCH_STACK_DIR)/%.o: tests/bench/stack/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_STACK_CFLAGS) -c $< -o $@

$(BENCH_STACK_DIR)/lwip/%.o: tests/bench/stack/lwip/lwipopts.h tests/bench/stack/lwip/arch/cc.h $(LWIP_STAMP)
	$(call say,CC,lwip/$*.c)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LWIP_CFLAGS) -c $(LWIP_DIR)/src/$*.c -o $@

$(LWIP_ENDS): $(BENCH_STACK_DIR)/lwip_end_%.o: tests/bench/stack/lwip/lwip_end.c tests/bench/stack/end.h \
		tests/bench/stack/wire.h $(LWIP_OBJS)
	$(call say,CC,$@)
	$(Q)$(CC) $(LWIP_CFLAGS) -DLWIP_OPS=lwip_ops_$* -c $< -o $@.one
	$(Q)ld -r $@.one $(LWIP_OBJS) -o $@.all
	$(Q)objcopy --keep-global-symbol=lwip_ops_$* $@.all $@
	$(Q)rm -f $@.one $@.all

$(BENCH_STACK): $(BENCH_STACK_DIR)/stack_bench.o $(BENCH_STACK_DIR)/chksum.o $(BENCH_STACK_COMMON) $(LWIP_ENDS) $(STACK_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $^ -o $@

# The same parts alone, for callgrind; ours is also what `make test` keeps from growing.
STACK_COUNT := $(BENCH_STACK_DIR)/stack-count
STACK_COUNT_LWIP := $(BENCH_STACK_DIR)/stack-count-lwip

$(STACK_COUNT): tests/bench/stack/count.c $(BENCH_STACK_COMMON) $(STACK_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BENCH_STACK_CFLAGS) -DCOUNTED_CLIENT=ringside_ops -DCOUNTED_SERVER=ringside_ops $^ -o $@

$(STACK_COUNT_LWIP): tests/bench/stack/count.c $(BENCH_STACK_DIR)/chksum.o $(BENCH_STACK_COMMON) $(LWIP_ENDS) $(STACK_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BENCH_STACK_CFLAGS) -DCOUNTED_CLIENT=lwip_ops_0 -DCOUNTED_SERVER=lwip_ops_1 $^ -o $@

# Through the RTL card, in virtual time: the column of tests/cosim.
COLUMN_BENCH := $(BENCH_STACK_DIR)/column-bench

$(BENCH_STACK_DIR)/column_bench.o: BENCH_STACK_CFLAGS += -Itests

$(COLUMN_BENCH): $(BENCH_STACK_DIR)/column_bench.o $(BUILD)/tests/cosim/column.o $(DRIVER_HOST_LIB) $(DRIVER_LIB) $(STACK_LIB) | $(HW_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $^ $(COSIM_LIBS) -o $@

# Counts what the guest executes.
INSN_PLUGIN := $(BENCH_STACK_DIR)/insn_plugin.so

$(INSN_PLUGIN): tests/bench/stack/insn_plugin.c | $(QEMU)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 $(WARN) -shared -fPIC -I$(BUILD)/qemu/src/include/qemu $(shell pkg-config --cflags glib-2.0) $< -o $@

-include $(wildcard $(BENCH_STACK_DIR)/*.d) $(LWIP_OBJS:.o=.d)

TESTS += tcp-instructions:python3,tests/bench/stack/instructions.py,$(STACK_COUNT)
TEST_PROGRAMS += $(STACK_COUNT)

.PHONY: bench-stack
bench-stack: $(BENCH_STACK) $(STACK_COUNT) $(STACK_COUNT_LWIP) $(COLUMN_BENCH) $(INSN_PLUGIN) guest ## TCP's speed beside lwIP's, instructions, memory: build/bench/stack.json
	$(Q)PYTHONPATH=tools python3 tests/bench/stack/bench.py $(BENCH_STACK_DIR) $(BUILD)/bench/stack.json
