/* SPDX-License-Identifier: MIT */
#ifndef PACKETDRILL_COMMANDS_H
#define PACKETDRILL_COMMANDS_H

#include "run.h"

/* The settings that every script starts with, the same on every back end. */
bool run_default_settings(struct run *r);

#endif
