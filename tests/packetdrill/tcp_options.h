/* SPDX-License-Identifier: MIT */
/* TCP options between bytes and struct option_spec (RFC 9293, 7323, 2018, 7413, 2385, 5925). */
#ifndef PACKETDRILL_TCP_OPTIONS_H
#define PACKETDRILL_TCP_OPTIONS_H

#include <stdio.h>
#include "packet.h"
#include "script.h"

/* Values as on the wire. False: more than 40 bytes. Padded with EOL to whole words. */
bool options_encode(const struct option_spec *list, struct tcp_fields *out);
/* At most max options; their count, or -1 when malformed. */
int options_decode(const struct tcp_fields *tcp, struct option_spec *out, unsigned int max);
void option_print(FILE *to, const struct option_spec *o);

#endif
