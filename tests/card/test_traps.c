// SPDX-License-Identifier: MIT
/*
 * What guests get wrong, on purpose or not (section 8). Each test is named for the trap's number;
 * after the nonsense the card must still work, in most cases without a reset. Traps that belong to
 * another topic are tested there, under their numbers too; 65 and 66 are the device's, not the
 * card's: tests/guest/device_test.py. The suite refuses to run when a number has no test.
 */
#include "suite.h"

#include "harness/offload.h"

#include <stdlib.h>
#include <string.h>

static uint8_t frame[1000] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 2, 0, 0, 0, 0, 1, 0x88, 0xb5};
static struct packet packet, seeded;
static struct tx_ring tx;
static struct rx_ring rx;
static struct rx_result got;

static struct bench *sender_up(unsigned int size)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, size);
	return b;
}

static struct bench *receiver_up(unsigned int size, size_t buffer_bytes, uint32_t rctl)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	rx_setup(&rx, b, size, buffer_bytes, true, rctl);
	return b;
}

/* One frame, from the ring's present state on. */
static void still_sends(struct bench *b)
{
	size_t before = b->host.num_frames;

	tx_send(&tx, frame, sizeof(frame));
	ck_assert_msg(b->host.num_frames == before + 1, "the card sends no more");
	ck_assert_uint_eq(b->host.frames[before].len, sizeof(frame));
	ck_assert_mem_eq(b->host.frames[before].bytes, frame, sizeof(frame));
}

static void still_receives(struct bench *b)
{
	while (rx_take(&rx, &got))
		;
	if ((rx.tail + 1) % rx.size != rx.next)
		rx_post(&rx, 1);
	feed(b, frame, sizeof(frame));
	run_ns(b, US(50));
	ck_assert_msg(rx_take(&rx, &got), "the card receives no more");
	ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
}

/* The card as a driver finds it after a reset. */
static void works_after_reset(struct bench *b)
{
	b->host.room_frames = UINT64_MAX;
	b->host.fault_len = 0;
	wr(b, CTRL, CTRL_RST);
	run_ns(b, US(20));
	b->abi->card_transmit_ready(b->card);
	run_ns(b, US(20));
	host_forget(&b->host);
	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, 0);
	still_sends(b);
	still_receives(b);
}

START_TEST(trap_01_tail_beyond_the_ring_is_an_empty_ring)
{
	struct bench *b = sender_up(8);

	wr(b, TDT, 8);
	run_ns(b, MS(1));
	wr(b, TDT, 0xffff);
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_events, 0);
	wr(b, TDT, 0);
	still_sends(b);
	rx_setup(&rx, b, 8, 2048, true, 0);
	wr(b, RDT, 0xffff);
	feed(b, frame, sizeof(frame));
	run_ns(b, MS(1));
	ck_assert_uint_eq(rd(b, RDH), 0);
	rx_post(&rx, 1);
	run_ns(b, US(50));
	ck_assert(rx_take(&rx, &got));
}
END_TEST

/* Of eight descriptors. */
static bool in_ring(const struct host_event *e, uint64_t base)
{
	return e->addr >= base && e->addr + e->len <= base + 8 * 16;
}

START_TEST(trap_02_head_beyond_the_ring_fetches_nothing_outside)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 8);
	rx_setup(&rx, b, 8, 2048, true, 0);
	wr(b, TDH, 0x1000);
	wr(b, TDT, 3);
	wr(b, RDH, 0x1000);
	wr(b, RDT, 3);
	feed(b, frame, sizeof(frame));
	run_ns(b, MS(1));
	for (size_t i = 0; i < b->host.num_events; i++) {
		const struct host_event *e = &b->host.events[i];

		ck_assert(e->kind != HOST_ERROR);
		if (e->kind == HOST_READ)
			ck_assert_msg(in_ring(e, tx.base) || in_ring(e, rx.base),
				      "reads %u bytes at 0x%llx, outside the rings", e->len,
				      (unsigned long long)e->addr);
	}
	works_after_reset(b);
}
END_TEST

START_TEST(trap_03_ring_of_no_length_is_off)
{
	struct bench *b = sender_up(8);

	wr(b, TDLEN, 0);
	wr(b, TDT, 5);
	wr(b, RDLEN, 0);
	wr(b, RDT, 5);
	wr(b, RCTL, RCTL_EN | RCTL_BAM | RCTL_UPE);
	feed(b, frame, sizeof(frame));
	run_ns(b, MS(1));
	ck_assert_uint_eq(b->host.num_events, 0);
	works_after_reset(b);
}
END_TEST

