// SPDX-License-Identifier: MIT
/*
 * %{ code }%: the connection's tcp_info at that moment and the code go to a file, a JSON object a
 * line; assertions.py judges all of them after the runs.
 */
#include "run.h"

#include <net/uapi.h>
#include <stddef.h>
#include <string.h>

struct info_field {
	const char *name;
	size_t offset, size;
};

#define F(field)                                                                                \
	{                                                                                       \
#field, offsetof(struct tcp_info, field), sizeof(((struct tcp_info *)0)->field) \
	}

static const struct info_field fields[] = {
	F(tcpi_state),
	F(tcpi_ca_state),
	F(tcpi_retransmits),
	F(tcpi_probes),
	F(tcpi_backoff),
	F(tcpi_options),
	F(tcpi_rto),
	F(tcpi_ato),
	F(tcpi_snd_mss),
	F(tcpi_rcv_mss),
	F(tcpi_unacked),
	F(tcpi_sacked),
	F(tcpi_lost),
	F(tcpi_retrans),
	F(tcpi_fackets),
	F(tcpi_last_data_sent),
	F(tcpi_last_ack_sent),
	F(tcpi_last_data_recv),
	F(tcpi_last_ack_recv),
	F(tcpi_pmtu),
	F(tcpi_rcv_ssthresh),
	F(tcpi_rtt),
	F(tcpi_rttvar),
	F(tcpi_snd_ssthresh),
	F(tcpi_snd_cwnd),
	F(tcpi_advmss),
	F(tcpi_reordering),
	F(tcpi_rcv_rtt),
	F(tcpi_rcv_space),
	F(tcpi_total_retrans),
	F(tcpi_pacing_rate),
	F(tcpi_max_pacing_rate),
	F(tcpi_bytes_acked),
	F(tcpi_bytes_received),
	F(tcpi_segs_out),
	F(tcpi_segs_in),
	F(tcpi_notsent_bytes),
	F(tcpi_min_rtt),
	F(tcpi_data_segs_in),
	F(tcpi_data_segs_out),
	F(tcpi_delivery_rate),
	F(tcpi_busy_time),
	F(tcpi_rwnd_limited),
	F(tcpi_sndbuf_limited),
	F(tcpi_delivered),
	F(tcpi_delivered_ce),
	F(tcpi_bytes_sent),
	F(tcpi_bytes_retrans),
	F(tcpi_dsack_dups),
	F(tcpi_reord_seen),
	F(tcpi_rcv_ooopack),
	F(tcpi_snd_wnd),
	F(tcpi_rcv_wnd),
	F(tcpi_rehash),
	F(tcpi_total_rto),
	F(tcpi_total_rto_recoveries),
	F(tcpi_total_rto_time),
};

static void put_json_text(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < 0x20)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
	fputc('"', to);
}

static void put_info(FILE *to, const struct tcp_info *info)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t value = 0;

		memcpy(&value, (const uint8_t *)info + fields[i].offset, fields[i].size);
		fprintf(to, ",\"%s\":%llu", fields[i].name, (unsigned long long)value);
	}
	fprintf(to, ",\"tcpi_snd_wscale\":%u,\"tcpi_rcv_wscale\":%u", info->tcpi_snd_wscale,
		info->tcpi_rcv_wscale);
	fprintf(to, ",\"tcpi_delivery_rate_app_limited\":%u,\"tcpi_fastopen_client_fail\":%u",
		info->tcpi_delivery_rate_app_limited, info->tcpi_fastopen_client_fail);
}

bool run_code(struct run *r, const struct event *e)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	struct call call = {
		.number = CALL_GETSOCKOPT,
		.arg = {r->subject_fd, SOL_TCP, TCP_INFO, (long)&info, (long)&len},
	};

	memset(&info, 0, sizeof(info));
	if (r->subject_fd < 0)
		return run_fail(r, e->line,
				"%%{ }%% before any connect() or accept(), or after its close()");
	r->backend->ops->call(r->backend, &call);
	if (!call.ended || call.result < 0)
		return run_fail(r, e->line, "getsockopt(TCP_INFO) failed: %ld", call.result);
	fprintf(r->assertions, "{\"key\":%u,\"file\":", r->key);
	put_json_text(r->assertions, r->script->path);
	fprintf(r->assertions, ",\"line\":%d,\"code\":", e->line);
	put_json_text(r->assertions, e->text);
	fprintf(r->assertions, ",\"info\":{\"_\":0");
	put_info(r->assertions, &info);
	fprintf(r->assertions, "}}\n");
	return true;
}
