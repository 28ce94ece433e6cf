// SPDX-License-Identifier: MIT
/*
 * UDP (RFC 768, RFC 1122 section 4.1) over both IP versions: sockets by local port, datagrams in and
 * out. What only IPv6 has is ipv6/udp6.c.
 */
#include <net/udp.h>
#include "ipv4.h"
#include <net/checksum.h>
#include <net/errno.h>
#include <net/icmp.h>

#define UDP_MAX_PAYLOAD (65535u - 20 - 8)

/* In skb->cb of a queued datagram (data at its payload). */
struct udp_cb {
	struct in6_addr from;
	__be16 port;
	uint32_t scope_id;
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

/* Would be a conflict for sk bound to the address it has. */
static bool in_use(struct sock *sk, uint16_t port)
{
	struct sock *other;

	list_for_each_entry(other, port_bucket(sk->sk_net, port), sk_node) {
		if (other == sk || other->sk_num != port)
			continue;
		if (!inet_rcv_saddr_overlap(sk, other))
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
static uint16_t choose_port(struct sock *sk)
{
	const uint16_t *range = sk->sk_net->sysctl.ip_local_port_range;
	uint32_t count = range[1] - range[0] + 1u, start;

	sk->sk_net->port->ops->random(sk->sk_net->port, &start, sizeof(start));
	for (uint32_t i = 0; i < count; i++) {
		uint16_t port = (uint16_t)(range[0] + (start % count + i) % count);

		if (!in_use(sk, port))
			return port;
	}
	NET_INC(sk->sk_net, LimitUdpPorts);
	return 0;
}

static void unhash(struct sock *sk)
{
	list_del_init(&sk->sk_node);
	sk->sk_num = 0;
}

/* Soft interrupts off. port 0: any. */
static int get_port(struct sock *sk, uint16_t port)
{
	if (!port) {
		port = choose_port(sk);
		if (!port)
			return -EADDRINUSE;
	} else if (in_use(sk, port)) {
		return -EADDRINUSE;
	}
	list_del_init(&sk->sk_node);
	sk->sk_num = port;
	list_add_tail(&sk->sk_node, port_bucket(sk->sk_net, port));
	return 0;
}

/* Soft interrupts off. Some port, if sk has none; that there is none is another error than bind()'s. */
static int any_port(struct sock *sk)
{
	return sk->sk_num || !get_port(sk, 0) ? 0 : -EAGAIN;
}

static int autobind(struct sock *sk)
{
	int err;

	local_bh_disable(sk->sk_net);
	err = any_port(sk);
	local_bh_enable(sk->sk_net);
	return err;
}

/* Soft interrupts off. */
static int bind_to(struct sock *sk, const struct inet_endpoint *at)
{
	const bool any = inet_addr_any(&at->addr);
	const enum inet_addr_type type =
		any ? INET_ADDR_LOCAL : inet_af_ops(&at->addr)->addr_type(sk->sk_net, &at->addr);
	int err;

	if (type == INET_ADDR_UNICAST)
		return -EADDRNOTAVAIL;
	if (sk->sk_num)
		return -EINVAL;
	sk->sk_v6_rcv_saddr = at->addr;
	err = get_port(sk, ntohs(at->port));
	if (err) {
		inet_reset_saddr(sk);
		return err;
	}
	/* A broadcast or multicast address receives but never sends. */
	inet_sk(sk)->inet_v6_saddr =
		type == INET_ADDR_LOCAL ? at->addr : inet_family_any(sk->sk_family);
	sk->sk_userlocks |= any ? 0 : SOCK_BINDADDR_LOCK;
	sk->sk_userlocks |= at->port ? SOCK_BINDPORT_LOCK : 0;
	return 0;
}

static int udp_bind(struct sock *sk, const struct sockaddr *addr, socklen_t len)
{
	struct inet_endpoint at;
	int err = inet_read_sockaddr(sk, addr, len, false, &at);

	if (err)
		return err;
	local_bh_disable(sk->sk_net);
	err = inet_bind_scope(sk, &at);
	if (!err)
		err = bind_to(sk, &at);
	local_bh_enable(sk->sk_net);
	return err;
}

/* ---- connecting ---- */

static void disconnect(struct sock *sk)
{
	sk->sk_state = TCP_CLOSE;
	inet_reset_daddr(sk);
	inet_sk(sk)->route.generation = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		unhash(sk);
}

static bool needs_permission(struct sock *sk, const struct in6_addr *daddr)
{
	return !inet_addr_any(daddr) && ipv6_addr_v4mapped(daddr) &&
	       !sock_flag(sk, SOCK_BROADCAST) &&
	       inet_addr_type(sk->sk_net, daddr->s6_addr32[3]) == INET_ADDR_BROADCAST;
}

/* Where sk's datagrams to `to` go, and from which address. Soft interrupts off. */
static int route_to(struct sock *sk, const struct inet_endpoint *to, struct ip_route *rt,
		    struct in6_addr *saddr)
{
	const bool v4 = ipv6_addr_v4mapped(&to->addr);
	struct net_device *dev = sk->sk_bound_dev;
	int err;

	if (needs_permission(sk, &to->addr))
		return -EACCES;
	*saddr = inet_sk(sk)->inet_v6_saddr;
	if (ipv6_addr_v4mapped(saddr) != v4) {
		if (!inet_addr_any(saddr))
			return -EAFNOSUPPORT;
		*saddr = inet_family_any(v4 ? AF_INET : AF_INET6);
	}
	err = inet_scope_device(sk, to, &dev);
	if (err)
		return err;
	return inet_af_ops(&to->addr)->route(sk->sk_net, rt, saddr, &to->addr, dev);
}

/* Soft interrupts off. */
static int connect_to(struct sock *sk, struct inet_endpoint *to)
{
	struct inet_sock *inet = inet_sk(sk);
	struct in6_addr saddr;
	struct ip_route rt;
	int err;

	inet_this_host(&to->addr);
	err = route_to(sk, to, &rt, &saddr);
	if (err)
		return err;
	inet->route = rt;
	inet->inet_v6_saddr = saddr;
	if (inet_addr_any(&sk->sk_v6_rcv_saddr))
		sk->sk_v6_rcv_saddr = saddr;
	sk->sk_v6_daddr = to->addr;
	sk->sk_dport = to->port;
	if (ipv6_addr_linklocal(&to->addr))
		sk->sk_bound_dev = rt.local ? sk->sk_bound_dev : rt.dev;
	sk->sk_state = TCP_ESTABLISHED;
	return 0;
}

/* An AF_INET6 socket may be given IPv4 addresses as such too. */
static int read_address(const struct sock *sk, const struct sockaddr *addr, socklen_t len,
			struct inet_endpoint *to)
{
	struct sockaddr_in sin;

	if (sk->sk_family == AF_INET || addr->sa_family != AF_INET)
		return inet_read_sockaddr(sk, addr, len, true, to);
	if (sk->sk_ipv6only)
		return -ENETUNREACH;
	if (len < sizeof(sin))
		return -EINVAL;
	memcpy(&sin, addr, sizeof(sin));
	*to = (struct inet_endpoint){.addr = in6_from_v4(sin.sin_addr.s_addr),
				     .port = sin.sin_port};
	return 0;
}

static int udp_connect(struct sock *sk, const struct sockaddr *addr, socklen_t len, int file_flags)
{
	struct inet_endpoint to;
	int err = 0;

	(void)file_flags;
	if (len < sizeof(addr->sa_family))
		return -EINVAL;
	local_bh_disable(sk->sk_net);
	if (addr->sa_family == AF_UNSPEC) {
		disconnect(sk);
	} else {
		err = read_address(sk, addr, len, &to);
		if (!err)
			err = any_port(sk);
		if (!err)
			err = connect_to(sk, &to);
	}
	local_bh_enable(sk->sk_net);
	return err;
}

/* ---- sending ---- */

/* Where this message goes: its own address, or the connection's. */
static int destination(struct sock *sk, const struct msghdr *msg, struct inet_endpoint *to)
{
	const struct sockaddr *name = msg->msg_name;
	int err;

	if (!name) {
		if (sk->sk_state != TCP_ESTABLISHED)
			return -EDESTADDRREQ;
		*to = (struct inet_endpoint){.addr = sk->sk_v6_daddr, .port = sk->sk_dport};
		return 0;
	}
	if (msg->msg_namelen < sizeof(name->sa_family) || name->sa_family == AF_UNSPEC)
		return -EINVAL;
	err = read_address(sk, name, msg->msg_namelen, to);
	if (err) /* an unknown family: Linux's two versions differ */
		return err == -EAFNOSUPPORT && sk->sk_family == AF_INET6 ? -EINVAL : err;
	inet_this_host(&to->addr);
	return to->port ? 0 : -EINVAL;
}

/* Soft interrupts off. A copy: the cached one may change while the task sleeps for memory. */
static int find_route(struct sock *sk, const struct msghdr *msg, const struct inet_endpoint *to,
		      struct ip_route *rt, struct in6_addr *saddr)
{
	struct inet_sock *inet = inet_sk(sk);
	int err;

	if (!msg->msg_name && inet->route.generation == sk->sk_net->route_generation) {
		*rt = inet->route;
		*saddr = inet->inet_v6_saddr;
		return 0;
	}
	err = route_to(sk, to, rt, saddr);
	if (!err && !msg->msg_name)
		inet->route = *rt;
	return err;
}

static void push_udp_header(struct sk_buff *skb, __be16 source, __be16 dest)
{
	struct udphdr *uh = skb_push(skb, sizeof(*uh));

	*uh = (struct udphdr){.source = source, .dest = dest, .len = htons((uint16_t)skb->len)};
	skb_reset_transport_header(skb);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct udphdr, check);
}

int udp_send_skb(struct net *net, struct sk_buff *skb, struct ip_route *rt, uint16_t source,
		 uint16_t dest)
{
	struct ip_send_info info = {.protocol = IPPROTO_UDP};

	push_udp_header(skb, htons(source), htons(dest));
	((struct udphdr *)skb->data)->check =
		csum_tcpudp_pseudo(rt->saddr, rt->daddr, skb->len, IPPROTO_UDP);
	NET_INC(net, UdpOutDatagrams);
	return ip_send_skb(net, skb, rt, &info);
}

static int send_v4(struct sock *sk, struct sk_buff *skb, struct ip_route *rt)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ip_send_info info = {
		.protocol = IPPROTO_UDP, .tos = inet->tos, .ttl = inet->uc_ttl};

	((struct udphdr *)skb->data)->check =
		csum_tcpudp_pseudo(rt->saddr, rt->daddr, skb->len, IPPROTO_UDP);
	return ip_send_skb(sk->sk_net, skb, rt, &info);
}

static int send_datagram(struct sock *sk, const struct msghdr *msg, const struct inet_endpoint *to,
			 struct sk_buff *skb)
{
	const bool v4 = ipv6_addr_v4mapped(&to->addr);
	struct net *net = sk->sk_net;
	struct in6_addr saddr;
	struct ip_route rt;
	int err;

