// SPDX-License-Identifier: MIT
/* The DHCP client against a scripted server (RFC 2131). */
#include "stack_test.h"
#include <net/errno.h>

#define SERVER_ADDR 0x0a0000fdu
#define LEASED_ADDR 0x0a000042u
#define LEASE_S	    3600u

enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5, NAK = 6 };

static struct frame f;
static int result;
static uint64_t timeout_ns;

static void configure(void *arg)
{
	(void)arg;
	result = net_dhcp_configure(bench.dev, timeout_ns);
}

static void start(void)
{
	result = 1;
	host_spawn(bench.host, "dhcp", configure, NULL);
	run_briefly();
}

static void setup(void)
{
	bench_setup();
	timeout_ns = 100 * HOST_SECOND;
}

/* ---- what the client sent ---- */

static const uint8_t *message(unsigned int n)
{
	ck_assert_uint_eq(sent_ip(n)->protocol, IPPROTO_UDP);
	ck_assert_uint_eq(get_unaligned_be16(sent_payload(n)), 68);
	ck_assert_uint_eq(get_unaligned_be16(sent_payload(n) + 2), 67);
	return sent_payload(n) + 8;
}

/* The value of an option, or NULL. */
static const uint8_t *option(unsigned int n, uint8_t code)
{
	const uint8_t *at = message(n) + 240;

	while (*at != 255) {
		if (*at == code)
			return at + 2;
		at += at[0] ? 2 + at[1] : 1;
	}
	return NULL;
}

static unsigned int last(void)
{
	return bench.sent_count - 1;
}

static void expect_sent(unsigned int count, uint8_t type)
{
	ck_assert_uint_eq(bench.sent_count, count);
	ck_assert_uint_eq(option(last(), 53)[0], type);
}

/* ---- what the server answers ---- */

static uint8_t answer[600];
static uint32_t answer_len;

static void put(uint8_t code, const void *value, uint8_t len)
{
	answer[answer_len++] = code;
	answer[answer_len++] = len;
	memcpy(answer + answer_len, value, len);
	answer_len += len;
}

static void put_u32(uint8_t code, uint32_t value)
{
	__be32 v = htonl(value);

	put(code, &v, 4);
}

/* An answer to the last message, without its end. */
static void begin_answer(uint8_t type)
{
	__be32 addr = htonl(LEASED_ADDR);

	memset(answer, 0, sizeof(answer));
	memcpy(answer, message(last()), 240);
	answer[0] = 2;
	memcpy(answer + 16, &addr, 4);
	answer_len = 240;
	put(53, &type, 1);
	put_u32(54, SERVER_ADDR);
}

static void finish_answer(void)
{
	answer[answer_len++] = 255;
	frame_udp_from(&f, broadcast_mac, SERVER_ADDR, 0xffffffff, 67, 68, answer, answer_len);
	inject_and_run(&f);
}

static void reply(uint8_t type)
{
	begin_answer(type);
	put_u32(51, LEASE_S);
	put_u32(1, 0xffffff00);
	put_u32(3, GATEWAY_ADDR);
	finish_answer();
}

static void lease(void)
{
	start();
	reply(OFFER);
	reply(ACK);
	ck_assert_int_eq(result, 0);
	forget_sent();
}

static struct net_ipv4_info info(void)
{
	struct net_ipv4_info i;

	net_ipv4_info(bench.dev, &i);
	return i;
}

START_TEST(discover_offer_request_ack_configures_the_device)
{
	const uint8_t *discover;

	start();
	expect_sent(1, DISCOVER);
	discover = message(0);
	ck_assert_uint_eq(sent_ip(0)->saddr, 0);
	ck_assert_uint_eq(sent_ip(0)->daddr, 0xffffffff);
	ck_assert_mem_eq(sent_eth(0)->h_dest, broadcast_mac, ETH_ALEN);
	ck_assert_uint_eq(discover[0], 1);
	ck_assert_uint_eq(get_unaligned_be16(discover + 10), 0x8000); /* answer by broadcast */
	ck_assert_mem_eq(discover + 28, bench.dev->dev_addr, ETH_ALEN);
	ck_assert_uint_ge(sent_payload(0) + get_unaligned_be16(sent_payload(0) + 4) - discover,
			  300);
	reply(OFFER);
	expect_sent(2, REQUEST);
	ck_assert_uint_eq(get_unaligned_be32(option(1, 50)), LEASED_ADDR);
	ck_assert_uint_eq(get_unaligned_be32(option(1, 54)), SERVER_ADDR);
	ck_assert_mem_eq(message(1) + 4, message(0) + 4, 4); /* the same transaction */
	ck_assert_int_eq(result, 1);			     /* still waiting */
	reply(ACK);
	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(info().addr, LEASED_ADDR);
	ck_assert_uint_eq(info().mask, 0xffffff00);
	ck_assert_uint_eq(info().gateway, GATEWAY_ADDR);
}
END_TEST

START_TEST(without_answers_it_retries_with_growing_jittered_delays)
{
	start();
	run_for(90 * HOST_SECOND);
	ck_assert_uint_ge(bench.sent_count, 5);
	for (unsigned int i = 0; i < 4; i++) {
		uint64_t gap = bench.sent[i + 1].time_ns - bench.sent[i].time_ns;

		ck_assert_uint_ge(gap, ((4ull << i) - 1) * HOST_SECOND);
		ck_assert_uint_le(gap, ((4ull << i) + 1) * HOST_SECOND);
		ck_assert_uint_ne(gap, (4ull << i) * HOST_SECOND);
	}
	run_for(20 * HOST_SECOND);
	ck_assert_int_eq(result, -ETIMEDOUT);
	ck_assert_uint_eq(info().addr, 0);
	forget_sent();
	run_for(200 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0); /* and gave up */
}
END_TEST

