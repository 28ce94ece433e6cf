/* SPDX-License-Identifier: MIT */
/* Configuration text, "key=value,key=value", as platform.h documents it for platform, card, wire.
 */
#ifndef RINGSIDE_HW_CONFIG_H
#define RINGSIDE_HW_CONFIG_H

#include <string>

#include "hw/card.h"
#include "hw/wire.h"

namespace ringside
{

/* Each throws Error(-EINVAL) with one line; NULL and "" mean all defaults. */
TimeConfig parse_time_config(const char *text);
CardConfig parse_card_config(const char *text);
WireConfig parse_wire_config(const char *text);

} // namespace ringside
#endif
