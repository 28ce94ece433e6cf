/* SPDX-License-Identifier: MIT */
/* packetdrill's scripts set sysctls of the kernel they run on: we take them from there. */
#ifndef PACKETDRILL_SO_SETTINGS_H
#define PACKETDRILL_SO_SETTINGS_H

#include "../backend.h"

void so_read_settings(struct backend *b);

#endif
