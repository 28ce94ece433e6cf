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
# What is compared, both stacks alike: for speed, over the borders of files, without assertions.
BENCH_FAST_CFLAGS := $(BENCH_STACK_CFLAGS) -O3 -flto=auto -DNDEBUG
LWIP_CFLAGS := $(BENCH_FAST_CFLAGS) -Wno-unused-parameter -I$(LWIP_DIR)/src/include -Itests/bench/stack/lwip
# What of lwIP is linked: its core without what lwipopts.h leaves out.
LWIP_NAMES := core/def core/inet_chksum core/init core/ip core/mem core/memp core/netif core/pbuf core/tcp \
	core/tcp_in core/tcp_out core/timeouts core/ipv4/etharp core/ipv4/icmp core/ipv4/ip4 core/ipv4/ip4_addr \
	core/ipv4/ip4_frag netif/ethernet
LWIP_OBJS := $(LWIP_NAMES:%=$(BENCH_STACK_DIR)/lwip/%.o)
LWIP_ENDS := $(BENCH_STACK_DIR)/lwip_end_0.o $(BENCH_STACK_DIR)/lwip_end_1.o
BENCH_FAST := $(BENCH_STACK_DIR)/fast
BENCH_FAST_COMMON := $(patsubst %.c,$(BENCH_FAST)/%.o,$(addprefix tests/bench/stack/,pair.c ringside_end.c wire.c) $(STACK_SRCS))
BENCH_FAST_CHKSUM := $(BENCH_FAST)/tests/bench/stack/chksum.o

$(LWIP_STAMP): tests/bench/stack/fetch.sh
	$(call say,FETCH,lwIP)
	$(Q)$< $(LWIP_DIR)
	$(Q)touch $@

$(BENCH_FAST)/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_FAST_CFLAGS) -c $< -o $@

$(BENCH_STACK_DIR)/lwip/%.o: tests/bench/stack/lwip/lwipopts.h tests/bench/stack/lwip/arch/cc.h $(LWIP_STAMP)
	$(call say,CC,lwip/$*.c)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LWIP_CFLAGS) -c $(LWIP_DIR)/src/$*.c -o $@

$(LWIP_ENDS): $(BENCH_STACK_DIR)/lwip_end_%.o: tests/bench/stack/lwip/lwip_end.c tests/bench/stack/end.h \
		tests/bench/stack/wire.h $(LWIP_OBJS)
	$(call say,CC,$@)
	$(Q)$(CC) $(LWIP_CFLAGS) -DLWIP_OPS=lwip_ops_$* -c $< -o $@.one
	$(Q)$(CC) $(LWIP_CFLAGS) -r -flinker-output=nolto-rel $@.one $(LWIP_OBJS) -o $@.all
	$(Q)objcopy --keep-global-symbol=lwip_ops_$* $@.all $@
	$(Q)rm -f $@.one $@.all

$(BENCH_STACK): $(BENCH_FAST)/tests/bench/stack/stack_bench.o $(BENCH_FAST_COMMON) $(BENCH_FAST_CHKSUM) $(LWIP_ENDS) $(NETTLE_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BENCH_FAST_CFLAGS) $^ -o $@

# The same parts alone, for callgrind.
STACK_COUNT_FAST := $(BENCH_STACK_DIR)/stack-count-fast
STACK_COUNT_LWIP := $(BENCH_STACK_DIR)/stack-count-lwip

$(STACK_COUNT_FAST): tests/bench/stack/count.c $(BENCH_FAST_COMMON) $(NETTLE_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BENCH_FAST_CFLAGS) -DCOUNTED_CLIENT=ringside_ops -DCOUNTED_SERVER=ringside_ops $^ -o $@

$(STACK_COUNT_LWIP): tests/bench/stack/count.c $(BENCH_FAST_COMMON) $(BENCH_FAST_CHKSUM) $(LWIP_ENDS) $(NETTLE_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BENCH_FAST_CFLAGS) -DCOUNTED_CLIENT=lwip_ops_0 -DCOUNTED_SERVER=lwip_ops_1 $^ -o $@

# And with the library as it is, which `make test` keeps from growing.
STACK_COUNT := $(BENCH_STACK_DIR)/stack-count

$(BENCH_STACK_DIR)/%.o: tests/bench/stack/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BENCH_STACK_CFLAGS) -c $< -o $@

$(STACK_COUNT): tests/bench/stack/count.c $(addprefix $(BENCH_STACK_DIR)/,pair.o ringside_end.o wire.o) $(STACK_LIB)
	$(call say,LINK,$@)
	$(Q)$(CC) $(BENCH_STACK_CFLAGS) -DCOUNTED_CLIENT=ringside_ops -DCOUNTED_SERVER=ringside_ops $^ -o $@

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

-include $(wildcard $(BENCH_STACK_DIR)/*.d) $(BENCH_FAST_COMMON:.o=.d) $(BENCH_FAST_CHKSUM:.o=.d) $(LWIP_OBJS:.o=.d)

TESTS += tcp-instructions:python3,tests/bench/stack/instructions.py,$(STACK_COUNT)
TEST_PROGRAMS += $(STACK_COUNT)

.PHONY: bench-stack
bench-stack: $(BENCH_STACK) $(STACK_COUNT_FAST) $(STACK_COUNT_LWIP) $(COLUMN_BENCH) $(INSN_PLUGIN) guest ## TCP's speed beside lwIP's, instructions, memory: build/bench/stack.json
	$(Q)PYTHONPATH=tools python3 tests/bench/stack/bench.py $(BENCH_STACK_DIR) $(BUILD)/bench/stack.json
