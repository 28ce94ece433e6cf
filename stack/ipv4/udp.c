// SPDX-License-Identifier: MIT
/* UDP (RFC 768, RFC 1122 section 4.1): sockets by local port, datagrams in and out. */
#include <net/udp.h>
#include "ipv4.h"
#include <net/checksum.h>
#include <net/errno.h>
#include <net/icmp.h>

#define UDP_MAX_PAYLOAD (65535u - 20 - 8)

/* In skb->cb of a queued datagram (data at its payload). */
struct udp_cb {
	struct sockaddr_in from;
};

static struct udp_cb *udp_cb(struct sk_buff *skb)
{
	return (struct udp_cb *)skb->cb;
}

void udp_table_init(struct udp_table *t)
{
	for (unsigned int i = 0; i < UDP_BUCKETS; i++)
		INIT_LIST_HEAD(&t->buckets[i]);
}

static struct list_head *port_bucket(struct net *net, uint16_t port)
{
	return &net->ipv4->udp.buckets[port % UDP_BUCKETS];
}

/* ---- ports ---- */

static bool in_use(struct sock *sk, __be32 addr, uint16_t port)
{
	struct sock *other;

	list_for_each_entry(other, port_bucket(sk->sk_net, port), sk_node) {
		if (other == sk || other->sk_num != port)
			continue;
		if (addr && other->sk_rcv_saddr && addr != other->sk_rcv_saddr)
			continue;
		if (sk->sk_bound_dev && other->sk_bound_dev &&
		    sk->sk_bound_dev != other->sk_bound_dev)
			continue;
		if ((sk->sk_reuse && other->sk_reuse) || (sk->sk_reuseport && other->sk_reuseport))
			continue;
		return true;
	}
	return false;
}

/* RFC 6056 section 3.3.1: a random start, then the next free one. 0: all taken. */
static uint16_t choose_port(struct sock *sk, __be32 addr)
{
	const uint16_t *range = sk->sk_net->sysctl.ip_local_port_range;
	uint32_t count = range[1] - range[0] + 1u, start;

	sk->sk_net->port->ops->random(sk->sk_net->port, &start, sizeof(start));
	for (uint32_t i = 0; i < count; i++) {
		uint16_t port = (uint16_t)(range[0] + (start % count + i) % count);

		if (!in_use(sk, addr, port))
			return port;
	}
	return 0;
}

static void unhash(struct sock *sk)
{
	list_del_init(&sk->sk_node);
	sk->sk_num = 0;
}

/* Soft interrupts off. port 0: any. */
static int get_port(struct sock *sk, __be32 addr, uint16_t port)
{
	if (!port) {
		port = choose_port(sk, addr);
		if (!port)
			return -EAGAIN;
	} else if (in_use(sk, addr, port)) {
		return -EADDRINUSE;
	}
	list_del_init(&sk->sk_node);
	sk->sk_num = port;
	list_add_tail(&sk->sk_node, port_bucket(sk->sk_net, port));
	return 0;
}

static int autobind(struct sock *sk)
{
	int err = 0;

	local_bh_disable(sk->sk_net);
	if (!sk->sk_num)
		err = get_port(sk, sk->sk_rcv_saddr, 0);
	local_bh_enable(sk->sk_net);
	return err;
}

static int udp_bind(struct sock *sk, const struct sockaddr *addr, socklen_t len)
{
	struct inet_endpoint at;
	__be32 local;
	int err = inet_read_sockaddr(sk, addr, len, false, &at);

	if (err)
		return err;
	local = at.addr.s6_addr32[3];

	if (local && inet_addr_type(sk->sk_net, local) == INET_ADDR_UNICAST)
		return -EADDRNOTAVAIL;
	if (sk->sk_num)
		return -EINVAL;
	local_bh_disable(sk->sk_net);
	err = get_port(sk, local, ntohs(at.port));
	if (!err) {
		sk->sk_rcv_saddr = local;
		/* A broadcast or multicast address receives but never sends. */
		inet_sk(sk)->inet_saddr = local && !ip_is_local(sk->sk_net, local) ? 0 : local;
		sk->sk_userlocks |= local ? SOCK_BINDADDR_LOCK : 0;
		sk->sk_userlocks |= at.port ? SOCK_BINDPORT_LOCK : 0;
	}
	local_bh_enable(sk->sk_net);
	return err;
}

