/* SPDX-License-Identifier: MIT */
/* The driver's port to the bare-metal guest: a PCI function as struct os_device. */
#ifndef DRIVER_OS_GUEST_H
#define DRIVER_OS_GUEST_H

struct guest;
struct os_device;

/*
 * The first function 8086:10d3, its BAR0 mapped and bus mastering on. NULL with *problem set to a
 * line for the user: none there, or not usable.
 */
struct os_device *os_guest_find(struct guest *g, const char **problem);

#endif
