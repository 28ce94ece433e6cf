// SPDX-License-Identifier: MIT
#include "actions.h"

#include <string.h>

#define DESCRIPTOR_BYTES  16u
#define LINE_MAX_BYTES	  16384u
#define PACKETS_AT	  0x80000u /* in memory: the second half, one after the other */
#define STEP_LIMIT_NS	  MS(2)
#define EXCHANGE_NS	  US(200)
#define EXCHANGE_RING_AT  0x1000u
#define EXCHANGE_BYTES_AT 0x8000u
#define EXCHANGE_POSTED	  127u
#define EXCHANGE_FRAME	  300u

#define CTRL  0x0000u
#define MDIC  0x0020u
#define RCTL  0x0100u
#define TCTL  0x0400u
#define RDBAL 0x2800u
#define TDBAL 0x3800u

#define CTRL_RST      (1u << 26)
#define RCTL_EN	      (1u << 1)
#define RCTL_TAKE_ALL (1u << 3 | 1u << 4 | 1u << 5 | 1u << 15) /* UPE, MPE, LPE, BAM */
#define TCTL_EN	      (1u << 1)
#define TCTL_PSP      (1u << 3)
#define MDIC_PHY      (1u << 21)
#define MDIC_WRITE    (1u << 26)
#define MDIC_READ     (2u << 26)

#define TXD_EOP	    (1u << 24)
#define TXD_IFCS    (1u << 25)
#define TXD_RS	    (1u << 27)
#define TXD_DATA    (1u << 29 | 1u << 20)
#define TXD_CONTEXT (1u << 29)

/* Which ring a step's `a` names. */
static struct ring *ring_of(struct actions *a, unsigned int index)
{
	return &a->rings[index % RINGS];
}

static uint32_t base_register(unsigned int ring)
{
	return (ring < 2 ? TDBAL : RDBAL) + 0x100 * (ring % 2);
}

static uint32_t tail_register(unsigned int ring)
{
	return base_register(ring) + 0x18;
}

/* --- rings and descriptors --- */

static void start_ring(struct machine *m, unsigned int ring, uint64_t base, uint32_t bytes)
{
	const uint32_t at = base_register(ring);

	reg_write(m, at, (uint32_t)base);
	reg_write(m, at + 4, (uint32_t)(base >> 32));
	reg_write(m, at + 8, bytes);
	reg_write(m, at + 0x10, 0);
	reg_write(m, at + 0x18, 0);
	if (ring < 2)
		reg_write(m, TCTL, TCTL_EN | TCTL_PSP);
	else
		reg_write(m, RCTL, reg_read(m, RCTL) | RCTL_EN | RCTL_TAKE_ALL);
}

static void set_up_ring(struct actions *a, unsigned int ring, struct step s)
{
	const uint64_t base = (s.a & 2 ? LOW_BASE : HIGH_BASE) + 16u * s.b;

	a->rings[ring] = (struct ring){.at = 16u * s.b, .descriptors = s.c / DESCRIPTOR_BYTES};
	start_ring(a->m, ring, base, s.c);
}

/* At the ring's tail, which moves on; TDT or RDT is not written. */
static void put_descriptor(struct actions *a, struct ring *r, const uint32_t word[4])
{
	a->descriptor_at = r->at + DESCRIPTOR_BYTES * r->tail;
	store(a->m, a->descriptor_at, word, DESCRIPTOR_BYTES);
	r->tail = r->descriptors ? (r->tail + 1) % r->descriptors : 0;
}

/* Of the program's packet, for queue a bit 0; MSS b, and bits c of the last dwords differ. */
static void tx_context(struct actions *a, struct step s)
{
	const struct packet *p = &a->packet;
	const uint32_t payload = p->len > p->payload ? (uint32_t)(p->len - p->payload) : 0;
	const uint32_t tucmd =
		(p->udp ? 0 : 1u << 24) | (p->ipv6 ? 0 : 1u << 25) | (s.a & 2 ? 1u << 26 : 0);
	const uint32_t word[4] = {
		(uint32_t)(p->l3 & 0xff) | (uint32_t)((p->l3 + 10) & 0xff) << 8 |
			(uint32_t)((p->l4 - 1) & 0xffff) << 16,
		(uint32_t)(p->l4 & 0xff) | (uint32_t)(packet_checksum_offset(p) & 0xff) << 8,
		(payload | TXD_CONTEXT | tucmd) ^ (s.a & 4 ? s.c : 0),
		((uint32_t)(p->payload & 0xff) << 8 | (uint32_t)s.b << 16) ^ (s.a & 8 ? s.c : 0),
	};

	put_descriptor(a, ring_of(a, s.a & 1), word);
}

