/* SPDX-License-Identifier: MIT */
/* All counters of guest, stack, driver and card in Prometheus' text format. */
#ifndef APPS_METRICS_H
#define APPS_METRICS_H

#include <stddef.h>

struct guest;

/* Writes up to `size` bytes; returns how many. Lines that do not fit are left out whole. */
size_t metrics_write(struct guest *g, char *buf, size_t size);

#endif
