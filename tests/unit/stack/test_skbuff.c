// SPDX-License-Identifier: MIT
#include "stack_test.h"
#include <net/errno.h>

/* An sk_buff of `linear` bytes and fragments of the given lengths, with the pattern of `seed`. */
static struct sk_buff *make(uint32_t linear, const uint32_t *frags, unsigned int nr_frags,
			    uint8_t *content, uint32_t seed)
{
	struct sk_buff *skb = alloc_skb(bench.net, 64 + linear);
	uint32_t len = linear, at = linear;

	for (unsigned int i = 0; i < nr_frags; i++)
		len += frags[i];
	fill_pattern(content, len, seed);
	skb_reserve(skb, 64);
	memcpy(skb_put(skb, linear), content, linear);
	for (unsigned int i = 0; i < nr_frags; i++) {
		/* Odd offsets, so that no two fragments continue each other. */
		struct skb_data *d = skb_data_alloc(bench.net->port, frags[i] + 7);

		memcpy(d->bytes + 7, content + at, frags[i]);
		ck_assert(skb_add_frag(skb, d, 7, frags[i]));
		at += frags[i];
	}
	ck_assert_uint_eq(skb->len, len);
	return skb;
}

static void check_content(const struct sk_buff *skb, const uint8_t *content, uint32_t len)
{
	uint8_t *copy = malloc(len + 1);
	uint32_t in_frags = 0;

	ck_assert_uint_eq(skb->len, len);
	for (unsigned int i = 0; i < skb->nr_frags; i++)
		in_frags += skb->frags[i].len;
	ck_assert_uint_eq(skb->data_len, in_frags);
	ck_assert_ptr_eq(skb->data + skb_headlen(skb), skb->tail);
	ck_assert_int_eq(skb_copy_bits(skb, 0, copy, len), 0);
	ck_assert_mem_eq(copy, content, len);
	free(copy);
}

static const uint32_t three[] = {100, 1, 333};
static uint8_t content[80000];

START_TEST(copying_any_range_gives_the_bytes_and_no_more)
{
	struct sk_buff *skb = make(50, three, 3, content, 1);
	uint8_t out[484];

	for (uint32_t from = 0; from <= skb->len; from += 3)
		for (uint32_t len = 0; from + len <= skb->len; len += 17) {
			ck_assert_int_eq(skb_copy_bits(skb, from, out, len), 0);
			ck_assert_mem_eq(out, content + from, len);
		}
	ck_assert_int_eq(skb_copy_bits(skb, 0, out, 485), -EFAULT);
	ck_assert_int_eq(skb_copy_bits(skb, 485, out, 0), -EFAULT);
	ck_assert_int_eq(skb_copy_bits(skb, 2, out, UINT32_MAX), -EFAULT);
	consume_skb(skb);
}
END_TEST

START_TEST(pulling_makes_bytes_linear_and_keeps_them)
{
	for (uint32_t len = 0; len <= 484; len += 11) {
		struct sk_buff *skb = make(50, three, 3, content, 2);

		ck_assert(pskb_may_pull(skb, len));
		ck_assert_uint_ge(skb_headlen(skb), len);
		check_content(skb, content, 484);
		ck_assert(!pskb_may_pull(skb, 485));
		consume_skb(skb);
	}
}
END_TEST

START_TEST(pulling_from_a_shared_block_leaves_the_other_owner_alone)
{
	struct skb_data *shared = skb_data_alloc(bench.net->port, 150), *frag;
	struct sk_buff *skb = build_skb(bench.net, shared, 0, 50);

	frag = skb_data_alloc(bench.net->port, 100);
	fill_pattern(content, 150, 3);
	memcpy(skb->data, content, 50);
	memcpy(frag->bytes, content + 50, 100);
	skb_add_frag(skb, frag, 0, 100);
	skb_data_get(shared);
	memset(skb->tail, 0x5a, 10); /* the other owner's bytes */
	ck_assert(pskb_may_pull(skb, 60));
	check_content(skb, content, 150);
	for (unsigned int i = 50; i < 60; i++)
		ck_assert_uint_eq(shared->bytes[i], 0x5a);
	skb_data_put(shared);
	consume_skb(skb);
}
END_TEST

