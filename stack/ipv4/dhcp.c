// SPDX-License-Identifier: MIT
/*
 * DHCP client (RFC 2131, options RFC 2132): leases an IPv4 address for a device and keeps it. It is
 * driven by its timer and by a UDP socket whose waiter is a function, both in soft interrupt;
 * net_dhcp_configure() only starts it and waits. The device has no address meanwhile: requests go
 * out by broadcast and ask for broadcast answers (section 4.1).
 *
 * Not done: the probe of the leased address and DHCPDECLINE (a SHOULD, section 3.1 item 5).
 */
#include "dhcp.h"
#include <net/errno.h>
#include <net/udp.h>

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_MAGIC	 0x63825363u
#define BOOTP_MIN_BYTES	 300 /* RFC 1542 section 2.1 */
#define OPTIONS_BYTES	 64

#define SECOND_NS	  1000000000ull
#define RETRY_FIRST_S	  4
#define RETRY_MAX_S	  64
#define REQUEST_TRIES	  4  /* of a DHCPREQUEST before the search begins anew */
#define RENEW_RETRY_MIN_S 60 /* section 4.4.5 */
#define LEASE_INFINITE	  0xffffffffu
#define LEASE_MIN_S	  60 /* a shorter lease would only make traffic */

enum dhcp_message { DISCOVER = 1, OFFER = 2, REQUEST = 3, DECLINE = 4, ACK = 5, NAK = 6 };

enum dhcp_option {
	OPT_PAD = 0,
	OPT_MASK = 1,
	OPT_ROUTER = 3,
	OPT_REQUESTED = 50,
	OPT_LEASE = 51,
	OPT_MESSAGE = 53,
	OPT_SERVER = 54,
	OPT_PARAMETERS = 55,
	OPT_T1 = 58,
	OPT_T2 = 59,
	OPT_CLIENT_ID = 61,
	OPT_END = 255,
};

struct dhcp_packet {
	uint8_t op, htype, hlen, hops;
	__be32 xid;
	__be16 secs, flags;
	__be32 ciaddr, yiaddr, siaddr, giaddr;
	uint8_t chaddr[16], sname[64], file[128];
	__be32 magic;
	uint8_t options[OPTIONS_BYTES];
} __attribute__((packed));

/* What an answer offers; 0 where it says nothing. */
struct dhcp_answer {
	uint8_t message;
	__be32 addr, mask, router, server;
	uint32_t lease_s, t1_s, t2_s;
};

enum dhcp_state { SELECTING, REQUESTING, BOUND, RENEWING, REBINDING };

struct dhcp_client {
	struct net_device *dev;
	struct sock *sk;
	struct wait_queue_entry on_data;
	struct wait_queue_head bound_wq;
	struct timer_list timer;
	enum dhcp_state state;
	__be32 xid;
	unsigned int tries;
	uint64_t began_ns; /* of this search, for `secs` */
	struct dhcp_answer lease;
	uint64_t leased_ns; /* when the request of the lease was sent (section 4.4.1) */
	uint64_t sent_ns;
};

static uint64_t now_ns(const struct dhcp_client *c)
{
	return port_time_ns(c->dev->net->port);
}

static uint32_t random_u32(const struct dhcp_client *c)
{
	uint32_t r;

	c->dev->net->port->ops->random(c->dev->net->port, &r, sizeof(r));
	return r;
}

/* ---- messages out ---- */

static uint8_t *put_option(uint8_t *at, enum dhcp_option option, const void *value, uint8_t len)
{
	*at++ = (uint8_t)option;
	*at++ = len;
	memcpy(at, value, len);
	return at + len;
}

static void put_options(const struct dhcp_client *c, uint8_t *at, enum dhcp_message message)
{
	static const uint8_t wanted[] = {OPT_MASK,   OPT_ROUTER, OPT_LEASE,
					 OPT_SERVER, OPT_T1,	 OPT_T2};
	uint8_t type = (uint8_t)message, id[1 + ETH_ALEN] = {1};

	memcpy(id + 1, c->dev->dev_addr, ETH_ALEN);
	at = put_option(at, OPT_MESSAGE, &type, 1);
	at = put_option(at, OPT_CLIENT_ID, id, sizeof(id));
	at = put_option(at, OPT_PARAMETERS, wanted, sizeof(wanted));
	if (c->state == REQUESTING) { /* section 4.3.2: only while selecting */
		at = put_option(at, OPT_REQUESTED, &c->lease.addr, 4);
		at = put_option(at, OPT_SERVER, &c->lease.server, 4);
	}
	*at = OPT_END;
}

