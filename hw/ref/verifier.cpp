// SPDX-License-Identifier: MIT
/* Pseudo headers: RFC 9293 section 3.1, RFC 768, RFC 8200 section 8.1. */
#include "verifier.h"

#include "checksum.h"

namespace ringside::ref
{
namespace
{

constexpr std::uint8_t proto_tcp = 6, proto_udp = 17;
constexpr std::uint16_t sums_to_zero = 0xffff;

void verify_transport(Verdict &v, const std::uint8_t *frame, const Layers &l)
{
	const bool udp = l.transport == Layers::Transport::udp;
	const std::uint8_t *transport = frame + l.l3_end;
	const std::size_t covered = udp ? load16(transport + 4) : l.end - l.l3_end;
	const std::uint16_t addresses = l.network == Layers::Network::ipv4
						? ones_sum(frame + l.l3 + 12, 8)
						: ones_sum(frame + l.l3 + 8, 32);

	if (udp && load16(transport + 6) == 0)
		return; /* the sender did not compute one */
	v.transport_checked = true;
	v.transport_bad = fold(std::uint64_t{addresses} + (udp ? proto_udp : proto_tcp) + covered +
			       ones_sum(transport, covered)) != sums_to_zero;
}

} // namespace

Verdict verify(const std::uint8_t *frame, const Layers &l)
{
	Verdict v;

	if (l.network == Layers::Network::ipv4) {
		const std::size_t header = (frame[l.l3] & 0xf) * std::size_t{4};

		v.ip_checked = true;
		v.ip_bad = ones_sum(frame + l.l3, header) != sums_to_zero;
	}
	if (l.transport != Layers::Transport::none && !l.final_hidden)
		verify_transport(v, frame, l);
	return v;
}

} // namespace ringside::ref
