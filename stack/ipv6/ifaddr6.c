// SPDX-License-Identifier: MIT
/*
 * IPv6 addresses of a device: duplicate address detection (RFC 4862 section 5.4), lifetimes (section
 * 5.5.4), and which of them a packet leaves with (RFC 6724 section 5).
 */
#include "ipv6.h"

#define IFADDR6_MAX 32 /* a device: routers must not fill our memory */
#define SECOND_NS   1000000000ull

/* ---- lookup ---- */

static struct ifaddr6 *find_on(const struct net_device *dev, const struct in6_addr *addr)
{
	struct ifaddr6 *ifa;

	if (!in6_dev(dev))
		return NULL;
	list_for_each_entry(ifa, &in6_dev(dev)->addrs, node)
		if (ipv6_addr_equal(&ifa->addr, addr))
			return ifa;
	return NULL;
}

struct ifaddr6 *ifaddr6_find(struct net *net, const struct net_device *dev,
			     const struct in6_addr *addr)
{
	struct net_device *each;

	if (dev)
		return find_on(dev, addr);
	list_for_each_entry(each, &net->devices, node) {
		struct ifaddr6 *ifa = find_on(each, addr);

		if (ifa)
			return ifa;
	}
	return NULL;
}

bool ipv6_is_local(struct net *net, const struct in6_addr *addr)
{
	struct net_device *dev;

	/* The same link-local address may be there twice, usable once. */
	list_for_each_entry(dev, &net->devices, node) {
		const struct ifaddr6 *ifa = find_on(dev, addr);

		if (ifa && ifaddr6_usable(ifa))
			return true;
	}
	return false;
}

const struct ifaddr6 *ifaddr6_linklocal(const struct net_device *dev)
{
	struct ifaddr6 *ifa;

	list_for_each_entry(ifa, &in6_dev(dev)->addrs, node)
		if (ipv6_addr_linklocal(&ifa->addr) && ifaddr6_usable(ifa))
			return ifa;
	return NULL;
}

struct in6_addr ifaddr6_eui64(const struct net_device *dev, const struct in6_addr *prefix)
{
	const uint8_t *mac = dev->dev_addr;
	struct in6_addr a = *prefix;

	a.s6_addr[8] = mac[0] ^ 2; /* universal/local bit, inverted */
	a.s6_addr[9] = mac[1];
	a.s6_addr[10] = mac[2];
	a.s6_addr[11] = 0xff;
	a.s6_addr[12] = 0xfe;
	a.s6_addr[13] = mac[3];
	a.s6_addr[14] = mac[4];
	a.s6_addr[15] = mac[5];
	return a;
}

bool ipv6_prefix_equal(const struct in6_addr *a, const struct in6_addr *b, unsigned int bits)
{
	const unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes))
		return false;
	return !rest || !((a->s6_addr[bytes] ^ b->s6_addr[bytes]) >> (8 - rest));
}

/* ---- life ---- */

static void set_state(struct ifaddr6 *ifa, enum ifaddr6_state state)
{
	ifa->state = state;
	route_generation_next(ifa->dev->net);
}

/* To the end of the next lifetime. */
static void arm_lifetimes(struct ifaddr6 *ifa)
{
	struct net *net = ifa->dev->net;
	uint64_t next_ns =
		ifa->state == IFADDR6_PREFERRED ? ifa->preferred_until_ns : ifa->valid_until_ns;

	if (ifa->valid_until_ns < next_ns)
		next_ns = ifa->valid_until_ns;
	if (next_ns == UINT64_MAX)
		timer_del(net, &ifa->timer);
	else
		timer_mod(net, &ifa->timer, next_ns);
}

static void lifetime_ended(struct ifaddr6 *ifa)
{
	if (port_time_ns(ifa->dev->net->port) >= ifa->valid_until_ns) {
		ifaddr6_remove(ifa);
		return;
	}
	set_state(ifa, IFADDR6_DEPRECATED);
	arm_lifetimes(ifa);
}

static void dad_passed(struct ifaddr6 *ifa)
{
	const bool deprecated = port_time_ns(ifa->dev->net->port) >= ifa->preferred_until_ns;

	set_state(ifa, deprecated ? IFADDR6_DEPRECATED : IFADDR6_PREFERRED);
	arm_lifetimes(ifa);
	wake_up(&in6_dev(ifa->dev)->wq, 0);
	if (ipv6_addr_linklocal(&ifa->addr))
		autoconf6_start(ifa->dev);
}

/* Nobody has objected for a while: ask again, or it is ours. */
static void dad_step(struct ifaddr6 *ifa)
{
	struct net *net = ifa->dev->net;
	const struct in6_addr to = ipv6_solicited_node(&ifa->addr);

	if (!ifa->probes_left) {
		dad_passed(ifa);
		return;
	}
	ifa->probes_left--;
	timer_mod(net, &ifa->timer, port_time_ns(net->port) + in6_dev(ifa->dev)->times.retrans_ns);
	ndisc_send_ns(ifa->dev, &ifa->addr, &IN6ADDR_ANY, &to);
}

static void ifaddr6_timer(struct timer_list *t)
{
	struct ifaddr6 *ifa = container_of(t, struct ifaddr6, timer);

	if (ifa->state == IFADDR6_TENTATIVE)
		dad_step(ifa);
	else
		lifetime_ended(ifa);
}

