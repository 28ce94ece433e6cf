/* SPDX-License-Identifier: MIT */
/* The tables of the simulation, as text that is kept in the tree and compared exactly. */
#ifndef SIM_TABLES_H
#define SIM_TABLES_H

#include <stdbool.h>
#include <stdio.h>

/* Write the table; false: a byte was wrong or a transfer did not end (told on stderr). */
bool goodput_table(FILE *to);
bool fairness_table(FILE *to);
bool response_table(FILE *to);
bool way_table(FILE *to);
bool alone_table(FILE *to);

#endif
