// SPDX-License-Identifier: MIT
/*
 * Packets of a script: inbound ones are made and sent, outbound ones compared field by field with
 * what the stack sent. Payload follows a pattern (flow.h), so that its bytes are compared too.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include "icmp_names.h"
#include "tcp_md5.h"
#include "tcp_options.h"

#define OPTIONS_MAX 40
#define TS_TICK_NS  1000000 /* RFC 7323 clock of Linux and ours: 1 ms */

/* ---- which connection ---- */

static struct flow *flow_of_ports(struct run *r, uint16_t local_port, uint16_t remote_port)
{
	struct flow *f = flow_find(r->flows, local_port, remote_port);

	return f ? f : flow_new(&r->flows, local_port, remote_port);
}

static struct flow *inbound_flow(struct run *r, const struct packet_spec *spec)
{
	if (spec->src_port != UNSPECIFIED)
		r->flow = flow_of_ports(r, (uint16_t)spec->dst_port, (uint16_t)spec->src_port);
	else if (!r->flow)
		r->flow = flow_new(&r->flows, r->local_port, r->remote_port);
	return r->flow;
}

/* A connection that the stack opens shows its port in its first packet. */
static bool outbound_flow(struct run *r, const struct event *e, const struct packet_view *v)
{
	const struct packet_spec *spec = e->packet;
	bool opens = (v->tcp.flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;

	if (spec->src_port != UNSPECIFIED) {
		if (spec->src_port != v->src_port || spec->dst_port != v->dst_port)
			return run_fail(r, e->line, "expected ports %d > %d, got %u > %u",
					spec->src_port, spec->dst_port, v->src_port, v->dst_port);
		r->flow = flow_of_ports(r, v->src_port, v->dst_port);
		return true;
	}
	if (r->flow && r->flow->local_port == v->src_port && r->flow->remote_port == v->dst_port &&
	    !(opens && r->opening))
		return true;
	if (r->flow && !opens && v->protocol == IP_PROTOCOL_TCP)
		return run_fail(
			r, e->line, "a packet of another connection: ports %u > %u, not %u > %u",
			v->src_port, v->dst_port, r->flow->local_port, r->flow->remote_port);
	r->flow = flow_of_ports(r, v->src_port, v->dst_port);
	if (opens && r->opening)
		flow_restart(r->flow);
	r->opening = false;
	return true;
}

/* ---- inbound ---- */

static uint8_t *stream_payload(uint32_t offset, size_t len)
{
	uint8_t *bytes = malloc(len ? len : 1);

	if (!bytes)
		abort();
	for (size_t i = 0; i < len; i++)
		bytes[i] = stream_byte(offset + (uint32_t)i);
	return bytes;
}

/* A SYN with another number than the one before may begin the connection anew: if the stack answers
 * it with a SYN of its own. */
static void note_remote_isn(struct flow *f, const struct packet_spec *spec)
{
	if (!(spec->flags & FLAG_SYN))
		return;
	if (f->remote_isn_known && f->remote_isn != spec->seq && !(spec->flags & FLAG_ACK)) {
		f->reopening = true;
		f->next_remote_isn = spec->seq;
		return;
	}
	f->remote_isn = spec->seq;
	f->remote_isn_known = true;
}

/* The option as it goes on the wire: with the stack's own numbers put in. */
static struct option_spec wire_option(const struct flow *f, const struct option_spec *o,
				      uint8_t flags)
{
	struct option_spec w = *o;

	if (o->kind == OPTION_TS && (flags & FLAG_ACK))
		w.echo = flow_stamp_to_wire(f, o->echo);
	for (unsigned int i = 0; o->kind == OPTION_SACK && i < o->count; i++) {
		w.block[i].start = flow_to_wire(f, o->block[i].start);
		w.block[i].end = flow_to_wire(f, o->block[i].end);
	}
	if (o->kind == OPTION_MD5 && !o->count)
		w.count = TCP_MD5_BYTES;
	if (o->kind == OPTION_AO)
		w.count = TCP_AO_MAC_BYTES;
	return w;
}

/* The stack has a key by this id for what it sends (inbound: receives). NULL: it has none. */
static const struct ao_key *ao_key(const struct run *r, uint32_t id, bool inbound)
{
	for (unsigned int i = 0; i < r->ao_key_count; i++)
		if ((inbound ? r->ao_keys[i].rcvid : r->ao_keys[i].sndid) == id)
			return &r->ao_keys[i];
	return NULL;
}

/* The initial numbers as the sender of a segment sees them (RFC 5925, 5.2): a SYN knows its own. */
static void ao_numbers(const struct flow *f, const struct tcp_fields *tcp, bool inbound,
		       struct ao_segment *s)
{
	const uint32_t local = flow_to_wire(f, f->local_isn), remote = f->remote_isn;
	const bool syn = (tcp->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;

	s->src_isn = inbound ? remote : local;
	s->dst_isn = syn ? 0 : inbound ? local : remote;
}

static bool sign_ao(struct run *r, const struct event *e, const struct tcp_fields *tcp,
		    const uint8_t *payload, struct option_spec *wire)
{
	const struct ao_key *key = ao_key(r, wire->value, true);
	struct ao_segment s = {.src = r->addresses.remote.bytes,
			       .dst = r->addresses.local.bytes,
			       .ip_version = r->addresses.version,
			       .tcp = tcp,
			       .payload = payload,
			       .len = e->packet->payload_len};

	if (!key)
		return run_fail(r, e->line, "ao: no key was set that has rcvid=%u", wire->value);
	ao_numbers(r->flow, tcp, true, &s);
	ao_segment_mac(&s, key, wire->bytes);
	return true;
}

/* "md5" without digits: the right digest; so with "ao". Options have their length already. */
static bool sign(struct run *r, const struct event *e, struct tcp_fields *tcp,
		 const uint8_t *payload, struct option_spec *wire)
{
	const struct option_spec *o = e->packet->options;

	for (; o; o = o->next, wire++) {
		if (o->kind == OPTION_AO && !sign_ao(r, e, tcp, payload, wire))
			return false;
		if (o->kind != OPTION_MD5 || o->count)
			continue;
		if (!r->md5_key)
			return run_fail(r, e->line, "md5: no key was set by TCP_MD5SIG");
		tcp_md5_digest(r->addresses.remote.bytes, r->addresses.local.bytes,
			       r->addresses.version, tcp, payload, e->packet->payload_len,
			       r->md5_key, wire->bytes);
	}
	return true;
}

static bool inbound_options(struct run *r, const struct event *e, const struct flow *f,
			    struct tcp_fields *tcp, const uint8_t *payload)
{
	struct option_spec wire[OPTIONS_MAX];
	unsigned int count = 0;

	for (const struct option_spec *o = e->packet->options; o; o = o->next) {
		if (count == OPTIONS_MAX)
			return run_fail(r, e->line, "too many options");
		wire[count] = wire_option(f, o, e->packet->flags);
		wire[count].next = o->next ? &wire[count + 1] : NULL;
		count++;
	}
	if (!options_encode(count ? wire : NULL, tcp))
		return run_fail(r, e->line, "options longer than 40 bytes");
	return sign(r, e, tcp, payload, wire) && options_encode(count ? wire : NULL, tcp);
}

static struct ip_fields inbound_ip(const struct packet_spec *spec)
{
	struct ip_fields ip = {.inbound = true, .bad_checksum = spec->bad_checksum};

	if (spec->tos != UNSPECIFIED)
		ip.tos = (uint8_t)spec->tos;
	if (spec->ecn != UNSPECIFIED)
		ip.tos = (uint8_t)((ip.tos & ~3) | spec->ecn);
	if (spec->ttl != UNSPECIFIED)
		ip.ttl = (uint8_t)spec->ttl;
	return ip;
}

static struct packet *build_tcp(struct run *r, const struct event *e)
{
	const struct packet_spec *spec = e->packet;
	struct flow *f = inbound_flow(r, spec);
	struct ip_fields ip = inbound_ip(spec);
	struct tcp_fields tcp = {
		.src_port = f->remote_port, .dst_port = f->local_port, .flags = spec->flags};
	struct packet *p;
	uint8_t *payload;

	note_remote_isn(f, spec);
	tcp.seq = spec->seq;
	tcp.ack = spec->flags & FLAG_ACK ? flow_to_wire(f, spec->ack) : spec->ack;
	tcp.window = spec->window == UNSPECIFIED ? 0 : (uint16_t)spec->window;
	tcp.urgent = spec->urgent == UNSPECIFIED ? 0 : (uint16_t)spec->urgent;
	payload = stream_payload(spec->seq - f->remote_isn - !(spec->flags & FLAG_SYN),
				 spec->payload_len);
	if (!inbound_options(r, e, f, &tcp, payload)) {
		free(payload);
		return NULL;
	}
	p = packet_tcp(&r->addresses, &ip, &tcp, payload, spec->payload_len);
	free(payload);
	return p;
}

static struct packet *build_udp(struct run *r, const struct event *e)
{
	struct flow *f = inbound_flow(r, e->packet);
	struct ip_fields ip = inbound_ip(e->packet);
	uint8_t *payload = stream_payload(0, e->packet->payload_len);
	struct packet *p = packet_udp(&r->addresses, &ip, f->remote_port, f->local_port, payload,
				      e->packet->payload_len);

	free(payload);
	return p;
}

/* An error quotes the IP header and eight bytes (RFC 792). */
static struct packet *build_icmp(struct run *r, const struct event *e)
{
	const struct packet_spec *spec = e->packet;
	struct flow *f = inbound_flow(r, spec);
	struct ip_fields ip = inbound_ip(spec), quoted_ip = {.inbound = false};
	struct tcp_fields tcp = {.src_port = f->local_port,
				 .dst_port = f->remote_port,
				 .seq = flow_to_wire(f, spec->echo_seq)};
	uint32_t payload_len = spec->echo_seq_end - spec->echo_seq;
	uint32_t mtu = spec->icmp_mtu == UNSPECIFIED ? 0 : (uint32_t)spec->icmp_mtu;
	struct packet *quoted, *p;
	uint8_t type, code, *payload;

	if (!icmp_lookup(r->addresses.version, spec->icmp_type_name, spec->icmp_code_name, &type,
			 &code)) {
		run_fail(r, e->line, "icmp %s %s: not a message of ICMP for IPv%d",
			 spec->icmp_type_name, spec->icmp_code_name ? spec->icmp_code_name : "",
			 r->addresses.version);
		return NULL;
	}
	payload = stream_payload(0, payload_len);
	quoted = packet_tcp(&r->addresses, &quoted_ip, &tcp, payload, payload_len);
	free(payload);
	p = packet_icmp(&r->addresses, &ip, type, code, mtu, quoted->bytes,
			r->addresses.version == 4 ? 28 : 48);
	free(quoted);
	return p;
}

bool run_packet_in(struct run *r, const struct event *e)
{
	struct packet *p = NULL;

	switch (e->packet->protocol) {
	case PROTOCOL_TCP:
		p = build_tcp(r, e);
		break;
	case PROTOCOL_UDP:
		p = build_udp(r, e);
		break;
	case PROTOCOL_ICMP:
		p = build_icmp(r, e);
		break;
	}
	if (!p)
		return false;
	r->backend->ops->send(r->backend, p);
	free(p);
	return true;
}

/* ---- for people ---- */

static void print_options(FILE *to, const struct flow *f, const struct packet_view *v)
{
	struct option_spec options[OPTIONS_MAX];
	int count = options_decode(&v->tcp, options, OPTIONS_MAX);

	if (count < 0)
		fputs(" <malformed options>", to);
	for (int i = 0; i < count; i++) {
		if (options[i].kind == OPTION_TS && f && f->ts_known)
			options[i].value -= f->ts_shift;
		fputs(i ? "," : " <", to);
		option_print(to, &options[i]);
	}
	if (count > 0)
		fputs(">", to);
}

static void print_tcp(FILE *to, const struct run *r, const struct packet_view *v)
{
	static const char names[] = "FSRP.UEW";
	const struct flow *f = flow_find(r->flows, v->src_port, v->dst_port);
	uint32_t seq = f && f->local_known ? flow_to_script(f, v->tcp.seq) : v->tcp.seq;

	if (f != r->flow || !f)
		fprintf(to, "%u > %u ", v->src_port, v->dst_port);
	for (unsigned int i = 0; i < 8; i++)
		if (names[i] != '.' && v->tcp.flags & 1u << i)
			fputc(names[i], to);
	if (v->tcp.flags & FLAG_ACK)
		fputc('.', to);
	fprintf(to, " %u:%u(%zu)", seq, seq + (uint32_t)v->payload_len, v->payload_len);
	if (v->tcp.flags & FLAG_ACK)
		fprintf(to, " ack %u", v->tcp.ack);
	fprintf(to, " win %u", v->tcp.window);
	if (v->tcp.flags & FLAG_URG)
		fprintf(to, " urg %u", v->tcp.urgent);
	print_options(to, f, v);
}

void packet_print(FILE *to, const struct run *r, const struct packet *p)
{
	struct packet_view v;
	const char *wrong = packet_decode(p, &v);
	static const char *const ecn[] = {"", "[ect1] ", "[ect0] ", "[ce] "};

	fprintf(to, "> ");
	if (wrong) {
		fprintf(to, "%s (%zu bytes)", wrong, p->len);
		return;
	}
	fputs(ecn[v.tos & 3], to);
	if (v.protocol == IP_PROTOCOL_TCP)
		print_tcp(to, r, &v);
	else if (v.protocol == IP_PROTOCOL_UDP)
		fprintf(to, "%u > %u udp (%zu)", v.src_port, v.dst_port, v.payload_len);
	else
		fprintf(to, "icmp type %u code %u", v.icmp_type, v.icmp_code);
}

/* ---- outbound ---- */

static bool differs(struct run *r, const struct event *e, const struct packet *p, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

static bool differs(struct run *r, const struct event *e, const struct packet *p, const char *fmt,
		    ...)
{
	char *text = NULL;
	char reason[256];
	size_t len;
	FILE *to = open_memstream(&text, &len);
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	packet_print(to, r, p);
	fclose(to);
	run_fail(r, e->line, "%s; the stack sent\n      %s", reason, text);
	free(text);
	return false;
}

static bool same_ip(struct run *r, const struct event *e, const struct packet *p,
		    const struct packet_view *v)
{
	const struct packet_spec *spec = e->packet;
	size_t address_bytes = v->version == 4 ? 4 : 16;

	if (v->version != r->addresses.version ||
	    memcmp(v->src, r->addresses.local.bytes, address_bytes) != 0 ||
	    memcmp(v->dst, r->addresses.remote.bytes, address_bytes) != 0)
		return differs(r, e, p, "wrong addresses");
	if (spec->ecn != UNSPECIFIED && spec->ecn != (v->tos & 3))
		return differs(r, e, p, "expected ECN bits %d, got %d", spec->ecn, v->tos & 3);
	if (spec->tos != UNSPECIFIED && spec->tos != v->tos)
		return differs(r, e, p, "expected tos 0x%x, got 0x%x", spec->tos, v->tos);
	if (spec->ttl != UNSPECIFIED && spec->ttl != v->ttl)
		return differs(r, e, p, "expected ttl %d, got %d", spec->ttl, v->ttl);
	return true;
}

static bool same_bytes(const struct option_spec *a, const struct option_spec *b)
{
	return a->count == b->count && memcmp(a->bytes, b->bytes, a->count) == 0;
}

/* The script's time stamp counts from the first one of the flow, less what the packet is late. */
static bool same_stamp(struct run *r, struct flow *f, const struct option_spec *want,
		       const struct option_spec *got)
{
	int64_t late_ticks, error;
	int64_t allowed = (int64_t)(r->tolerance_ns / TS_TICK_NS) + 1;

	if (!f->ts_known) {
		f->ts_known = true;
		f->ts_shift = got->value - want->value;
		f->ts_lateness_ns = r->lateness_ns;
	}
	late_ticks = (r->lateness_ns - f->ts_lateness_ns) / TS_TICK_NS;
	error = (int32_t)(got->value - want->value - f->ts_shift) - late_ticks;
	if (error < -allowed || error > allowed) {
		r->late = r->backend->real_time; /* seen later than it was sent */
		return false;
	}
	flow_note_stamp(f, want->value, got->value);
	return got->echo == want->echo;
}

static bool same_digest(struct run *r, const struct packet_view *v, const struct option_spec *want,
			const struct option_spec *got)
{
	uint8_t digest[TCP_MD5_BYTES];

	if (want->count)
		return same_bytes(want, got);
	if (!r->md5_key || got->count != TCP_MD5_BYTES)
		return false;
	tcp_md5_digest(v->src, v->dst, v->version, &v->tcp, v->payload, v->payload_len, r->md5_key,
		       digest);
	return !memcmp(digest, got->bytes, TCP_MD5_BYTES);
}

static bool same_mac(struct run *r, const struct packet_view *v, const struct option_spec *want,
		     const struct option_spec *got)
{
	const struct ao_key *key = ao_key(r, got->value, false);
	struct ao_segment s = {.src = v->src,
			       .dst = v->dst,
			       .ip_version = v->version,
			       .tcp = &v->tcp,
			       .payload = v->payload,
			       .len = v->payload_len};
	uint8_t mac[TCP_AO_MAC_BYTES];

	if (!key || want->value != got->value || want->echo != got->echo ||
	    got->count != TCP_AO_MAC_BYTES)
		return false;
	ao_numbers(r->flow, &v->tcp, false, &s);
	ao_segment_mac(&s, key, mac);
	return !memcmp(mac, got->bytes, sizeof(mac));
}

static bool same_option(struct run *r, const struct packet_view *v, const struct option_spec *want,
			const struct option_spec *got)
{
	if (want->kind != got->kind)
		return false;
	switch (want->kind) {
	case OPTION_MSS:
	case OPTION_WSCALE:
		return want->value == got->value;
	case OPTION_TS:
		return same_stamp(r, r->flow, want, got);
	case OPTION_SACK:
		return want->count == got->count &&
		       memcmp(want->block, got->block, sizeof(want->block[0]) * want->count) == 0;
	case OPTION_MD5:
		return same_digest(r, v, want, got);
	case OPTION_AO:
		return same_mac(r, v, want, got);
	case OPTION_FO:
	case OPTION_FO_EXP:
	case OPTION_RAW:
		return same_bytes(want, got);
	default:
		return true;
	}
}

static bool same_options(struct run *r, const struct event *e, const struct packet *p,
			 const struct packet_view *v)
{
	struct option_spec got[OPTIONS_MAX];
	int count = options_decode(&v->tcp, got, OPTIONS_MAX), i = 0;
	const struct option_spec *want = e->packet->options;

	if (count < 0)
		return differs(r, e, p, "malformed options");
	if (e->packet->any_options)
		return true;
	for (; want && i < count; want = want->next, i++)
		if (!same_option(r, v, want, &got[i]))
			return differs(r, e, p, "option %d differs", i + 1);
	if (want || i < count)
		return differs(r, e, p, "%s options than expected", want ? "fewer" : "more");
	return true;
}

static bool same_payload(struct run *r, const struct event *e, const struct packet *p,
			 const struct packet_view *v)
{
	const struct flow *f = r->flow;
	uint32_t offset = flow_to_script(f, v->tcp.seq) - f->local_isn - !(v->tcp.flags & FLAG_SYN);

	if (v->payload_len != e->packet->payload_len)
		return differs(r, e, p, "expected %u bytes, got %zu", e->packet->payload_len,
			       v->payload_len);
	for (size_t i = 0; f->local_known && i < v->payload_len; i++)
		if (v->payload[i] != stream_byte(offset + (uint32_t)i))
			return differs(r, e, p, "byte %zu of the payload is not what was written",
				       i);
	return true;
}

static void learn_local_isn(struct flow *f, const struct packet_spec *spec,
			    const struct packet_view *v)
{
	if (f->reopening && (v->tcp.flags & FLAG_SYN)) {
		flow_restart(f);
		f->remote_isn = f->next_remote_isn;
		f->remote_isn_known = true;
	}
	if (f->local_known || !(spec->flags & v->tcp.flags & FLAG_SYN))
		return;
	f->local_known = true;
	f->local_shift = v->tcp.seq - spec->seq;
	f->local_isn = spec->seq;
}

static bool same_tcp(struct run *r, const struct event *e, const struct packet *p,
		     const struct packet_view *v)
{
	const struct packet_spec *spec = e->packet;
	struct flow *f = r->flow;

	learn_local_isn(f, spec, v);
	if (v->tcp.flags != spec->flags)
		return differs(r, e, p, "flags differ");
	if (v->tcp.seq != flow_to_wire(f, spec->seq))
		return differs(r, e, p, "expected sequence number %u, got %u", spec->seq,
			       flow_to_script(f, v->tcp.seq));
	if (spec->flags & FLAG_ACK && v->tcp.ack != spec->ack)
		return differs(r, e, p, "expected ack %u, got %u", spec->ack, v->tcp.ack);
	if (spec->window != UNSPECIFIED && spec->window != v->tcp.window)
		return differs(r, e, p, "expected win %d, got %u", spec->window, v->tcp.window);
	if (spec->urgent != UNSPECIFIED && spec->urgent != v->tcp.urgent)
		return differs(r, e, p, "expected urg %d, got %u", spec->urgent, v->tcp.urgent);
	return same_payload(r, e, p, v) && same_options(r, e, p, v);
}

static bool same_protocol(const struct packet_spec *spec, const struct packet_view *v)
{
	switch (spec->protocol) {
	case PROTOCOL_TCP:
		return v->protocol == IP_PROTOCOL_TCP;
	case PROTOCOL_UDP:
		return v->protocol == IP_PROTOCOL_UDP;
	default:
		return v->protocol == IP_PROTOCOL_ICMP || v->protocol == IP_PROTOCOL_ICMPV6;
	}
}

static bool same_icmp(struct run *r, const struct event *e, const struct packet *p,
		      const struct packet_view *v)
{
	uint8_t type = 0, code = 0;

	if (!icmp_lookup(v->version, e->packet->icmp_type_name, e->packet->icmp_code_name, &type,
			 &code))
		return run_fail(r, e->line, "icmp %s: not a message of ICMP for IPv%d",
				e->packet->icmp_type_name, v->version);
	if (type != v->icmp_type || code != v->icmp_code)
		return differs(r, e, p, "expected ICMP type %u code %u", type, code);
	return true;
}

bool run_packet_out(struct run *r, const struct event *e, const struct packet *p)
{
	struct packet_view v;
	const char *wrong = packet_decode(p, &v);

	if (wrong)
		return run_fail(r, e->line, "the stack sent a packet with %s", wrong);
	if (!same_protocol(e->packet, &v))
		return differs(r, e, p, "another protocol");
	if (!same_ip(r, e, p, &v))
		return false;
	if (e->packet->protocol == PROTOCOL_ICMP)
		return same_icmp(r, e, p, &v);
	if (!outbound_flow(r, e, &v))
		return false;
	if (e->packet->protocol == PROTOCOL_UDP)
		return v.payload_len == e->packet->payload_len ||
		       differs(r, e, p, "expected %u bytes", e->packet->payload_len);
	return same_tcp(r, e, p, &v);
}
