/* SPDX-License-Identifier: MIT */
/*
 * What a fuzzed card is put through, as bytes: a header of one step's size (its `code` is the
 * interrupt mode, `a` the ending), then steps of 8 bytes. Any bytes are a program; an incomplete
 * step at the end is none. Steps are numbered for ever: files in corpus/ are made of them.
 */
#ifndef TESTS_FUZZ_CARD_PROGRAM_H
#define TESTS_FUZZ_CARD_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#define PROGRAM_MAX_STEPS 128

enum step_code {
	STEP_WRITE,	  /* register 4 * b: c */
	STEP_READ,	  /* register 4 * b */
	STEP_RAW_ACCESS,  /* address c, 1, 2 or 4 bytes by a; a bit 2: write b */
	STEP_TX_RING,	  /* queue a: at memory 16 * b (a bit 1: low), c bytes, switched on */
	STEP_RX_RING,	  /* same for receive */
	STEP_PACKET,	  /* of kind a, length b, seed c, is in memory from now on */
	STEP_TX_CONTEXT,  /* for that packet, queue a: MSS b, bits c differ */
	STEP_TX_DATA,	  /* bytes of that packet: see tx_data() */
	STEP_POKE,	  /* dword a of the last descriptor becomes c; a bit 2: bits c differ */
	STEP_TAIL,	  /* of ring a: what is written so far; a bit 2: b */
	STEP_RX_POST,	  /* b descriptors to queue a, buffers c apart; doorbell */
	STEP_MEMORY,	  /* at 16 * b + a: c */
	STEP_FRAME,	  /* a packet as in STEP_PACKET comes from the line */
	STEP_FRAME_AGAIN, /* a more of the last frame, byte b changed by c each time */
	STEP_TIME,	  /* 2^a ns + b pass */
	STEP_PCI,	  /* bits of a: bus master, link up; a bits 3:2: interrupt mode */
	STEP_RESET,	  /* a: PCI, power, CTRL.RST, PHY */
	STEP_NETDEV,	  /* a bit 0: is full */
	STEP_FAULT,	  /* DMA to 16 * b of memory, c bytes, is an error */
	STEP_PHY,	  /* MDIC: register a, value b; c bit 0: read */
	STEP_CODES,
};

struct step {
	uint8_t code, a;
	uint16_t b;
	uint32_t c;
};

/* Step i of a program (0: the header); there are program_steps() of them. */
struct step program_step(const uint8_t *bytes, size_t i);
size_t program_steps(size_t len);

/* libFuzzer's LLVMFuzzerCustomMutator, by whole steps. */
size_t program_mutate(uint8_t *bytes, size_t len, size_t max_len, unsigned int seed,
		      size_t (*mutate_bytes)(uint8_t *, size_t, size_t));

#endif