/* ---- connecting ---- */

static void disconnect(struct sock *sk)
{
	sk->sk_state = TCP_CLOSE;
	sk->sk_daddr = 0;
	sk->sk_dport = 0;
	inet_sk(sk)->route.generation = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		sk->sk_rcv_saddr = inet_sk(sk)->inet_saddr = 0;
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		unhash(sk);
}

static bool needs_permission(struct sock *sk, __be32 daddr)
{
	return inet_addr_type(sk->sk_net, daddr) == INET_ADDR_BROADCAST && daddr &&
	       !sock_flag(sk, SOCK_BROADCAST);
}

/* Soft interrupts off. */
static int connect_to(struct sock *sk, const struct sockaddr_in *to)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_route rt = {
		.daddr = to->sin_addr.s_addr, .saddr = inet->inet_saddr, .dev = sk->sk_bound_dev};
	int err;

	if (needs_permission(sk, rt.daddr))
		return -EACCES;
	err = ip_route_output(sk->sk_net, &rt);
	if (err)
		return err;
	inet->route = rt;
	inet->inet_saddr = rt.saddr;
	if (!sk->sk_rcv_saddr)
		sk->sk_rcv_saddr = rt.saddr;
	sk->sk_daddr = rt.daddr;
	sk->sk_dport = to->sin_port;
	sk->sk_state = TCP_ESTABLISHED;
	return 0;
}

static int udp_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags)
{
	const struct sockaddr_in *to = (const struct sockaddr_in *)addr;
	int err;

	(void)file_flags;
	if (len < sizeof(addr->sa_family))
		return -EINVAL;
	local_bh_disable(sk->sk_net);
	if (addr->sa_family == AF_UNSPEC) {
		disconnect(sk);
		err = 0;
	} else if (len < sizeof(*to)) {
		err = -EINVAL;
	} else if (addr->sa_family != AF_INET) {
		err = -EAFNOSUPPORT;
	} else {
		err = sk->sk_num ? 0 : get_port(sk, sk->sk_rcv_saddr, 0);
		if (!err)
			err = connect_to(sk, to);
	}
	local_bh_enable(sk->sk_net);
	return err;
}

/* ---- sending ---- */

/* Where this message goes: its own address, or the connection's. */
static int destination(struct sock *sk, const struct msghdr *msg, struct sockaddr_in *to)
{
	if (!msg->msg_name) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		to->sin_addr.s_addr = sk->sk_daddr;
		to->sin_port = sk->sk_dport;
		return 0;
	}
	if (msg->msg_namelen < sizeof(*to))
		return -EINVAL;
	memcpy(to, msg->msg_name, sizeof(*to));
	if (to->sin_family != AF_INET)
		return to->sin_family == AF_UNSPEC ? -EINVAL : -EAFNOSUPPORT;
	return to->sin_port ? 0 : -EINVAL;
}

/* Soft interrupts off. A copy: the cached one may change while the task sleeps for memory. */
static int find_route(struct sock *sk, const struct msghdr *msg, __be32 daddr, struct ip_route *rt)
{
	struct inet_sock *inet = inet_sk(sk);
	int err;

	if (!msg->msg_name && inet->route.generation == sk->sk_net->route_generation) {
		*rt = inet->route;
		return 0;
	}
	if (needs_permission(sk, daddr))
		return -EACCES;
	*rt = (struct ip_route){.daddr = daddr, .saddr = inet->inet_saddr, .dev = sk->sk_bound_dev};
	err = ip_route_output(sk->sk_net, rt);
	if (!err && !msg->msg_name)
		inet->route = *rt;
	return err;
}

