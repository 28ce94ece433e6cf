// SPDX-License-Identifier: MIT
/*
 * Each side's counts, exchanged as JSON when a test is over: by the numbers of the streams, which both
 * sides give alike.
 */
#include "apps/iperf3/internal.h"

#include <string.h>

#define RESULTS_BYTES_MAX (1u << 20)

/* Parts per hundred, of the measured time. */
static json_t *percent(const struct iperf3_test *t, uint64_t ns)
{
	return json_ratio(ns * 100, t->end_ns - t->start_ns);
}

static json_t *stream_result(const struct iperf3_test *t, const struct iperf3_stream *s)
{
	const struct iperf3_count *c = &s->own;
	const uint64_t lost = c->lost + s->omitted.lost, packets = c->packets + s->omitted.packets;
	json_t *json = json_object();

	json_object_set_new(json, "id", json_integer(s->id));
	json_object_set_new(json, "bytes", json_integer((json_int_t)c->bytes));
	json_object_set_new(
		json, "retransmits",
		json_integer(s->sender && !t->set.udp ? (json_int_t)c->retransmits : -1));
	json_object_set_new(json, "jitter", json_ratio(c->jitter_ns, NS_PER_S));
	json_object_set_new(json, "errors", json_integer((json_int_t)lost));
	json_object_set_new(json, "omitted_errors", json_integer((json_int_t)s->omitted.lost));
	json_object_set_new(json, "packets", json_integer((json_int_t)packets));
	json_object_set_new(json, "omitted_packets", json_integer((json_int_t)s->omitted.packets));
	json_object_set_new(json, "start_time", json_integer(0));
	json_object_set_new(json, "end_time", json_ratio(c->time_ns, NS_PER_S));
	return json;
}

int iperf3_results_send(struct iperf3_test *t)
{
	json_t *json = json_object(), *streams = json_array();
	const bool sends = t->set.bidirectional || iperf3_sends(t);
	int err;

	json_object_set_new(json, "cpu_util_total", percent(t, t->cpu_used.busy_ns));
	json_object_set_new(json, "cpu_util_user",
			    percent(t, t->cpu_used.busy_ns - t->cpu_used.system_ns));
	json_object_set_new(json, "cpu_util_system", percent(t, t->cpu_used.system_ns));
	json_object_set_new(json, "sender_has_retransmits",
			    json_integer(!sends ? -1 : !t->set.udp));
	if (t->congestion_used[0])
		json_object_set_new(json, "congestion_used", json_string(t->congestion_used));
	for (unsigned int i = 0; i < t->stream_count; i++)
		json_array_append_new(streams, stream_result(t, &t->streams[i]));
	json_object_set_new(json, "streams", streams);
	if (t->server && t->set.get_server_output)
		json_object_set_new(json, "server_output_json", iperf3_report(t));
	err = iperf3_control_write_json(t, json);
	json_decref(json);
	return err ? iperf3_fail(t, err, "unable to send results") : 0;
}

/* 0 stands for what is not known, too. */
static uint64_t count_of(const json_t *json, const char *name)
{
	uint64_t value = 0;

	json_count(json_object_get(json, name), &value);
	return value;
}

static uint64_t less(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

static struct iperf3_stream *find_stream(struct iperf3_test *t, uint64_t id)
{
	for (unsigned int i = 0; i < t->stream_count; i++)
		if ((uint64_t)t->streams[i].id == id)
			return &t->streams[i];
	return NULL;
}

static bool take_stream(struct iperf3_test *t, const json_t *json)
{
	struct iperf3_stream *s = find_stream(t, count_of(json, "id"));

	if (!s)
		return false;
	s->peer = (struct iperf3_count){
		.bytes = count_of(json, "bytes"),
		.packets = less(count_of(json, "packets"), count_of(json, "omitted_packets")),
		.lost = less(count_of(json, "errors"), count_of(json, "omitted_errors")),
		.jitter_ns = json_scaled(json_object_get(json, "jitter"), NS_PER_S),
		.retransmits = count_of(json, "retransmits"),
		.time_ns = json_scaled(json_object_get(json, "end_time"), NS_PER_S),
	};
	return true;
}

static void take_congestion(struct iperf3_test *t, const json_t *json)
{
	const json_t *name = json_object_get(json, "congestion_used");

	if (json_is_string(name) && json_string_length(name) < sizeof(t->peer_congestion))
		memcpy(t->peer_congestion, json_string_value(name), json_string_length(name));
}

int iperf3_results_take(struct iperf3_test *t)
{
	json_t *json, *streams;
	bool good = true;
	int err = iperf3_control_read_json(t, RESULTS_BYTES_MAX, &json);

	if (err)
		return iperf3_fail(t, err, "unable to receive results");
	streams = json_object_get(json, "streams");
	if (!json_is_array(streams) || json_array_size(streams) != t->stream_count)
		good = false;
	for (size_t i = 0; good && i < t->stream_count; i++)
		good = take_stream(t, json_array_get(streams, i));
	t->peer_cpu_ppm[0] = json_scaled(json_object_get(json, "cpu_util_total"), 10000);
	t->peer_cpu_ppm[1] = json_scaled(json_object_get(json, "cpu_util_system"), 10000);
	take_congestion(t, json);
	if (!t->server)
		t->server_output = json_incref(json_object_get(json, "server_output_json"));
	json_decref(json);
	return good ? 0 : iperf3_fail(t, -EBADMSG, "the peer's results are not of these streams");
}
