// SPDX-License-Identifier: MIT
/*
 * What `iperf3 -J` prints, with its names: "start", "intervals" and "end". There is no calendar here,
 * so no time stamp.
 */
#include "apps/iperf3/internal.h"

#include <stdio.h>
#include <string.h>

#include "runtime/address6.h"

#define INTERVAL_ITEMS_MAX 4096u /* of all streams; further ones are left out */
#define ADDRESS_SIZE	   ADDRESS6_TEXT_SIZE

static void put_int(json_t *json, const char *name, uint64_t value)
{
	json_object_set_new(json, name, json_integer((json_int_t)value));
}

static void put_flag(json_t *json, const char *name, bool value)
{
	json_object_set_new(json, name, json_boolean(value));
}

/* "start", "end", "seconds", "bytes", "bits_per_second": of a piece of time. */
static json_t *span(uint64_t from_ns, uint64_t to_ns, uint64_t bytes)
{
	json_t *json = json_object();

	json_object_set_new(json, "start", json_ratio(from_ns, NS_PER_S));
	json_object_set_new(json, "end", json_ratio(to_ns, NS_PER_S));
	json_object_set_new(json, "seconds", json_ratio(to_ns - from_ns, NS_PER_S));
	put_int(json, "bytes", bytes);
	json_object_set_new(json, "bits_per_second", json_per_second(bytes * 8, to_ns - from_ns));
	return json;
}

/* ---- connections ---- */

static void write_address(const struct sockaddr_storage *addr, char *text, unsigned int *port)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;
	const uint8_t *byte = addr->ss_family == AF_INET ? (const uint8_t *)&in->sin_addr
							 : in6->sin6_addr.s6_addr + 12;
	bool mapped = addr->ss_family == AF_INET6 && byte[-1] == 0xff && byte[-2] == 0xff;

	for (unsigned int i = 0; mapped && i < 10; i++)
		mapped = !in6->sin6_addr.s6_addr[i];
	*port = ntohs(in->sin_port);
	if (addr->ss_family == AF_INET || mapped)
		snprintf(text, ADDRESS_SIZE, "%u.%u.%u.%u", byte[0], byte[1], byte[2], byte[3]);
	else
		address6_format(&in6->sin6_addr, text);
}

void iperf3_report_stream(struct iperf3_test *t, const struct iperf3_stream *s)
{
	struct sockaddr_storage addr = {0};
	socklen_t len = sizeof(addr);
	json_t *json = json_object();
	char text[ADDRESS_SIZE];
	unsigned int port;

	put_int(json, "socket", (uint64_t)s->id);
	sys_getsockname(t->files, s->fd, (struct sockaddr *)&addr, &len);
	write_address(&addr, text, &port);
	json_object_set_new(json, "local_host", json_string(text));
	put_int(json, "local_port", port);
	len = sizeof(addr);
	sys_getpeername(t->files, s->fd, (struct sockaddr *)&addr, &len);
	write_address(&addr, text, &port);
	json_object_set_new(json, "remote_host", json_string(text));
	put_int(json, "remote_port", port);
	json_array_append_new(t->connected, json);
}

/* ---- intervals ---- */

static json_t *interval_of(struct iperf3_test *t, struct iperf3_stream *s, uint64_t from_ns,
			   uint64_t to_ns)
{
	json_t *json = span(from_ns, to_ns, s->own.bytes - s->mark.bytes);

	put_int(json, "socket", (uint64_t)s->id);
	if (t->set.udp) {
		put_int(json, "packets", s->own.packets - s->mark.packets);
		if (!s->sender) {
			json_object_set_new(json, "jitter_ms",
					    json_ratio(s->own.jitter_ns, 1000000));
			/* A late datagram may make good for a loss of an interval before. */
			put_int(json, "lost_packets",
				s->own.lost > s->mark.lost ? s->own.lost - s->mark.lost : 0);
		}
	} else if (s->sender) {
		put_int(json, "retransmits", s->own.retransmits - s->mark.retransmits);
		put_int(json, "snd_cwnd", (uint64_t)s->info.tcpi_snd_cwnd * s->info.tcpi_snd_mss);
		put_int(json, "snd_wnd", s->info.tcpi_snd_wnd);
		put_int(json, "rtt", s->info.tcpi_rtt);
		put_int(json, "rttvar", s->info.tcpi_rttvar);
		put_int(json, "pmtu", s->info.tcpi_pmtu);
	}
	put_flag(json, "omitted", t->omitting);
	put_flag(json, "sender", s->sender);
	return json;
}