static void push_udp_header(struct sk_buff *skb, const struct ip_route *rt, __be16 source,
			    __be16 dest)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	*uh = (struct udphdr){.source = source, .dest = dest, .len = htons((uint16_t)skb->len)};
	uh->check = csum_tcpudp_pseudo(rt->saddr, rt->daddr, skb->len, IPPROTO_UDP);
	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct udphdr, check);
}

int udp_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt, uint16_t source,
		 uint16_t dest)
{
	struct ip_send_info info = {.protocol = IPPROTO_UDP};

	push_udp_header(skb, rt, htons(source), htons(dest));
	NET_INC(net, UdpOutDatagrams);
	return ip_send_skb(net, skb, rt, &info);
}

static int send_datagram(struct sock *sk, const struct msghdr *msg, const struct sockaddr_in *to,
			 struct sk_buff *skb)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ip_send_info info = {.protocol = IPPROTO_UDP, .tos = inet->tos, .ttl = inet->uc_ttl};
	struct net *net = sk->sk_net;
	struct ip_route rt;
	int err;

	local_bh_disable(net);
	err = find_route(sk, msg, to->sin_addr.s_addr, &rt);
	if (err) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
	} else {
		push_udp_header(skb, &rt, htons(sk->sk_num), to->sin_port);
		err = ip_send_skb(net, skb, &rt, &info);
		if (err)
			NET_INC(net, UdpSndbufErrors);
		else
			NET_INC(net, UdpOutDatagrams);
	}
	local_bh_enable(net);
	return err;
}

static long udp_sendmsg(struct sock *sk, const struct msghdr *msg, struct iov_iter *from, int flags)
{
	size_t len = from->count;
	struct sockaddr_in to;
	struct sk_buff *skb;
	int err;

	if (len > UDP_MAX_PAYLOAD)
		return -EMSGSIZE;
	if (flags & MSG_OOB)
		return -EOPNOTSUPP;
	err = destination(sk, msg, &to);
	if (!err)
		err = autobind(sk);
	if (err)
		return err;
	skb = sock_alloc_send_skb(sk, MAX_HEADER, (uint32_t)len, flags, &err);
	if (!skb)
		return err;
	if (copy_from_iter(skb_put(skb, (uint32_t)len), len, from) != len)
		err = -EFAULT;
	if (err)
		kfree_skb(skb);
	else
		err = send_datagram(sk, msg, &to, skb);
	return err ? err : (long)len;
}

/* ---- receiving ---- */

/* -1: not for sk; else the more is bound or connected, the better the match. */
static int match_score(const struct sock *sk, const struct net_device *dev, const struct iphdr *iph,
		       const struct udphdr *uh)
{
	int score = 0;

	if (sk->sk_num != ntohs(uh->dest))
		return -1;
	if (sk->sk_rcv_saddr) {
		if (sk->sk_rcv_saddr != iph->daddr)
			return -1;
		score++;
	}
	if (sk->sk_state == TCP_ESTABLISHED) {
		if (sk->sk_daddr != iph->saddr || sk->sk_dport != uh->source)
			return -1;
		score += 2;
	}
	if (sk->sk_bound_dev) {
		if (sk->sk_bound_dev != dev)
			return -1;
		score++;
	}
	return score;
}

static struct sock *lookup(struct net *net, const struct net_device *dev, const struct iphdr *iph,
			   const struct udphdr *uh)
{
	struct sock *sk, *best = NULL;
	int best_score = -1;

	list_for_each_entry(sk, port_bucket(net, ntohs(uh->dest)), sk_node) {
		int score = match_score(sk, dev, iph, uh);

		if (score > best_score) {
			best_score = score;
			best = sk;
		}
	}
	return best;
}

