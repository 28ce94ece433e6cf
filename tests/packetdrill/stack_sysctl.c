// SPDX-License-Identifier: MIT
/* Settings of our stack by their names in /proc/sys. */
#include "stack_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/errno.h>
#include <net/sysctl.h>
#include <net/tcp.h>

enum setting_kind {
	SETTING_U32,
	SETTING_U64,
	SETTING_BOOL,
	SETTING_U16_PAIR,
	SETTING_U32_TRIPLE,
	SETTING_NAME
};

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset;
};

#define AT(field) offsetof(struct sysctl, field)
#define U32(name)                                        \
	{                                                \
		"net.ipv4." #name, SETTING_U32, AT(name) \
	}
#define SECONDS(name)                                        \
	{                                                    \
		"net.ipv4." #name, SETTING_U32, AT(name##_s) \
	}
#define BOOL(name)                                        \
	{                                                 \
		"net.ipv4." #name, SETTING_BOOL, AT(name) \
	}

static const struct setting settings[] = {
	{"net.core.somaxconn", SETTING_U32, AT(somaxconn)},
	{"net.core.rmem_default", SETTING_U32, AT(rmem_default)},
	{"net.core.rmem_max", SETTING_U32, AT(rmem_max)},
	{"net.core.wmem_default", SETTING_U32, AT(wmem_default)},
	{"net.core.wmem_max", SETTING_U32, AT(wmem_max)},
	{"net.ipv4.ip_local_port_range", SETTING_U16_PAIR, AT(ip_local_port_range)},
	{"net.ipv4.tcp_rmem", SETTING_U32_TRIPLE, AT(tcp_rmem)},
	{"net.ipv4.tcp_wmem", SETTING_U32_TRIPLE, AT(tcp_wmem)},
	{"net.ipv4.tcp_congestion_control", SETTING_NAME, AT(tcp_congestion_control)},
	{"net.ipv4.tcp_invalid_ratelimit", SETTING_U32, AT(tcp_invalid_ratelimit_ms)},
	U32(tcp_syn_retries),
	U32(tcp_synack_retries),
	U32(tcp_retries1),
	U32(tcp_retries2),
	U32(tcp_orphan_retries),
	U32(tcp_max_syn_backlog),
	U32(tcp_max_orphans),
	U32(tcp_max_tw_buckets),
	SECONDS(tcp_fin_timeout),
	SECONDS(tcp_keepalive_time),
	SECONDS(tcp_keepalive_intvl),
	U32(tcp_keepalive_probes),
	U32(tcp_reordering),
	U32(tcp_limit_output_bytes),
	U32(tcp_notsent_lowat),
	U32(tcp_min_tso_segs),
	U32(tcp_adv_win_scale),
	U32(tcp_tw_reuse),
	U32(tcp_syncookies),
	U32(tcp_mtu_probing),
	U32(tcp_base_mss),
	U32(tcp_mtu_probe_floor),
	U32(tcp_probe_threshold),
	SECONDS(tcp_probe_interval),
	{"net.ipv4.tcp_comp_sack_delay_ns", SETTING_U64, AT(tcp_comp_sack_delay_ns)},
	U32(tcp_comp_sack_nr),
	U32(tcp_tso_rtt_log),
	BOOL(tcp_frto),
	U32(tcp_ecn),
	U32(tcp_fastopen),
	U32(tcp_pacing_ss_ratio),
	U32(tcp_pacing_ca_ratio),
	BOOL(tcp_ecn_fallback),
	BOOL(tcp_abort_on_overflow),
	BOOL(tcp_timestamps),
	BOOL(tcp_sack),
	BOOL(tcp_dsack),
	BOOL(tcp_window_scaling),
	BOOL(tcp_moderate_rcvbuf),
	BOOL(tcp_retrans_collapse),
	BOOL(tcp_rfc1337),
	BOOL(tcp_slow_start_after_idle),
};

const char *stack_host_setting(unsigned int i)
{
	return i < sizeof(settings) / sizeof(settings[0]) ? settings[i].name : NULL;
}

/* Exactly count numbers. */
static bool numbers(const char *text, unsigned long *out, unsigned int count)
{
	char *end;

	for (unsigned int i = 0; i < count; i++, text = end) {
		out[i] = strtoul(text, &end, 0);
		if (end == text)
			return false;
	}
	return !text[strspn(text, " \t")];
}

static bool store(const struct setting *s, void *to, const char *value)
{
	unsigned long n[3];

	switch (s->kind) {
	case SETTING_U32:
		if (!numbers(value, n, 1))
			return false;
		*(uint32_t *)to = (uint32_t)n[0];
		return true;
	case SETTING_U64:
		if (!numbers(value, n, 1))
			return false;
		*(uint64_t *)to = n[0];
		return true;
	case SETTING_BOOL:
		if (!numbers(value, n, 1))
			return false;
		*(bool *)to = n[0] != 0;
		return true;
	case SETTING_U16_PAIR:
		if (!numbers(value, n, 2))
			return false;
		for (int i = 0; i < 2; i++)
			((uint16_t *)to)[i] = (uint16_t)n[i];
		return true;
	case SETTING_U32_TRIPLE:
		if (!numbers(value, n, 3))
			return false;
		for (int i = 0; i < 3; i++)
			((uint32_t *)to)[i] = (uint32_t)n[i];
		return true;
	case SETTING_NAME:
		return snprintf(to, 16, "%s", value) < 16;
	}
	return false;
}

/* Four words in hexadecimal joined by '-'; a second key after a comma. */
static int set_fastopen_keys(struct net *net, const char *value)
{
	uint32_t key[2][4];
	int got = sscanf(value, "%x-%x-%x-%x,%x-%x-%x-%x", &key[0][0], &key[0][1], &key[0][2],
			 &key[0][3], &key[1][0], &key[1][1], &key[1][2], &key[1][3]);

	if (got != 4 && got != 8)
		return -EINVAL;
	tcp_fastopen_set_keys(net, key[0], got == 8 ? key[1] : NULL);
	return 0;
}

int stack_host_sysctl(struct backend *b, const char *name, const char *value)
{
	if (!strcmp(name, "net.ipv4.tcp_fastopen_key"))
		return set_fastopen_keys(stack_host(b)->net, value);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (!strcmp(settings[i].name, name))
			return store(&settings[i],
				     (uint8_t *)net_sysctl(stack_host(b)->net) + settings[i].offset,
				     value)
				       ? 0
				       : -EINVAL;
	return -ENOENT;
}
