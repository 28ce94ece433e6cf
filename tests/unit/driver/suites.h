/* SPDX-License-Identifier: MIT */
#ifndef DRIVER_SUITES_H
#define DRIVER_SUITES_H

#include "fake_card.h"

Suite *probe_suite(void);
Suite *tx_suite(void);
Suite *rx_suite(void);
Suite *irq_suite(void);
Suite *watchdog_suite(void);
Suite *dma_map_suite(void);

#endif