START_TEST(trimming_and_dropping_work_at_every_length)
{
	for (uint32_t len = 0; len <= 484; len++) {
		struct sk_buff *skb = make(50, three, 3, content, 4);

		ck_assert_int_eq(pskb_trim(skb, len), 0);
		check_content(skb, content, len);
		consume_skb(skb);
		skb = make(50, three, 3, content, 4);
		skb_drop_front(skb, len);
		check_content(skb, content + len, 484 - len);
		consume_skb(skb);
	}
}
END_TEST

START_TEST(splitting_shares_payload_and_loses_nothing)
{
	for (uint32_t len = 0; len <= 484; len++) {
		struct sk_buff *skb = make(50, three, 3, content, 5);
		struct sk_buff *rest = alloc_skb(bench.net, 0);
		uint64_t blocks = bench.net->blocks_alive;

		ck_assert_int_eq(skb_split(skb, rest, len), 0);
		ck_assert_uint_le(bench.net->blocks_alive, blocks);
		check_content(skb, content, len);
		check_content(rest, content + len, 484 - len);
		consume_skb(skb);
		consume_skb(rest);
	}
}
END_TEST

START_TEST(checksum_over_fragments_of_odd_length_is_that_of_the_bytes)
{
	struct sk_buff *skb = make(51, three, 3, content, 6);

	for (uint32_t from = 0; from < skb->len; from += 5)
		for (uint32_t len = 0; from + len <= skb->len; len += 13)
			ck_assert_uint_eq(csum_fold(skb_checksum(skb, from, len, 0)),
					  csum_fold(csum_partial(content + from, len, 0)));
	consume_skb(skb);
}
END_TEST

START_TEST(a_fragment_that_continues_the_last_is_merged_with_it)
{
	struct sk_buff *skb = alloc_skb(bench.net, 0);
	struct skb_data *d = skb_data_alloc(bench.net->port, 32768);

	for (uint32_t i = 0; i < 30; i++)
		ck_assert(skb_add_frag(skb, skb_data_get(d), i * 1000, 1000));
	ck_assert_uint_eq(skb->nr_frags, 1);
	ck_assert_uint_eq(skb->len, 30000);
	ck_assert_uint_eq(d->refcount, 2);
	consume_skb(skb);
	skb_data_put(d);
}
END_TEST

START_TEST(the_eighteenth_fragment_is_refused)
{
	struct sk_buff *skb = alloc_skb(bench.net, 0);
	struct skb_data *d = skb_data_alloc(bench.net->port, 1000);

	for (uint32_t i = 0; i < MAX_SKB_FRAGS; i++)
		ck_assert(skb_add_frag(skb, skb_data_get(d), i * 20, 10));
	ck_assert(!skb_add_frag(skb, d, 900, 10));
	skb_data_put(d); /* the reference stayed with us */
	consume_skb(skb);
}
END_TEST

START_TEST(a_clone_for_retransmission_shares_payload_and_has_its_own_head)
{
	struct sk_buff *skb = make(0, three, 3, content, 7), *clone;

	skb->gso_size = 100;
	skb->gso_segs = 5;
	clone = skb_clone_payload(bench.net, skb);
	check_content(clone, content, 434);
	ck_assert_ptr_eq(clone->frags[2].data, skb->frags[2].data);
	ck_assert_uint_eq(skb_headroom(clone), MAX_HEADER);
	ck_assert_uint_eq(clone->gso_size, 100);
	ck_assert_uint_eq(clone->gso_segs, 5);
	consume_skb(skb);
	check_content(clone, content, 434);
	consume_skb(clone);
}
END_TEST

static struct sk_buff *make_short(void)
{
	struct sk_buff *skb = alloc_skb_headers(bench.net);

	memcpy(skb_short_room(skb), "question", 8);
	skb_add_short(skb, 8);
	return skb;
}

static void check_short_clone(struct sk_buff *clone, const struct sk_buff *skb, bool in_place)
{
	check_content(clone, (const uint8_t *)"question", 8);
	ck_assert_uint_eq(clone->nr_frags, 0);
	ck_assert_uint_eq(skb_headroom(clone), SKB_SHORT_OFFSET);
	ck_assert_int_eq(clone->head_data == skb->head_data, in_place);
}

