/* SPDX-License-Identifier: MIT */
/* Grammar of the packetdrill language; docs/packetdrill.md describes it by example. */
%code requires {
#include "script.h"

typedef void *yyscan_t;
}

%code {
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lexer.h"

#define SECOND_NS 1000000000

static void yyerror(YYLTYPE *at, yyscan_t scanner, struct script *s, const char *message)
{
	(void)scanner;
	script_error(s, at->first_line, "%s", message);
}

static struct expr *new_expr(struct script *s, int line, enum expr_kind kind)
{
	struct expr *e = script_alloc(s, sizeof(*e));

	e->kind = kind;
	e->line = line;
	return e;
}

static struct expr *append_expr(struct expr *list, struct expr *item)
{
	struct expr **end = &list;

	while (*end)
		end = &(*end)->next;
	*end = item;
	return list;
}

static void append_event(struct event **list, struct event *event)
{
	while (*list)
		list = &(*list)->next;
	*list = event;
}

static struct event *new_event(struct script *s, int line, enum event_kind kind)
{
	struct event *e = script_alloc(s, sizeof(*e));

	e->kind = kind;
	e->line = line;
	return e;
}

static void add_option(struct script *s, int line, char *text)
{
	struct script_option *o = script_alloc(s, sizeof(*o)), **end = &s->options;
	char *equals = strchr(text, '=');

	if (equals)
		*equals = '\0';
	o->line = line;
	o->name = text + 2;
	o->value = equals ? equals + 1 : NULL;
	while (*end)
		end = &(*end)->next;
	*end = o;
}

static struct packet_spec *new_packet(struct script *s, enum protocol protocol)
{
	struct packet_spec *p = script_alloc(s, sizeof(*p));

	p->protocol = protocol;
	p->src_port = p->dst_port = UNSPECIFIED;
	p->ecn = p->tos = p->ttl = UNSPECIFIED;
	p->window = p->urgent = p->icmp_mtu = UNSPECIFIED;
	return p;
}

static uint8_t tcp_flags(struct script *s, int line, const char *letters)
{
	static const char names[] = "FSRP.UEW"; /* bit 0 up */
	uint8_t flags = 0;

	for (; *letters; letters++) {
		const char *at = strchr(names, *letters);

		if (!at) {
			script_error(s, line, "'%c' is no TCP flag; flags are of \"FSRPUEW\", '.' stands for ACK",
				     *letters);
			return 0;
		}
		flags |= (uint8_t)(1u << (at - names));
	}
	return flags;
}

static struct expr *ip_word(struct script *s, int line, const char *word, int64_t value)
{
	struct expr *e = new_expr(s, line, EXPR_WORD);

	e->text = word;
	e->value = value;
	return e;
}

static void set_ip_word(struct script *s, int line, struct packet_spec *p, const char *word, int value)
{
	static const char *const ecn[] = {"noecn", "ect1", "ect0", "ce"};

	for (int i = 0; i < 4; i++)
		if (!strcmp(word, ecn[i])) {
			p->ecn = i;
			return;
		}
	if (!strcmp(word, "tos") && value >= 0)
		p->tos = value;
	else if (!strcmp(word, "ttl") && value >= 0)
		p->ttl = value;
	else if (!strcmp(word, "badsum"))
		p->bad_checksum = true;
	else
		script_error(s, line, "[%s]: an IP header is described by noecn, ect0, ect1, ce, tos N, ttl N, badsum",
			     word);
}

static struct option_spec *new_option(struct script *s, enum option_kind kind)
{
	struct option_spec *o = script_alloc(s, sizeof(*o));

	o->kind = kind;
	return o;
}

static struct option_spec *word_option(struct script *s, int line, const char *word)
{
	if (!strcmp(word, "nop"))
		return new_option(s, OPTION_NOP);
	if (!strcmp(word, "eol"))
		return new_option(s, OPTION_EOL);
	if (!strcmp(word, "sackOK"))
		return new_option(s, OPTION_SACK_OK);
	if (!strcmp(word, "FO"))
		return new_option(s, OPTION_FO);
	if (!strcmp(word, "FOEXP"))
		return new_option(s, OPTION_FO_EXP);
	if (!strcmp(word, "md5"))
		return new_option(s, OPTION_MD5);
	script_error(s, line, "'%s' is no TCP option", word);
	return new_option(s, OPTION_NOP);
}

static struct option_spec *value_option(struct script *s, int line, const char *word, int64_t value)
{
	struct option_spec *o;

	if (!strcmp(word, "mss"))
		o = new_option(s, OPTION_MSS);
	else if (!strcmp(word, "wscale"))
		o = new_option(s, OPTION_WSCALE);
	else
		return word_option(s, line, word);
	o->value = (uint32_t)value;
	return o;
}

static unsigned int nibble(char c)
{
	return c <= '9' ? (unsigned int)(c - '0') : (unsigned int)((c | 0x20) - 'a') + 10;
}

/* "FO 0123abcd" */
static struct option_spec *hex_option(struct script *s, int line, const char *text)
{
	const char *digits = strpbrk(text, " \t");
	struct option_spec *o = NULL;

	if (!strncmp(text, "FOEXP", 5))
		o = new_option(s, OPTION_FO_EXP);
	else if (!strncmp(text, "FO", 2))
		o = new_option(s, OPTION_FO);
	else if (!strncmp(text, "md5", 3))
		o = new_option(s, OPTION_MD5);
	else
		o = new_option(s, OPTION_RAW);
	digits += strspn(digits, " \t");
	if (strlen(digits) % 2 || strlen(digits) / 2 > OPTION_BYTES_MAX) {
		script_error(s, line, "%s: hexadecimal digits come in pairs, at most %d bytes", text,
			     OPTION_BYTES_MAX);
		return o;
	}
	for (; *digits; digits += 2)
		o->bytes[o->count++] = (uint8_t)(nibble(digits[0]) << 4 | nibble(digits[1]));
	return o;
}

static void add_block(struct script *s, int line, struct option_spec *o, int64_t start, int64_t end)
{
	if (o->count == SACK_BLOCKS_MAX) {
		script_error(s, line, "more than %d SACK blocks", SACK_BLOCKS_MAX);
		return;
	}
	o->block[o->count].start = (uint32_t)start;
	o->block[o->count++].end = (uint32_t)end;
}

static void expect_word(struct script *s, int line, const char *word, const char *expected)
{
	if (strcmp(word, expected))
		script_error(s, line, "'%s' where '%s' belongs", word, expected);
}

static void set_sequence(struct script *s, int line, struct packet_spec *p, int64_t seq, int64_t end, int64_t len)
{
	p->seq = (uint32_t)seq;
	p->seq_end = (uint32_t)end;
	p->payload_len = (unsigned int)len;
	if ((uint32_t)end - (uint32_t)seq != (uint32_t)len || len > 65535)
		script_error(s, line, "%u:%u(%u): the range is not as long as the number in parentheses says",
			     p->seq, p->seq_end, p->payload_len);
}

static void set_tail(struct script *s, int line, struct packet_spec *p, const char *word, int64_t value)
{
	if (!strcmp(word, "ack")) {
		p->has_ack = true;
		p->ack = (uint32_t)value;
	} else if (!strcmp(word, "win")) {
		p->window = (int)value;
	} else if (!strcmp(word, "urg")) {
		p->urgent = (int)value;
	} else {
		script_error(s, line, "'%s' where ack, win, urg or <options> belong", word);
	}
}
}

