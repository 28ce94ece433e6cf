/* SPDX-License-Identifier: MIT */
/*
 * struct sk_buff: one packet, or one super-segment (TSO, GRO).
 *
 * Memory: the linear part (head..end) and each page fragment live in reference-counted
 * struct skb_data. On the way out payload is only in fragments and the linear part holds only
 * headers, so that a retransmission is skb_clone_payload(): a new linear part, the same fragments;
 * a header that is still in a driver's ring is never rewritten. On the way in the card writes into
 * the linear part; GRO turns linear parts into fragments.
 *
 * Reference counts are not atomic: one CPU; counts change with soft interrupts off or inside them.
 */
#ifndef NET_SKBUFF_H
#define NET_SKBUFF_H

#include <assert.h>
#include <stdint.h>
#include "checksum.h"
#include "compiler.h"
#include "list.h"
#include "port.h"
#include "rbtree.h"

struct net;
struct net_device;
struct sock;

#define MAX_SKB_FRAGS 17
/* Room in front of a transport header for TCP (60), IP (60 / 40 + extensions) and Ethernet+VLAN. */
#define MAX_HEADER 192
/* Payload up to so many bytes is behind the headers when it is sent: cheaper than a reference, and the
 * frame is one piece for checksum and card. What is left of MAX_HEADER is enough for headers. */
#define SKB_COPYBREAK_BYTES 64
#define SKB_SHORT_OFFSET    (MAX_HEADER - SKB_COPYBREAK_BYTES)
/* Alignment offset that puts the IP header of a received frame on a 4-byte boundary. */
#define NET_IP_ALIGN  2
#define GSO_MAX_BYTES 65535u

/* A block of payload memory; bytes follow. */
struct skb_data {
	struct port *port;
	uint32_t refcount;
	uint32_t size_bytes;	 /* of bytes[] */
	unsigned int size_class; /* enum skb_data_class, or none (skbuff.c) */
	uint8_t bytes[] __attribute__((aligned(64)));
};

struct skb_frag {
	struct skb_data *data;
	uint32_t offset, len; /* bytes within data->bytes */
};

enum ip_summed {
	CHECKSUM_NONE,	      /* in: not verified by the card; out: checksum is complete */
	CHECKSUM_UNNECESSARY, /* in: card verified the transport checksum */
	CHECKSUM_PARTIAL,     /* out: field holds the pseudo-header sum, not inverted (with the
				 length; with length 0 when gso_size != 0); the rest from csum_start
				 to the end is to be added and the inverse stored at csum_start +
				 csum_offset. Also in: from a virtual peer without a wire */
};

enum skb_gso_type { SKB_GSO_NONE, SKB_GSO_TCPV4, SKB_GSO_TCPV6, SKB_GSO_UDP };

struct sk_buff {
	union {
		struct list_head list; /* in a sk_buff_head or a list of any kind */
		struct rb_node rbnode; /* in TCP's retransmit or out-of-order tree */
	};
	struct net_device *dev;
	struct sock *sk;
	void (*destructor)(struct sk_buff *skb); /* gives memory back to sk; may be NULL */

	uint32_t len;	   /* all bytes from data on, fragments included */
	uint32_t data_len; /* bytes in fragments */
	uint32_t truesize; /* memory it accounts for */
	uint32_t users;	   /* references to this sk_buff */

	struct skb_data *head_data; /* holds the linear part */
	uint8_t *head, *data, *tail, *end;

	/* Offsets from head; valid once set by the layer. */
	uint16_t mac_header, network_header, transport_header;

	uint16_t protocol;   /* EtherType, host order */
	uint8_t ip_summed;   /* enum ip_summed */
	uint8_t pkt_type;    /* PACKET_HOST, ... (if_ether.h) */
	uint16_t csum_start; /* offset from head, CHECKSUM_PARTIAL */
	uint16_t csum_offset;
	uint16_t gso_size; /* payload bytes a segment; 0: not a super-segment */
	uint16_t gso_segs;
	uint8_t gso_type; /* enum skb_gso_type */
	uint8_t nr_frags;
	/* RSS hash from the card; 0 none. Aligned, as the two times then begin a pair of words. */
	uint32_t hash __attribute__((aligned(8)));

	uint64_t tstamp_ns;	/* in: arrival; out: earliest departure */
	uint64_t skb_mstamp_ns; /* TCP: last (re)transmission */

