/* SPDX-License-Identifier: MIT */
/*
 * A connection as a script sees it and as it is on the wire. Scripts number the stack's bytes and
 * time stamps from where they like; the stack chooses its initial ones at random. A flow learns the
 * difference from the first packet that shows it. The peer's numbers are the script's own.
 */
#ifndef PACKETDRILL_FLOW_H
#define PACKETDRILL_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#define FLOW_STAMPS_MAX 256

struct flow {
	struct flow *next;
	uint16_t local_port, remote_port; /* local_port 0: not known yet */
	bool local_known;		  /* an outbound packet told local_shift */
	uint32_t local_shift;		  /* on the wire - in the script */
	uint32_t local_isn, remote_isn;	  /* in the script */
	bool remote_isn_known;
	bool reopening; /* the peer sent another SYN, with next_remote_isn */
	uint32_t next_remote_isn;
	bool ts_known;
	uint32_t ts_shift;
	int64_t ts_lateness_ns; /* of the packet that told ts_shift */
	/* Exact time stamps that were seen, newest last, for what the peer echoes. */
	struct {
		uint32_t script, wire;
	} stamps[FLOW_STAMPS_MAX];
	unsigned int stamp_count;
};

struct flow *flow_new(struct flow **list, uint16_t local_port, uint16_t remote_port);
struct flow *flow_find(struct flow *list, uint16_t local_port, uint16_t remote_port);
/* The same ports, another connection: what was learned of the stack's numbers is void. */
void flow_restart(struct flow *f);
void flows_free(struct flow **list);

/* The stack's sequence numbers. */
static inline uint32_t flow_to_wire(const struct flow *f, uint32_t script)
{
	return script + f->local_shift;
}

static inline uint32_t flow_to_script(const struct flow *f, uint32_t wire)
{
	return wire - f->local_shift;
}

void flow_note_stamp(struct flow *f, uint32_t script, uint32_t wire);
/* What the stack called the time that the script calls so. */
uint32_t flow_stamp_to_wire(const struct flow *f, uint32_t script);

/* The bytes of a stream: both ends can tell what belongs at an offset. */
static inline uint8_t stream_byte(uint32_t offset)
{
	return (uint8_t)(offset * 31 + (offset >> 8) * 7 + (offset >> 16));
}

#endif
