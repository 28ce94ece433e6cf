/* SPDX-License-Identifier: MIT */
/*
 * The one machine that the guest is: everything that changes, in one structure. Interrupt entries
 * and assertions find it by the GS register; all else is handed the part it needs.
 */
#ifndef RUNTIME_GUEST_H
#define RUNTIME_GUEST_H

#include "arch/acpi.h"
#include "arch/clock.h"
#include "arch/lapic.h"
#include "arch/power_button.h"
#include "runtime/console.h"
#include "runtime/interrupt.h"
#include "runtime/options.h"
#include "runtime/page_alloc.h"
#include "runtime/size_class.h"
#include "runtime/task.h"

#include <net/port.h>

struct net;
struct net_device;

struct guest {
	struct guest *self; /* at gs:0 */
	struct port port;
	struct acpi_info acpi;
	struct clock clock;
	struct lapic lapic;
	struct console console;
	struct interrupts interrupts;
	struct page_alloc pages;
	struct size_classes memory;
	struct tasks tasks;
	struct power_button power_button;
	struct options options;
	struct net *net;
	struct net_device *netdev;
	uint64_t stack_guard[8]; /* fs:0x28 of kept libraries */
	int library_errno;	 /* theirs, too */
};

static inline struct guest *this_guest(void)
{
	struct guest *g;

	asm("mov %%gs:0, %0" : "=r"(g));
	return g;
}

static inline struct guest *guest_of_port(struct port *p)
{
	return (struct guest *)((char *)p - offsetof(struct guest, port));
}

#endif