%define api.pure full
%define parse.error verbose
%locations
%param { yyscan_t scanner }
%parse-param { struct script *script }

%union {
	int64_t number;
	char *text;
	struct expr *expr;
	struct event *event;
	struct event_time time;
	struct packet_spec *packet;
	struct call_spec *call;
	struct option_spec *option;
	struct { bool error; int64_t value; char *name; bool any; } result;
	bool flag;
}

%token ELLIPSIS "..." MTU "mtu"
%token <text> OPTION COMMAND CODE STRING WORD HEX_OPTION
%token <number> INTEGER FRACTION
%type <number> time_value
%type <time> time
%type <event> action
%type <packet> packet packet_body tcp tcp_tail udp icmp icmp_tail
%type <call> call
%type <expr> arguments argument_list expression atom field field_list or_list ip_word ip_words
%type <option> option option_list sack_blocks
%type <result> result
%type <flag> direction
%type <text> flags

%%
script:
	options setup events cleanup
	;

options:
	%empty
	| options OPTION { add_option(script, @2.first_line, $2); }
	;

setup:
	%empty
	| setup COMMAND {
		struct event *e = new_event(script, @2.first_line, EVENT_COMMAND);

		e->text = $2;
		append_event(&script->setup, e);
	}
	;

cleanup:
	%empty
	| cleanup COMMAND {
		struct event *e = new_event(script, @2.first_line, EVENT_COMMAND);

		e->text = $2;
		append_event(&script->cleanup, e);
	}
	;

events:
	event
	| events event
	;

event:
	time action {
		$2->time = $1;
		$2->line = @2.first_line;
		append_event(&script->events, $2);
	}
	;

time_value:
	INTEGER { $$ = $1 * SECOND_NS; }
	| FRACTION { $$ = $1; }
	;

