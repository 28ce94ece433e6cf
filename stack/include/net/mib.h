/* SPDX-License-Identifier: MIT */
/*
 * Counters. One list gives the enumerators (MIB_TcpOutSegs) and the names that net_mib_for_each()
 * tells ("TcpOutSegs", as nstat prints them). RFC 4293 (Ip, Icmp), RFC 4113 (Udp), RFC 4022 (Tcp);
 * TcpExt and Softnet as Linux's.
 */
#ifndef NET_MIB_H
#define NET_MIB_H

/* clang-format off */
#define NET_MIB_IP(X) \
	X(IpInReceives) X(IpInHdrErrors) X(IpInAddrErrors) X(IpInUnknownProtos) X(IpInDiscards) \
	X(IpInDelivers) X(IpOutRequests) X(IpOutDiscards) X(IpOutNoRoutes) \
	X(IpReasmTimeout) X(IpReasmReqds) X(IpReasmOKs) X(IpReasmFails) X(IpExtReasmOverlaps) \
	X(IpFragOKs) X(IpFragFails) X(IpFragCreates) X(IpExtInCsumErrors)

#define NET_MIB_ICMP(X) \
	X(IcmpInMsgs) X(IcmpInErrors) X(IcmpInCsumErrors) X(IcmpInDestUnreachs) \
	X(IcmpInTimeExcds) X(IcmpInParmProbs) X(IcmpInRedirects) X(IcmpInEchos) X(IcmpInEchoReps) \
	X(IcmpOutMsgs) X(IcmpOutErrors) X(IcmpOutRateLimitGlobal) X(IcmpOutDestUnreachs) \
	X(IcmpOutTimeExcds) X(IcmpOutParmProbs) X(IcmpOutEchoReps)

#define NET_MIB_IP6(X) \
	X(Ip6InReceives) X(Ip6InHdrErrors) X(Ip6InAddrErrors) X(Ip6InUnknownProtos) \
	X(Ip6InTruncatedPkts) X(Ip6InDelivers) X(Ip6OutRequests) X(Ip6OutNoRoutes) \
	X(Ip6ReasmTimeout) X(Ip6ReasmReqds) X(Ip6ReasmOKs) X(Ip6ReasmFails) X(Ip6ReasmOverlaps) \
	X(Ip6FragOKs) X(Ip6FragFails) X(Ip6FragCreates) X(Ip6DadFailures) \
	X(NdiscFailures) X(NdiscTableFull)

#define NET_MIB_ICMP6(X) \
	X(Icmp6InMsgs) X(Icmp6InErrors) X(Icmp6InCsumErrors) X(Icmp6InDestUnreachs) \
	X(Icmp6InPktTooBigs) X(Icmp6InTimeExcds) X(Icmp6InParmProblems) X(Icmp6InEchos) \
	X(Icmp6InEchoReplies) X(Icmp6InGroupMembQueries) X(Icmp6InRouterAdvertisements) \
	X(Icmp6InNeighborSolicits) X(Icmp6InNeighborAdvertisements) X(Icmp6InRedirects) \
	X(Icmp6OutMsgs) X(Icmp6OutErrors) X(Icmp6OutRateLimitHost) X(Icmp6OutDestUnreachs) \
	X(Icmp6OutPktTooBigs) X(Icmp6OutTimeExcds) X(Icmp6OutParmProblems) \
	X(Icmp6OutEchoReplies) X(Icmp6OutRouterSolicits) X(Icmp6OutNeighborSolicits) \
	X(Icmp6OutNeighborAdvertisements) X(Icmp6OutGroupMembResponses) X(Icmp6OutMLDv2Reports)

#define NET_MIB_UDP6(X) \
	X(Udp6InDatagrams) X(Udp6NoPorts) X(Udp6InErrors) X(Udp6OutDatagrams) \
	X(Udp6RcvbufErrors) X(Udp6SndbufErrors) X(Udp6InCsumErrors)

#define NET_MIB_UDP(X) \
	X(UdpInDatagrams) X(UdpNoPorts) X(UdpInErrors) X(UdpOutDatagrams) X(UdpRcvbufErrors) \
	X(UdpSndbufErrors) X(UdpInCsumErrors)

#define NET_MIB_SOFTNET(X) \
	X(SoftnetProcessed) X(SoftnetTimeSqueezed) X(SoftnetDropped) X(SoftnetRounds) \
	X(GroMergedPackets) X(GroSuperSegments) X(GsoSuperSegments) X(GsoSegments) \
	X(ArpInRequests) X(ArpInReplies) X(ArpOutRequests) X(ArpOutReplies) X(ArpFailures) \
	X(ArpTableFull)

/* RFC 4022. */
#define NET_MIB_TCP(X) \
	X(TcpActiveOpens) X(TcpPassiveOpens) X(TcpAttemptFails) X(TcpEstabResets) X(TcpInSegs) \
	X(TcpOutSegs) X(TcpRetransSegs) X(TcpInErrs) X(TcpOutRsts) X(TcpInCsumErrors)

