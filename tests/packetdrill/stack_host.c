// SPDX-License-Identifier: MIT
#include "stack_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/if_ether.h>
#include <net/sysctl.h>

#define ARP_FRAME_BYTES	    42
#define ICMP6_TARGET	    48 /* of a neighbour solicitation: its offset behind the IPv6 header's begin */
#define ICMP6_SOLICITATION  135
#define ICMP6_ADVERTISEMENT 136
#define REST_LIMIT	    (3000 * HOST_SECOND)

static const uint8_t gateway_mac[ETH_ALEN] = {0x02, 0, 0, 0, 0, 0xfe};

void stack_host_do(struct stack_host *s, void (*fn)(void *arg), void *arg)
{
	if (!host_spawn(s->host, "runner", fn, arg))
		abort();
	while (!host_run_tasks(s->world, HOST_SECOND))
		;
}

/* ---- frames ---- */

static struct packet *to_ethernet(struct stack_host *s, const struct packet *p)
{
	struct packet *frame = packet_copy(NULL, ETH_HLEN + p->len, 0);
	uint16_t type = p->bytes[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP;

	memcpy(frame->bytes, s->dev->dev_addr, ETH_ALEN);
	memcpy(frame->bytes + ETH_ALEN, gateway_mac, ETH_ALEN);
	frame->bytes[12] = (uint8_t)(type >> 8);
	frame->bytes[13] = (uint8_t)type;
	memcpy(frame->bytes + ETH_HLEN, p->bytes, p->len);
	return frame;
}

/* RFC 826: whoever is asked for, it is the gateway's interface. */
static void answer_arp(struct stack_host *s, const uint8_t *frame, uint32_t len)
{
	struct packet *reply;
	uint8_t *f;

	if (len < ARP_FRAME_BYTES || frame[21] != 1 ||
	    !memcmp(frame + 38, s->addresses.local.bytes, 4))
		return;
	reply = packet_copy(frame, ARP_FRAME_BYTES, 0);
	f = reply->bytes;
	memcpy(f, frame + ETH_ALEN, ETH_ALEN);
	memcpy(f + ETH_ALEN, gateway_mac, ETH_ALEN);
	f[21] = 2;
	memcpy(f + 22, gateway_mac, ETH_ALEN);
	memcpy(f + 28, frame + 38, 4);
	memcpy(f + 32, frame + 22, 10);
	reply->next = s->neighbour_replies;
	s->neighbour_replies = reply;
}

/* RFC 4861, 7.2.4: a solicited advertisement for whatever address is asked for. */
static void answer_solicitation(struct stack_host *s, const struct packet *solicitation)
{
	struct addresses a = {.version = 6};
	struct packet *advertisement, *frame;
	uint8_t body[24] = {[16] = 2, 1};

	memcpy(body, solicitation->bytes + ICMP6_TARGET, 16);
	memcpy(body + 18, gateway_mac, ETH_ALEN);
	memcpy(a.local.bytes, body, 16);
	memcpy(a.remote.bytes, solicitation->bytes + 8, 16);
	advertisement = packet_icmp(&a, &(struct ip_fields){.ttl = 255}, ICMP6_ADVERTISEMENT, 0,
				    0xe0000000, body, sizeof(body));
	frame = to_ethernet(s, advertisement);
	frame->next = s->neighbour_replies;
	s->neighbour_replies = frame;
	free(advertisement);
}

/* Messages of IPv6 about itself: neighbours, routers, multicast groups. */
static bool is_housekeeping(struct stack_host *s, const struct packet *p)
{
	struct packet_view v;

	if (p->bytes[0] >> 4 != 6)
		return false;
	if (p->bytes[6] == 0) /* hop-by-hop: multicast listener reports */
		return true;
	if (packet_decode(p, &v) || v.protocol != IP_PROTOCOL_ICMPV6 || v.icmp_type < 130)
		return false;
	if (v.icmp_type == ICMP6_SOLICITATION && p->len >= ICMP6_TARGET + 16 &&
	    memcmp(p->bytes + ICMP6_TARGET, s->addresses.local.bytes, 16) != 0)
		answer_solicitation(s, p);
	return true;
}

void stack_host_frame(struct stack_host *s, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	uint32_t type = len < ETH_HLEN ? 0 : (uint32_t)frame[12] << 8 | frame[13];

	if (type == ETH_P_ARP) {
		answer_arp(s, frame, len);
	} else if (type == ETH_P_IP || type == ETH_P_IPV6) {
		struct packet *p = packet_copy(frame + ETH_HLEN, len - ETH_HLEN, time_ns);

		if (is_housekeeping(s, p)) {
			free(p);
		} else {
			*s->end = p;
			s->end = &p->next;
		}
	}
	host_stop(s->world);
}

/* Runs until then or until something came out. True: something did. */
static bool run_until(struct stack_host *s, uint64_t until_ns)
{
	bool stopped = host_run_until(s->world, until_ns) == HOST_RUN_STOPPED;

	while (s->neighbour_replies) {
		struct packet *reply = s->neighbour_replies;

		s->neighbour_replies = reply->next;
		s->inject(s, reply->bytes, (uint32_t)reply->len);
		free(reply);
	}
	return stopped;
}

/* ---- start ---- */

static uint32_t ipv4_number(const struct address *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	       (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

static int configure(struct stack_host *s, const struct addresses *a)
{
	struct in6_addr local, gateway;

	if (a->version == 4)
		return net_ipv4_configure(s->dev, ipv4_number(&a->local), a->prefix_len,
					  ipv4_number(&a->gateway));
	memcpy(&local, a->local.bytes, sizeof(local));
	memcpy(&gateway, a->gateway.bytes, sizeof(gateway));
	net_sysctl(s->net)->ipv6_dad_transmits = 0;
	return net_ipv6_configure(s->dev, &local, a->prefix_len, &gateway);
}

bool stack_host_add_addresses(struct stack_host *s, const struct addresses *a)
{
	uint64_t until_ns = host_now_ns(s->world) + HOST_SECOND;
	bool good = configure(s, a) == 0;

	while (run_until(s, until_ns))
		;
	return good;
}

bool stack_host_start(struct stack_host *s, const struct addresses *a, char *error,
		      size_t error_len)
{
	uint64_t until_ns = host_now_ns(s->world) + HOST_SECOND;

	s->addresses = *a;
	s->end = &s->first;
	s->net = host_net(s->host);
	if (configure(s, a)) {
		snprintf(error, error_len, "the stack refuses its address");
		return false;
	}
	/* It announces its address. */
	while (run_until(s, until_ns))
		;
	s->files = files_create(s->net, 0);
	return s->files;
}

/* ---- operations ---- */

uint64_t stack_host_now_ns(struct backend *b)
{
	return host_now_ns(stack_host(b)->world);
}

void stack_host_wait(struct backend *b, uint64_t until_ns)
{
	run_until(stack_host(b), until_ns);
}

void stack_host_send(struct backend *b, const struct packet *p)
{
	struct stack_host *s = stack_host(b);
	uint64_t until_ns = host_now_ns(s->world) + s->settle_ns;
	struct packet *frame = to_ethernet(s, p);

	s->inject(s, frame->bytes, (uint32_t)frame->len);
	free(frame);
	while (run_until(s, until_ns))
		;
}

struct packet *stack_host_receive(struct backend *b)
{
	struct stack_host *s = stack_host(b);
	struct packet *p = s->first;

	if (p) {
		s->first = p->next;
		if (!s->first)
			s->end = &s->first;
	}
	return p;
}

struct task_call {
	struct stack_host *host;
	struct call *call;
};

static void call_task(void *arg)
{
	struct task_call t = *(struct task_call *)arg;

	free(arg);
	t.call->result = stack_call_perform(t.host->files, t.call);
	t.call->ended = true;
	t.call->ended_ns = host_now_ns(t.host->world);
	host_stop(t.host->world);
}

void stack_host_call(struct backend *b, struct call *c)
{
	struct stack_host *s = stack_host(b);
	struct task_call *t = malloc(sizeof(*t));

	if (!t)
		abort();
	*t = (struct task_call){s, c};
	if (!host_spawn(s->host, "call", call_task, t))
		abort();
	while (run_until(s, host_now_ns(s->world)))
		;
}

static void close_files(void *arg)
{
	files_destroy(((struct stack_host *)arg)->files);
}

/* Orphans and TIME_WAIT end by their timers. */
bool stack_host_rest(struct stack_host *s, uint64_t objects, char *error, size_t error_len)
{
	uint64_t limit_ns = host_now_ns(s->world) + REST_LIMIT;
	struct packet *p;

	stack_host_do(s, close_files, s);
	while (net_objects_alive(s->net) > objects && host_now_ns(s->world) < limit_ns) {
		run_until(s, host_now_ns(s->world) + HOST_SECOND);
		while ((p = stack_host_receive(&s->base)))
			free(p);
	}
	if (net_objects_alive(s->net) <= objects)
		return true;
	snprintf(error, error_len, "leak: %llu objects of the stack are left %llu s after the end",
		 (unsigned long long)(net_objects_alive(s->net) - objects),
		 (unsigned long long)(REST_LIMIT / HOST_SECOND));
	return false;
}