time:
	time_value { $$ = (struct event_time){.kind = TIME_ABSOLUTE, .start_ns = $1, .end_ns = $1}; }
	| '+' time_value { $$ = (struct event_time){.kind = TIME_RELATIVE, .start_ns = $2, .end_ns = $2}; }
	| '*' { $$ = (struct event_time){.kind = TIME_ANY}; }
	| time_value '~' time_value {
		$$ = (struct event_time){.kind = TIME_ABSOLUTE, .is_range = true, .start_ns = $1, .end_ns = $3};
	}
	| '+' time_value '~' '+' time_value {
		$$ = (struct event_time){.kind = TIME_RELATIVE, .is_range = true, .start_ns = $2, .end_ns = $5};
	}
	| time_value ELLIPSIS time_value {
		$$ = (struct event_time){.kind = TIME_ABSOLUTE, .blocking = true, .start_ns = $1, .end_ns = $3};
	}
	| '+' time_value ELLIPSIS time_value {
		$$ = (struct event_time){.kind = TIME_RELATIVE, .blocking = true, .start_ns = $2, .end_ns = $4};
	}
	| '+' time_value ELLIPSIS '+' time_value {
		$$ = (struct event_time){.kind = TIME_RELATIVE, .blocking = true, .start_ns = $2, .end_ns = $5};
	}
	;

action:
	packet { $$ = new_event(script, 0, EVENT_PACKET); $$->packet = $1; }
	| call { $$ = new_event(script, 0, EVENT_CALL); $$->call = $1; }
	| COMMAND { $$ = new_event(script, 0, EVENT_COMMAND); $$->text = $1; }
	| CODE { $$ = new_event(script, 0, EVENT_CODE); $$->text = $1; }
	;

/* ---- packets ---- */

direction:
	'<' { $$ = true; }
	| '>' { $$ = false; }
	;

packet:
	direction packet_body { $$ = $2; $$->inbound = $1; }
	| direction INTEGER '>' INTEGER packet_body {
		$$ = $5;
		$$->inbound = $1;
		$$->src_port = (int)$2;
		$$->dst_port = (int)$4;
	}
	;

packet_body:
	tcp
	| udp
	| icmp
	| '[' ip_words ']' tcp {
		$$ = $4;
		for (const struct expr *e = $2; e; e = e->next)
			set_ip_word(script, @2.first_line, $$, e->text, (int)e->value);
	}
	;

ip_words:
	ip_word
	| ip_words ',' ip_word { $$ = append_expr($1, $3); }
	;

ip_word:
	WORD { $$ = ip_word(script, @1.first_line, $1, UNSPECIFIED); }
	| WORD INTEGER { $$ = ip_word(script, @1.first_line, $1, $2); }
	;

flags:
	WORD
	| '.' { $$ = "."; }
	| WORD '.' {
		size_t len = strlen($1);

		$$ = script_alloc(script, len + 2);
		memcpy($$, $1, len);
		$$[len] = '.';
	}
	| '-' { $$ = ""; }
	;

tcp:
	flags INTEGER ':' INTEGER '(' INTEGER ')' tcp_tail {
		$$ = $8;
		$$->flags = tcp_flags(script, @1.first_line, $1);
		set_sequence(script, @2.first_line, $$, $2, $4, $6);
		if ($$->has_ack && !($$->flags & FLAG_ACK))
			script_error(script, @1.first_line, "ack without the flag '.'");
	}
	;

tcp_tail:
	%empty { $$ = new_packet(script, PROTOCOL_TCP); }
	| tcp_tail WORD INTEGER { $$ = $1; set_tail(script, @2.first_line, $$, $2, $3); }
	| tcp_tail '<' option_list '>' { $$ = $1; $$->options = $3; }
	| tcp_tail '<' ELLIPSIS '>' { $$ = $1; $$->any_options = true; }
	;

option_list:
	option
	| option_list ',' option {
		struct option_spec *last = $1;

		while (last->next)
			last = last->next;
		last->next = $3;
		$$ = $1;
	}
	;

option:
	WORD { $$ = word_option(script, @1.first_line, $1); }
	| WORD INTEGER { $$ = value_option(script, @1.first_line, $1, $2); }
	| WORD INTEGER INTEGER {
		expect_word(script, @1.first_line, $1, "ao");
		$$ = new_option(script, OPTION_AO);
		$$->value = (uint8_t)$2;
		$$->echo = (uint8_t)$3;
	}
	| WORD WORD INTEGER WORD INTEGER {
		expect_word(script, @1.first_line, $1, "TS");
		expect_word(script, @2.first_line, $2, "val");
		expect_word(script, @4.first_line, $4, "ecr");
		$$ = new_option(script, OPTION_TS);
		$$->value = (uint32_t)$3;
		$$->echo = (uint32_t)$5;
	}
	| WORD sack_blocks { expect_word(script, @1.first_line, $1, "sack"); $$ = $2; }
	| HEX_OPTION { $$ = hex_option(script, @1.first_line, $1); }
	;