/* As Linux's. */
#define NET_MIB_TCPEXT(X) \
	X(TcpExtSyncookiesSent) X(TcpExtSyncookiesRecv) X(TcpExtSyncookiesFailed) \
	X(TcpExtTCPReqQFullDoCookies) X(TcpExtTCPFastOpenActive) X(TcpExtTCPFastOpenActiveFail) \
	X(TcpExtTCPFastOpenPassive) X(TcpExtTCPFastOpenPassiveFail) \
	X(TcpExtTCPFastOpenListenOverflow) X(TcpExtTCPFastOpenCookieReqd) \
	X(TcpExtTCPFastOpenPassiveAltKey) X(TcpExtTCPMD5NotFound) X(TcpExtTCPMD5Unexpected) \
	X(TcpExtTCPMD5Failure) X(TcpExtTCPAORequired) X(TcpExtTCPAOBad) \
	X(TcpExtTCPAOKeyNotFound) X(TcpExtTCPAOGood) X(TcpExtTCPAODroppedIcmps) \
	X(TcpExtEmbryonicRsts) X(TcpExtPruneCalled) X(TcpExtTCPRcvCollapsed) \
	X(TcpExtOfoPruned) X(TcpExtRcvPruned) X(TcpExtOutOfWindowIcmps) X(TcpExtTW) \
	X(TcpExtTWRecycled) X(TcpExtPAWSActive) X(TcpExtPAWSEstab) X(TcpExtDelayedACKs) \
	X(TcpExtDelayedACKLocked) X(TcpExtDelayedACKLost) X(TcpExtListenOverflows) \
	X(TcpExtListenDrops) X(TcpExtTCPHPHits) X(TcpExtTCPPureAcks) X(TcpExtTCPHPAcks) \
	X(TcpExtTCPSlowPath) X(TcpExtTCPRenoRecovery) X(TcpExtTCPSackRecovery) \
	X(TcpExtTCPSACKReneging) X(TcpExtTCPSACKReorder) X(TcpExtTCPRenoReorder) \
	X(TcpExtTCPTSReorder) X(TcpExtTCPFullUndo) X(TcpExtTCPPartialUndo) \
	X(TcpExtTCPDSACKUndo) X(TcpExtTCPLossUndo) X(TcpExtTCPLostRetransmit) \
	X(TcpExtTCPRenoFailures) X(TcpExtTCPSackFailures) X(TcpExtTCPLossFailures) \
	X(TcpExtTCPFastRetrans) X(TcpExtTCPSlowStartRetrans) X(TcpExtTCPTimeouts) \
	X(TcpExtTCPLossProbes) X(TcpExtTCPLossProbeRecovery) X(TcpExtTCPRenoRecoveryFail) \
	X(TcpExtTCPSackRecoveryFail) X(TcpExtTCPDSACKOldSent) X(TcpExtTCPDSACKOfoSent) \
	X(TcpExtTCPDSACKRecv) X(TcpExtTCPDSACKOfoRecv) X(TcpExtTCPAbortOnData) \
	X(TcpExtTCPAbortOnClose) X(TcpExtTCPAbortOnMemory) X(TcpExtTCPAbortOnTimeout) \
	X(TcpExtTCPAbortOnLinger) X(TcpExtTCPAbortFailed) X(TcpExtTCPSpuriousRtxHostQueues) \
	X(TcpExtTCPBacklogDrop) X(TcpExtTCPDeferAcceptDrop) X(TcpExtTCPTimeWaitOverflow) \
	X(TcpExtTCPReqQFullDrop) X(TcpExtTCPRetransFail) X(TcpExtTCPRcvCoalesce) \
	X(TcpExtTCPOFOQueue) X(TcpExtTCPOFODrop) X(TcpExtTCPOFOMerge) X(TcpExtTCPChallengeACK) \
	X(TcpExtTCPSYNChallenge) X(TcpExtTCPSpuriousRTOs) X(TcpExtTCPFromZeroWindowAdv) \
	X(TcpExtTCPToZeroWindowAdv) X(TcpExtTCPWantZeroWindowAdv) X(TcpExtTCPSynRetrans) \
	X(TcpExtTCPOrigDataSent) X(TcpExtTCPHystartTrainDetect) X(TcpExtTCPHystartTrainCwnd) \
	X(TcpExtTCPHystartDelayDetect) X(TcpExtTCPHystartDelayCwnd) \
	X(TcpExtTCPACKSkippedSynRecv) X(TcpExtTCPACKSkippedPAWS) X(TcpExtTCPACKSkippedSeq) \
	X(TcpExtTCPACKSkippedFinWait2) X(TcpExtTCPACKSkippedTimeWait) \
	X(TcpExtTCPACKSkippedChallenge) X(TcpExtTCPWinProbe) X(TcpExtTCPKeepAlive) \
	X(TcpExtTCPRcvQDrop) X(TcpExtTCPZeroWindowDrop) X(TcpExtTCPAutoCorking) \
	X(TcpExtTCPAckCompressed) X(TcpExtTCPMemoryPressures) \
	X(TcpExtTCPMTUPSuccess) X(TcpExtTCPMTUPFail)

/* What ran out; each time the caller was told. */
#define NET_MIB_LIMIT(X) \
	X(LimitMemory) X(LimitProcessFiles) X(LimitSystemFiles) X(LimitTcpPorts) X(LimitUdpPorts)

#define NET_MIB_ALL(X)                                                             \
	NET_MIB_IP(X) NET_MIB_ICMP(X) NET_MIB_UDP(X)                               \
	NET_MIB_IP6(X) NET_MIB_ICMP6(X) NET_MIB_UDP6(X)                            \
	NET_MIB_SOFTNET(X) NET_MIB_TCP(X) NET_MIB_TCPEXT(X)                        \
	NET_MIB_LIMIT(X)
/* clang-format on */

enum net_mib {
#define NET_MIB_ENUM(name) MIB_##name,
	NET_MIB_ALL(NET_MIB_ENUM)
#undef NET_MIB_ENUM
		MIB_COUNT
};

/* Users include net_namespace.h, which has struct net. */
#define NET_ADD(net_, name, n) ((net_)->mib[MIB_##name] += (n))
#define NET_INC(net_, name)    NET_ADD(net_, name, 1)

#endif
