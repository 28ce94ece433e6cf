/* SPDX-License-Identifier: MIT */
/* The end when an invariant does not hold. */
#ifndef RUNTIME_PANIC_H
#define RUNTIME_PANIC_H

void panic(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* The user asked for what cannot be: one line that names the cure, and the status that says so. */
void refuse(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