static void sum_interval(struct iperf3_test *t, json_t *interval, const char *name, bool sender,
			 uint64_t from_ns, uint64_t to_ns)
{
	uint64_t bytes = 0, retransmits = 0;
	json_t *json;

	for (unsigned int i = 0; i < t->stream_count; i++) {
		const struct iperf3_stream *s = &t->streams[i];

		if (s->sender != sender)
			continue;
		bytes += s->own.bytes - s->mark.bytes;
		retransmits += s->own.retransmits - s->mark.retransmits;
	}
	json = span(from_ns, to_ns, bytes);
	if (sender && !t->set.udp)
		put_int(json, "retransmits", retransmits);
	put_flag(json, "omitted", t->omitting);
	put_flag(json, "sender", sender);
	json_object_set_new(interval, name, json);
}

static bool is_kept(const struct iperf3_test *t)
{
	return (!t->server || t->set.get_server_output) &&
	       (json_array_size(t->intervals) + 1) * t->stream_count <= INTERVAL_ITEMS_MAX;
}

static void keep_interval(struct iperf3_test *t, uint64_t from_ns, uint64_t to_ns)
{
	json_t *json = json_object(), *streams = json_array();
	const bool sends = t->set.bidirectional ? !t->server : iperf3_sends(t);

	for (unsigned int i = 0; i < t->stream_count; i++)
		json_array_append_new(streams, interval_of(t, &t->streams[i], from_ns, to_ns));
	json_object_set_new(json, "streams", streams);
	sum_interval(t, json, "sum", sends, from_ns, to_ns);
	if (t->set.bidirectional)
		sum_interval(t, json, "sum_bidir_reverse", !sends, from_ns, to_ns);
	json_array_append_new(t->intervals, json);
}

void iperf3_report_interval(struct iperf3_test *t)
{
	const uint64_t base_ns = t->start_ns, end_ns = t->end_ns ? t->end_ns : now_ns(t);

	for (unsigned int i = 0; i < t->stream_count; i++)
		iperf3_stream_take_info(t, &t->streams[i]);
	if (is_kept(t) && end_ns > t->interval_start_ns)
		keep_interval(t, t->interval_start_ns - base_ns, end_ns - base_ns);
	for (unsigned int i = 0; i < t->stream_count; i++)
		t->streams[i].mark = t->streams[i].own;
	t->interval_start_ns = end_ns;
}

/* ---- the whole ---- */

static json_t *start_report(const struct iperf3_test *t)
{
	const struct iperf3_settings *s = &t->set;
	json_t *json = json_object(), *test = json_object(), *peer = json_object();
	char text[ADDRESS_SIZE];
	unsigned int port;

	json_object_set(json, "connected", t->connected);
	json_object_set_new(json, "version", json_string("iperf3 of ringside-guest"));
	if (!t->server) {
		write_address(&s->server, text, &port);
		json_object_set_new(peer, "host", json_string(text));
		put_int(peer, "port", port);
		json_object_set(json, "connecting_to", peer);
	}
	json_decref(peer);
	json_object_set_new(json, "cookie", json_string(t->cookie));
	json_object_set_new(test, "protocol", json_string(s->udp ? "UDP" : "TCP"));
	put_int(test, "num_streams", s->streams);
	put_int(test, "blksize", s->block_bytes);
	put_int(test, "omit", s->omit_s);
	put_int(test, "duration", s->duration_s);
	put_int(test, "bytes", s->bytes);
	put_int(test, "blocks", s->blocks);
	put_int(test, "reverse", s->reverse);
	put_int(test, "bidir", s->bidirectional);
	put_int(test, "tos", s->tos);
	put_int(test, "target_bitrate", s->rate_bps);
	json_object_set_new(json, "test_start", test);
	return json;
}

/* Both sides' counts of a direction: who sent, who received. */
struct direction {
	struct iperf3_count sent, received;
	uint64_t jitter_ns; /* sum of the streams' */
	unsigned int streams;
	bool sender; /* this side */
};

static void add_count(struct iperf3_count *sum, const struct iperf3_count *c)
{
	sum->bytes += c->bytes;
	sum->packets += c->packets;
	sum->lost += c->lost;
	sum->retransmits += c->retransmits;
	if (c->time_ns > sum->time_ns)
		sum->time_ns = c->time_ns;
}

static struct direction sum_direction(const struct iperf3_test *t, bool sender)
{
	struct direction d = {.sender = sender};

	for (unsigned int i = 0; i < t->stream_count; i++) {
		const struct iperf3_stream *s = &t->streams[i];
		const struct iperf3_count *received = sender ? &s->peer : &s->own;

		if (s->sender != sender)
			continue;
		add_count(&d.sent, sender ? &s->own : &s->peer);
		add_count(&d.received, received);
		d.jitter_ns += received->jitter_ns;
		d.streams++;
	}
	return d;
}