/* A segmentation context that cannot be: nothing leaves, and the descriptors are done. */
static void check_bad_tso(struct bench *b, struct tx_context c)
{
	unsigned int last;

	host_forget(&b->host);
	tx_set_context(&tx, &c);
	last = tx_packet(&tx, &seeded, 700, TXD_TSE);
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert_msg(tx_done(&tx, last),
		      "bad segmentation is not done (mss %u header %u payload %u)", c.mss, c.hdrlen,
		      c.paylen);
	ck_assert_uint_eq(b->host.num_frames, 0);
	still_sends(b);
}

static struct tx_context good_tso(uint32_t payload)
{
	const struct packet_options o = {.payload = payload, .seed = 4};

	packet_build(&packet, &o);
	seeded = packet;
	packet_seed_tso(&seeded);
	return tso_context(&packet, 500);
}

START_TEST(trap_04_tso_without_mss)
{
	struct bench *b = sender_up(64);
	struct tx_context c = good_tso(2000);

	c.mss = 0;
	check_bad_tso(b, c);
	ck_assert_uint_eq(rd(b, TSCTFC), 1);
}
END_TEST

START_TEST(trap_04_tso_without_header)
{
	struct bench *b = sender_up(64);
	struct tx_context c = good_tso(2000);

	c.hdrlen = 0;
	check_bad_tso(b, c);
}
END_TEST

START_TEST(trap_04_tso_offsets_outside_the_header)
{
	struct bench *b = sender_up(64);
	struct tx_context c;

	c = good_tso(2000);
	c.hdrlen = c.tucss + 19;
	check_bad_tso(b, c);
	c = good_tso(2000);
	c.tucss = c.hdrlen;
	check_bad_tso(b, c);
	c = good_tso(2000);
	c.ipcss = c.tucss;
	check_bad_tso(b, c);
	c = good_tso(2000);
	c.tucso = c.hdrlen - 1;
	check_bad_tso(b, c);
	c = good_tso(2000);
	c.ipcss = 255;
	check_bad_tso(b, c);
}
END_TEST

START_TEST(trap_05_tso_header_longer_than_the_packet)
{
	struct bench *b = sender_up(64);
	struct tx_context c = good_tso(50);

	c.hdrlen = 255;
	check_bad_tso(b, c);
	c = good_tso(0);
	c.paylen = 1000;
	check_bad_tso(b, c);
}
END_TEST

START_TEST(trap_05_tso_with_less_data_than_announced_ends)
{
	struct bench *b = sender_up(64);
	struct tx_context c = good_tso(2000);
	unsigned int last;

	c.paylen = 0xfffff;
	tx_set_context(&tx, &c);
	last = tx_packet(&tx, &seeded, 700, TXD_TSE);
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert(tx_done(&tx, last));
	ck_assert_uint_le(b->host.num_frames, 4);
	still_sends(b);
}
END_TEST

START_TEST(trap_05_tso_with_more_data_than_announced_sends_no_more_than_that)
{
	struct bench *b = sender_up(64);
	struct tx_context c = good_tso(2000);
	size_t payload = 0;
	unsigned int last;

	c.paylen = 900;
	tx_set_context(&tx, &c);
	last = tx_packet(&tx, &seeded, 700, TXD_TSE);
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert(tx_done(&tx, last));
	for (size_t i = 0; i < b->host.num_frames; i++)
		payload += b->host.frames[i].len - c.hdrlen;
	ck_assert_uint_le(payload, 900);
	still_sends(b);
}
END_TEST

START_TEST(trap_06_null_and_unmappable_transmit_buffers)
{
	static const uint64_t addresses[] = {
		0,	    0xffffffffffffffff, 0xfffffffffffffff0,
		0xdead0000, HOST_LOW_BASE - 8,	HOST_HIGH_BASE + HOST_MEMORY_BYTES - 8};
	struct bench *b = sender_up(64);

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		unsigned int index =
			tx_data(&tx, addresses[i], 100, TXD_EOP | TXD_IFCS | TXD_RS, 0);

		tx_doorbell(&tx);
		run_ns(b, US(100));
		ck_assert_msg(tx_done(&tx, index), "buffer %zu is not done", i);
		still_sends(b);
	}
}
END_TEST

/* A descriptor before the doorbell: the card may read it as soon as it is rung. */
static void post_one(uint64_t address)
{
	const uint64_t words[2] = {address, 0};

	memcpy(rx_descriptor(&rx, rx.tail), words, sizeof(words));
	rx.tail = (rx.tail + 1) % rx.size;
}