	struct skb_frag frags[MAX_SKB_FRAGS];

	/* Private to the layer that holds the sk_buff. */
	uint8_t cb[64] __attribute__((aligned(8)));
};

_Static_assert(sizeof(struct sk_buff) == 496,
	       "receive windows count its bytes: with it, the simulation's tables change");

/* A FIFO of sk_buffs. */
struct sk_buff_head {
	struct list_head list;
	uint32_t qlen;
};

/* New sk_buff with an empty linear part of size_bytes; users 1. NULL: no memory. */
struct sk_buff *alloc_skb(struct net *net, uint32_t size_bytes);

/* With a block for headers, none of which is its linear part. Soft interrupts off. */
struct sk_buff *alloc_skb_headers(struct net *net);

/* Makes a received sk_buff of memory that holds len bytes at offset; takes over data's reference.
 * NULL: no memory, the reference stays with the caller. */
struct sk_buff *build_skb(struct net *net, struct skb_data *data, uint32_t offset, uint32_t len);

/* The same as kfree_skb(), but not a drop. */
void consume_skb(struct sk_buff *skb);
/* Calls the destructor now and forgets the owner. */
void skb_orphan(struct sk_buff *skb);
/* Gives one reference back; the last frees it, its fragments, and calls the destructor first. */
void kfree_skb(struct sk_buff *skb);
static inline struct sk_buff *skb_get(struct sk_buff *skb)
{
	skb->users++;
	return skb;
}

/*
 * For (re)transmission: a new sk_buff with room for headers in front that shares skb's fragments, or
 * has SKB_COPYBREAK_BYTES at most behind that room, with its length and gso fields. skb must have no
 * linear payload. sk and destructor are not copied. Soft interrupts off. NULL: no memory.
 */
struct sk_buff *skb_clone_payload(struct net *net, const struct sk_buff *skb);

struct skb_data *skb_data_alloc(struct port *port, uint32_t size_bytes);
void skb_data_put(struct skb_data *d);
static inline struct skb_data *skb_data_get(struct skb_data *d)
{
	d->refcount++;
	return d;
}

static inline uint32_t skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}
static inline uint32_t skb_headroom(const struct sk_buff *skb)
{
	return (uint32_t)(skb->data - skb->head);
}
static inline uint32_t skb_tailroom(const struct sk_buff *skb)
{
	return skb->data_len ? 0 : (uint32_t)(skb->end - skb->tail);
}

static inline void skb_reset_mac_header(struct sk_buff *skb)
{
	skb->mac_header = (uint16_t)(skb->data - skb->head);
}
static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network_header = (uint16_t)(skb->data - skb->head);
}
static inline void skb_reset_transport_header(struct sk_buff *skb)
{
	skb->transport_header = (uint16_t)(skb->data - skb->head);
}
static inline uint8_t *skb_mac_header(const struct sk_buff *skb)
{
	return skb->head + skb->mac_header;
}
static inline uint8_t *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}
static inline uint8_t *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport_header;
}

/* Only on an empty sk_buff. */
static inline void skb_reserve(struct sk_buff *skb, uint32_t len)
{
	assert(skb->len == 0 && len <= (uint32_t)(skb->end - skb->tail));
	skb->data += len;
	skb->tail += len;
}

/* Appends len bytes to the linear part; returns where they start. */
static inline void *skb_put(struct sk_buff *skb, uint32_t len)
{
	uint8_t *p = skb->tail;

	assert(skb->data_len == 0 && len <= (uint32_t)(skb->end - skb->tail));
	skb->tail += len;
	skb->len += len;
	return p;
}

/* Prepends len bytes. */
static inline void *skb_push(struct sk_buff *skb, uint32_t len)
{
	assert(len <= skb_headroom(skb));
	skb->data -= len;
	skb->len += len;
	return skb->data;
}

/* Drops len bytes of the linear part at the front. */
static inline void *skb_pull(struct sk_buff *skb, uint32_t len)
{
	assert(len <= skb_headlen(skb));
	skb->data += len;
	skb->len -= len;
	return skb->data;
}