static json_t *tcp_half(const struct iperf3_count *c, const struct direction *d, bool sent)
{
	json_t *json = span(0, c->time_ns, c->bytes);

	if (sent)
		put_int(json, "retransmits", c->retransmits);
	put_flag(json, "sender", d->sender);
	return json;
}

static json_t *udp_sum(const struct direction *d)
{
	json_t *json = span(0, d->sent.time_ns, d->sent.bytes);

	json_object_set_new(json, "jitter_ms",
			    json_ratio(d->jitter_ns, 1000000ull * (d->streams ?: 1)));
	put_int(json, "lost_packets", d->received.lost);
	put_int(json, "packets", d->sent.packets);
	json_object_set_new(json, "lost_percent",
			    json_ratio(d->received.lost * 100, d->received.packets));
	put_flag(json, "sender", d->sender);
	return json;
}

static json_t *stream_end(const struct iperf3_test *t, const struct iperf3_stream *s)
{
	const struct iperf3_count *received = s->sender ? &s->peer : &s->own;
	const struct direction d = {
		.sent = s->sender ? s->own : s->peer,
		.received = *received,
		.jitter_ns = received->jitter_ns,
		.streams = 1,
		.sender = s->sender,
	};
	json_t *json = json_object(), *half;

	if (t->set.udp) {
		half = udp_sum(&d);
		put_int(half, "out_of_order", s->own.out_of_order);
		put_int(half, "socket", (uint64_t)s->id);
		json_object_set_new(json, "udp", half);
		return json;
	}
	half = tcp_half(&d.sent, &d, true);
	put_int(half, "socket", (uint64_t)s->id);
	if (s->sender) {
		put_int(half, "max_snd_cwnd", s->cwnd_max);
		put_int(half, "max_snd_wnd", s->wnd_max);
		put_int(half, "max_rtt", s->rtt_max);
		put_int(half, "min_rtt", s->rtt_min);
		put_int(half, "mean_rtt", s->rtt_count ? s->rtt_sum / s->rtt_count : 0);
	}
	json_object_set_new(json, "sender", half);
	half = tcp_half(&d.received, &d, false);
	put_int(half, "socket", (uint64_t)s->id);
	json_object_set_new(json, "receiver", half);
	return json;
}

static void put_sums(const struct iperf3_test *t, json_t *end, bool sender, bool second)
{
	const struct direction d = sum_direction(t, sender);

	if (t->set.udp)
		json_object_set_new(end, second ? "sum_bidir_reverse" : "sum", udp_sum(&d));
	json_object_set_new(end, second ? "sum_sent_bidir_reverse" : "sum_sent",
			    tcp_half(&d.sent, &d, !t->set.udp));
	json_object_set_new(end, second ? "sum_received_bidir_reverse" : "sum_received",
			    tcp_half(&d.received, &d, false));
}

static json_t *cpu_report(const struct iperf3_test *t)
{
	const uint64_t time_ns = t->end_ns - t->start_ns;
	json_t *json = json_object();

	json_object_set_new(json, "host_total", json_ratio(t->cpu_used.busy_ns * 100, time_ns));
	json_object_set_new(json, "host_system", json_ratio(t->cpu_used.system_ns * 100, time_ns));
	json_object_set_new(json, "remote_total", json_ratio(t->peer_cpu_ppm[0], 10000));
	json_object_set_new(json, "remote_system", json_ratio(t->peer_cpu_ppm[1], 10000));
	return json;
}

static json_t *end_report(const struct iperf3_test *t)
{
	const bool sends = t->set.bidirectional ? !t->server : iperf3_sends(t);
	json_t *json = json_object(), *streams = json_array();

	for (unsigned int i = 0; i < t->stream_count; i++)
		json_array_append_new(streams, stream_end(t, &t->streams[i]));
	json_object_set_new(json, "streams", streams);
	put_sums(t, json, sends, false);
	if (t->set.bidirectional)
		put_sums(t, json, !sends, true);
	json_object_set_new(json, "cpu_utilization_percent", cpu_report(t));
	if (!t->set.udp) {
		json_object_set_new(json, "sender_tcp_congestion",
				    json_string(sends ? t->congestion_used : t->peer_congestion));
		json_object_set_new(json, "receiver_tcp_congestion",
				    json_string(sends ? t->peer_congestion : t->congestion_used));
	}
	return json;
}

json_t *iperf3_report(struct iperf3_test *t)
{
	json_t *json = json_object();

	json_object_set_new(json, "start", start_report(t));
	json_object_set(json, "intervals", t->intervals);
	if (t->end_ns)
		json_object_set_new(json, "end", end_report(t));
	if (t->error) {
		json_object_set_new(json, "error", json_string(t->error));
		json_object_set_new(json, "errno", json_integer(-t->error_code));
	}
	if (t->server_output)
		json_object_set(json, "server_output_json", t->server_output);
	return json;
}