static void send_message(struct dhcp_client *c, enum dhcp_message message)
{
	struct net *net = c->dev->net;
	bool unicast = c->state == RENEWING, has_addr = unicast || c->state == REBINDING;
	struct ip_route rt = {
		.daddr = unicast ? c->lease.server : htonl(INADDR_BROADCAST),
		.saddr = has_addr ? c->lease.addr : 0,
		.dev = c->dev,
	};
	struct sk_buff *skb = alloc_skb(net, MAX_HEADER + BOOTP_MIN_BYTES + OPTIONS_BYTES);
	struct dhcp_packet *p;

	if (!skb)
		return; /* as if lost: the timer sends again */
	skb_reserve(skb, MAX_HEADER);
	p = skb_put(skb, sizeof(*p));
	memset(p, 0, sizeof(*p));
	p->op = 1;
	p->htype = 1;
	p->hlen = ETH_ALEN;
	p->xid = c->xid;
	p->secs = htons((uint16_t)((now_ns(c) - c->began_ns) / SECOND_NS));
	p->flags = has_addr ? 0 : htons(0x8000);
	p->ciaddr = has_addr ? c->lease.addr : 0;
	memcpy(p->chaddr, c->dev->dev_addr, ETH_ALEN);
	p->magic = htonl(DHCP_MAGIC);
	put_options(c, p->options, message);
	c->sent_ns = now_ns(c);
	if (ip_route_output(net, &rt))
		kfree_skb_reason(skb, SKB_DROP_IpOutNoRoutes);
	else
		udp_send_skb(net, skb, &rt, DHCP_CLIENT_PORT, DHCP_SERVER_PORT);
}

/* ---- states ---- */

/* Section 4.1: 4, 8, .. 64 s, each with up to a second more or less. */
static void arm_retry(struct dhcp_client *c)
{
	uint64_t delay_s = c->tries > 4 ? RETRY_MAX_S : (uint64_t)RETRY_FIRST_S << c->tries;
	uint64_t jitter_ns = (uint64_t)random_u32(c) * 2 * SECOND_NS >> 32;

	timer_mod(c->dev->net, &c->timer, now_ns(c) + delay_s * SECOND_NS - SECOND_NS + jitter_ns);
	c->tries++;
}

static void search(struct dhcp_client *c)
{
	c->state = SELECTING;
	c->tries = 0;
	c->xid = random_u32(c);
	c->began_ns = now_ns(c);
	memset(&c->lease, 0, sizeof(c->lease));
	send_message(c, DISCOVER);
	arm_retry(c);
}

static void lose_address(struct dhcp_client *c)
{
	ipv4_set_address(c->dev, 0, 0, 0);
	search(c);
}

static uint64_t lease_time_ns(const struct dhcp_client *c, uint32_t seconds)
{
	return c->leased_ns + seconds * SECOND_NS;
}

/* Section 4.4.5: half of the time that is left, at least a minute, and not beyond the end. */
static void arm_renewal(struct dhcp_client *c, uint64_t end_ns)
{
	uint64_t now = now_ns(c), left = end_ns > now ? end_ns - now : 0;
	uint64_t wait =
		left / 2 > RENEW_RETRY_MIN_S * SECOND_NS ? left / 2 : RENEW_RETRY_MIN_S * SECOND_NS;

	timer_mod(c->dev->net, &c->timer, now + (wait < left ? wait : left));
}

static void renew(struct dhcp_client *c)
{
	uint64_t now = now_ns(c);

	if (now >= lease_time_ns(c, c->lease.lease_s)) {
		lose_address(c);
		return;
	}
	if (c->state == BOUND)
		c->xid = random_u32(c);
	c->state = now >= lease_time_ns(c, c->lease.t2_s) ? REBINDING : RENEWING;
	send_message(c, REQUEST);
	arm_renewal(c, lease_time_ns(c, c->state == RENEWING ? c->lease.t2_s : c->lease.lease_s));
}