START_TEST(trap_07_null_and_unmappable_receive_buffers)
{
	static const uint64_t addresses[] = {0, 0xffffffffffffffff, 0xdead0000,
					     HOST_HIGH_BASE + HOST_MEMORY_BYTES - 8};
	struct bench *b = receiver_up(64, 256, 0);

	fill_random(frame + 14, sizeof(frame) - 14, 7);
	for (size_t i = 0; i < 4; i++) {
		post_one(addresses[i]);
		post_one(rx_buffer(&rx, rx.tail));
		post_one(rx_buffer(&rx, rx.tail));
		wr(b, RDT, rx.tail);
		feed(b, frame, 700);
		run_ns(b, US(100));
		ck_assert_uint_eq(rd(b, RDH), rx.tail);
		/* What fell into the bad buffer is lost, the rest is where it would have been. */
		ck_assert_mem_eq(host_at(&b->host, rx_buffer(&rx, rx.tail - 2)), frame + 256, 256);
		ck_assert_mem_eq(host_at(&b->host, rx_buffer(&rx, rx.tail - 1)), frame + 512, 188);
		rx.next = rx.tail;
		rx_post(&rx, 3);
		feed(b, frame, 700);
		run_ns(b, US(100));
		ck_assert(rx_take(&rx, &got));
		ck_assert_mem_eq(got.bytes, frame, 700);
	}
}
END_TEST

START_TEST(trap_09_rings_and_buffers_in_the_own_bar)
{
	const uint64_t bar = 0xfebc0000;
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, TDBAL, (uint32_t)bar + TDT);
	wr(b, TDBAH, 0);
	wr(b, TDLEN, 0x1000);
	wr(b, TDT, 100);
	wr(b, TCTL, TCTL_EN);
	wr(b, RDBAL, (uint32_t)bar + RDT);
	wr(b, RDLEN, 0x1000);
	wr(b, RDT, 100);
	wr(b, RCTL, RCTL_EN | RCTL_UPE);
	for (int i = 0; i < 5; i++)
		b->abi->card_receive(b->card, frame, sizeof(frame));
	run_ns(b, MS(5));
	works_after_reset(b);
}
END_TEST

START_TEST(trap_12_ipv6_routing_header_is_too_short)
{
	struct bench *b = receiver_up(64, 2048, RCTL_UPE | RCTL_MPE);
	const struct packet_options o = {.ipv6 = true, .payload = 60, .seed = 1};

	rx_post(&rx, 63);
	for (unsigned int length = 0; length < 256; length += 5) {
		packet_build(&packet, &o);
		packet.bytes[packet.l3 + 6] = 43;
		packet.bytes[packet.l4] = 43;
		packet.bytes[packet.l4 + 1] = (uint8_t)length;
		for (size_t cut = packet.l4; cut < packet.l4 + 12; cut++) {
			feed(b, packet.bytes, cut);
			run_ns(b, US(5));
			ck_assert(rx_take(&rx, &got));
			ck_assert_uint_eq(got.status & (RXD_TCPCS | RXD_UDPCS), 0);
			rx_post(&rx, 1);
		}
	}
	still_receives(b);
}
END_TEST

START_TEST(trap_13_chain_of_extension_headers)
{
	struct bench *b = receiver_up(64, 2048, 0);
	const struct packet_options o = {.ipv6 = true, .payload = 1400, .seed = 1};

	packet_build(&packet, &o);
	packet.bytes[packet.l3 + 6] = 60;
	for (size_t at = packet.l4; at + 8 <= packet.len; at += 8) {
		memset(packet.bytes + at, 0, 8);
		packet.bytes[at] = 60;
	}
	rx_post(&rx, 10);
	feed(b, packet.bytes, packet.len);
	run_ns(b, US(100));
	ck_assert(rx_take(&rx, &got));
	ck_assert_uint_eq(got.status & (RXD_TCPCS | RXD_UDPCS | RXD_TCPE), 0);
	still_receives(b);
}
END_TEST

START_TEST(trap_14_ring_at_the_end_of_the_address_space)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, TDBAL, 0xffffff80);
	wr(b, TDBAH, 0xffffffff);
	wr(b, TDLEN, 0x100);
	wr(b, TCTL, TCTL_EN);
	wr(b, TDT, 12);
	run_ns(b, MS(1));
	works_after_reset(b);
}
END_TEST

START_TEST(trap_14_rings_lie_across_pages)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	tx_setup(&tx, b, 64);
	rx_setup(&rx, b, 64, 2048, true, 0);
	/* A page ends behind the third descriptor of each. */
	tx.base = host_alloc(&b->host, 2 * 4096, 4096) + 4096 - 3 * 16;
	rx.base = host_alloc(&b->host, 2 * 4096, 4096) + 4096 - 3 * 16;
	wr(b, TDBAL, (uint32_t)tx.base);
	wr(b, RDBAL, (uint32_t)rx.base);
	rx_post(&rx, 60);
	for (unsigned int i = 0; i < 60; i++) {
		frame[20] = (uint8_t)i;
		still_sends(b);
		feed(b, frame, sizeof(frame));
		run_ns(b, US(50));
		ck_assert(rx_take(&rx, &got));
		ck_assert_mem_eq(got.bytes, frame, sizeof(frame));
	}
}
END_TEST

