/* SPDX-License-Identifier: MIT */
/*
 * How the guest ends, and what status QEMU exits with:
 *
 *	0  clean: ACPI power-off (soft-off state S5)
 *	3  panic                     isa-debug-exit value 1
 *	5  wrong command line or     isa-debug-exit value 2
 *	   unusable machine
 *
 * QEMU's isa-debug-exit (iobase=0xf4) turns a written value v into the exit status 2v + 1. Without
 * that device the guest halts after its message.
 */
#ifndef ARCH_MACHINE_EXIT_H
#define ARCH_MACHINE_EXIT_H

#include <stdint.h>

enum exit_value { EXIT_VALUE_PANIC = 1, EXIT_VALUE_REFUSED = 2 };

void machine_fail(enum exit_value value) __attribute__((noreturn));
/* pm1_control_port: from the FADT. */
void machine_power_off(uint16_t pm1_control_port) __attribute__((noreturn));

#endif