void ifaddr6_start_dad(struct ifaddr6 *ifa, uint64_t delay_ns)
{
	struct net *net = ifa->dev->net;

	if (ifa->state == IFADDR6_DUPLICATE)
		return;
	if (ifa->dev == net->loopback || !net->sysctl.ipv6_dad_transmits) {
		dad_passed(ifa);
		mld_changed(ifa->dev);
		return;
	}
	set_state(ifa, IFADDR6_TENTATIVE);
	ifa->probes_left = (uint8_t)net->sysctl.ipv6_dad_transmits;
	mld_changed(ifa->dev);
	timer_mod(net, &ifa->timer, port_time_ns(net->port) + delay_ns);
}

void ifaddr6_dad_failed(struct ifaddr6 *ifa)
{
	struct net *net = ifa->dev->net;

	NET_INC(net, Ip6DadFailures);
	net->port->ops->log(net->port, 4, "IPv6: another host has our address: it is not used");
	timer_del(net, &ifa->timer);
	set_state(ifa, IFADDR6_DUPLICATE);
	mld_changed(ifa->dev);
}

struct ifaddr6 *ifaddr6_add(struct net_device *dev, const struct in6_addr *addr, uint8_t prefix_len)
{
	struct inet6_dev *in6 = in6_dev(dev);
	struct ifaddr6 *ifa;

	if (in6->addr_count >= IFADDR6_MAX)
		return NULL;
	ifa = port_alloc(dev->net->port, sizeof(*ifa));
	if (!ifa)
		return NULL;
	*ifa = (struct ifaddr6){.dev = dev,
				.addr = *addr,
				.prefix_len = prefix_len,
				.state = IFADDR6_WAITS,
				.preferred_until_ns = UINT64_MAX,
				.valid_until_ns = UINT64_MAX};
	timer_setup(&ifa->timer, ifaddr6_timer);
	list_add_tail(&ifa->node, &in6->addrs);
	in6->addr_count++;
	if (in6->ready)
		ifaddr6_start_dad(ifa, 0);
	return ifa;
}

void ifaddr6_remove(struct ifaddr6 *ifa)
{
	struct net_device *dev = ifa->dev;
	struct net *net = dev->net;

	timer_del(net, &ifa->timer);
	list_del_init(&ifa->node);
	in6_dev(dev)->addr_count--;
	port_free(net->port, ifa, sizeof(*ifa));
	route_generation_next(net);
	mld_changed(dev);
}

static uint64_t until_ns(struct net *net, uint32_t lifetime_s)
{
	if (lifetime_s == IPV6_LIFETIME_INFINITE)
		return UINT64_MAX;
	return port_time_ns(net->port) + lifetime_s * SECOND_NS;
}

void ifaddr6_set_lifetimes(struct ifaddr6 *ifa, uint32_t preferred_s, uint32_t valid_s)
{
	ifa->preferred_until_ns = until_ns(ifa->dev->net, preferred_s);
	ifa->valid_until_ns = until_ns(ifa->dev->net, valid_s);
	if (!ifaddr6_usable(ifa))
		return;
	set_state(ifa, preferred_s ? IFADDR6_PREFERRED : IFADDR6_DEPRECATED);
	arm_lifetimes(ifa);
}

/* ---- source address selection ---- */

/* RFC 4291 section 2.7: 2 link-local, 14 global. */
static unsigned int scope(const struct in6_addr *a)
{
	if (ipv6_addr_multicast(a))
		return a->s6_addr[1] & 0xf;
	return ipv6_addr_linklocal(a) || inet_addr_loopback(a) ? 2 : 14;
}

static unsigned int common_bits(const struct in6_addr *a, const struct in6_addr *b)
{
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t differs = ntohl(a->s6_addr32[i] ^ b->s6_addr32[i]);

		if (differs)
			return i * 32 + (unsigned int)__builtin_clz(differs);
	}
	return 128;
}

/* Whether a is a better source for daddr than b: rules 1, 2, 3 and 8. */
static bool better(const struct ifaddr6 *a, const struct ifaddr6 *b, const struct in6_addr *daddr)
{
	const unsigned int sa = scope(&a->addr), sb = scope(&b->addr), sd = scope(daddr);
	const bool a_same = ipv6_addr_equal(&a->addr, daddr);

	if (a_same || ipv6_addr_equal(&b->addr, daddr))
		return a_same;
	if (sa != sb) /* the smallest that reaches; if none does, the largest */
		return sa < sb ? sa >= sd : sb < sd;
	if (a->state != b->state)
		return a->state == IFADDR6_PREFERRED;
	return common_bits(&a->addr, daddr) > common_bits(&b->addr, daddr);
}

const struct ifaddr6 *ipv6_select_source(const struct net_device *dev, const struct in6_addr *daddr)
{
	const struct ifaddr6 *best = NULL;
	struct ifaddr6 *ifa;

	list_for_each_entry(ifa, &in6_dev(dev)->addrs, node)
		if (ifaddr6_usable(ifa) && (!best || better(ifa, best, daddr)))
			best = ifa;
	return best;
}