START_TEST(trap_15_failing_descriptor_reads_end)
{
	struct bench *b = sender_up(8);

	b->host.fault_addr = tx.base;
	b->host.fault_len = 8 * 16;
	wr(b, TDT, 7);
	run_ns(b, MS(5));
	ck_assert_uint_eq(b->host.num_frames, 0);
	ck_assert_uint_lt(host_count(&b->host, HOST_ERROR), 100);
	works_after_reset(b);
	b->host.fault_addr = rx.base;
	b->host.fault_len = 64 * 16;
	rx_post(&rx, 10);
	feed(b, frame, sizeof(frame));
	feed(b, frame, sizeof(frame));
	run_ns(b, MS(5));
	ck_assert_uint_lt(host_count(&b->host, HOST_ERROR), 100);
	works_after_reset(b);
}
END_TEST

START_TEST(trap_15_failing_payload_read_does_not_stop_the_ring)
{
	struct bench *b = sender_up(64);
	uint64_t at = put_bytes(b, frame, sizeof(frame));
	unsigned int index;

	b->host.fault_addr = at + 500;
	b->host.fault_len = 1;
	index = tx_data(&tx, at, sizeof(frame), TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&tx);
	run_ns(b, US(100));
	ck_assert(tx_done(&tx, index));
	still_sends(b);
}
END_TEST

START_TEST(trap_16_rdt_written_before_receive_is_on)
{
	struct bench *b = receiver_up(16, 2048, 0);

	clear_bits(b, RCTL, RCTL_EN);
	rx_post(&rx, 15);
	run_ns(b, US(50));
	ck_assert_uint_eq(b->host.num_events, 0);
	set_bits(b, RCTL, RCTL_EN);
	feed(b, frame, sizeof(frame));
	run_ns(b, US(50));
	ck_assert(rx_take(&rx, &got));
}
END_TEST

START_TEST(trap_16_rdt_written_without_a_link)
{
	struct bench *b = receiver_up(16, 2048, 0);

	set_pci(b, true, false, RINGSIDE_IRQ_MSIX);
	rx_post(&rx, 15);
	feed(b, frame, sizeof(frame)); /* goes past the card */
	run_ns(b, US(50));
	ck_assert(!rx_take(&rx, &got));
	ck_assert_uint_eq(host_count(&b->host, HOST_WRITE), 0);
	set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
	run_ns(b, BENCH_AUTONEG_NS + MS(1));
	still_receives(b);
}
END_TEST

START_TEST(trap_22_delayed_causes_do_not_survive_the_switch_to_msix)
{
	struct bench *b = card_up(RINGSIDE_IRQ_INTX);

	rx_setup(&rx, b, 16, 2048, true, 0);
	rx_post(&rx, 15);
	wr(b, RDTR, 50);
	wr(b, IMS, CAUSE_RXT0);
	feed(b, frame, sizeof(frame));
	run_ns(b, US(20));
	set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
	run_ns(b, MS(1));
	ck_assert(!b->host.intx);
	ck_assert_uint_eq(b->host.intx_rises, 0);
	for (int i = 0; i < 8; i++)
		ck_assert_uint_eq(b->host.messages[i], 0);
}
END_TEST

START_TEST(trap_25_no_write_back_after_the_queue_is_off)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t wait_ns = 0; wait_ns < 3000; wait_ns += 148) {
		size_t writes;

		tx_setup(&tx, b, 64);
		rx_setup(&rx, b, 64, 2048, true, 0);
		rx_post(&rx, 63);
		for (int i = 0; i < 10; i++)
			tx_legacy(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS,
				  0, 0);
		tx_doorbell(&tx);
		feed(b, frame, 100);
		feed(b, frame, 100);
		run_ns(b, wait_ns);
		wr(b, TCTL, 0);
		wr(b, RCTL, 0);
		run_ns(b, US(10)); /* drivers wait 10 ms */
		writes = host_count(&b->host, HOST_WRITE);
		run_ns(b, MS(1));
		ck_assert_uint_eq(host_count(&b->host, HOST_WRITE), writes);
		wr(b, CTRL, CTRL_RST);
		run_ns(b, US(10));
	}
}
END_TEST

START_TEST(trap_26_registers_answer_during_reset)
{
	struct bench *b = sender_up(64);

	for (int i = 0; i < 60; i++)
		tx_legacy(&tx, put_bytes(b, frame, 1000), 1000, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	run_ns(b, 900);
	wr(b, CTRL, CTRL_RST);
	wr(b, EXTCNF_CTRL, 0x28);
	ck_assert_uint_eq(rd(b, EXTCNF_CTRL), 0x28);
	wr(b, TIPG, 0x12345678);
	ck_assert_uint_eq(rd(b, TIPG), 0x12345678);
	run_ns(b, MS(1));
	ck_assert_uint_eq(rd(b, TIPG), 0x12345678);
}
END_TEST

START_TEST(trap_33_manageability_reads_as_absent)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, MANC, 0xffffffff);
	wr(b, FWSM, 0xffffffff);
	ck_assert_uint_eq(rd(b, MANC) & (BIT(17) | BIT(18)), 0);
	ck_assert_uint_eq(rd(b, FWSM), 0);
}
END_TEST

