/* SPDX-License-Identifier: MIT */
/* One script on one back end. */
#ifndef PACKETDRILL_RUN_H
#define PACKETDRILL_RUN_H

#include <stdarg.h>
#include <stdio.h>
#include "backend.h"
#include "flow.h"
#include "script.h"
#include "tcp_ao.h"

#define RUN_FDS_MAX 256

/* A descriptor as the script numbers it. */
struct run_fd {
	bool open;
	int live;
	uint32_t written, read; /* bytes so far, that the payload's pattern depends on */
	bool unchecked;		/* urgent data moves bytes: contents are not compared */
	bool connecting;	/* connect() was called */
};

struct pending_call {
	struct pending_call *next;
	const struct event *event;
	const struct call_type *type;
	struct call call;
	uint64_t due_ns; /* when it should end */
	uint64_t started_ns;
	struct call_memory *memory; /* arguments in memory, freed with it */
};

struct run {
	struct script *script;
	struct backend *backend;
	struct addresses addresses;
	uint16_t local_port, remote_port; /* where listeners are bound; whom connect() calls */
	unsigned int mtu;
	uint64_t tolerance_ns;

	const char *md5_key;			/* the last that the script set; NULL: none */
	struct ao_key ao_keys[TCP_AO_KEYS_MAX]; /* all that it set */
	unsigned int ao_key_count;

	uint64_t start_ns;	   /* of the first event */
	uint64_t last_ns;	   /* when the latest event happened: what + counts from */
	int64_t nominal_ns;	   /* when it should have, since the start */
	int64_t lateness_ns;	   /* of the event under way: real - nominal */
	struct flow *flows, *flow; /* all; the one spoken of */
	bool opening;		   /* connect() was called: the next SYN begins a connection */
	struct run_fd fds[RUN_FDS_MAX];
	int subject_fd; /* live one that %{ }% is about; -1: none yet */
	struct pending_call *pending;

	unsigned int key;  /* of this run among the assertions */
	FILE *assertions;  /* what %{ }% has to hold, for python3 */
	FILE *trace;	   /* NULL, or each event as it happens */
	bool unsupported;  /* failed for a call that the back end does not have */
	bool failed, late; /* late: only because the machine was busy */
	char message[2048];
};

/* True: passed. Otherwise r->message says why, with file and line. */
bool run_script(struct run *r);
void run_free(struct run *r);

/* ---- between the parts of the runner ---- */

/* Notes the first failure; returns false. */
bool run_fail(struct run *r, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Whether the call ended when it should. */
bool run_check_end(struct run *r, const struct pending_call *p);
/* packets.c */
bool run_packet_in(struct run *r, const struct event *e);
/* p has been sent at p->time_ns; e describes it. */
bool run_packet_out(struct run *r, const struct event *e, const struct packet *p);
void packet_print(FILE *to, const struct run *r, const struct packet *p);
/* calls.c */
bool run_call(struct run *r, const struct event *e, uint64_t due_ns);
/* Verifies those that have ended. */
bool run_collect_calls(struct run *r);
void pending_call_free(struct pending_call *p);
/* commands.c */
bool run_command(struct run *r, int line, const char *text);
/* assertions.c */
bool run_code(struct run *r, const struct event *e);

#endif