START_TEST(a_short_payload_is_sent_from_its_place_unless_an_earlier_clone_still_is_there)
{
	struct sk_buff *skb = make_short(), *first, *second;

	first = skb_clone_payload(bench.net, skb);
	check_short_clone(first, skb, true);
	memset(skb_push(first, SKB_SHORT_OFFSET), 0xaa, SKB_SHORT_OFFSET);
	second = skb_clone_payload(bench.net, skb);
	check_short_clone(second, skb, false);
	consume_skb(first);
	consume_skb(second);
	first = skb_clone_payload(bench.net, skb);
	check_short_clone(first, skb, true);
	consume_skb(skb); /* acknowledged while the card still has it */
	check_content(first, (const uint8_t *)"question", 8);
	consume_skb(first);
}
END_TEST

START_TEST(halves_of_a_short_payload_do_not_meet_in_its_place)
{
	struct sk_buff *skb = make_short(), *rest = alloc_skb(bench.net, 0), *clone[2];

	ck_assert_int_eq(skb_split(skb, rest, 3), 0);
	clone[0] = skb_clone_payload(bench.net, skb);
	clone[1] = skb_clone_payload(bench.net, rest);
	memset(skb_push(clone[1], 100), 0xaa, 100);
	skb_pull(clone[1], 100);
	check_content(clone[0], (const uint8_t *)"que", 3);
	check_content(clone[1], (const uint8_t *)"stion", 5);
	ck_assert_ptr_ne(clone[0]->head_data, skb->head_data);
	ck_assert_ptr_ne(clone[1]->head_data, skb->head_data);
	consume_skb(skb);
	consume_skb(rest);
	consume_skb(clone[0]);
	consume_skb(clone[1]);
}
END_TEST

static unsigned int destroyed;

static void count_destruction(struct sk_buff *skb)
{
	(void)skb;
	destroyed++;
}

START_TEST(the_last_reference_runs_the_destructor_once)
{
	struct sk_buff *skb = alloc_skb(bench.net, 10);

	destroyed = 0;
	skb->destructor = count_destruction;
	skb_get(skb);
	kfree_skb_reason(skb, SKB_DROP_NoSocket);
	ck_assert_uint_eq(destroyed, 0);
	consume_skb(skb);
	ck_assert_uint_eq(destroyed, 1);
	ck_assert_uint_eq(drops(SKB_DROP_NoSocket), 1);
}
END_TEST

static uint32_t destroyed_truesize;

static void note_truesize(struct sk_buff *skb)
{
	destroyed_truesize = skb->truesize;
}

START_TEST(an_owner_is_given_back_what_it_was_charged)
{
	struct sk_buff *skb = make(50, three, 3, content, 10);
	uint32_t charged = skb->truesize;

	skb->destructor = note_truesize;
	ck_assert(pskb_may_pull(skb, 484)); /* moves everything to a larger block */
	consume_skb(skb);
	ck_assert_uint_eq(destroyed_truesize, charged);
}
END_TEST

START_TEST(no_memory_gives_null_and_leaks_nothing)
{
	uint64_t before;
	struct sk_buff *skb;

	skb_caches_drain(bench.net);
	before = net_objects_alive(bench.net);
	for (uint64_t n = 0; n < 2; n++) {
		host_fail_alloc_after(bench.host, n);
		skb = alloc_skb(bench.net, 100);
		ck_assert_ptr_null(skb);
		skb_caches_drain(bench.net);
	}
	host_fail_alloc_after(bench.host, UINT64_MAX);
	ck_assert_uint_eq(net_objects_alive(bench.net), before);
}
END_TEST

START_TEST(completing_a_checksum_in_software_matches_the_definition)
{
	struct sk_buff *skb = make(60, three, 3, content, 8);
	uint16_t expect = csum_fold(csum_partial(content + 20, 474, 0));

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (uint16_t)(skb_headroom(skb) + 20);
	skb->csum_offset = 16;
	ck_assert_int_eq(skb_checksum_help(skb), 0);
	memcpy(content + 36, &expect, 2); /* and nothing else has changed */
	check_content(skb, content, 494);
	consume_skb(skb);
}
END_TEST

