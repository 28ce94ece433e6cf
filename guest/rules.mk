# SPDX-License-Identifier: MIT
# The bare-metal guest: build/guest/ringside-guest.elf, boot, runtime, driver, stack and applications
# in one freestanding image. Kept libraries in it: nettle (SHA-256), http-parser and jansson (JSON),
# Debian's static ones.

GUEST_ELF := $(BUILD)/guest/ringside-guest.elf
GUEST_SRCS := $(wildcard guest/*.c guest/arch/*.c guest/apps/*.c guest/apps/iperf3/*.c guest/libc/*.c guest/pci/*.c guest/runtime/*.c) \
	$(wildcard guest/arch/*.S guest/libc/*.S)
GUEST_ALL_SRCS := $(GUEST_SRCS) $(DRIVER_SRCS) $(DRIVER_GUEST_SRCS) $(STACK_SRCS)
GUEST_OBJS := $(GUEST_ALL_SRCS:%=$(BUILD)/guest/obj/%.o)
GUEST_LIBS = $(shell $(CC) -print-file-name=libnettle.a) $(shell $(CC) -print-file-name=libhttp_parser.a) \
	$(shell $(CC) -print-file-name=libjansson.a) \
	$(shell $(CC) -print-libgcc-file-name)

# General registers only: hard-interrupt handlers then leave vector registers alone (memcpy and the
# kept libraries use them; soft interrupts save them). No inline "rep" strings: slow under translation.
GUEST_CFLAGS := $(CFLAGS_COMMON) -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only \
	-mstringop-strategy=libcall -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fcf-protection=none -fno-omit-frame-pointer $(STACK_CFLAGS) \
	-I. -Iguest -Istack/include -Idriver/include -I$(BUILD)/gen

# Numbers with a fraction travel in vector registers: tasks only, never interrupt handlers.
GUEST_REAL := $(BUILD)/guest/obj/guest/libc/floating.c.o $(BUILD)/guest/obj/guest/apps/iperf3/real.c.o
$(GUEST_REAL): GUEST_CFLAGS := $(filter-out -mgeneral-regs-only,$(GUEST_CFLAGS))

$(BUILD)/guest/obj/%.o: % | $(BUILD)/gen/ringside_regs.h
	$(call say,GUESTCC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c $< -o $@

$(GUEST_ELF): $(GUEST_OBJS) guest/guest.ld
	$(call say,GUESTLD,$@)
	$(Q)$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack -T guest/guest.ld -o $@ \
		$(GUEST_OBJS) --start-group $(GUEST_LIBS) --end-group

-include $(GUEST_OBJS:.o=.d)

.PHONY: guest
guest: $(GUEST_ELF) ## the bare-metal guest's image
