/* SPDX-License-Identifier: MIT */
/*
 * Receive side scaling (fact sheet 5.5): which addresses and ports of a frame are hashed, the
 * Toeplitz hash of them, and the receive queue that the redirection table gives for it.
 */
#ifndef RINGSIDE_REF_RSS_H
#define RINGSIDE_REF_RSS_H

#include "layers.h"
#include "registers.h"

namespace ringside::ref
{

struct RssResult {
	std::uint32_t type = 0; /* as the descriptor reports it; 0: nothing was hashed */
	std::uint32_t hash = 0;
	unsigned int queue = 0;
};

RssResult scale(const Registers &registers, const std::uint8_t *frame, const Layers &l);

} // namespace ringside::ref

#endif
