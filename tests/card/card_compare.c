// SPDX-License-Identifier: MIT
/*
 * Two cards, the reference and the RTL, get the same random stimuli: configurations, packets to
 * send in any fragmentation with any offload, frames to receive, good, damaged and foreign. After
 * every burst both must have sent the same frames, left the same bytes in memory, rings included,
 * and counted the same. When they did it is theirs to choose; so interrupts are not compared, nor
 * the order of frames of different transmit queues. What the RTL does not have yet the reference
 * card is told to do without, and is not asked of either.
 */
#include <argp.h>
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/offload.h"

enum { REF, RTL, CARDS };

#define SHORT_STREAM	 3  /* bursts */
#define LONG_STREAM	 24 /* in which rings wrap, each LONG_STREAM_EACH-th */
#define LONG_STREAM_EACH 32
#define FAILED_ENOUGH	 20 /* streams; the others would tell no more */
#define PENDING_FRAMES	 64
#define QUIET_NS	 US(20)
#define BURST_LIMIT_NS	 MS(20)
#define QUEUES		 2
#define QUEUE_AT	 11 /* the byte of a sent frame that says which queue it is of */
#define UNUSED_BUFFER	 UINT64_MAX
#define ETH_P_1588	 0x88f7u
#define PTP_PORT	 319
#define PTP_PORT_LANES	 0x3f01 /* in RXUDP */
#define PTP_CONTROL	 32	/* of the message, version 1 */
#define OVERSIZE_BYTES	 1600	/* at most, without RCTL.LPE */
#define PAUSE_QUANTA	 30	/* at most: 15,360 ns, less than QUIET_NS */

#define TCTL_SWXOFF BIT(22)

static const char *const models[CARDS] = {"ref", "rtl"};

/* A frame that a card has not taken yet. */
struct pending {
	uint8_t bytes[16384];
	size_t len;
	bool damaged; /* its FCS is wrong */
};

struct side {
	struct bench bench;
	struct tx_ring tx[QUEUES];
	struct rx_ring rx[QUEUES];
	struct pending *pending;
	unsigned int num_pending, first_pending;
};

struct comparison {
	struct side side[CARDS];
	uint32_t random;
	uint32_t features; /* that both cards have */
	unsigned int queues;
	uint64_t mark; /* host memory in use by the rings */
	bool lpe;
	bool scaled;	   /* by RSS */
	bool paused;	   /* flow control in both directions */
	bool levels;	   /* the fill of the receive buffer sends pause frames */
	bool low;	   /* TXD_LOW is counted: of one queue, with one doorbell a burst */
	bool split;	   /* packets are: a descriptor has two units */
	size_t page_bytes; /* of its second buffer */
	unsigned int vet;
	bool stamped; /* a received frame */
	size_t max_frame_bytes;
	struct packet packet, seeded;
	char difference[256];			    /* empty: none yet */
	bool digests;				    /* are wanted */
	uint64_t digest;			    /* of this stream */
	size_t digested;			    /* events of this burst */
	unsigned long sent_frames, received_frames; /* compared */
};

struct options {
	unsigned long seed, streams;
	uint32_t bursts; /* a bit for each that is run */
	bool digests;
	const char *platform;
};

static uint32_t pick(struct comparison *c, uint32_t n)
{
	assert(n);
	return next_random(&c->random) % n;
}

static bool chance(struct comparison *c, uint32_t one_in)
{
	return pick(c, one_in) == 0;
}

static bool has(const struct comparison *c, uint32_t feature)
{
	return c->features & feature;
}

#define for_each_side(c, s) for (struct side *s = (c)->side; s < (c)->side + CARDS; s++)

static void write_both(struct comparison *c, uint32_t offset, uint32_t value)
{
	for_each_side(c, s) wr(&s->bench, offset, value);
}

/* FNV-1a, 64 bits. */
static void digest(struct comparison *c, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	if (!c->digests)
		return;
	for (size_t i = 0; i < len; i++)
		c->digest = (c->digest ^ p[i]) * UINT64_C(0x100000001b3);
}

/* What the RTL did since the last time, in its order, and by when. */
static void digest_events(struct comparison *c)
{
	const struct bench *b = &c->side[RTL].bench;
	const struct host *h = &b->host;

	for (; c->digested < h->num_events; c->digested++) {
		const struct host_event *e = &h->events[c->digested];
		const uint64_t words[] = {e->kind, e->addr, e->len, e->vector, e->level};

		digest(c, words, sizeof(words));
	}
	digest(c, &b->now_ns, sizeof(b->now_ns));
}

static void run_both(struct comparison *c, uint64_t ns)
{
	run_ns(&c->side[REF].bench, ns);
	c->side[RTL].bench.now_ns = c->side[REF].bench.now_ns;
	digest_events(c);
}

/* What the RTL has; in a process of its own, because a process has one platform. */
static uint32_t features_of_rtl(void)
{
	uint32_t features = 0;
	int ends[2];
	pid_t child;

	if (pipe(ends) || (child = fork()) < 0)
		return 0;
	if (child == 0) {
		if (benches_create("rtl", "") == 0)
			features = rd(bench_get(BENCH_HOLD), RINGSIDE_FEATURES);
		_exit(write(ends[1], &features, sizeof(features)) != sizeof(features));
	}
	close(ends[1]);
	if (read(ends[0], &features, sizeof(features)) != sizeof(features))
		features = 0;
	close(ends[0]);
	waitpid(child, NULL, 0);
	return features;
}