START_TEST(trap_36_enabling_transmission_starts_without_a_doorbell)
{
	struct bench *b = sender_up(8);
	unsigned int index;

	wr(b, TCTL, 0);
	index = tx_legacy(&tx, put_bytes(b, frame, 100), 100, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	run_ns(b, US(100));
	ck_assert_uint_eq(b->host.num_events, 0);
	wr(b, TCTL, TCTL_EN | TCTL_PSP);
	run_ns(b, US(100));
	ck_assert(tx_done(&tx, index));
	ck_assert_uint_eq(b->host.num_frames, 1);
}
END_TEST

START_TEST(trap_37_tail_is_written_before_the_rest)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	wr(b, TDT, 5);
	wr(b, TDH, 0);
	wr(b, TDLEN, 0x100);
	run_ns(b, US(100));
	ck_assert_uint_eq(b->host.num_events, 0);
	tx_setup(&tx, b, 8);
	still_sends(b);
}
END_TEST

START_TEST(trap_47_damaged_ipv4_headers_have_no_wrong_verdict)
{
	struct bench *b = receiver_up(64, 2048, 0);
	const struct packet_options o = {.payload = 100, .seed = 1};

	rx_post(&rx, 63);
	for (unsigned int ihl = 0; ihl < 5; ihl++) {
		packet_build(&packet, &o);
		packet.bytes[packet.l3] = (uint8_t)(0x40 | ihl);
		feed(b, packet.bytes, packet.len);
		run_ns(b, US(20));
		ck_assert(rx_take(&rx, &got));
		ck_assert_uint_eq(
			got.status & (RXD_IPCS | RXD_IPE | RXD_TCPCS | RXD_UDPCS | RXD_TCPE), 0);
	}
	packet_build(&packet, &o);
	packet.bytes[packet.l3] = 0x4f; /* 60 bytes of header, of which 46 are there */
	feed(b, packet.bytes, 60);
	run_ns(b, US(20));
	ck_assert(rx_take(&rx, &got));
	ck_assert_uint_eq(got.status & (RXD_IPCS | RXD_IPE | RXD_TCPCS | RXD_UDPCS | RXD_TCPE), 0);
	still_receives(b);
}
END_TEST

START_TEST(trap_48_lengths_beyond_the_frame_are_not_called_good)
{
	struct bench *b = receiver_up(64, 2048, 0);

	rx_post(&rx, 63);
	for (int kind = 0; kind < 8; kind++) {
		const struct packet_options o = {
			.ipv6 = kind & 1, .udp = kind & 2, .payload = 200, .seed = 1};

		packet_build(&packet, &o);
		if (kind & 4) { /* the frame is cut */
			feed(b, packet.bytes, packet.len - 50);
		} else if (packet.udp) { /* UDP says more than IP */
			packet.bytes[packet.l4 + 4] = 0x10;
			feed(b, packet.bytes, packet.len);
		} else { /* IP says more than there is */
			packet.bytes[packet.l3 + (packet.ipv6 ? 4 : 2)] = 0x10;
			feed(b, packet.bytes, packet.len);
		}
		run_ns(b, US(20));
		ck_assert(rx_take(&rx, &got));
		ck_assert_msg((got.status & (RXD_TCPCS | RXD_TCPE)) != RXD_TCPCS, "kind %d passes",
			      kind);
	}
	still_receives(b);
}
END_TEST

START_TEST(trap_49_tso_with_a_vlan_tag_in_the_buffer)
{
	struct bench *b = sender_up(64);
	const struct packet_options o = {.payload = 4000, .seed = 1, .tcp_flags = 0x19};

	packet_build(&packet, &o);
	memmove(packet.bytes + 16, packet.bytes + 12, packet.len - 12);
	memcpy(packet.bytes + 12, "\x81\x00\x00\x05", 4);
	packet.l3 += 4;
	packet.l4 += 4;
	packet.payload += 4;
	packet.len += 4;
	tx_tso_send(&tx, &packet, 1400, 4096);
	check_segments(b, 0, &packet, 1400);
}
END_TEST

