/* SPDX-License-Identifier: MIT */
/* Values of expressions. */
#ifndef PACKETDRILL_EXPR_H
#define PACKETDRILL_EXPR_H

#include "run.h"

/* Integers, constants, htons(), and these joined by |. False: the run has failed. */
bool expr_integer(struct run *r, const struct expr *e, int64_t *value);
/* The value of a field of {name=value, ...}, or NULL. */
const struct expr *expr_field(const struct expr *e, const char *name);
bool expr_is_ellipsis(const struct expr *e);

#endif
