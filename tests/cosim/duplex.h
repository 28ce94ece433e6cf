/* SPDX-License-Identifier: MIT */
/* One TCP connection that carries seeded bytes both ways at once, each byte compared on arrival. */
#ifndef COSIM_DUPLEX_H
#define COSIM_DUPLEX_H

#include "column.h"

/* Moves `bytes` each way over one connection; fails when a byte differs or limit_s passes. */
void duplex_run(struct column *c, uint64_t bytes, unsigned int limit_s);

#endif