START_TEST(trap_56_link_changes_while_sending)
{
	struct bench *b = sender_up(256);

	for (int i = 0; i < 200; i++)
		tx_legacy(&tx, put_bytes(b, frame, 1000), 1000, TXD_EOP | TXD_IFCS | TXD_RS, 0, 0);
	tx_doorbell(&tx);
	run_ns(b, 1500);
	set_pci(b, true, false, RINGSIDE_IRQ_MSIX);
	run_ns(b, MS(1));
	set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
	run_ns(b, MS(20));
	ck_assert_uint_eq(rd(b, TDH), 200);
	still_sends(b);
}
END_TEST

START_TEST(trap_57_bus_mastering_is_taken_away_in_the_middle)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t wait_ns = 0; wait_ns < 3000; wait_ns += 236) {
		size_t events;

		tx_setup(&tx, b, 64);
		rx_setup(&rx, b, 64, 2048, true, 0);
		rx_post(&rx, 63);
		for (int i = 0; i < 40; i++)
			tx_legacy(&tx, put_bytes(b, frame, 1000), 1000, TXD_EOP | TXD_IFCS | TXD_RS,
				  0, 0);
		tx_doorbell(&tx);
		feed(b, frame, 100);
		run_ns(b, wait_ns);
		set_pci(b, false, true, RINGSIDE_IRQ_MSIX);
		run_ns(b, US(10));
		events = b->host.num_events;
		run_ns(b, MS(1));
		ck_assert_uint_eq(host_count(&b->host, HOST_ERROR), 0);
		ck_assert_uint_eq(b->host.num_events, events);
		set_pci(b, true, true, RINGSIDE_IRQ_MSIX);
		works_after_reset(b);
	}
}
END_TEST

START_TEST(trap_63_reserved_descriptor_types_carry_nothing)
{
	struct bench *b = sender_up(64);
	uint64_t at = put_bytes(b, frame, sizeof(frame));

	for (uint32_t type = 2; type < 16; type++) {
		const uint32_t word[4] = {(uint32_t)at, (uint32_t)(at >> 32),
					  100 | TXD_DTYP(type) | TXD_DEXT | TXD_RS | TXD_EOP, 0};
		unsigned int index = tx_raw(&tx, word);

		tx_doorbell(&tx);
		run_ns(b, US(50));
		ck_assert_msg(tx_done(&tx, index), "type %u is not done", type);
		ck_assert_msg(b->host.num_frames == 0, "type %u sends", type);
	}
	still_sends(b);
}
END_TEST

START_TEST(trap_64_vectors_that_do_not_exist)
{
	struct bench *b = card_up(RINGSIDE_IRQ_MSIX);

	for (uint32_t vector = 5; vector < 8; vector++) {
		wr(b, IVAR, (8 | vector) * 0x11111);
		wr(b, IMS, 0xffffffff);
		wr(b, ICS, CAUSE_RXQ0 | CAUSE_TXQ0 | CAUSE_OTHER);
		run_ns(b, US(10));
		wr(b, IMC, 0xffffffff);
		rd(b, ICR);
	}
	for (int i = 0; i < 8; i++)
		ck_assert_uint_eq(b->host.messages[i], 0);
}
END_TEST

START_TEST(trap_67_very_many_fragments)
{
	struct bench *b = sender_up(256);
	uint64_t at = put_bytes(b, frame, sizeof(frame));
	unsigned int last = 0;

	for (int i = 0; i < 200; i++)
		last = tx_data(&tx, at + (uint64_t)i * 5, 5,
			       TXD_IFCS | (i == 199 ? TXD_EOP | TXD_RS : 0), 0);
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert(tx_done(&tx, last));
	if (b->host.num_frames) { /* or dropped whole */
		ck_assert_uint_eq(b->host.frames[0].len, sizeof(frame));
		ck_assert_mem_eq(b->host.frames[0].bytes, frame, sizeof(frame));
	}
	still_sends(b);
}
END_TEST

START_TEST(trap_68_packet_larger_than_any_buffer)
{
	struct bench *b = sender_up(64);
	uint64_t at = host_alloc(&b->host, 1 << 20, 16);
	unsigned int last;

	last = tx_data(&tx, at, 16289, TXD_EOP | TXD_IFCS | TXD_RS, 0);
	tx_doorbell(&tx);
	run_ns(b, MS(1));
	ck_assert(tx_done(&tx, last));
	for (int i = 0; i < 10; i++)
		last = tx_data(&tx, at, 0xfffff, TXD_IFCS | (i == 9 ? TXD_EOP | TXD_RS : 0), 0);
	tx_doorbell(&tx);
	run_ns(b, MS(5));
	ck_assert(tx_done(&tx, last));
	ck_assert_uint_eq(b->host.num_frames, 0);
	still_sends(b);
}
END_TEST