/* The reference card without the features that the RTL lacks. */
static const char *config_like(uint32_t features)
{
	static const char *const names[] = {
		"tso",	 "tx_csum",  "rx_csum", "moderation", "queues", "vlan",	  "rss",
		"split", "loopback", "stats",	"ptp",	      "pause",	"detect", "packet_csum",
	};
	static char config[256];
	size_t len = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		len += (size_t)snprintf(config + len, sizeof(config) - len, "%s%s=%s", i ? "," : "",
					names[i], features & BIT(i) ? "on" : "off");
	}
	return config;
}

static int create(struct comparison *c, const char *platform_config)
{
	const struct ringside_platform_abi *abi = ringside_platform_abi();
	const char *configs[CARDS];
	char err[256] = "";
	struct ringside_platform *platform;

	c->features = features_of_rtl();
	configs[REF] = configs[RTL] = config_like(c->features);
	platform = abi->create(platform_config, err, sizeof(err));
	for (int i = 0; platform && i < CARDS; i++) {
		struct side *s = &c->side[i];

		s->bench = (struct bench){.abi = abi, .platform = platform};
		s->pending = calloc(PENDING_FRAMES, sizeof(*s->pending));
		host_init(&s->bench.host);
		s->bench.card = abi->card_create(platform, models[i], configs[i], host_ops(),
						 &s->bench.host, err, sizeof(err));
		if (!s->bench.card)
			platform = NULL;
	}
	if (platform && abi->start(platform, err, sizeof(err)) == 0)
		return 0;
	fprintf(stderr, "card-compare: %s\n", err);
	return -1;
}

static void power_on(struct comparison *c, enum ringside_irq_mode mode)
{
	c->side[REF].bench.abi->power_on(c->side[REF].bench.platform);
	for_each_side(c, s)
	{
		host_clear(&s->bench.host);
		s->bench.now_ns = 0;
		s->num_pending = 0;
		set_pci(&s->bench, true, true, mode);
		wr(&s->bench, CTRL, rd(&s->bench, CTRL) | CTRL_RST);
	}
	run_both(c, US(5));
}

static void configure_filters(struct comparison *c)
{
	for (uint32_t i = 1; i < 4; i++) {
		write_both(c, RAL0 + 8 * i, next_random(&c->random) & ~1u);
		write_both(c, RAH0 + 8 * i, (chance(c, 2) ? RAH_AV : 0) | pick(c, 0x10000));
	}
	for (uint32_t i = 0; i < 128; i += 1 + pick(c, 8))
		write_both(c, MTA + 4 * i, next_random(&c->random));
}

static void configure_vlan(struct comparison *c, uint32_t *rctl)
{
	c->vet = 0x8100;
	if (!has(c, FEATURE_VLAN))
		return;
	if (chance(c, 4))
		c->vet = 0x88a8;
	write_both(c, VET, c->vet);
	if (chance(c, 2))
		for_each_side(c, s) set_bits(&s->bench, CTRL, CTRL_VME);
	if (chance(c, 3))
		*rctl |= RCTL_VFE | (pick(c, 4) << 19); /* CFIEN, CFI */
	for (uint32_t i = 0; i < 128; i++)
		write_both(c, VFTA + 4 * i, next_random(&c->random));
}

/* Random key, table and types; and random bits of RFCTL that choose what is hashed or an ACK. */
static uint32_t configure_rss(struct comparison *c)
{
	uint32_t rfctl = 0;

	if (has(c, FEATURE_DETECT))
		rfctl |= pick(c, 4) << 12; /* ACK_DIS, ACK_DATA_DIS */
	if (has(c, FEATURE_SPLIT))
		rfctl |= pick(c, 2) << 14; /* IPFRSP_DIS */
	/* A card of one queue has nothing to scale over. */
	c->scaled = has(c, FEATURE_RSS) && c->queues == QUEUES && !chance(c, 3);
	if (!c->scaled)
		return rfctl;
	for (uint32_t i = 0; i < 10; i++)
		write_both(c, RSSRK + 4 * i, next_random(&c->random));
	for (uint32_t i = 0; i < 32; i++)
		write_both(c, RETA + 4 * i, next_random(&c->random));
	write_both(c, MRQC, 1 | (chance(c, 2) ? 0x1f : pick(c, 32)) << 16);
	return rfctl | pick(c, 4) << 16;
}

static void configure_rxcsum(struct comparison *c)
{
	uint32_t rxcsum = chance(c, 4) ? pick(c, 4) << 8 : 0x300;

	if (has(c, FEATURE_RSS) && !chance(c, 3))
		rxcsum |= RXCSUM_PCSD;
	if (has(c, FEATURE_PACKET_CSUM))
		rxcsum |= chance(c, 3) ? RXCSUM_IPPCSE : pick(c, 80);
	write_both(c, RXCSUM, rxcsum);
}

/* Which messages are stamped; both clocks run. */
static void configure_ptp(struct comparison *c)
{
	if (!has(c, FEATURE_PTP))
		return;
	write_both(c, TIMINCA, 0x01a00000);
	write_both(c, RXMTRL, ETH_P_1588 | pick(c, 4) << 16 | pick(c, 4) << 24);
	write_both(c, RXUDP, PTP_PORT_LANES);
	write_both(c, TSYNCTXCTL, chance(c, 3) ? 0 : SYNC_EN);
	write_both(c, TSYNCRXCTL, (chance(c, 4) ? 0 : SYNC_EN) | pick(c, 8) << 1);
}

