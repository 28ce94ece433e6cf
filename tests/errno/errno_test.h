/* SPDX-License-Identifier: MIT */
/*
 * What every system call answers to bad arguments. cases.inc is the table; errno_test.c runs it.
 * The program is linked twice: with the stack, and with linux_calls.c, in which the same sys_...()
 * are the real ones of the machine's Linux. So the table is judged by Linux, and the stack by both.
 */
#ifndef ERRNO_TEST_H
#define ERRNO_TEST_H

#include <net/socket.h>
#include <stdbool.h>

/* ---- errno_test.c ---- */
/* All rows, in process context; the program's exit status. */
int run_cases(struct files_struct *files);

/* ---- where the program runs: stack_main.c or linux_calls.c ---- */
/* Lets packets that are on their way over loopback arrive. */
void settle(void);
/* Before each row. */
void row_begins(void);
/* The lowest descriptor that is not the program's own. */
int first_fd(void);
bool on_linux(void);
/* NULL: Linux's answer is as the table has it. Else why this row cannot be asked here. */
const char *cannot_ask(const char *call);

#endif