START_TEST(packet_that_never_ends_does_not_stop_the_ring)
{
	struct bench *b = sender_up(64);
	uint64_t at = put_bytes(b, frame, sizeof(frame));

	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 60; i++)
			tx_data(&tx, at, sizeof(frame), TXD_IFCS, 0);
		tx_doorbell(&tx);
		run_ns(b, MS(1));
		ck_assert_uint_eq(rd(b, TDH), tx.tail);
	}
	tx_data(&tx, at, 10, TXD_IFCS | TXD_EOP | TXD_RS, 0);
	tx_doorbell(&tx);
	run_ns(b, US(100));
	host_forget(&b->host);
	still_sends(b);
}
END_TEST

START_TEST(context_in_the_middle_of_a_packet_is_harmless)
{
	struct bench *b = sender_up(64);
	const struct tx_context c = {.tucss = 3, .tucso = 7, .tucmd = TXD_RS};

	tx_data(&tx, put_bytes(b, frame, 500), 500, TXD_IFCS, 0);
	tx_set_context(&tx, &c);
	tx_data(&tx, put_bytes(b, frame + 500, 500), 500, TXD_IFCS | TXD_EOP | TXD_RS, 0);
	tx_doorbell(&tx);
	run_ns(b, US(100));
	ck_assert_uint_eq(rd(b, TDH), 3);
	still_sends(b);
}
END_TEST

START_TEST(frame_larger_than_the_whole_ring_does_not_stop_receiving)
{
	struct bench *b = receiver_up(8, 256, RCTL_LPE);
	static uint8_t big[9000];

	memcpy(big, frame, 14);
	rx_post(&rx, 7);
	feed(b, big, sizeof(big));
	run_ns(b, MS(1));
	works_after_reset(b);
}
END_TEST

/* Registers that a fuzzer leaves alone: CTRL.RST, so that the state gets deep. */
static uint32_t random_offset(uint32_t *state)
{
	static const uint32_t hot[] = {
		TDBAL,
		TDBAH,
		TDLEN,
		TDH,
		TDT,
		TCTL,
		RDBAL,
		RDBAH,
		RDLEN,
		RDH,
		RDT,
		RCTL,
		RFCTL,
		RXCSUM,
		IMS,
		IMC,
		ICS,
		ICR,
		IVAR,
		EIAC,
		EITR0,
		ITR,
		TIDV,
		TADV,
		RDTR,
		RADV,
		CTRL_EXT,
		MDIC,
		EERD,
		EEWR,
		PBA,
		TXDCTL,
		RXDCTL,
		TARC0,
		PSRCTL,
		SWSM,
		IAM,
		VET,
		MRQC,
		RETA,
		RSSRK,
		VFTA,
		QUEUE(TDLEN, 1),
		QUEUE(TDH, 1),
		QUEUE(TDT, 1),
		QUEUE(TARC0, 1),
		QUEUE(RDLEN, 1),
		QUEUE(RDH, 1),
		QUEUE(RDT, 1),
		0x0170 /* FCTTV */,
		0x2160 /* FCRTL */,
		0x2168 /* FCRTH */,
		0x2c00 /* RSRPD */,
		0xb608 /* TIMINCA */,
		0xb614 /* TSYNCTXCTL */,
		0xb620 /* TSYNCRXCTL */,
	};

	if (next_random(state) % 4)
		return hot[next_random(state) % (sizeof(hot) / sizeof(hot[0]))];
	return next_random(state) % 0x8000 * 4;
}

static void random_ring_write(struct bench *b, uint32_t *state)
{
	uint8_t *memory = host_at(&b->host, HOST_HIGH_BASE);
	uint32_t word[4];

	for (int i = 0; i < 4; i++)
		word[i] = next_random(state);
	if (next_random(state) % 4) { /* a buffer that is there */
		word[0] = (uint32_t)HOST_HIGH_BASE + word[0] % 0x10000;
		word[1] = (uint32_t)(HOST_HIGH_BASE >> 32);
	}
	memcpy(memory + next_random(state) % 256 * 16, word, sizeof(word));
}

/* Noise, or a packet of which a byte or two of the headers are not what they should be. */
static void random_frame(struct bench *b, uint32_t *state)
{
	static uint8_t noise[2048];
	const struct packet_options o = {.ipv6 = next_random(state) % 2,
					 .udp = next_random(state) % 2,
					 .payload = next_random(state) % 1400,
					 .seed = next_random(state),
					 .tcp_flags = (uint8_t)next_random(state)};

	if (next_random(state) % 2) {
		fill_random(noise, sizeof(noise), next_random(state));
		b->abi->card_receive(b->card, noise, 14 + next_random(state) % 2000);
		return;
	}
	packet_build(&packet, &o);
	for (uint32_t n = next_random(state) % 3; n > 0; n--)
		packet.bytes[12 + next_random(state) % 60] = (uint8_t)next_random(state);
	b->abi->card_receive(b->card, packet.bytes, packet.len);
}