/* Header buffers of 128 to 512 bytes, pages of 1 to 4 KiB. */
static void configure_split(struct comparison *c, bool extended, uint32_t *rctl)
{
	const uint32_t header = 1u << pick(c, 3), kib = 1u << pick(c, 3);

	c->split = extended && has(c, FEATURE_SPLIT) && chance(c, 3);
	c->page_bytes = 1024 * kib;
	if (!c->split)
		return;
	write_both(c, PSRCTL, header | kib << 8);
	*rctl |= BIT(10); /* DTYP */
}

/* When a buffer fills is each card's own; that a full one says so, and then an empty one, is not. */
static void configure_flow(struct comparison *c, uint32_t *rctl)
{
	const uint32_t low = 8 * pick(c, 256);

	c->paused = has(c, FEATURE_PAUSE) && chance(c, 3);
	c->levels = c->paused && chance(c, 2);
	write_both(c, FCAL, 0x00c28001);
	write_both(c, FCAH, 0x0100);
	write_both(c, FCT, 0x8808);
	write_both(c, FCTTV, 1 + pick(c, 0xffff));
	write_both(c, FCRTL, low | FCRTL_XONE);
	write_both(c, FCRTH, c->levels ? low + 8 * (1 + pick(c, 256)) : 0);
	if (!c->paused)
		return;
	for_each_side(c, s) set_bits(&s->bench, CTRL, CTRL_RFCE | CTRL_TFCE);
	*rctl |= (chance(c, 2) ? RCTL_PMCF : 0) | (chance(c, 2) ? RCTL_DPF : 0);
}

static void configure(struct comparison *c)
{
	static const size_t buffers[] = {256, 512, 1024, 2048, 4096, 3072};
	const unsigned int tx_size = 32 + 8 * pick(c, 29), rx_size = 16 + 8 * pick(c, 31);
	const bool extended = !chance(c, 3);
	const uint32_t low = has(c, FEATURE_STATS) && chance(c, 3) ? 1 + pick(c, 4) : 0;
	const unsigned int low_queue = pick(c, QUEUES);
	size_t buffer = buffers[pick(c, 6)], frame_room;
	uint32_t rctl = pick(c, 4) << 12, rfctl;

	c->queues = has(c, FEATURE_QUEUES) ? QUEUES : 1;
	c->lpe = chance(c, 2);
	rctl |= (chance(c, 4) ? RCTL_UPE : 0) | (chance(c, 4) ? RCTL_MPE : 0) |
		(chance(c, 4) ? RCTL_SBP : 0) | (c->lpe ? RCTL_LPE : 0);
	configure_filters(c);
	configure_vlan(c, &rctl);
	configure_flow(c, &rctl);
	configure_rxcsum(c);
	configure_ptp(c);
	configure_split(c, extended, &rctl);
	if (c->split)
		buffer = 4096; /* what both buffers of a descriptor fit in */
	frame_room = c->split ? (rx_size / 2 - 2) * c->page_bytes : (rx_size - 2) * buffer;
	c->max_frame_bytes = c->lpe ? 9018 : OVERSIZE_BYTES;
	if (c->max_frame_bytes > frame_room)
		c->max_frame_bytes = frame_room;
	write_both(c, IVAR, 0x000a0908 | (chance(c, 3) ? BIT(31) : 0));
	for_each_side(c, s)
	{
		for (unsigned int q = 0; q < c->queues; q++) {
			tx_setup_queue(&s->tx[q], &s->bench, q, tx_size);
			rx_setup_queue(&s->rx[q], &s->bench, q, rx_size, buffer, extended, rctl);
			wr(&s->bench, QUEUE(TXDCTL, q), q == low_queue ? low << 25 : 0);
		}
	}
	c->low = low;
	rfctl = configure_rss(c);
	for_each_side(c, s) set_bits(&s->bench, RFCTL, rfctl);
	c->mark = c->side[REF].bench.host.allocated;
}

/* --- transmit --- */

static struct packet_options random_packet(struct comparison *c, uint32_t max_payload)
{
	struct packet_options o = {
		.ipv6 = chance(c, 2),
		.udp = chance(c, 3),
		.payload = pick(c, max_payload + 1),
		.seed = next_random(&c->random),
		.tcp_flags = (uint8_t)next_random(&c->random),
	};

	if (!o.ipv6 && chance(c, 8))
		o.ip_options = 4 * (1 + pick(c, 10));
	if (!o.udp)
		o.tcp_options = chance(c, 2) ? 12 : 4 * pick(c, 11);
	return o;
}

static unsigned int fragments(size_t len, size_t fragment)
{
	return (unsigned int)((len + fragment - 1) / fragment);
}

/* The packet in data descriptors of at most `fragment` bytes. */
static void put_packet(struct tx_ring *r, const struct packet *p, size_t fragment, uint32_t dcmd,
		       uint32_t popts)
{
	for (size_t at = 0; at < p->len; at += fragment) {
		const size_t len = p->len - at < fragment ? p->len - at : fragment;
		const bool end = at + len == p->len;

		tx_data(r, put_bytes(r->b, p->bytes + at, len), len,
			dcmd | TXD_IFCS | (end ? TXD_EOP | TXD_RS : 0), popts);
	}
}

/* A tag to be inserted, now and then; VLE goes into *cmd. */
static uint32_t random_tag(struct comparison *c, uint32_t *cmd)
{
	if (!has(c, FEATURE_VLAN) || !chance(c, 3))
		return 0;
	*cmd |= TXD_VLE;
	return TXD_TAG(next_random(&c->random));
}