START_TEST(a_checksum_of_zero_is_stored_as_all_ones)
{
	struct sk_buff *skb = alloc_skb(bench.net, 20);

	memset(skb_put(skb, 20), 0, 20);
	skb->data[0] = skb->data[1] = 0xff; /* sums to all ones, whose inverse is zero */
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = 0;
	skb->csum_offset = 6;
	ck_assert_int_eq(skb_checksum_help(skb), 0);
	ck_assert_mem_eq(skb->data + 6, "\xff\xff", 2);
	consume_skb(skb);
}
END_TEST

START_TEST(a_checksum_field_outside_the_linear_part_is_refused)
{
	struct sk_buff *skb = make(60, three, 3, content, 9);

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (uint16_t)(skb_headroom(skb) + 50);
	skb->csum_offset = 9;
	ck_assert_int_eq(skb_checksum_help(skb), -EINVAL);
	skb->csum_start = 0;
	ck_assert_int_eq(skb_checksum_help(skb), -EINVAL);
	consume_skb(skb);
}
END_TEST

START_TEST(queues_are_fifo_and_count)
{
	struct sk_buff_head q;
	struct sk_buff *a = alloc_skb(bench.net, 0), *b = alloc_skb(bench.net, 0),
		       *c = alloc_skb(bench.net, 0);

	skb_queue_head_init(&q);
	ck_assert_ptr_null(skb_dequeue(&q));
	skb_queue_tail(&q, b);
	skb_queue_tail(&q, c);
	skb_queue_head(&q, a);
	ck_assert_uint_eq(q.qlen, 3);
	ck_assert_ptr_eq(skb_peek(&q), a);
	ck_assert_ptr_eq(skb_peek_tail(&q), c);
	skb_unlink(&q, b);
	ck_assert_ptr_eq(skb_dequeue(&q), a);
	ck_assert_ptr_eq(skb_dequeue(&q), c);
	ck_assert_uint_eq(q.qlen, 0);
	skb_queue_tail(&q, a);
	skb_queue_tail(&q, b);
	skb_queue_tail(&q, c);
	skb_queue_purge(&q);
	ck_assert_ptr_null(skb_peek(&q));
}
END_TEST

Suite *skbuff_suite(void)
{
	Suite *s = suite_create("skbuff");
	TCase *t = tcase_create("skbuff");

	tcase_add_checked_fixture(t, bench_setup, bench_teardown);
	tcase_add_test(t, copying_any_range_gives_the_bytes_and_no_more);
	tcase_add_test(t, pulling_makes_bytes_linear_and_keeps_them);
	tcase_add_test(t, pulling_from_a_shared_block_leaves_the_other_owner_alone);
	tcase_add_test(t, trimming_and_dropping_work_at_every_length);
	tcase_add_test(t, splitting_shares_payload_and_loses_nothing);
	tcase_add_test(t, checksum_over_fragments_of_odd_length_is_that_of_the_bytes);
	tcase_add_test(t, a_fragment_that_continues_the_last_is_merged_with_it);
	tcase_add_test(t, the_eighteenth_fragment_is_refused);
	tcase_add_test(t, a_clone_for_retransmission_shares_payload_and_has_its_own_head);
	tcase_add_test(
		t, a_short_payload_is_sent_from_its_place_unless_an_earlier_clone_still_is_there);
	tcase_add_test(t, halves_of_a_short_payload_do_not_meet_in_its_place);
	tcase_add_test(t, the_last_reference_runs_the_destructor_once);
	tcase_add_test(t, an_owner_is_given_back_what_it_was_charged);
	tcase_add_test(t, no_memory_gives_null_and_leaks_nothing);
	tcase_add_test(t, completing_a_checksum_in_software_matches_the_definition);
	tcase_add_test(t, a_checksum_of_zero_is_stored_as_all_ones);
	tcase_add_test(t, a_checksum_field_outside_the_linear_part_is_refused);
	tcase_add_test(t, queues_are_fifo_and_count);
	suite_add_tcase(s, t);
	return s;
}
