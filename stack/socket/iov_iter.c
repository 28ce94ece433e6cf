// SPDX-License-Identifier: MIT
/* Copying between sk_buffs and the application's scattered memory. */
#include <net/sock.h>

/* The next contiguous piece, at most len bytes; 0: the end. */
static size_t next_piece(struct iov_iter *it, size_t len, uint8_t **at)
{
	size_t n;

	while (!it->here && it->next_segs) {
		it->at = it->next->iov_base;
		it->here = it->next->iov_len;
		it->next++;
		it->next_segs--;
	}
	if (!it->here || !it->at)
		return 0;
	n = it->here < len ? it->here : len;
	*at = it->at;
	it->at += n;
	it->here -= n;
	it->count -= n;
	return n;
}

size_t copy_from_pieces(void *to, size_t len, struct iov_iter *it)
{
	size_t done = 0, n;
	uint8_t *from;

	while (done < len && (n = next_piece(it, len - done, &from))) {
		memcpy((uint8_t *)to + done, from, n);
		done += n;
	}
	port_charge_copy(it->port, done);
	return done;
}

size_t copy_to_pieces(const void *from, size_t len, struct iov_iter *it)
{
	size_t done = 0, n;
	uint8_t *to;

	while (done < len && (n = next_piece(it, len - done, &to))) {
		memcpy(to, (const uint8_t *)from + done, n);
		done += n;
	}
	port_charge_copy(it->port, done);
	return done;
}

int skb_copy_fragments_iter(const struct sk_buff *skb, uint32_t offset, struct iov_iter *to,
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