static void send_packet(struct comparison *c, unsigned int queue, unsigned int *room)
{
	const bool tso = chance(c, 3);
	const struct packet_options o = random_packet(c, tso ? 40000 : 1400);
	const unsigned int mss = 48 + pick(c, chance(c, 4) ? 8900 : 1413);
	const size_t fragment = chance(c, 4) ? 1 + pick(c, 100) : 100 + pick(c, 8000);
	struct tx_context context;
	uint32_t dcmd = chance(c, 3) ? TXD_IDE : 0, popts;

	packet_build(&c->packet, &o);
	c->packet.bytes[QUEUE_AT] = (uint8_t)queue;
	if (fragments(c->packet.len, fragment) + 1 > *room)
		return;
	*room -= fragments(c->packet.len, fragment) + 1;
	popts = offload_popts(&c->packet) | random_tag(c, &dcmd);
	if (has(c, FEATURE_PTP) && chance(c, 3))
		popts |= TXD_TSTAMP;
	c->seeded = c->packet;
	if (tso && o.payload) {
		packet_seed_tso(&c->seeded);
		context = tso_context(&c->packet, mss);
		dcmd |= TXD_TSE;
	} else {
		packet_seed(&c->seeded);
		context = checksum_context(&c->packet);
	}
	for_each_side(c, s)
	{
		tx_set_context(&s->tx[queue], &context);
		put_packet(&s->tx[queue], &c->seeded, fragment, dcmd, popts);
	}
}

static void send_legacy(struct comparison *c, unsigned int queue, unsigned int *room)
{
	const size_t len = 17 + pick(c, 1500);
	const bool checksum = chance(c, 2);
	const unsigned int css = pick(c, 17), cso = 12 + pick(c, 3);
	uint32_t cmd = TXD_EOP | TXD_IFCS | (checksum ? TXD_IC : 0) | (chance(c, 2) ? TXD_RS : 0);
	const uint32_t tag = random_tag(c, &cmd);
	uint8_t frame[2048];

	if (*room == 0)
		return;
	(*room)--;
	fill_random(frame, len, next_random(&c->random));
	frame[QUEUE_AT] = (uint8_t)queue;
	for_each_side(c, s)
	{
		const uint64_t at = put_bytes(&s->bench, frame, len);
		const uint32_t word[4] = {(uint32_t)at, (uint32_t)(at >> 32),
					  (uint32_t)len | cso << 16 | cmd, css << 8 | tag};

		tx_raw(&s->tx[queue], word);
	}
}

static void ring_doorbells(struct comparison *c, unsigned int queue)
{
	for_each_side(c, s) tx_doorbell(&s->tx[queue]);
}

static void transmit_burst(struct comparison *c)
{
	unsigned int room[QUEUES];
	const uint32_t n = pick(c, 12);

	for (unsigned int q = 0; q < c->queues; q++)
		room[q] = c->side[REF].tx[q].size - 1;
	for (uint32_t i = 0; i < n; i++) {
		const unsigned int queue = pick(c, c->queues);

		if (chance(c, 4))
			send_legacy(c, queue, &room[queue]);
		else
			send_packet(c, queue, &room[queue]);
		if (chance(c, 3) && !c->low)
			ring_doorbells(c, queue);
	}
	for (unsigned int q = 0; q < c->queues; q++)
		ring_doorbells(c, q);
	if (c->paused && !c->levels && chance(c, 2))
		for_each_side(c, s) set_bits(&s->bench, TCTL, TCTL_SWXOFF);
}

/* --- receive --- */

static void damage(struct comparison *c, size_t *len)
{
	uint8_t *bytes = c->packet.bytes;

	switch (pick(c, 8)) {
	case 0: /* one bit */
		bytes[12 + pick(c, (uint32_t)*len - 12)] ^= (uint8_t)(1 << pick(c, 8));
		break;
	case 1: /* cut */
		*len = 14 + pick(c, (uint32_t)*len - 13);
		break;
	case 2: /* padded */
		fill_random(bytes + *len, 30, next_random(&c->random));
		*len += 30;
		break;
	case 3: /* a fragment */
		bytes[c->packet.l3 + 6] ^= (uint8_t)(pick(c, 64));
		break;
	case 4: /* another protocol */
		bytes[c->packet.l3 + (c->packet.ipv6 ? 6 : 9)] = (uint8_t)next_random(&c->random);
		break;
	}
}

static void random_destination(struct comparison *c)
{
	switch (pick(c, 6)) {
	case 0:
		memset(c->packet.bytes, 0xff, 6);
		break;
	case 1:
		fill_random(c->packet.bytes, 6, next_random(&c->random));
		break;
	case 2:
		memcpy(c->packet.bytes, "\x01\x00\x5e", 3);
		break;
	}
}

/* One tag or, rarely, two; also of a type that the card does not know. */
static void add_tags(struct comparison *c, size_t *len)
{
	uint8_t *bytes = c->packet.bytes;

	do {
		const unsigned int type = chance(c, 6) ? 0x9100 : c->vet;
		const uint32_t tag = next_random(&c->random);

		memmove(bytes + 16, bytes + 12, *len - 12);
		bytes[12] = (uint8_t)(type >> 8);
		bytes[13] = (uint8_t)type;
		bytes[14] = (uint8_t)(tag >> 8);
		bytes[15] = (uint8_t)tag;
		*len += 4;
	} while (chance(c, 5));
}

