# SPDX-License-Identifier: MIT
# The driver for the host rung: the portable core and the port to it as two libraries, each plain and
# with sanitizers (STACK_SANITIZE of stack/rules.mk). Unit tests take the core alone, with a port of
# their own. The guest compiles DRIVER_SRCS and DRIVER_GUEST_SRCS itself.

DRIVER_SRCS := $(wildcard driver/core/*.c)
DRIVER_HOST_SRCS := $(wildcard driver/host/*.c)
DRIVER_GUEST_SRCS := $(wildcard driver/guest/*.c)

DRIVER_LIB := $(BUILD)/driver/libdriver.a
DRIVER_LIB_ASAN := $(BUILD)/asan/driver/libdriver.a
# Who links it needs -ldl, and build/hw/libringside.so at run time.
DRIVER_HOST_LIB := $(BUILD)/driver/libdriver_host.a
DRIVER_HOST_LIB_ASAN := $(BUILD)/asan/driver/libdriver_host.a

$(BUILD)/driver/%.o: driver/%.c | $(BUILD)/gen/ringside_regs.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -c $< -o $@

$(BUILD)/asan/driver/%.o: driver/%.c | $(BUILD)/gen/ringside_regs.h
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HOST_CFLAGS) -O1 $(STACK_SANITIZE) -c $< -o $@

$(DRIVER_LIB): $(DRIVER_SRCS:%.c=$(BUILD)/%.o)
$(DRIVER_LIB_ASAN): $(DRIVER_SRCS:%.c=$(BUILD)/asan/%.o)
$(DRIVER_HOST_LIB): $(DRIVER_HOST_SRCS:%.c=$(BUILD)/%.o)
$(DRIVER_HOST_LIB_ASAN): $(DRIVER_HOST_SRCS:%.c=$(BUILD)/asan/%.o)
$(DRIVER_LIB) $(DRIVER_LIB_ASAN) $(DRIVER_HOST_LIB) $(DRIVER_HOST_LIB_ASAN):
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

-include $(foreach s,$(DRIVER_SRCS) $(DRIVER_HOST_SRCS),$(BUILD)/$(s:.c=.d) $(BUILD)/asan/$(s:.c=.d))
