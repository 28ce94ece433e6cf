// SPDX-License-Identifier: MIT
#include "rings.h"

#include <check.h>
#include <string.h>

#define DESCRIPTOR_BYTES 16
#define BUFFER_GAP_BYTES 64 /* between receive buffers, to see what is written beyond their end */
#define SEND_NS		 US(100)

void tx_setup_queue(struct tx_ring *r, struct bench *b, unsigned int queue, unsigned int size)
{
	*r = (struct tx_ring){.b = b, .queue = queue, .size = size};
	r->base = host_alloc(&b->host, size * DESCRIPTOR_BYTES, 128);
	wr(b, QUEUE(TDBAL, queue), (uint32_t)r->base);
	wr(b, QUEUE(TDBAH, queue), (uint32_t)(r->base >> 32));
	wr(b, QUEUE(TDLEN, queue), size * DESCRIPTOR_BYTES);
	wr(b, QUEUE(TDH, queue), 0);
	wr(b, QUEUE(TDT, queue), 0);
	wr(b, TCTL, TCTL_EN | TCTL_PSP);
}

void tx_setup(struct tx_ring *r, struct bench *b, unsigned int size)
{
	tx_setup_queue(r, b, 0, size);
}

uint32_t *tx_descriptor(const struct tx_ring *r, unsigned int index)
{
	return host_at(&r->b->host, r->base + index * DESCRIPTOR_BYTES);
}

unsigned int tx_raw(struct tx_ring *r, const uint32_t word[4])
{
	unsigned int index = r->tail;

	memcpy(tx_descriptor(r, index), word, DESCRIPTOR_BYTES);
	r->tail = (index + 1) % r->size;
	return index;
}

unsigned int tx_legacy(struct tx_ring *r, uint64_t addr, size_t len, uint32_t cmd, unsigned int css,
		       unsigned int cso)
{
	const uint32_t word[4] = {(uint32_t)addr, (uint32_t)(addr >> 32),
				  (uint32_t)len | cso << 16 | cmd, css << 8};

	return tx_raw(r, word);
}

unsigned int tx_data(struct tx_ring *r, uint64_t addr, size_t len, uint32_t dcmd, uint32_t popts)
{
	const uint32_t word[4] = {(uint32_t)addr, (uint32_t)(addr >> 32),
				  (uint32_t)len | TXD_DTYP(1) | TXD_DEXT | dcmd, popts};

	return tx_raw(r, word);
}

unsigned int tx_set_context(struct tx_ring *r, const struct tx_context *c)
{
	const uint32_t word[4] = {
		c->ipcss | c->ipcso << 8 | c->ipcse << 16,
		c->tucss | c->tucso << 8 | c->tucse << 16,
		c->paylen | TXD_DTYP(0) | TXD_DEXT | c->tucmd,
		c->hdrlen << 8 | c->mss << 16,
	};

	return tx_raw(r, word);
}

void tx_doorbell(struct tx_ring *r)
{
	wr(r->b, QUEUE(TDT, r->queue), r->tail);
}

bool tx_done(const struct tx_ring *r, unsigned int index)
{
	return tx_descriptor(r, index)[3] & TXD_DD;
}

uint64_t put_bytes(struct bench *b, const void *bytes, size_t len)
{
	uint64_t at = host_alloc(&b->host, len ? len : 1, 16);

	memcpy(host_at(&b->host, at), bytes, len);
	return at;
}

unsigned int tx_send(struct tx_ring *r, const void *frame, size_t len)
{
	unsigned int i =
		tx_legacy(r, put_bytes(r->b, frame, len), len, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);

	tx_doorbell(r);
	run_ns(r->b, SEND_NS);
	ck_assert_msg(tx_done(r, i), "descriptor %u is not done", i);
	return i;
}

/* RCTL's code for a buffer size; a number of KiB goes into FLXBUF. */
static uint32_t buffer_code(size_t bytes)
{
	switch (bytes) {
	case 256:
		return RCTL_BSIZE(3);
	case 512:
		return RCTL_BSIZE(2);
	case 1024:
		return RCTL_BSIZE(1);
	case 2048:
		return RCTL_BSIZE(0);
	case 4096:
		return RCTL_BSIZE(3) | RCTL_BSEX;
	case 8192:
		return RCTL_BSIZE(2) | RCTL_BSEX;
	case 16384:
		return RCTL_BSIZE(1) | RCTL_BSEX;
	default:
		return RCTL_FLXBUF(bytes / 1024);
	}
}

