/* SPDX-License-Identifier: MIT */
/*
 * Checksum verification of received frames (fact sheet 5.4): judges IPv4 headers, TCP and UDP that
 * are whole and inside the frame, and says nothing about the rest.
 */
#ifndef RINGSIDE_REF_VERIFIER_H
#define RINGSIDE_REF_VERIFIER_H

#include "layers.h"

namespace ringside::ref
{

struct Verdict {
	bool ip_checked = false, ip_bad = false;
	bool transport_checked = false, transport_bad = false;
};

/* l: the layers of this frame. */
Verdict verify(const std::uint8_t *frame, const Layers &l);

} // namespace ringside::ref

#endif