/* A frame that is too long, or a damaged one that is too short. */
static void wrong_length(struct comparison *c, size_t *len, bool damaged)
{
	if (damaged && chance(c, 2)) {
		*len = 14 + pick(c, 46);
	} else if (!c->lpe && *len < 1518) {
		fill_random(c->packet.bytes + *len, OVERSIZE_BYTES - *len, next_random(&c->random));
		*len = 1519 + pick(c, OVERSIZE_BYTES - 1518);
	}
}

static void queue_frame(struct side *s, const uint8_t *bytes, size_t len, bool damaged)
{
	struct pending *p = &s->pending[(s->first_pending + s->num_pending++) % PENDING_FRAMES];

	memcpy(p->bytes, bytes, len);
	p->len = len;
	p->damaged = damaged;
}

static void offer_frames(struct side *s)
{
	while (s->num_pending) {
		const struct pending *p = &s->pending[s->first_pending];
		const struct ringside_platform_abi *abi = s->bench.abi;

		if ((p->damaged ? abi->card_receive_damaged
				: abi->card_receive)(s->bench.card, p->bytes, p->len) != 1)
			return;
		s->first_pending = (s->first_pending + 1) % PENDING_FRAMES;
		s->num_pending--;
	}
}

/* XOFF, XON, or another kind of MAC control, to the group or to the card. */
static void receive_control(struct comparison *c)
{
	static const uint8_t own[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
	bool damaged;
	uint8_t frame[60] = {0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0x88, 0x08, 0, 1};

	if (chance(c, 4))
		memcpy(frame, own, sizeof(own));
	if (chance(c, 8))
		frame[14 + pick(c, 2)] ^= 2;
	damaged = chance(c, 8);
	frame[17] = (uint8_t)(chance(c, 3) ? 0 : pick(c, PAUSE_QUANTA + 1));
	for_each_side(c, s) queue_frame(s, frame, sizeof(frame), damaged);
}

/* Over UDP or over Ethernet; of random version, kind and sequence. */
static void make_ptp_message(struct comparison *c)
{
	uint8_t *bytes = c->packet.bytes;
	const size_t message = c->packet.udp ? c->packet.payload : c->packet.l3;

	if (c->packet.udp) {
		bytes[c->packet.l4 + 2] = PTP_PORT >> 8;
		bytes[c->packet.l4 + 3] = (uint8_t)(PTP_PORT + pick(c, 2));
	} else {
		bytes[12] = ETH_P_1588 >> 8;
		bytes[13] = ETH_P_1588 & 0xff;
	}
	if (c->packet.len > message + PTP_CONTROL) {
		bytes[message] = (uint8_t)(pick(c, 256) & ~0xcu); /* messageType 0 to 3 */
		bytes[message + PTP_CONTROL] = (uint8_t)pick(c, 4);
	}
	if (c->packet.udp)
		packet_finish(&c->packet);
}

static void receive_frame(struct comparison *c)
{
	const uint32_t payload = c->lpe && chance(c, 4) ? 8900 : chance(c, 2) ? 1400 : 100;
	struct packet_options o = random_packet(c, payload);
	const bool damaged = chance(c, 8);
	size_t len;

	packet_build(&c->packet, &o);
	if (has(c, FEATURE_PTP) && chance(c, 3))
		make_ptp_message(c);
	random_destination(c);
	len = c->packet.len;
	/* Where a damaged header ends, and what of it is hashed, is nobody's rule. */
	if (chance(c, 2) && !c->split && !c->scaled)
		damage(c, &len);
	if (!c->split && !c->scaled && chance(c, 8))
		wrong_length(c, &len, damaged);
	if (has(c, FEATURE_VLAN) && chance(c, 3))
		add_tags(c, &len);
	if (len > c->max_frame_bytes)
		len = c->max_frame_bytes;
	for_each_side(c, s) queue_frame(s, c->packet.bytes, len, damaged);
}

static unsigned int owned_by_card(struct side *s, unsigned int queue)
{
	const struct rx_ring *r = &s->rx[queue];

	return (r->tail + r->size - rd(&s->bench, QUEUE(RDH, queue))) % r->size;
}

/* Split descriptors of two units: the first unit's buffer for headers, the second's for the rest. */
static void post_split(struct rx_ring *r, unsigned int count)
{
	for (unsigned int i = 0; i + 2 <= count; i += 2) {
		const uint64_t addresses[4] = {rx_buffer(r, r->tail), rx_buffer(r, r->tail + 1),
					       UNUSED_BUFFER, UNUSED_BUFFER};

		memcpy(rx_descriptor(r, r->tail), addresses, sizeof(addresses));
		r->tail = (r->tail + 2) % r->size;
	}
	wr(r->b, QUEUE(RDT, r->queue), r->tail);
}

/*
 * Software gives back what both cards have used: the rings stay the same. Returns whether there was
 * anything.
 */
static bool post_receive(struct comparison *c)
{
	bool any = false;

	for (unsigned int q = 0; q < c->queues; q++) {
		const unsigned int ref = owned_by_card(&c->side[REF], q);
		const unsigned int rtl = owned_by_card(&c->side[RTL], q);
		const unsigned int kept = c->split ? 2 : 1;
		const unsigned int used = c->side[REF].rx[q].size - kept - (ref > rtl ? ref : rtl);

		for_each_side(c, s)
		{
			if (c->split)
				post_split(&s->rx[q], used);
			else
				rx_post(&s->rx[q], used);
		}
		any |= used > 0;
	}
	return any;
}

static void receive_burst(struct comparison *c)
{
	const uint32_t n = pick(c, 16);

	for (uint32_t i = 0; i < n; i++) {
		if (c->paused && chance(c, 4))
			receive_control(c);
		else
			receive_frame(c);
		for_each_side(c, s) offer_frames(s);
		if (!chance(c, 4))
			run_both(c, pick(c, 3000));
	}
}

/* --- comparison --- */

static void differ(struct comparison *c, const char *format, ...)
{
	va_list args;

	if (c->difference[0])
		return;
	va_start(args, format);
	vsnprintf(c->difference, sizeof(c->difference), format, args);
	va_end(args);
}

/* The next frame of a queue from *at on, or NULL. */
static const struct host_frame *next_frame(const struct host *h, unsigned int queue, size_t *at)
{
	while (*at < h->num_frames) {
		const struct host_frame *f = &h->frames[(*at)++];

		if (f->bytes[QUEUE_AT] == queue)
			return f;
	}
	return NULL;
}

static void compare_frame(struct comparison *c, unsigned int queue, size_t i,
			  const struct host_frame *a, const struct host_frame *b)
{
	size_t at = 0;

	if (a->len != b->len)
		differ(c, "sent frame %zu of queue %u has %zu bytes on ref, %zu on rtl", i, queue,
		       a->len, b->len);
	while (at < a->len && at < b->len && a->bytes[at] == b->bytes[at])
		at++;
	if (at < a->len && at < b->len)
		differ(c,
		       "sent frame %zu of queue %u, %zu bytes, byte %zu: %02x on ref, %02x on rtl",
		       i, queue, a->len, at, a->bytes[at], b->bytes[at]);
}

static bool is_control(const struct host_frame *f)
{
	static const uint8_t group[6] = {0x01, 0x80, 0xc2, 0, 0, 1};

	return memcmp(f->bytes, group, sizeof(group)) == 0;
}

/* All, or all but what the fill of the receive buffer sends. */
static size_t frames_sent(const struct comparison *c, const struct host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->num_frames; i++)
		n += !c->levels || !is_control(&h->frames[i]);
	return n;
}