static void queue_datagram(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	const struct udphdr *uh = (const struct udphdr *)skb_transport_header(skb);
	struct udp_cb *cb = udp_cb(skb);

	memset(cb, 0, sizeof(*cb));
	cb->from.sin_family = AF_INET;
	cb->from.sin_port = uh->source;
	cb->from.sin_addr.s_addr = ip_hdr(skb)->saddr;
	skb_pull(skb, sizeof(*uh));
	if (sock_queue_rcv_skb(sk, skb)) {
		NET_INC(net, UdpInErrors);
		NET_INC(net, UdpRcvbufErrors);
		kfree_skb_reason(skb, SKB_DROP_SocketRcvbuff);
		return;
	}
	NET_INC(net, UdpInDatagrams);
}

/* For one more receiver of a broadcast: headers and payload copied. */
static struct sk_buff *copy_datagram(struct net *net, const struct sk_buff *skb)
{
	uint32_t back = (uint32_t)(skb->data - skb_network_header(skb));
	struct sk_buff *copy = alloc_skb(net, back + skb->len);

	if (!copy)
		return NULL;
	copy->dev = skb->dev;
	copy->pkt_type = skb->pkt_type;
	memcpy(skb_put(copy, back), skb->data - back, back);
	skb_reset_network_header(copy);
	skb_pull(copy, back);
	skb_reset_transport_header(copy);
	skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len);
	return copy;
}

/* RFC 1122 4.1.3.5 and 3.3.6: every matching socket gets a broadcast. */
static void deliver_to_all(struct net *net, struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const struct udphdr *uh = (const struct udphdr *)skb->data;
	struct sock *sk, *last = NULL;

	list_for_each_entry(sk, port_bucket(net, ntohs(uh->dest)), sk_node) {
		struct sk_buff *copy;

		if (match_score(sk, skb->dev, iph, uh) < 0)
			continue;
		if (last && (copy = copy_datagram(net, skb)))
			queue_datagram(net, last, copy);
		last = sk;
	}
	if (last) {
		queue_datagram(net, last, skb);
	} else {
		NET_INC(net, UdpNoPorts);
		kfree_skb_reason(skb, SKB_DROP_NoSocket);
	}
}

static bool udp_checksum_ok(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (!((const struct udphdr *)skb->data)->check || skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	return !csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len, IPPROTO_UDP,
				  skb_checksum(skb, 0, skb->len, 0));
}

int udp_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	const struct udphdr *uh;
	struct sock *sk;
	uint32_t len;

	if (!pskb_may_pull(skb, sizeof(*uh)))
		goto invalid;
	skb_reset_transport_header(skb);
	uh = (const struct udphdr *)skb->data;
	len = ntohs(uh->len);
	if (len < sizeof(*uh) || len > skb->len)
		goto invalid;
	pskb_trim(skb, len);
	if (!udp_checksum_ok(skb)) {
		NET_INC(net, UdpInErrors);
		NET_INC(net, UdpInCsumErrors);
		kfree_skb_reason(skb, SKB_DROP_UdpCsum);
		return 0;
	}
	if (ip_is_broadcast(skb->dev, ip_hdr(skb)->daddr) ||
	    ipv4_is_multicast(ip_hdr(skb)->daddr)) {
		deliver_to_all(net, skb);
		return 0;
	}
	sk = lookup(net, skb->dev, ip_hdr(skb), uh);
	if (sk) {
		queue_datagram(net, sk, skb);
		return 0;
	}
	NET_INC(net, UdpNoPorts);
	icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	kfree_skb_reason(skb, SKB_DROP_NoSocket);
	return 0;
invalid:
	NET_INC(net, UdpInErrors);
	kfree_skb_reason(skb, SKB_DROP_UdpInvalid);
	return 0;
}

void udp_err(struct sk_buff *skb, uint8_t icmp_type, uint8_t icmp_code, uint32_t info)
{
	struct net *net = skb->dev->net;
	const struct iphdr *sent = (const struct iphdr *)skb->data;
	const struct udphdr *uh = (const struct udphdr *)(skb->data + sent->ihl * 4u);
	/* As the answer to it would have looked. */
	struct iphdr answer = {.saddr = sent->daddr, .daddr = sent->saddr};
	struct udphdr answer_uh = {.source = uh->dest, .dest = uh->source};
	struct sock *sk = lookup(net, skb->dev, &answer, &answer_uh);
	int err;

	if (!sk)
		return;
	if (icmp_type == ICMP_DEST_UNREACH && icmp_code == ICMP_FRAG_NEEDED)
		ip_rt_update_pmtu(net, sent->daddr, info);
	else if (icmp_err_convert(icmp_type, icmp_code, &err) && sk->sk_state == TCP_ESTABLISHED) {
		sk->sk_err = err;
		sk_error_report(sk);
	}
}

