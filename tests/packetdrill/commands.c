// SPDX-License-Identifier: MIT
/*
 * `commands`: settings, and nothing else: sysctl, the script of google's suite that sets several
 * (set_sysctls.py), and its usual prologue (defaults.sh). No shell runs.
 */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct setting {
	const char *name, *value;
};

/* Linux's own, where a machine's memory or a distribution would have it otherwise. */
static const struct setting start_settings[] = {
	{"net.ipv4.tcp_congestion_control", "cubic"},
	{"net.ipv4.tcp_rmem", "4096 131072 6291456"},
	{"net.ipv4.tcp_wmem", "4096 16384 4194304"},
	{"net.ipv4.tcp_max_syn_backlog", "1024"},
	{"net.ipv4.tcp_max_orphans", "16384"},
	{"net.ipv4.tcp_no_metrics_save", "1"},
	{"net.ipv4.tcp_syn_linear_timeouts", "0"}, /* RFC 6298 doubles from the first on */
	{"net.ipv4.tcp_ecn", "2"},
	{"net.ipv4.tcp_fastopen", "1"},
	{"net.ipv4.tcp_syncookies", "1"},
	{"net.ipv4.tcp_notsent_lowat", "4294967295"},
	{"net.ipv4.ip_local_port_range", "32768 60999"},
	{"net.core.somaxconn", "4096"},
};

/* What google's suite starts from. */
static const struct setting google_defaults[] = {
	{"net.ipv4.tcp_congestion_control", "cubic"},
	{"net.ipv4.tcp_timestamps", "1"},
	{"net.ipv4.tcp_sack", "1"},
	{"net.ipv4.tcp_window_scaling", "1"},
	{"net.ipv4.tcp_recovery", "1"},
	{"net.ipv4.tcp_early_retrans", "3"},
	{"net.ipv4.tcp_frto", "2"},
	{"net.ipv4.tcp_reordering", "3"},
	{"net.ipv4.tcp_no_metrics_save", "1"},
	{"net.ipv4.tcp_slow_start_after_idle", "0"},
	{"net.ipv4.tcp_min_tso_segs", "2"},
	{"net.ipv4.tcp_ecn", "0"},
	{"net.ipv4.tcp_ecn_fallback", "1"},
	{"net.ipv4.tcp_fastopen", "0x70403"},
	{"net.ipv4.tcp_syncookies", "1"},
	{"net.ipv4.tcp_keepalive_time", "7200"},
	{"net.ipv4.tcp_keepalive_intvl", "75"},
	{"net.ipv4.tcp_keepalive_probes", "9"},
	{"net.ipv4.tcp_abort_on_overflow", "0"},
	{"net.ipv4.tcp_tw_reuse", "0"},
	{"net.ipv4.tcp_rmem", "4096 540000 15728640"},
	{"net.ipv4.tcp_wmem", "4096 540000 15728640"},
};

static bool apply(struct run *r, const struct setting *s, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int error = r->backend->ops->sysctl(r->backend, s[i].name, s[i].value);

		/* A default for what a back end lacks changes nothing. */
		if (error && error != -ENOENT)
			return run_fail(r, 0, "%s=%s: refused by %s", s[i].name, s[i].value,
					r->backend->ops->name);
	}
	return true;
}

bool run_default_settings(struct run *r)
{
	return apply(r, start_settings, sizeof(start_settings) / sizeof(start_settings[0]));
}

/* "net.ipv4.x=v" or "/proc/sys/net/ipv4/x=v", v perhaps in quotes. */
static bool set(struct run *r, int line, char *text)
{
	static const char proc[] = "/proc/sys/";
	char *value = strchr(text, '=');
	size_t len;
	int error;

	if (!value)
		return run_fail(r, line, "'%s': write NAME=VALUE", text);
	*value++ = '\0';
	len = strlen(value);
	if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value) {
		value[len - 1] = '\0';
		value++;
	}
	if (!strncmp(text, proc, sizeof(proc) - 1)) {
		text += sizeof(proc) - 1;
		for (char *c = text; *c; c++)
			if (*c == '/')
				*c = '.';
	}
	error = r->backend->ops->sysctl(r->backend, text, value);
	if (error == -ENOENT)
		return run_fail(r, line, "%s has no setting %s", r->backend->ops->name, text);
	if (error)
		return run_fail(r, line, "%s=%s: refused by %s", text, value,
				r->backend->ops->name);
	return true;
}

/* The next word of *at, quotes kept together; NULL: no more. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \t"), *end = word;
	char quote = 0;

	if (!*word)
		return NULL;
	for (; *end && (quote || !strchr(" \t", *end)); end++) {
		if (quote && *end == quote)
			quote = 0;
		else if (!quote && (*end == '"' || *end == '\''))
			quote = *end;
	}
	*at = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static bool run_line(struct run *r, int line, char *text)
{
	char *at = text, *program = next_word(&at), *word;

	if (!program || *program == '#')
		return true;
	if (ends_with(program, "defaults.sh"))
		return apply(r, google_defaults,
			     sizeof(google_defaults) / sizeof(google_defaults[0]));
	if (strcmp(program, "sysctl") != 0 && !ends_with(program, "set_sysctls.py"))
		return run_fail(r, line,
				"'%s': only sysctl, set_sysctls.py and defaults.sh are run",
				program);
	while ((word = next_word(&at)))
		if (*word != '-' && *word != '>' && !set(r, line, word))
			return false;
	return true;
}

bool run_command(struct run *r, int line, const char *text)
{
	char *copy = strdup(text), *save = NULL;
	bool good = true;

	if (!copy)
		abort();
	for (char *one = strtok_r(copy, "\n;&", &save); one && good;
	     one = strtok_r(NULL, "\n;&", &save))
		good = run_line(r, line, one);
	free(copy);
	return good;
}