static void dhcp_timer(struct timer_list *t)
{
	struct dhcp_client *c = container_of(t, struct dhcp_client, timer);

	switch (c->state) {
	case SELECTING:
		send_message(c, DISCOVER);
		arm_retry(c);
		break;
	case REQUESTING:
		if (c->tries >= REQUEST_TRIES) {
			search(c);
			break;
		}
		send_message(c, REQUEST);
		arm_retry(c);
		break;
	case BOUND:
	case RENEWING:
	case REBINDING:
		renew(c);
		break;
	}
}

static unsigned int mask_len(__be32 mask)
{
	return mask ? 32 - (unsigned int)__builtin_ctz(ntohl(mask)) : 0;
}

static bool same_config(const struct dhcp_client *c, const struct dhcp_answer *a)
{
	struct net_ipv4_info info;

	net_ipv4_info(c->dev, &info);
	return info.addr == ntohl(a->addr) && info.mask == ntohl(a->mask) &&
	       info.gateway == ntohl(a->router);
}

static void bind_lease(struct dhcp_client *c, const struct dhcp_answer *a)
{
	__be32 server = a->server ? a->server : c->lease.server;

	c->lease = *a;
	c->lease.server = server;
	c->leased_ns = c->sent_ns;
	c->state = BOUND;
	if (!same_config(c, a))
		ipv4_set_address(c->dev, ntohl(a->addr), mask_len(a->mask), ntohl(a->router));
	if (a->lease_s == LEASE_INFINITE)
		timer_del(c->dev->net, &c->timer);
	else
		timer_mod(c->dev->net, &c->timer, lease_time_ns(c, a->t1_s));
	wake_up(&c->bound_wq, 0);
}

static void handle_answer(struct dhcp_client *c, const struct dhcp_answer *a)
{
	if (c->state == SELECTING && a->message == OFFER && a->server) {
		c->lease = *a;
		c->state = REQUESTING;
		c->tries = 0;
		send_message(c, REQUEST);
		arm_retry(c);
	} else if (c->state == SELECTING || c->state == BOUND) {
		return; /* nothing was asked that it could answer */
	} else if (a->message == ACK && a->lease_s) {
		bind_lease(c, a);
	} else if (a->message == NAK) {
		lose_address(c);
	}
}

/* ---- messages in ---- */

static __be32 option_be32(const uint8_t *value)
{
	__be32 v;

	memcpy(&v, value, sizeof(v));
	return v;
}

static void parse_option(struct dhcp_answer *a, uint8_t option, const uint8_t *value, uint8_t len)
{
	if (option == OPT_MESSAGE && len == 1) {
		a->message = value[0];
		return;
	}
	if (len < 4) /* a list of routers has more */
		return;
	switch (option) {
	case OPT_MASK:
		a->mask = option_be32(value);
		break;
	case OPT_ROUTER:
		a->router = option_be32(value);
		break;
	case OPT_SERVER:
		a->server = option_be32(value);
		break;
	case OPT_LEASE:
		a->lease_s = get_unaligned_be32(value);
		break;
	case OPT_T1:
		a->t1_s = get_unaligned_be32(value);
		break;
	case OPT_T2:
		a->t2_s = get_unaligned_be32(value);
		break;
	}
}

/* What the server left out or got wrong gets its default. */
static void complete_answer(struct dhcp_answer *a)
{
	uint32_t inverse = ~ntohl(a->mask);

	if (!a->mask || (inverse & (inverse + 1))) { /* no mask, or one with holes: by class */
		uint32_t first = ntohl(a->addr) >> 24;

		a->mask = htonl(first < 128 ? 0xff000000 : first < 192 ? 0xffff0000 : 0xffffff00);
	}
	if (a->lease_s && a->lease_s < LEASE_MIN_S)
		a->lease_s = LEASE_MIN_S;
	if (!a->t2_s || a->t2_s >= a->lease_s)
		a->t2_s = (uint32_t)((uint64_t)a->lease_s * 7 / 8);
	if (!a->t1_s || a->t1_s >= a->t2_s)
		a->t1_s = a->lease_s / 2;
}

/* skb: data at the DHCP message. false: not an answer to our question, or malformed. */
static bool parse_answer(const struct dhcp_client *c, const struct sk_buff *skb,
			 struct dhcp_answer *a)
{
	uint32_t at = offsetof(struct dhcp_packet, options);
	struct dhcp_packet p;
	uint8_t head[2], value[255];