void rx_setup_queue(struct rx_ring *r, struct bench *b, unsigned int queue, unsigned int size,
		    size_t buffer_bytes, bool extended, uint32_t rctl)
{
	const size_t stride = buffer_bytes + BUFFER_GAP_BYTES;

	*r = (struct rx_ring){.b = b,
			      .queue = queue,
			      .size = size,
			      .buffer_bytes = buffer_bytes,
			      .extended = extended};
	r->base = host_alloc(&b->host, size * DESCRIPTOR_BYTES, 128);
	r->buffers = host_alloc(&b->host, size * stride, 16);
	memset(host_at(&b->host, r->buffers), 0xee, size * stride);
	wr(b, QUEUE(RDBAL, queue), (uint32_t)r->base);
	wr(b, QUEUE(RDBAH, queue), (uint32_t)(r->base >> 32));
	wr(b, QUEUE(RDLEN, queue), size * DESCRIPTOR_BYTES);
	wr(b, QUEUE(RDH, queue), 0);
	wr(b, QUEUE(RDT, queue), 0);
	wr(b, RFCTL, extended ? RFCTL_EXTEN : 0);
	wr(b, RCTL, RCTL_EN | RCTL_BAM | RCTL_SECRC | buffer_code(buffer_bytes) | rctl);
}

void rx_setup(struct rx_ring *r, struct bench *b, unsigned int size, size_t buffer_bytes,
	      bool extended, uint32_t rctl)
{
	rx_setup_queue(r, b, 0, size, buffer_bytes, extended, rctl);
}

uint32_t *rx_descriptor(const struct rx_ring *r, unsigned int index)
{
	return host_at(&r->b->host, r->base + index * DESCRIPTOR_BYTES);
}

uint64_t rx_buffer(const struct rx_ring *r, unsigned int index)
{
	return r->buffers + index * (r->buffer_bytes + BUFFER_GAP_BYTES);
}

void rx_post(struct rx_ring *r, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		uint64_t buffer = rx_buffer(r, r->tail);
		uint32_t *d = rx_descriptor(r, r->tail);

		d[0] = (uint32_t)buffer;
		d[1] = (uint32_t)(buffer >> 32);
		d[2] = d[3] = 0;
		r->tail = (r->tail + 1) % r->size;
	}
	wr(r->b, QUEUE(RDT, r->queue), r->tail);
}

/* Reads one descriptor's fields; the bytes in its buffer. */
static size_t read_result(const struct rx_ring *r, const uint32_t *d, struct rx_result *out)
{
	out->tag = d[3] >> 16;
	if (r->extended) {
		out->mrq = d[0];
		out->hash = d[1];
		out->status = d[2];
		return d[3] & 0xffff;
	}
	out->status = (d[3] & 0xff) | (d[3] & 0xff00) << 16;
	return d[2] & 0xffff;
}

bool rx_take(struct rx_ring *r, struct rx_result *out)
{
	*out = (struct rx_result){0};
	for (;;) {
		size_t len;

		if (r->next == r->tail) { /* what is there is software's, from the last round */
			ck_assert_msg(out->descriptors == 0, "a frame is longer than the ring");
			return false;
		}
		len = read_result(r, rx_descriptor(r, r->next), out);
		if (!(out->status & RXD_DD)) {
			ck_assert_msg(out->descriptors == 0, "a frame ends without EOP");
			return false;
		}
		ck_assert_uint_le(len, r->buffer_bytes);
		ck_assert_uint_le(out->len + len, sizeof(out->bytes));
		memcpy(out->bytes + out->len, host_at(&r->b->host, rx_buffer(r, r->next)), len);
		out->len += len;
		out->descriptors++;
		r->next = (r->next + 1) % r->size;
		if (out->status & RXD_EOP)
			return true;
	}
}
