// SPDX-License-Identifier: MIT
/*
 * Initial sequence numbers by RFC 6528: a clock that ticks every 64 ns plus a keyed hash of the
 * connection's addresses, so that others cannot guess them and a reincarnation starts higher. The
 * time stamp clock is offset the same way, by host pair, so that uptime is not told.
 */
#include <net/tcp.h>

#define ISN_CLOCK_SHIFT 6

uint32_t tcp_isn(struct net *net, const struct in6_addr *saddr, const struct in6_addr *daddr,
		 uint16_t sport, uint16_t dport)
{
	const struct siphash_key *key = &net->tcp->isn_key;
	const uint64_t hash = siphash_2u64(inet_addr_pair_hash(saddr, daddr, key),
					   (uint32_t)sport << 16 | dport, key);

	return (uint32_t)hash + (uint32_t)(port_time_ns(net->port) >> ISN_CLOCK_SHIFT);
}

uint32_t tcp_ts_offset(struct net *net, const struct in6_addr *saddr, const struct in6_addr *daddr)
{
	const struct siphash_key *key = &net->tcp->ts_key;

	return (uint32_t)siphash_1u64(inet_addr_pair_hash(saddr, daddr, key), key);
}
