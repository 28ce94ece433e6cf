// SPDX-License-Identifier: MIT
/* Copying between sk_buffs and the application's scattered memory. */
#include <net/sock.h>
#include <string.h>

void iov_iter_init(struct iov_iter *it, struct port *port, const struct iovec *iov, size_t nr_segs,
		   size_t count)
{
	*it = (struct iov_iter){.iov = iov, .nr_segs = nr_segs, .count = count, .port = port};
}

/* The next contiguous piece, at most len bytes; 0: the end. */
static size_t next_piece(struct iov_iter *it, size_t len, uint8_t **at)
{
	size_t n;

	while (it->nr_segs && it->iov_offset == it->iov->iov_len) {
		it->iov++;
		it->nr_segs--;
		it->iov_offset = 0;
	}
	if (!it->nr_segs || !it->count || !it->iov->iov_base)
		return 0;
	n = it->iov->iov_len - it->iov_offset;
	if (n > len)
		n = len;
	if (n > it->count)
		n = it->count;
	*at = (uint8_t *)it->iov->iov_base + it->iov_offset;
	it->iov_offset += n;
	it->count -= n;
	return n;
}

/* Most calls have one piece of memory: where its next len bytes are, or NULL. */
static inline uint8_t *next_whole(struct iov_iter *it, size_t len)
{
	uint8_t *at;

	if (!it->nr_segs || len > it->count || len > it->iov->iov_len - it->iov_offset ||
	    !it->iov->iov_base)
		return NULL;
	at = (uint8_t *)it->iov->iov_base + it->iov_offset;
	it->iov_offset += len;
	it->count -= len;
	return at;
}

size_t copy_from_iter(void *to, size_t len, struct iov_iter *it)
{
	size_t done = 0, n;
	uint8_t *from = next_whole(it, len);

	if (from) {
		memcpy(to, from, len);
		port_charge_copy(it->port, len);
		return len;
	}
	while (done < len && (n = next_piece(it, len - done, &from))) {
		memcpy((uint8_t *)to + done, from, n);
		done += n;
	}
	port_charge_copy(it->port, done);
	return done;
}

size_t copy_to_iter(const void *from, size_t len, struct iov_iter *it)
{
	size_t done = 0, n;
	uint8_t *to = next_whole(it, len);

	if (to) {
		memcpy(to, from, len);
		port_charge_copy(it->port, len);
		return len;
	}
	while (done < len && (n = next_piece(it, len - done, &to))) {
		memcpy(to, (const uint8_t *)from + done, n);
		done += n;
	}
	port_charge_copy(it->port, done);
	return done;
}

int skb_copy_datagram_iter(const struct sk_buff *skb, uint32_t offset, struct iov_iter *to,
			   uint32_t len)
{
	uint32_t start = skb_headlen(skb);

	if (offset > skb->len || len > skb->len - offset)
		return -EFAULT;
	if (offset < start && len) {
		uint32_t n = start - offset < len ? start - offset : len;

		if (copy_to_iter(skb->data + offset, n, to) != n)
			return -EFAULT;
		offset += n;
		len -= n;
	}
	for (unsigned int i = 0; len && i < skb->nr_frags; i++) {
		const struct skb_frag *frag = &skb->frags[i];
		uint32_t skip = offset - start, n;

		start += frag->len;
		if (skip >= frag->len)
			continue;
		n = frag->len - skip < len ? frag->len - skip : len;
		if (copy_to_iter(frag->data->bytes + frag->offset + skip, n, to) != n)
			return -EFAULT;
		offset += n;
		len -= n;
	}
	return 0;
}
