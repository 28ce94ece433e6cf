/* SPDX-License-Identifier: MIT */
/*
 * Why an sk_buff was dropped. Each drop is counted by reason; net_mib_for_each() tells the counts
 * as "SkbDrop" + name. A normal end of life is consume_skb(), not a drop.
 */
#ifndef NET_DROP_REASON_H
#define NET_DROP_REASON_H

/* clang-format off */
#define NET_DROP_CORE(X) \
	X(NotSpecified)      /* kfree_skb() without a reason */ \
	X(NoMemory) \
	X(PacketTooSmall)    /* shorter than its headers say */ \
	X(UnhandledProto)    /* EtherType nobody takes */ \
	X(OtherHost)         /* destination MAC is not ours */ \
	X(DeviceDown)        /* device down or without carrier */ \
	X(QdiscFull)         /* more than tx_queue_len packets wait */ \
	X(GsoFailed)         /* malformed super-segment */

#define NET_DROP_IP(X) \
	X(IpCsum) X(IpInHdr) X(IpInAddrErrors) X(IpMartianSource) X(IpNoProto) X(IpOutNoRoutes) \
	X(IpTooBig)          /* DF and larger than the MTU */ \
	X(FragInvalid) X(FragOverlap) X(FragTimeout) X(FragMemory) \
	X(NeighQueueFull) X(NeighFailed) X(NeighCreateFail) X(ArpInvalid) \
	X(Ipv6ExtHdr)        /* malformed extension header or option, or too many */ \
	X(Ipv6NoNext)        /* "no next header" */ \
	X(NdiscInvalid) X(MldInvalid) \
	X(IcmpCsum) X(IcmpInvalid) X(IcmpUnhandled) X(IcmpBroadcast)

#define NET_DROP_UDP(X) \
	X(UdpCsum) X(UdpInvalid) X(NoSocket) X(SocketRcvbuff)

/* TCP's own, appended to by stack/tcp. */
#define NET_DROP_TCP(X) \
	X(TcpCsum) X(TcpInvalid) X(SocketBacklog) \
	X(TcpNoSocket)       /* no connection and no listener: answered with RST */ \
	X(TcpFlags)          /* flags make no sense in this state */ \
	X(TcpOldData)        /* wholly received before */ \
	X(TcpOverWindow) X(TcpZeroWindow) X(TcpInvalidSequence) X(TcpPaws) X(TcpReset) \
	X(TcpInvalidSyn) X(TcpInvalidAck) X(TcpOldAck) X(TcpClosed) X(TcpOfoDrop) \
	X(TcpRcvBuf) X(TcpProtoMem) X(TcpListenOverflow) X(TcpTimeWait) \
	X(TcpAuthOption)     /* malformed TCP-MD5 or TCP-AO option, or both */ \
	X(TcpMd5NotFound) X(TcpMd5Unexpected) X(TcpMd5Failure) \
	X(TcpAoRequired) X(TcpAoKeyNotFound) X(TcpAoFailure)
/* clang-format on */

#define NET_DROP_ALL(X) NET_DROP_CORE(X) NET_DROP_IP(X) NET_DROP_UDP(X) NET_DROP_TCP(X)

enum skb_drop_reason {
#define NET_DROP_ENUM(name) SKB_DROP_##name,
	NET_DROP_ALL(NET_DROP_ENUM)
#undef NET_DROP_ENUM
		SKB_DROP_COUNT
};

struct sk_buff;
/* Drops one reference, counting the reason. */
void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason);

#endif