sack_blocks:
	INTEGER ':' INTEGER { $$ = new_option(script, OPTION_SACK); add_block(script, @1.first_line, $$, $1, $3); }
	| sack_blocks INTEGER ':' INTEGER { $$ = $1; add_block(script, @2.first_line, $$, $2, $4); }
	;

udp:
	WORD '(' INTEGER ')' {
		expect_word(script, @1.first_line, $1, "udp");
		$$ = new_packet(script, PROTOCOL_UDP);
		$$->payload_len = (unsigned int)$3;
	}
	;

icmp:
	WORD WORD icmp_tail {
		expect_word(script, @1.first_line, $1, "icmp");
		$$ = $3;
		$$->icmp_type_name = $2;
	}
	| WORD WORD WORD icmp_tail {
		expect_word(script, @1.first_line, $1, "icmp");
		$$ = $4;
		$$->icmp_type_name = $2;
		$$->icmp_code_name = $3;
	}
	;

icmp_tail:
	%empty { $$ = new_packet(script, PROTOCOL_ICMP); }
	| icmp_tail MTU INTEGER { $$ = $1; $$->icmp_mtu = (int)$3; }
	| icmp_tail '[' INTEGER ':' INTEGER '(' INTEGER ')' ']' {
		$$ = $1;
		$$->has_echo = true;
		$$->echo_seq = (uint32_t)$3;
		$$->echo_seq_end = (uint32_t)$5;
	}
	;

/* ---- system calls ---- */

call:
	WORD arguments '=' result {
		$$ = script_alloc(script, sizeof(*$$));
		$$->name = $1;
		$$->args = $2;
		for (struct expr *e = $2; e; e = e->next)
			$$->arg_count++;
		$$->any_result = $4.any;
		$$->result = $4.value;
		$$->error = $4.name;
	}
	;

result:
	'?' { $$.any = true; $$.value = 0; $$.name = NULL; }
	| INTEGER note { $$.any = false; $$.value = $1; $$.name = NULL; }
	| '-' INTEGER note { $$.any = false; $$.value = -$2; $$.name = NULL; }
	| '-' INTEGER WORD note { $$.any = false; $$.value = -$2; $$.name = $3; }
	;

/* "(Resource temporarily unavailable)": for people */
note:
	%empty
	| '(' note_words ')'
	;

note_words:
	%empty
	| note_words note_word
	;

note_word: WORD | INTEGER | FRACTION | ',' | '-' | '/' | '.' | '|' | '\'' ;

arguments:
	'(' argument_list ')' { $$ = $2; }
	;

argument_list:
	%empty { $$ = NULL; }
	| field_list
	;

field_list:
	field
	| field_list ',' field { $$ = append_expr($1, $3); }
	;

field:
	expression
	| expression '=' expression {
		if ($1->kind != EXPR_WORD && $1->kind != EXPR_CALL)
			script_error(script, @1.first_line, "only a field's name may stand before '='");
		$$ = new_expr(script, @1.first_line, EXPR_FIELD);
		$$->items = $1;
		$1->next = $3;
	}
	;

expression:
	atom
	| or_list { $$ = new_expr(script, @1.first_line, EXPR_OR); $$->items = $1; }
	;

or_list:
	atom '|' atom { $$ = append_expr($1, $3); }
	| or_list '|' atom { $$ = append_expr($1, $3); }
	;

atom:
	ELLIPSIS { $$ = new_expr(script, @1.first_line, EXPR_ELLIPSIS); }
	| INTEGER { $$ = new_expr(script, @1.first_line, EXPR_INTEGER); $$->value = $1; }
	| '-' INTEGER { $$ = new_expr(script, @1.first_line, EXPR_INTEGER); $$->value = -$2; }
	| STRING { $$ = new_expr(script, @1.first_line, EXPR_STRING); $$->text = $1; }
	| WORD { $$ = new_expr(script, @1.first_line, EXPR_WORD); $$->text = $1; }
	| WORD arguments { $$ = new_expr(script, @1.first_line, EXPR_CALL); $$->text = $1; $$->items = $2; }
	| '[' argument_list ']' { $$ = new_expr(script, @1.first_line, EXPR_LIST); $$->items = $2; }
	| '{' argument_list '}' { $$ = new_expr(script, @1.first_line, EXPR_STRUCT); $$->items = $2; }
	;
%%