static void fuzz_step(struct bench *b, uint32_t *state)
{
	uint32_t offset;

	switch (next_random(state) % 8) {
	case 0:
		random_frame(b, state);
		break;
	case 1:
		run_ns(b, next_random(state) % 5000);
		break;
	case 2:
	case 3:
	case 4:
		random_ring_write(b, state);
		break;
	case 5:
		offset = next_random(state) & 1 ? TDT : RDT;
		wr(b, QUEUE(offset, next_random(state) % 2), next_random(state) % 300);
		break;
	case 6:
		rd(b, next_random(state) % 0x8000 * 4);
		break;
	default:
		offset = random_offset(state);
		if (offset != CTRL && offset != 4)
			wr(b, offset, next_random(state));
	}
}

START_TEST(nonsense_of_all_kinds_breaks_nothing_that_a_reset_does_not_mend)
{
	for (uint32_t seed = 1; seed <= 30; seed++) {
		struct bench *b = card_up(RINGSIDE_IRQ_MSIX);
		uint32_t state = seed * 7919;

		for (unsigned int q = 0; q < 2; q++) {
			tx_setup_queue(&tx, b, q, 256);
			wr(b, QUEUE(TDBAL, q), (uint32_t)HOST_HIGH_BASE);
			rx_setup_queue(&rx, b, q, 128, 2048, true, RCTL_UPE | RCTL_MPE);
		}
		for (int i = 0; i < 400; i++)
			fuzz_step(b, &state);
		run_ns(b, US(100));
		b->host.allocated = 1 << 20;
		works_after_reset(b);
		ck_assert_msg(b->host.violation == NULL, "seed %u: %s", seed, b->host.violation);
	}
}
END_TEST

static const struct card_test tests[] = {
	CARD_TEST(trap_01_tail_beyond_the_ring_is_an_empty_ring),
	CARD_TEST(trap_02_head_beyond_the_ring_fetches_nothing_outside),
	CARD_TEST(trap_03_ring_of_no_length_is_off),
	CARD_TEST(trap_04_tso_without_mss),
	CARD_TEST(trap_04_tso_without_header),
	CARD_TEST(trap_04_tso_offsets_outside_the_header),
	CARD_TEST(trap_05_tso_header_longer_than_the_packet),
	CARD_TEST(trap_05_tso_with_less_data_than_announced_ends),
	CARD_TEST(trap_05_tso_with_more_data_than_announced_sends_no_more_than_that),
	CARD_TEST(trap_06_null_and_unmappable_transmit_buffers),
	CARD_TEST(trap_07_null_and_unmappable_receive_buffers),
	CARD_TEST(trap_09_rings_and_buffers_in_the_own_bar),
	CARD_TEST(trap_12_ipv6_routing_header_is_too_short),
	CARD_TEST(trap_13_chain_of_extension_headers),
	CARD_TEST(trap_14_ring_at_the_end_of_the_address_space),
	CARD_TEST(trap_14_rings_lie_across_pages),
	CARD_TEST(trap_15_failing_descriptor_reads_end),
	CARD_TEST(trap_15_failing_payload_read_does_not_stop_the_ring),
	CARD_TEST(trap_16_rdt_written_before_receive_is_on),
	CARD_TEST(trap_16_rdt_written_without_a_link),
	CARD_TEST(trap_22_delayed_causes_do_not_survive_the_switch_to_msix),
	CARD_TEST(trap_25_no_write_back_after_the_queue_is_off),
	CARD_TEST(trap_26_registers_answer_during_reset),
	CARD_TEST(trap_33_manageability_reads_as_absent),
	CARD_TEST(trap_36_enabling_transmission_starts_without_a_doorbell),
	CARD_TEST(trap_37_tail_is_written_before_the_rest),
	CARD_TEST(trap_47_damaged_ipv4_headers_have_no_wrong_verdict),
	CARD_TEST(trap_48_lengths_beyond_the_frame_are_not_called_good),
	CARD_TEST(trap_49_tso_with_a_vlan_tag_in_the_buffer),
	CARD_TEST(trap_56_link_changes_while_sending),
	CARD_TEST(trap_57_bus_mastering_is_taken_away_in_the_middle),
	CARD_TEST(trap_63_reserved_descriptor_types_carry_nothing),
	CARD_TEST(trap_64_vectors_that_do_not_exist),
	CARD_TEST(trap_67_very_many_fragments),
	CARD_TEST(trap_68_packet_larger_than_any_buffer),
	CARD_TEST(packet_that_never_ends_does_not_stop_the_ring),
	CARD_TEST(context_in_the_middle_of_a_packet_is_harmless),
	CARD_TEST(frame_larger_than_the_whole_ring_does_not_stop_receiving),
	CARD_TEST(nonsense_of_all_kinds_breaks_nothing_that_a_reset_does_not_mend),
	CARD_TESTS_END,
};

const struct card_topic topic_traps = {"traps", 0, tests};
