/* SPDX-License-Identifier: MIT */
/*
 * Packet split (fact sheet 5.6): four buffers a descriptor, the headers of an IP packet in the
 * first of them. How many bytes go where; Receive moves them.
 */
#ifndef RINGSIDE_REF_SPLIT_H
#define RINGSIDE_REF_SPLIT_H

#include <array>
#include <cstddef>

#include "layers.h"
#include "registers.h"

namespace ringside::ref
{

constexpr std::uint32_t split_descriptor_units = 2; /* of a ring's 16 bytes */
constexpr unsigned int split_buffers = 4;

using SplitShare = std::array<std::size_t, split_buffers>; /* bytes in each buffer */

/* Descriptors are split ones: by RCTL.DTYP, and RFCTL.EXTEN for what is not legacy. */
bool split_enabled(const Registers &registers);

/* PSRCTL may be written so: neither of the first two buffers has no size (trap 8). */
bool split_sizes_valid(std::uint32_t psrctl);

/* Bytes of header that get a buffer of their own; 0: the packet is not split. */
std::size_t split_header(const Registers &registers, const Layers &l);

/* What the next descriptor takes of the bytes left; the first takes the header. */
SplitShare split_share(const Registers &registers, std::size_t header, std::size_t left,
		       bool first);

} // namespace ringside::ref

#endif