START_TEST(an_unanswered_request_starts_the_search_anew)
{
	start();
	reply(OFFER);
	run_for(80 * HOST_SECOND);
	ck_assert_uint_eq(option(last(), 53)[0], DISCOVER);
	ck_assert_mem_ne(message(last()) + 4, message(0) + 4, 4); /* a new transaction */
}
END_TEST

START_TEST(nak_starts_the_search_anew)
{
	start();
	reply(OFFER);
	reply(NAK);
	expect_sent(3, DISCOVER);
	ck_assert_int_eq(result, 1);
}
END_TEST

START_TEST(at_half_the_lease_it_renews_by_unicast)
{
	lease();
	run_for((LEASE_S / 2 - 10) * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0);
	frame_arp(&f, bench.dev->dev_addr, 1, SERVER_ADDR, peer_mac, LEASED_ADDR);
	inject_and_run(&f);
	forget_sent();
	run_for(11 * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(option(0, 53)[0], REQUEST);
	ck_assert_uint_eq(ntohl(sent_ip(0)->daddr), SERVER_ADDR);
	ck_assert_uint_eq(ntohl(sent_ip(0)->saddr), LEASED_ADDR);
	ck_assert_uint_eq(get_unaligned_be32(message(0) + 12), LEASED_ADDR); /* ciaddr */
	ck_assert_ptr_null(option(0, 50));
	ck_assert_ptr_null(option(0, 54));
	reply(ACK);
	forget_sent();
	run_for((LEASE_S / 2 - 20) * HOST_SECOND);
	for (unsigned int i = 0; i < bench.sent_count; i++)
		ck_assert_uint_eq(ntohs(sent_eth(i)->h_proto), ETH_P_ARP); /* no further request */
	ck_assert_uint_eq(info().addr, LEASED_ADDR);
}
END_TEST

START_TEST(a_lease_that_nobody_renews_is_given_up_at_its_end)
{
	lease();
	run_for((LEASE_S - 10) * HOST_SECOND);
	ck_assert_uint_eq(info().addr, LEASED_ADDR);
	run_for(20 * HOST_SECOND);
	ck_assert_uint_eq(info().addr, 0);
	ck_assert_uint_eq(option(last(), 53)[0], DISCOVER);
}
END_TEST

START_TEST(an_answer_to_another_is_ignored)
{
	start();
	begin_answer(OFFER);
	answer[4] ^= 1; /* transaction */
	finish_answer();
	begin_answer(OFFER);
	answer[28] ^= 1; /* client */
	finish_answer();
	begin_answer(OFFER);
	answer[236] ^= 1; /* cookie */
	finish_answer();
	begin_answer(OFFER);
	answer[0] = 1; /* not an answer */
	finish_answer();
	begin_answer(OFFER);
	memset(answer + 16, 0, 4); /* no address */
	finish_answer();
	reply(ACK); /* not asked for */
	ck_assert_uint_eq(bench.sent_count, 1);
	ck_assert_uint_eq(info().addr, 0);
}
END_TEST

START_TEST(truncated_and_overlong_options_do_no_harm)
{
	start();
	for (uint32_t cut = 0; cut < 270; cut++) {
		begin_answer(OFFER);
		put_u32(51, LEASE_S);
		if (cut > answer_len)
			break;
		frame_udp_from(&f, broadcast_mac, SERVER_ADDR, 0xffffffff, 67, 68, answer,
			       answer_len - cut);
		f.bytes[ETH_HLEN + 28 + 243] ^= cut % 3 ? 0 : 0xff; /* sometimes spoil a length */
		memset(f.bytes + 40, 0, 2);
		inject_and_run(&f);
		if (bench.sent_count > 1)
			break; /* enough of it was there to be an offer */
	}
	run_for(HOST_SECOND);
}
END_TEST

START_TEST(a_missing_mask_is_that_of_the_addresss_class)
{
	start();
	reply(OFFER);
	begin_answer(ACK);
	put_u32(51, LEASE_S);
	finish_answer();
	ck_assert_int_eq(result, 0);
	ck_assert_uint_eq(info().mask, 0xff000000);
}
END_TEST

START_TEST(configuring_by_hand_ends_the_client)
{
	lease();
	net_ipv4_configure(bench.dev, MY_ADDR, 24, 0);
	run_briefly();
	forget_sent();
	run_for(2 * LEASE_S * HOST_SECOND);
	ck_assert_uint_eq(bench.sent_count, 0);
	ck_assert_uint_eq(info().addr, MY_ADDR);
}
END_TEST

Suite *dhcp_suite(void)
{
	Suite *s = suite_create("dhcp");
	TCase *t = tcase_create("dhcp");

	tcase_add_checked_fixture(t, setup, bench_teardown);
	tcase_add_test(t, discover_offer_request_ack_configures_the_device);
	tcase_add_test(t, without_answers_it_retries_with_growing_jittered_delays);
	tcase_add_test(t, an_unanswered_request_starts_the_search_anew);
	tcase_add_test(t, nak_starts_the_search_anew);
	tcase_add_test(t, at_half_the_lease_it_renews_by_unicast);
	tcase_add_test(t, a_lease_that_nobody_renews_is_given_up_at_its_end);
	tcase_add_test(t, an_answer_to_another_is_ignored);
	tcase_add_test(t, truncated_and_overlong_options_do_no_harm);
	tcase_add_test(t, a_missing_mask_is_that_of_the_addresss_class);
	tcase_add_test(t, configuring_by_hand_ends_the_client);
	suite_add_tcase(s, t);
	return s;
}