	local_bh_disable(net);
	err = find_route(sk, msg, to, &rt, &saddr);
	if (err) {
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
	} else {
		push_udp_header(skb, htons(sk->sk_num), to->port);
		err = v4 ? send_v4(sk, skb, &rt) : udp_v6_send(sk, skb, &rt);
		if (err)
			net->mib[v4 ? MIB_UdpSndbufErrors : MIB_Udp6SndbufErrors]++;
		else
			net->mib[v4 ? MIB_UdpOutDatagrams : MIB_Udp6OutDatagrams]++;
	}
	local_bh_enable(net);
	return err;
}

static long udp_sendmsg(struct sock *sk, const struct msghdr *msg, struct iov_iter *from, int flags)
{
	size_t len = from->count;
	struct inet_endpoint to;
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

/* Whether sk listens at daddr: 0 not at all, else the more exactly the more. */
static int address_score(const struct sock *sk, const struct in6_addr *daddr)
{
	const struct in6_addr *bound = &sk->sk_v6_rcv_saddr;
	const bool v4 = ipv6_addr_v4mapped(daddr);

	if (ipv6_addr_equal(bound, daddr))
		return 4;
	if (v4 ? ipv6_addr_equal(bound, &IN6ADDR_V4_ANY) : ipv6_addr_any(bound))
		return 2;
	return v4 && ipv6_addr_any(bound) && !sk->sk_ipv6only;
}

/* 0: not for sk; else the more is bound or connected, the better the match. */
static int match_score(const struct sock *sk, const struct inet_flow *f)
{
	int score;

	if (sk->sk_num != f->dport)
		return 0;
	score = address_score(sk, &f->daddr);
	if (!score)
		return 0;
	if (sk->sk_state == TCP_ESTABLISHED) {
		if (!ipv6_addr_equal(&sk->sk_v6_daddr, &f->saddr) ||
		    sk->sk_dport != htons(f->sport))
			return 0;
		score += 16;
	}
	if (sk->sk_bound_dev) {
		if (sk->sk_bound_dev != f->dev)
			return 0;
		score += 8;
	}
	return score;
}

static struct sock *lookup(struct net *net, const struct inet_flow *f)
{
	struct sock *sk, *best = NULL;
	int best_score = 0;

	list_for_each_entry(sk, port_bucket(net, f->dport), sk_node) {
		int score = match_score(sk, f);

		if (score > best_score) {
			best_score = score;
			best = sk;
		}
	}
	return best;
}

static void queue_datagram(struct net *net, struct sock *sk, struct sk_buff *skb,
			   const struct inet_flow *f)
{
	const bool v4 = ipv6_addr_v4mapped(&f->saddr);
	struct udp_cb *cb = udp_cb(skb);

	*cb = (struct udp_cb){.from = f->saddr,
			      .port = htons(f->sport),
			      .scope_id = ipv6_addr_linklocal(&f->saddr) ? f->dev->ifindex : 0};
	skb_pull(skb, sizeof(struct udphdr));
	if (sock_queue_rcv_skb(sk, skb)) {
		net->mib[v4 ? MIB_UdpInErrors : MIB_Udp6InErrors]++;
		net->mib[v4 ? MIB_UdpRcvbufErrors : MIB_Udp6RcvbufErrors]++;
		kfree_skb_reason(skb, SKB_DROP_SocketRcvbuff);
		return;
	}
	net->mib[v4 ? MIB_UdpInDatagrams : MIB_Udp6InDatagrams]++;
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
void udp_deliver_to_all(struct net *net, struct sk_buff *skb, const struct inet_flow *f)
{
	const bool v4 = ipv6_addr_v4mapped(&f->daddr);
	struct sock *sk, *last = NULL;

	list_for_each_entry(sk, port_bucket(net, f->dport), sk_node) {
		struct sk_buff *copy;

		if (!match_score(sk, f))
			continue;
		if (last && (copy = copy_datagram(net, skb)))
			queue_datagram(net, last, copy, f);
		last = sk;
	}
	if (last) {
		queue_datagram(net, last, skb, f);
	} else {
		net->mib[v4 ? MIB_UdpNoPorts : MIB_Udp6NoPorts]++;
		kfree_skb_reason(skb, SKB_DROP_NoSocket);
	}
}

bool udp_deliver(struct net *net, struct sk_buff *skb, const struct inet_flow *f)
{
	struct sock *sk = lookup(net, f);

	if (sk)
		queue_datagram(net, sk, skb, f);
	return sk != NULL;
}

void udp_icmp_error(struct net *net, const struct inet_flow *f, int err)
{
	struct sock *sk = lookup(net, f);

	if (!sk || sk->sk_state != TCP_ESTABLISHED)
		return;
	sk->sk_err = err;
	sk_error_report(sk);
}

bool udp_is_ours(struct net *net, const struct inet_flow *f)
{
	return lookup(net, f) != NULL;
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
	struct inet_flow f;
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
	f = (struct inet_flow){.saddr = in6_from_v4(ip_hdr(skb)->saddr),
			       .daddr = in6_from_v4(ip_hdr(skb)->daddr),
			       .sport = ntohs(uh->source),
			       .dport = ntohs(uh->dest),
			       .dev = skb->dev};
	if (ip_is_broadcast(skb->dev, ip_hdr(skb)->daddr) ||
	    ipv4_is_multicast(ip_hdr(skb)->daddr)) {
		udp_deliver_to_all(net, skb, &f);
		return 0;
	}
	if (udp_deliver(net, skb, &f))
		return 0;
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
	const struct inet_flow f = {.saddr = in6_from_v4(sent->daddr),
				    .daddr = in6_from_v4(sent->saddr),
				    .sport = ntohs(uh->dest),
				    .dport = ntohs(uh->source),
				    .dev = skb->dev};
	int err;

	if (!udp_is_ours(net, &f))
		return;
	if (icmp_type == ICMP_DEST_UNREACH && icmp_code == ICMP_FRAG_NEEDED)
		ip_rt_update_pmtu(net, sent->daddr, info);
	else if (icmp_err_convert(icmp_type, icmp_code, &err))
		udp_icmp_error(net, &f, err);
}

/* Who sent it, as far as there is room. */
static void put_name(const struct sock *sk, struct msghdr *msg, const struct udp_cb *cb)
{
	struct sockaddr_storage name;
	const socklen_t len =
		(socklen_t)inet_write_sockaddr(sk, &cb->from, cb->port, cb->scope_id, &name);

	memcpy(msg->msg_name, &name, len < msg->msg_namelen ? len : msg->msg_namelen);
	msg->msg_namelen = len;
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
	if (msg->msg_name)
		put_name(sk, msg, udp_cb(skb));
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

static int udp_getname(struct sock *sk, struct sockaddr_storage *addr, enum name_of of)
{
	if (of != NAME_LOCAL && sk->sk_state != TCP_ESTABLISHED)
		return -ENOTCONN;
	if (of != NAME_LOCAL)
		return inet_write_sockaddr(sk, &sk->sk_v6_daddr, sk->sk_dport, inet_scope_id(sk),
					   addr);
	return inet_write_sockaddr(sk, &sk->sk_v6_rcv_saddr, htons(sk->sk_num), inet_scope_id(sk),
				   addr);
}

static int udp_setsockopt(struct sock *sk, int level, int name, const void *value, socklen_t len)
{
	return inet_setsockopt(sk, level, name, value, len);
}

static int udp_getsockopt(struct sock *sk, int level, int name, void *value, socklen_t *len)
{
	return inet_getsockopt(sk, level, name, value, len);
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