/*
 * The next b bytes of the packet (0: the rest) by queue a bit 0; a bit 1: a legacy descriptor. With
 * the last byte, or a bit 2, it is the packet's end. a bits 7:3: RS, TSE or IC, VLE, IDE, and bits c
 * of the last dword. The address is off by the upper half of c when a bit 7 is set.
 */
static void tx_data(struct actions *a, struct step s)
{
	const uint32_t left = (uint32_t)a->packet.len - a->packet_sent;
	const uint32_t len = s.b == 0 ? left : s.b;
	const uint64_t addr = HIGH_BASE + (a->packet_at + a->packet_sent) % MEMORY_BYTES +
			      (s.a & 0x80 ? s.c >> 16 : 0);
	const bool end = len >= left || (s.a & 4);
	const uint32_t command = TXD_IFCS | (end ? TXD_EOP : 0) | (s.a & 8 ? TXD_RS : 0) |
				 (s.a & 0x10 ? 1u << 26 : 0) | (s.a & 0x20 ? 1u << 30 : 0) |
				 (s.a & 0x40 ? 1u << 31 : 0);
	const uint32_t word[4] = {(uint32_t)addr, (uint32_t)(addr >> 32),
				  command | (s.a & 2 ? len & 0xffff : len | TXD_DATA), s.c};

	put_descriptor(a, ring_of(a, s.a & 1), word);
	a->packet_sent = end ? 0 : a->packet_sent + len;
}

static void poke(struct actions *a, struct step s)
{
	const uint32_t at = (a->descriptor_at + 4 * (s.a & 3)) % MEMORY_BYTES;
	uint32_t value;

	memcpy(&value, a->m->memory + at / 4 * 4, sizeof(value));
	value = s.a & 4 ? value ^ s.c : s.c;
	store(a->m, at / 4 * 4, &value, sizeof(value));
}

static void ring_doorbell(struct actions *a, struct step s)
{
	const unsigned int ring = s.a % RINGS;

	reg_write(a->m, tail_register(ring), s.a & 4 ? s.b : a->rings[ring].tail);
}

static void post(struct actions *a, struct step s)
{
	const unsigned int ring = 2 + s.a % 2;
	uint64_t addr = HIGH_BASE + (s.c >> 8) % MEMORY_BYTES;

	for (unsigned int i = 0; i < s.b % 128u; i++, addr += s.c & 0x3fff) {
		const uint64_t second = s.a & 2 ? addr + 512 : 0; /* of split descriptors */
		const uint32_t word[4] = {(uint32_t)addr, (uint32_t)(addr >> 32), (uint32_t)second,
					  (uint32_t)(second >> 32)};

		put_descriptor(a, &a->rings[ring], word);
	}
	reg_write(a->m, tail_register(ring), a->rings[ring].tail);
}

/* --- packets and frames --- */

static void put_tag(struct packet *p, uint32_t type)
{
	memmove(p->bytes + 16, p->bytes + 12, p->len - 12);
	p->bytes[12] = (uint8_t)(type >> 8);
	p->bytes[13] = (uint8_t)type;
	p->len += 4;
	p->l3 += 4;
	p->l4 += 4;
	p->payload += 4;
}

/* A frame of flow control (IEEE 802.3 annex 31B), or of PTP over Ethernet (IEEE 1588 annex F). */
static void put_head(struct packet *p, const char *destination, uint32_t type, uint32_t first)
{
	memcpy(p->bytes, destination, 6);
	p->bytes[12] = (uint8_t)(type >> 8);
	p->bytes[13] = (uint8_t)type;
	p->bytes[14] = (uint8_t)(first >> 8);
	p->bytes[15] = (uint8_t)first;
}