static void compare_frames(struct comparison *c)
{
	const struct host *ref = &c->side[REF].bench.host, *rtl = &c->side[RTL].bench.host;
	const size_t sent[CARDS] = {frames_sent(c, ref), frames_sent(c, rtl)};

	if (sent[REF] != sent[RTL])
		differ(c, "ref has sent %zu frames, rtl %zu", sent[REF], sent[RTL]);
	for (unsigned int q = 0; q < c->queues; q++) {
		size_t at_ref = 0, at_rtl = 0;

		for (size_t i = 0;; i++) {
			const struct host_frame *a = next_frame(ref, q, &at_ref);
			const struct host_frame *b = next_frame(rtl, q, &at_rtl);

			if (!a || !b)
				break;
			compare_frame(c, q, i, a, b);
		}
	}
}

static void differ_in_descriptor(struct comparison *c, const char *kind, uint64_t ring,
				 uint64_t addr)
{
	const uint64_t at = ring + (addr - ring) / 16 * 16;
	uint32_t d[CARDS][4];

	for (int i = 0; i < CARDS; i++)
		memcpy(d[i], host_at(&c->side[i].bench.host, at), sizeof(d[i]));
	differ(c, "%s descriptor %u: %08x %08x %08x %08x on ref, %08x %08x %08x %08x on rtl", kind,
	       (unsigned int)((at - ring) / 16), d[REF][0], d[REF][1], d[REF][2], d[REF][3],
	       d[RTL][0], d[RTL][1], d[RTL][2], d[RTL][3]);
}

/* Says what of a queue lies where memory differs. False: nothing of it. */
static bool differ_in_queue(struct comparison *c, unsigned int q, uint64_t addr)
{
	const struct tx_ring *tx = &c->side[REF].tx[q];
	const struct rx_ring *rx = &c->side[REF].rx[q];
	const uint64_t rx_stride = rx_buffer(rx, 1) - rx_buffer(rx, 0);
	const char *layout = c->split ? "split rx" : rx->extended ? "extended rx" : "legacy rx";

	if (addr - tx->base < tx->size * 16)
		differ_in_descriptor(c, "tx", tx->base, addr);
	else if (addr - rx->base < rx->size * 16)
		differ_in_descriptor(c, layout, rx->base, addr);
	else if (addr - rx->buffers < rx->size * rx_stride)
		differ(c, "rx buffer %u of queue %u, byte %u of %zu",
		       (unsigned int)((addr - rx->buffers) / rx_stride), q,
		       (unsigned int)((addr - rx->buffers) % rx_stride), rx->buffer_bytes);
	else
		return false;
	return true;
}

static void differ_at(struct comparison *c, uint64_t addr)
{
	for (unsigned int q = 0; q < c->queues; q++) {
		if (differ_in_queue(c, q, addr))
			return;
	}
	differ(c, "memory at 0x%llx", (unsigned long long)addr);
}

static void compare_memory(struct comparison *c)
{
	const struct host *ref = &c->side[REF].bench.host, *rtl = &c->side[RTL].bench.host;

	if (memcmp(ref->memory, rtl->memory, ref->allocated) == 0)
		return;
	for (uint64_t at = 0; at < ref->allocated; at++) {
		if (ref->memory[at] != rtl->memory[at])
			differ_at(c, ref->base + at);
	}
}