	if (skb_copy_bits(skb, 0, &p, at) || p.op != 2 || p.htype != 1 || p.hlen != ETH_ALEN ||
	    p.xid != c->xid || p.magic != htonl(DHCP_MAGIC) ||
	    memcmp(p.chaddr, c->dev->dev_addr, ETH_ALEN))
		return false;
	memset(a, 0, sizeof(*a));
	a->addr = p.yiaddr;
	while (!skb_copy_bits(skb, at, head, 1) && head[0] != OPT_END) {
		if (head[0] == OPT_PAD) {
			at++;
			continue;
		}
		if (skb_copy_bits(skb, at, head, 2) || skb_copy_bits(skb, at + 2, value, head[1]))
			return false; /* an option that ends behind the message */
		parse_option(a, head[0], value, head[1]);
		at += 2u + head[1];
	}
	if (a->message == OFFER || a->message == ACK) {
		if (ipv4_is_zeronet(a->addr) || ipv4_is_multicast(a->addr) ||
		    ipv4_is_loopback(a->addr) || ipv4_is_lbcast(a->addr))
			return false;
		complete_answer(a);
	}
	return true;
}

/* The socket's waiter: soft interrupt. */
static void dhcp_receive(struct wait_queue_entry *e, uint32_t key)
{
	struct dhcp_client *c = container_of(e, struct dhcp_client, on_data);
	struct dhcp_answer answer;
	struct sk_buff *skb;

	(void)key;
	while ((skb = skb_dequeue(&c->sk->sk_receive_queue))) {
		if (parse_answer(c, skb, &answer))
			handle_answer(c, &answer);
		consume_skb(skb);
	}
}

/* ---- life ---- */

static int open_socket(struct dhcp_client *c)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(DHCP_CLIENT_PORT)};
	int err;

	c->sk = sk_alloc(c->dev->net, AF_INET, &udp_prot, SOCK_DGRAM, IPPROTO_UDP);
	if (!c->sk)
		return -ENOMEM;
	c->sk->sk_bound_dev = c->dev;
	err = udp_prot.bind(c->sk, (const struct sockaddr *)&any, sizeof(any));
	if (err)
		udp_prot.close(c->sk);
	return err;
}

static struct dhcp_client *dhcp_start(struct net_device *dev, int *err)
{
	struct net *net = dev->net;
	struct dhcp_client *c = port_alloc(net->port, sizeof(*c));

	*err = -ENOMEM;
	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->dev = dev;
	timer_setup(&c->timer, dhcp_timer);
	init_waitqueue_head(&c->bound_wq, net->port);
	*err = open_socket(c);
	if (*err) {
		port_free(net->port, c, sizeof(*c));
		return NULL;
	}
	c->on_data.func = dhcp_receive;
	add_wait_queue(&c->sk->sk_wq, &c->on_data);
	in_dev(dev)->dhcp = c;
	search(c);
	return c;
}

void dhcp_stop(struct net_device *dev)
{
	struct dhcp_client *c = in_dev(dev) ? in_dev(dev)->dhcp : NULL;

	if (!c)
		return;
	in_dev(dev)->dhcp = NULL;
	timer_del(dev->net, &c->timer);
	remove_wait_queue(&c->sk->sk_wq, &c->on_data);
	udp_prot.close(c->sk);
	port_free(dev->net->port, c, sizeof(*c));
}

int net_dhcp_configure(struct net_device *dev, uint64_t timeout_ns)
{
	struct net *net = dev->net;
	struct dhcp_client *c = NULL;
	bool bound;
	int err;

	if (!dev->up)
		return -ENETDOWN;
	local_bh_disable(net);
	err = net_ipv4_configure(dev, 0, 0, 0); /* ends an earlier client too */
	if (!err)
		c = dhcp_start(dev, &err);
	local_bh_enable(net);
	if (err)
		return err;
	wait_event(&c->bound_wq, c->state == BOUND, timeout_ns);
	local_bh_disable(net);
	bound = c->state == BOUND;
	if (!bound)
		dhcp_stop(dev);
	local_bh_enable(net);
	return bound ? 0 : -ETIMEDOUT;
}