static void build(struct packet *p, struct step s)
{
	const struct packet_options o = {
		.ipv6 = s.a & 1,
		.udp = s.a & 2,
		.ip_options = s.a & 4 ? s.c >> 8 & 0x28 : 0,
		.tcp_options = s.a & 8 ? s.c >> 16 & 0x28 : 0,
		.payload = s.b,
		.seed = s.c & 0xff,
		.tcp_flags = (uint8_t)(s.c >> 24),
	};

	packet_build(p, &o);
	switch (s.a >> 4 & 7) {
	case 1:
		put_tag(p, 0x8100);
		break;
	case 2:
		put_tag(p, 0x8100);
		put_tag(p, 0x88a8);
		break;
	case 3:
		put_head(p, "\x01\x80\xc2\x00\x00\x01", 0x8808, 1);
		memset(p->bytes + 16, (int)(s.c & 0xff), 2);
		break;
	case 4:
		put_head(p, "\x01\x1b\x19\x00\x00\x00", 0x88f7, s.c & 0xf0f);
		break;
	case 5: /* cut */
		p->len = 14 + s.c % (p->len - 13);
		break;
	case 6: /* one byte is another */
		p->bytes[s.c % p->len] ^= (uint8_t)(s.c >> 16 | 1);
		break;
	case 7: /* a fragment, or any next header */
		p->bytes[p->l3 + (o.ipv6 ? 6 : 7)] ^= (uint8_t)(s.c >> 8);
		break;
	}
}

void actions_begin(struct actions *a, struct machine *m)
{
	a->m = m;
	memset(a->rings, 0, sizeof(a->rings));
	build(&a->packet, (struct step){0});
	build(&a->frame, (struct step){0});
	a->packet_at = PACKETS_AT;
	a->packet_sent = 0;
	a->descriptor_at = 0;
}

/* Packets lie one after the other, at any alignment. */
static void put_packet(struct actions *a, struct step s)
{
	a->packet_at = PACKETS_AT + (a->packet_at + (uint32_t)a->packet.len + 1) % PACKETS_AT;
	build(&a->packet, s);
	store(a->m, a->packet_at, a->packet.bytes, a->packet.len);
	a->packet_sent = 0;
}

static void offer(struct actions *a)
{
	const size_t len = a->frame.len < LINE_MAX_BYTES ? a->frame.len : LINE_MAX_BYTES;

	a->m->work++;
	if (a->m->abi->card_receive_ready(a->m->card) &&
	    a->m->abi->card_receive(a->m->card, a->frame.bytes, len) < 0)
		finding("a frame of %zu bytes is refused", len);
}

static void offer_again(struct actions *a, struct step s)
{
	for (unsigned int i = 0; i < s.a % 33u; i++) {
		a->frame.bytes[s.b % a->frame.len] ^= (uint8_t)s.c;
		offer(a);
	}
}

/* --- the rest --- */

static void raw_access(struct actions *a, struct step s)
{
	struct machine *m = a->m;
	const unsigned int size = 1u << s.a % 3u;

	m->work++;
	if (s.a & 4)
		m->abi->card_mmio_write(m->card, m->now_ns, s.c & 0x3ffff, s.b, size);
	else
		m->abi->card_mmio_read(m->card, m->now_ns, s.c & 0x3ffff, size);
}

static void access_phy(struct actions *a, struct step s)
{
	reg_write(a->m, MDIC,
		  s.b | (s.a & 0x1fu) << 16 | MDIC_PHY | (s.c & 1 ? MDIC_READ : MDIC_WRITE) |
			  (s.c & 0x20000000));
	run_ns(a->m, US(100));
}

void reset_card(struct machine *m, enum reset reset)
{
	m->work++;
	if (reset == RESET_CTRL)
		reg_write(m, CTRL, reg_read(m, CTRL) | CTRL_RST);
	else if (reset == RESET_PHY)
		reg_write(m, MDIC, 0x8000u | MDIC_PHY | MDIC_WRITE);
	else
		m->abi->card_reset(m->card, reset == RESET_POWER ? RINGSIDE_RESET_POWER
								 : RINGSIDE_RESET_PCI);
	if (reset == RESET_POWER || reset == RESET_PCI)
		m->frame_refused = false;
}

static void let_time_pass(struct actions *a, struct step s)
{
	const uint64_t ns = (UINT64_C(1) << s.a % 32) + s.b;

	run_ns(a->m, ns < STEP_LIMIT_NS ? ns : STEP_LIMIT_NS);
}

static void change_pci(struct actions *a, struct step s)
{
	set_pci(a->m, &(struct ringside_pci_state){s.a & 1, s.a & 2,
						   (enum ringside_irq_mode)((s.a >> 2) % 3),
						   (s.b & 3) == 3});
}