/* The last that the partner has heard is that it may send: the buffer is empty. */
static void compare_flow(struct comparison *c)
{
	for (int i = 0; c->levels && i < CARDS; i++) {
		const struct host *h = &c->side[i].bench.host;
		const struct host_frame *last = NULL;

		for (size_t n = 0; n < h->num_frames; n++) {
			if (is_control(&h->frames[n]))
				last = &h->frames[n];
		}
		if (last && (last->bytes[16] || last->bytes[17]))
			differ(c, "%s has sent XOFF, and no XON when its buffer was empty",
			       models[i]);
	}
}

/* Pause frames sent, and what counts these too, in a stream in which they depend on time. */
static bool counts_levels(uint32_t offset)
{
	return offset == XONTXC || offset == XOFFTXC || offset == TPT || offset == TOTL ||
	       offset == TOTH;
}

static void compare_low_rings(struct comparison *c)
{
	uint32_t got[CARDS];

	for (int s = 0; s < CARDS; s++)
		got[s] = rd(&c->side[s].bench, ICTXQMTC);
	if (got[REF] != got[RTL])
		differ(c, "ICTXQMTC: %u on ref, %u on rtl", got[REF], got[RTL]);
}

/* RNBC depends on when descriptors came, IAC on when interrupts were sent. */
static void compare_counters(struct comparison *c)
{
	if (c->low)
		compare_low_rings(c);
	for (uint32_t offset = 0x4000; offset < 0x4100; offset += 4) {
		const uint32_t ref = rd(&c->side[REF].bench, offset),
			       rtl = rd(&c->side[RTL].bench, offset);

		if (offset == GPTC)
			c->sent_frames += ref;
		if (offset == GPRC)
			c->received_frames += ref;
		if (c->levels && counts_levels(offset))
			continue;
		if (offset != RNBC && ref != rtl)
			differ(c, "counter 0x%04x: %u on ref, %u on rtl", offset, ref, rtl);
	}
}

/*
 * Whether there are stamps, and of which message; when is the cards' own. Now and then they are read,
 * which makes room for others.
 */
static void compare_stamps(struct comparison *c)
{
	static const uint32_t offsets[] = {TSYNCTXCTL, TSYNCRXCTL, RXSATRL};
	const bool read_tx = chance(c, 2), read_rx = chance(c, 2);
	uint32_t got[CARDS] = {0};

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		for (int s = 0; s < CARDS; s++)
			got[s] = rd(&c->side[s].bench, offsets[i]);
		if (offsets[i] == RXSATRL && !c->stamped)
			break;
		if (got[REF] != got[RTL])
			differ(c, "stamps 0x%04x: %08x on ref, %08x on rtl", offsets[i], got[REF],
			       got[RTL]);
		c->stamped = got[REF] & SYNC_VALID;
	}
	for_each_side(c, s)
	{
		if (read_tx)
			rd(&s->bench, TXSTMPH);
	}
	for (int s = 0; read_rx && s < CARDS; s++)
		got[s] = rd(&c->side[s].bench, RXSATRH);
	if (read_rx && c->stamped && got[REF] != got[RTL])
		differ(c, "stamps 0x%04x: %08x on ref, %08x on rtl", RXSATRH, got[REF], got[RTL]);
}

static void compare_heads(struct comparison *c)
{
	static const uint32_t offsets[] = {TDH, RDH};

	for (unsigned int i = 0; i < 2 * c->queues; i++) {
		const uint32_t offset = QUEUE(offsets[i % 2], i / 2);
		const uint32_t ref = rd(&c->side[REF].bench, offset);
		const uint32_t rtl = rd(&c->side[RTL].bench, offset);

		if (ref != rtl)
			differ(c, "%s%u: %u on ref, %u on rtl", i % 2 ? "RDH" : "TDH", i / 2, ref,
			       rtl);
	}
}

static void compare_rules(struct comparison *c)
{
	for (int i = 0; i < CARDS; i++) {
		if (c->side[i].bench.host.violation)
			differ(c, "%s: %s", models[i], c->side[i].bench.host.violation);
	}
}

/* Both have done what they can with the descriptors that they have. */
static void run_to_quiet(struct comparison *c)
{
	const uint64_t end_ns = c->side[REF].bench.now_ns + BURST_LIMIT_NS;
	size_t events;

	do {
		events = c->side[REF].bench.host.num_events + c->side[RTL].bench.host.num_events;
		for_each_side(c, s) offer_frames(s);
		run_both(c, QUIET_NS);
		if (c->side[REF].bench.now_ns > end_ns)
			differ(c, "not quiet after %llu ns", (unsigned long long)BURST_LIMIT_NS);
	} while (!c->difference[0] &&
		 events != c->side[REF].bench.host.num_events + c->side[RTL].bench.host.num_events);
}

/*
 * A card that has too few descriptors for a frame may use those that there are, or wait for all
 * (trap 55); nothing can be said before it has got more.
 */
static bool frame_may_wait(struct comparison *c)
{
	for_each_side(c, s)
	{
		for (unsigned int q = 0; q < c->queues; q++) {
			const size_t need =
				c->split ? 2 * (1 + (c->max_frame_bytes + 4) / c->page_bytes)
					 : (c->max_frame_bytes + 4) / s->rx[q].buffer_bytes;

			if (owned_by_card(s, q) <= need)
				return true;
		}
	}
	return false;
}