/* The same when more than the linear part is wanted. */
bool skb_pull_tail(struct sk_buff *skb, uint32_t len);
/* Makes the first len bytes linear. false: shorter than len, or no memory. */
static inline bool pskb_may_pull(struct sk_buff *skb, uint32_t len)
{
	return len <= skb_headlen(skb) || skb_pull_tail(skb, len);
}
/* Cuts to len bytes. 0 or -ENOMEM. */
int pskb_trim(struct sk_buff *skb, uint32_t len);
/* Drops len bytes at the front, across fragments (0 <= len <= skb->len). */
void skb_drop_front(struct sk_buff *skb, uint32_t len);
/* Copies len bytes at offset (from data) out. 0 or -EFAULT when out of range. */
int skb_copy_bits(const struct sk_buff *skb, uint32_t offset, void *to, uint32_t len);
/* Adds a fragment; takes over the caller's reference; truesize grows by len. The fragment is merged
 * with the last one where it continues it. false: no room (the reference stays with the caller). */
bool skb_add_frag(struct sk_buff *skb, struct skb_data *data, uint32_t offset, uint32_t len);
/*
 * The first, short payload (SKB_COPYBREAK_BYTES at most) of an empty sk_buff of alloc_skb_headers()
 * may be a fragment of that block: a clone then finds it in its place, unless another still uses the
 * block. Room for it, and the fragment once it is filled.
 */
static inline uint8_t *skb_short_room(const struct sk_buff *skb)
{
	assert(!skb->len && skb->head_data->size_bytes == MAX_HEADER);
	return skb->head_data->bytes + SKB_SHORT_OFFSET;
}
static inline void skb_add_short(struct sk_buff *skb, uint32_t len)
{
	assert(!skb->nr_frags && len <= SKB_COPYBREAK_BYTES);
	skb->frags[0] = (struct skb_frag){
		.data = skb_data_get(skb->head_data), .offset = SKB_SHORT_OFFSET, .len = len};
	skb->nr_frags = 1;
	skb->len = skb->data_len = len;
	skb->truesize += len;
}
/* Moves the bytes of skb from `len` on into `rest` (empty), sharing payload. 0 or -ENOMEM. */
int skb_split(struct sk_buff *skb, struct sk_buff *rest, uint32_t len);
/* The same as below when more than the linear part is summed. */
uint32_t skb_checksum_frags(const struct sk_buff *skb, uint32_t offset, uint32_t len, uint32_t sum);
/* Internet checksum (RFC 1071), not inverted, of len bytes at offset, added to sum. */
static inline uint32_t skb_checksum(const struct sk_buff *skb, uint32_t offset, uint32_t len,
				    uint32_t sum)
{
	if ((uint64_t)offset + len <= skb_headlen(skb))
		return csum_partial(skb->data + offset, len, sum);
	return skb_checksum_frags(skb, offset, len, sum);
}
/* Completes CHECKSUM_PARTIAL in software. 0 or a negative errno. */
int skb_checksum_help(struct sk_buff *skb);

/*
 * Software GSO (RFC 9293 segments; headers edited as the 82574's TSO does). Gives a list of
 * wire-size sk_buffs on `out` (payload shared, not copied) and consumes skb. 0, or a negative
 * errno with skb freed and `out` empty.
 */
int skb_gso_segment(struct net *net, struct sk_buff *skb, bool hw_csum, struct sk_buff_head *out);

void skb_queue_head_init(struct sk_buff_head *q);
void skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb);
void skb_queue_purge(struct sk_buff_head *q);

static inline void skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb)
{
	list_add_tail(&skb->list, &q->list);
	q->qlen++;
}

static inline struct sk_buff *skb_peek(const struct sk_buff_head *q)
{
	return q->qlen ? list_first_entry(&q->list, struct sk_buff, list) : NULL;
}

static inline struct sk_buff *skb_peek_tail(const struct sk_buff_head *q)
{
	if (!q->list.prev)
		__builtin_unreachable(); /* links of a list are never NULL */
	return q->qlen ? list_entry(q->list.prev, struct sk_buff, list) : NULL;
}

static inline void skb_unlink(struct sk_buff_head *q, struct sk_buff *skb)
{
	assert(q->qlen > 0);
	list_del_init(&skb->list);
	q->qlen--;
}

/* NULL: it is empty. */
static inline struct sk_buff *skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *skb = skb_peek(q);

	if (skb)
		skb_unlink(q, skb);
	return skb;
}

#define skb_queue_walk(q, skb) list_for_each_entry(skb, &(q)->list, list)

#endif