void take_step(struct actions *a, struct step s)
{
	struct machine *m = a->m;

	switch (s.code % STEP_CODES) {
	case STEP_WRITE:
		reg_write(m, 4u * s.b & 0x1ffff, s.c);
		break;
	case STEP_READ:
		reg_read(m, 4u * s.b & 0x1ffff);
		break;
	case STEP_RAW_ACCESS:
		raw_access(a, s);
		break;
	case STEP_TX_RING:
		set_up_ring(a, s.a % 2, s);
		break;
	case STEP_RX_RING:
		set_up_ring(a, 2 + s.a % 2, s);
		break;
	case STEP_PACKET:
		put_packet(a, s);
		break;
	case STEP_TX_CONTEXT:
		tx_context(a, s);
		break;
	case STEP_TX_DATA:
		tx_data(a, s);
		break;
	case STEP_POKE:
		poke(a, s);
		break;
	case STEP_TAIL:
		ring_doorbell(a, s);
		break;
	case STEP_RX_POST:
		post(a, s);
		break;
	case STEP_MEMORY:
		store(m, 16u * s.b + s.a, &s.c, sizeof(s.c));
		break;
	case STEP_FRAME:
		build(&a->frame, s);
		offer(a);
		break;
	case STEP_FRAME_AGAIN:
		offer_again(a, s);
		break;
	case STEP_TIME:
		let_time_pass(a, s);
		break;
	case STEP_PCI:
		change_pci(a, s);
		break;
	case STEP_RESET:
		reset_card(m, s.a % RESETS);
		break;
	case STEP_NETDEV:
		set_netdev_full(m, s.a & 1);
		break;
	case STEP_FAULT:
		m->fault_addr = HIGH_BASE + 16u * s.b;
		m->fault_bytes = s.c & 0xffff;
		break;
	case STEP_PHY:
		access_phy(a, s);
		break;
	}
}

/* --- after a reset --- */

static void expect_sent(struct machine *m, const struct packet *p)
{
	const uint64_t addr = HIGH_BASE + EXCHANGE_BYTES_AT;
	const uint32_t word[4] = {(uint32_t)addr, (uint32_t)(addr >> 32),
				  (uint32_t)p->len | TXD_EOP | TXD_IFCS | TXD_RS, 0};

	store(m, EXCHANGE_BYTES_AT, p->bytes, p->len);
	store(m, EXCHANGE_RING_AT, word, sizeof(word));
	m->expected = p->bytes;
	m->expected_bytes = p->len;
	m->expected_came = false;
	start_ring(m, 0, HIGH_BASE + EXCHANGE_RING_AT, 128 * DESCRIPTOR_BYTES);
	reg_write(m, tail_register(0), 1);
	run_ns(m, EXCHANGE_NS);
	m->expected = NULL;
	if (!m->expected_came)
		finding("a frame is not sent after a reset");
	if (!(m->memory[EXCHANGE_RING_AT + 12] & 1))
		finding("a descriptor is not done after a reset");
}

/* All descriptors have the same buffer: frames from before the reset may come first. */
static void expect_received(struct machine *m, const struct packet *p)
{
	const uint64_t addr = HIGH_BASE + EXCHANGE_BYTES_AT;
	const uint32_t word[4] = {(uint32_t)addr, (uint32_t)(addr >> 32), 0, 0};

	for (uint32_t i = 0; i < 128; i++)
		store(m, EXCHANGE_RING_AT + DESCRIPTOR_BYTES * i, word, sizeof(word));
	start_ring(m, 2, HIGH_BASE + EXCHANGE_RING_AT, 128 * DESCRIPTOR_BYTES);
	reg_write(m, tail_register(2), EXCHANGE_POSTED);
	run_ns(m, EXCHANGE_NS);
	if (m->abi->card_receive(m->card, p->bytes, p->len) != 1)
		finding("a frame is refused after a reset");
	run_ns(m, EXCHANGE_NS);
	if (memcmp(m->memory + EXCHANGE_BYTES_AT, p->bytes, p->len) != 0)
		finding("a frame is not received after a reset");
}

void expect_exchange(struct machine *m)
{
	static const struct packet_options out = {.payload = EXCHANGE_FRAME, .seed = 1},
					   in = {.payload = EXCHANGE_FRAME, .seed = 2};
	static struct packet p;

	packet_build(&p, &out);
	expect_sent(m, &p);
	packet_build(&p, &in);
	expect_received(m, &p);
}