static void compare_effects(struct comparison *c)
{
	run_to_quiet(c);
	if (frame_may_wait(c))
		return;
	compare_rules(c);
	compare_frames(c);
	compare_heads(c);
	compare_memory(c);
}

/* Frames and memory as the RTL left them. */
static void digest_effects(struct comparison *c)
{
	const struct host *h = &c->side[RTL].bench.host;

	for (size_t i = 0; i < h->num_frames; i++)
		digest(c, h->frames[i].bytes, h->frames[i].len);
	digest(c, h->memory, h->allocated);
}

static void clear_burst(struct comparison *c)
{
	digest_effects(c);
	c->digested = 0;
	for_each_side(c, s)
	{
		host_forget(&s->bench.host);
		s->bench.host.allocated = c->mark;
	}
}

static void run_burst(struct comparison *c)
{
	if (!chance(c, c->levels ? 2 : 5))
		post_receive(c);
	if (!chance(c, 3))
		receive_burst(c);
	if (!chance(c, 3))
		transmit_burst(c);
	if (!chance(c, 3))
		receive_burst(c);
	do
		compare_effects(c);
	while (!c->difference[0] && post_receive(c));
	compare_flow(c);
	if (has(c, FEATURE_PTP))
		compare_stamps(c);
	compare_counters(c); /* which tell how much a buffer holds, as long as it is not empty */
	clear_burst(c);
}

static uint32_t seed_of_burst(unsigned long seed, int burst)
{
	return ((uint32_t)seed * 32 + (uint32_t)burst) * 2654435761u;
}

static int bursts_of(unsigned long seed)
{
	return seed % LONG_STREAM_EACH ? SHORT_STREAM : LONG_STREAM;
}

/* The burst after which the cards differ, or -1. */
static int run_stream(struct comparison *c, unsigned long seed, uint32_t bursts)
{
	static const enum ringside_irq_mode modes[] = {RINGSIDE_IRQ_INTX, RINGSIDE_IRQ_MSI,
						       RINGSIDE_IRQ_MSIX};
	c->random = seed_of_burst(seed, 31);
	c->difference[0] = '\0';
	c->digest = UINT64_C(0xcbf29ce484222325);
	c->digested = 0;
	power_on(c, modes[pick(c, 3)]);
	configure(c);
	for (int burst = 0; burst < bursts_of(seed); burst++) {
		if (!(bursts & BIT(burst)))
			continue;
		c->random = seed_of_burst(seed, burst);
		run_burst(c);
		if (c->difference[0])
			return burst;
	}
	return -1;
}

/* The bursts without any of which the cards no longer differ. */
static uint32_t shrink(struct comparison *c, unsigned long seed, uint32_t bursts, int last)
{
	bursts &= BIT(last) | (BIT(last) - 1);
	for (int burst = 0; burst < last; burst++) {
		if ((bursts & BIT(burst)) && run_stream(c, seed, bursts & ~BIT(burst)) >= 0)
			bursts &= ~BIT(burst);
	}
	run_stream(c, seed, bursts); /* for its difference */
	return bursts;
}

/* True: no difference. */
static bool try_stream(struct comparison *c, unsigned long seed, const struct options *o,
		       const char *program)
{
	const int last = run_stream(c, seed, o->bursts);
	uint32_t bursts;

	if (o->digests) {
		printf("seed %lu %016llx\n", seed, (unsigned long long)c->digest);
		return true; /* whether they differ is not asked */
	}
	if (last < 0)
		return true;
	bursts = shrink(c, seed, o->bursts, last);
	printf("stream with seed %lu: %s\n", seed, c->difference);
	printf("repeat: %s --seed %lu --streams 1 --bursts 0x%x\n", program, seed, bursts);
	return false;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 's':
		o->seed = strtoul(arg, NULL, 0);
		return 0;
	case 'n':
		o->streams = strtoul(arg, NULL, 0);
		return 0;
	case 'b':
		o->bursts = (uint32_t)strtoul(arg, NULL, 0);
		return 0;
	case 'd':
		o->digests = true;
		return 0;
	case 'p':
		o->platform = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_table[] = {
	{"seed", 's', "N", 0, "seed of the first stream (default 1); the next have the next seeds",
	 0},
	{"streams", 'n', "N", 0, "number of streams (default 20)", 0},
	{"bursts", 'b', "MASK", 0, "of each stream only these bursts, a bit a burst", 0},
	{"digests", 'd', NULL, 0, "a line a stream that stands for all that the RTL did", 0},
	{"platform", 'p', "CONFIG", 0, "configuration of the platform, as skip=off", 0},
	{0},
};

int main(int argc, char **argv)
{
	static const struct argp argp = {
		option_table, parse_option,
		NULL,	      "Compares the RTL with the reference card on random stimuli.",
		NULL,	      NULL,
		NULL};
	struct options o = {.seed = 1, .streams = 20, .bursts = UINT32_MAX, .platform = ""};
	struct comparison *c = calloc(1, sizeof(*c));
	unsigned long tried = 0, failed = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	c->digests = o.digests;
	if (create(c, o.platform) < 0)
		return EXIT_FAILURE;
	while (tried < o.streams && failed < FAILED_ENOUGH) {
		if (!try_stream(c, o.seed + tried++, &o, argv[0]))
			failed++;
	}
	if (tried < o.streams)
		printf("stopped after %lu of %lu streams\n", tried, o.streams);
	printf("%lu frames sent and %lu received by both\n", c->sent_frames, c->received_frames);
	printf("%lu passed, %lu failed\n", tried - failed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