static long udp_recvmsg(struct sock *sk, struct msghdr *msg, struct iov_iter *to, int flags)
{
	struct sk_buff *skb;
	uint32_t len, copy;
	int err;

	skb = skb_recv_datagram(sk, flags, &err);
	if (!skb)
		return err;
	len = skb->len;
	copy = len < to->count ? len : (uint32_t)to->count;
	err = skb_copy_datagram_iter(skb, 0, to, copy);
	msg->msg_flags = copy < len ? MSG_TRUNC : 0;
	if (msg->msg_name) {
		socklen_t n = sizeof(struct sockaddr_in);

		memcpy(msg->msg_name, &udp_cb(skb)->from,
		       n < msg->msg_namelen ? n : msg->msg_namelen);
		msg->msg_namelen = n;
	}
	consume_skb(skb);
	if (err)
		return err;
	return flags & MSG_TRUNC ? (long)len : (long)copy;
}

/* ---- the rest ---- */

static int udp_shutdown(struct sock *sk, int how_mask)
{
	if (sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	sk->sk_shutdown |= (uint8_t)how_mask;
	sk_state_change(sk);
	return 0;
}

static int udp_ioctl(struct sock *sk, unsigned long request, int *value)
{
	const struct sk_buff *skb;

	switch (request) {
	case SIOCINQ:
		local_bh_disable(sk->sk_net);
		skb = skb_peek(&sk->sk_receive_queue);
		*value = skb ? (int)skb->len : 0;
		local_bh_enable(sk->sk_net);
		return 0;
	case SIOCOUTQ:
		*value = (int)sk->sk_wmem_alloc;
		return 0;
	default:
		return -ENOTTY;
	}
}

static int udp_getname(struct sock *sk, struct sockaddr_storage *addr, bool peer)
{
	if (peer && sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	if (peer)
		return inet_write_sockaddr(sk, &sk->sk_v6_daddr, sk->sk_dport, addr);
	return inet_write_sockaddr(sk, &sk->sk_v6_rcv_saddr, htons(sk->sk_num), addr);
}

static int udp_setsockopt(struct sock *sk, int level, int name, const void *value, socklen_t len)
{
	return level == SOL_IP ? ip_setsockopt(sk, name, value, len) : -ENOPROTOOPT;
}

static int udp_getsockopt(struct sock *sk, int level, int name, void *value, socklen_t *len)
{
	return level == SOL_IP ? ip_getsockopt(sk, name, value, len) : -ENOPROTOOPT;
}

static int udp_init_sock(struct sock *sk)
{
	sk->sk_state = TCP_CLOSE;
	return 0;
}

static void udp_close(struct sock *sk)
{
	struct net *net = sk->sk_net;

	local_bh_disable(net);
	unhash(sk);
	sk->sk_state = TCP_CLOSE;
	skb_queue_purge(&sk->sk_receive_queue);
	sock_put(sk);
	local_bh_enable(net);
}

const struct proto udp_prot = {
	.name = "UDP",
	.obj_size_bytes = sizeof(struct inet_sock),
	.init = udp_init_sock,
	.close = udp_close,
	.bind = udp_bind,
	.connect = udp_connect,
	.sendmsg = udp_sendmsg,
	.recvmsg = udp_recvmsg,
	.shutdown = udp_shutdown,
	.poll = datagram_poll,
	.ioctl = udp_ioctl,
	.getname = udp_getname,
	.setsockopt = udp_setsockopt,
	.getsockopt = udp_getsockopt,
};
