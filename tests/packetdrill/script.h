/* SPDX-License-Identifier: MIT */
/*
 * A script of the packetdrill language, parsed: options, set-up commands, then events in the order
 * in which they must happen. What the language means is in docs/packetdrill.md. Everything lives in
 * the script's arena and goes with script_free().
 */
#ifndef PACKETDRILL_SCRIPT_H
#define PACKETDRILL_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- expressions: arguments of system calls ---- */

enum expr_kind {
	EXPR_ELLIPSIS, /* ...: the runner's choice */
	EXPR_INTEGER,
	EXPR_WORD, /* a constant's name */
	EXPR_STRING,
	EXPR_OR,     /* items: operands of | */
	EXPR_CALL,   /* text(items): htons(80) */
	EXPR_LIST,   /* [items] */
	EXPR_STRUCT, /* {items} */
	EXPR_FIELD,  /* name = value: items[0] names (a word or a call), items[1] is the value */
};

struct expr {
	enum expr_kind kind;
	int line;
	int64_t value;
	const char *text;
	struct expr *items; /* first of a list linked by next */
	struct expr *next;
};

/* ---- packets ---- */

enum protocol { PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP };

#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_PSH 0x08
#define FLAG_ACK 0x10
#define FLAG_URG 0x20
#define FLAG_ECE 0x40
#define FLAG_CWR 0x80

enum option_kind {
	OPTION_EOL,
	OPTION_NOP,
	OPTION_MSS,
	OPTION_WSCALE,
	OPTION_SACK_OK,
	OPTION_SACK,
	OPTION_TS,
	OPTION_FO,     /* kind 34 */
	OPTION_FO_EXP, /* kind 254, magic f989 */
	OPTION_MD5,    /* kind 19 */
	OPTION_AO,     /* kind 29 */
	OPTION_RAW,    /* bytes as they are */
};

#define SACK_BLOCKS_MAX	 4
#define OPTION_BYTES_MAX 40

struct option_spec {
	enum option_kind kind;
	uint32_t value, echo; /* mss, wscale, TS val and ecr, AO KeyID and RNextKeyID */
	unsigned int count;   /* SACK blocks, or bytes */
	struct {
		uint32_t start, end;
	} block[SACK_BLOCKS_MAX];
	uint8_t bytes[OPTION_BYTES_MAX]; /* cookie, digest, MAC, raw */
	struct option_spec *next;
};

#define UNSPECIFIED (-1)

struct packet_spec {
	bool inbound;		/* towards the stack under test */
	int src_port, dst_port; /* UNSPECIFIED: of the current flow */
	int ecn, tos, ttl;	/* UNSPECIFIED: not looked at, or a default */
	bool bad_checksum;	/* inbound: the transport checksum is wrong */
	enum protocol protocol;

	uint8_t flags;
	uint32_t seq, seq_end, ack;
	bool has_ack;
	unsigned int payload_len;
	int window, urgent; /* UNSPECIFIED */
	bool any_options;
	struct option_spec *options;

	uint8_t icmp_type, icmp_code;
	const char *icmp_type_name, *icmp_code_name; /* resolved when the IP version is known */
	int icmp_mtu;
	bool has_echo; /* of an ICMP error: the sequence range it quotes */
	uint32_t echo_seq, echo_seq_end;
};

/* ---- system calls ---- */

struct call_spec {
	const char *name;
	struct expr *args;
	unsigned int arg_count;
	bool any_result; /* = ? */
	int64_t result;
	const char *error; /* errno's name, or NULL */
};

/* ---- events ---- */

enum event_kind { EVENT_PACKET, EVENT_CALL, EVENT_COMMAND, EVENT_CODE };
enum time_kind { TIME_ABSOLUTE, TIME_RELATIVE, TIME_ANY };

struct event_time {
	enum time_kind kind;
	bool is_range, blocking; /* start~end; start...end */
	int64_t start_ns, end_ns;
};

struct event {
	enum event_kind kind;
	int line;
	struct event_time time;
	struct packet_spec *packet;
	struct call_spec *call;
	const char *text; /* command or code */
	struct event *next;
};

struct script_option {
	int line;
	const char *name, *value; /* value NULL: --name alone */
	struct script_option *next;
};

struct script {
	const char *path;
	struct script_option *options;
	struct event *setup; /* commands before the first event */
	struct event *events;
	struct event *cleanup; /* commands after the last */
	struct arena_chunk *chunks;
	char error[512]; /* why parsing failed */
};

/* NULL: *error holds a line with file and line; the caller frees it. */
struct script *script_parse(const char *path, char **error);
void script_free(struct script *s);

/* ---- for the grammar ---- */
void *script_alloc(struct script *s, size_t size);
char *script_text(struct script *s, const char *text, size_t len);
/* Notes the first error; the parser then ends. */
void script_error(struct script *s, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
