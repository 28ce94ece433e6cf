// SPDX-License-Identifier: MIT
/* The device layer's way out: queueing, batching, features, watchdog. */
#include "stack_test.h"
#include <net/errno.h>

#define XMITS_MAX 4096

/* A driver that notes what it is asked. */
static struct {
	struct net_device dev;
	unsigned int xmits, timeouts, stop_after;
	bool more[XMITS_MAX];
	struct sk_buff *kept[XMITS_MAX];
	uint32_t features;
} d;

static enum netdev_tx xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	ck_assert_uint_lt(d.xmits, XMITS_MAX);
	d.more[d.xmits] = more;
	d.kept[d.xmits++] = skb;
	if (d.stop_after && d.xmits == d.stop_after)
		netif_stop_queue(dev);
	return NETDEV_TX_OK;
}

static void tx_timeout(struct net_device *dev)
{
	d.timeouts++;
	d.stop_after = 0;
	netif_wake_queue(dev);
}

static int set_features(struct net_device *dev, uint32_t features)
{
	(void)dev;
	d.features = features;
	return 0;
}

static const struct net_device_ops ops = {
	.xmit = xmit, .tx_timeout = tx_timeout, .set_features = set_features};

static void setup(void)
{
	bench_setup();
	memset(&d, 0, sizeof(d));
	d.dev.ops = &ops;
	d.dev.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	d.dev.carrier = true;
	ck_assert_int_eq(register_netdev(bench.net, &d.dev), 0);
	ck_assert_int_eq(dev_open(&d.dev), 0);
}

static void teardown(void)
{
	for (unsigned int i = 0; i < d.xmits; i++)
		consume_skb(d.kept[i]);
	unregister_netdev(&d.dev);
	bench_teardown();
}

static int send(uint32_t frag_bytes)
{
	struct sk_buff *skb = alloc_skb(bench.net, 64);
	int err;

	skb_put(skb, 60);
	if (frag_bytes)
		skb_add_frag(skb, skb_data_alloc(bench.net->port, frag_bytes), 0, frag_bytes);
	skb->dev = &d.dev;
	local_bh_disable(bench.net);
	err = dev_queue_xmit(skb);
	local_bh_enable(bench.net);
	return err;
}

START_TEST(a_packet_goes_straight_to_the_driver)
{
	ck_assert_int_eq(send(0), 0);
	ck_assert_uint_eq(d.xmits, 1);
	ck_assert(!d.more[0]);
	ck_assert_uint_eq(d.dev.stats.tx_packets, 1);
	ck_assert_uint_eq(d.dev.stats.tx_bytes, 60);
}
END_TEST

START_TEST(a_stopped_queue_holds_packets_until_it_wakes)
{
	d.stop_after = 2;
	for (unsigned int i = 0; i < 5; i++)
		ck_assert_int_eq(send(0), 0);
	ck_assert_uint_eq(d.xmits, 2);
	local_bh_disable(bench.net);
	netif_wake_queue(&d.dev);
	ck_assert_uint_eq(d.xmits, 2); /* in the soft interrupt, not here */
	local_bh_enable(bench.net);
	ck_assert_uint_eq(d.xmits, 5);
	ck_assert(d.more[2] && d.more[3] && !d.more[4]);
}
END_TEST

START_TEST(the_queue_is_bounded)
{
	d.dev.tx_queue_len = 10;
	netif_stop_queue(&d.dev);
	for (unsigned int i = 0; i < 10; i++)
		ck_assert_int_eq(send(0), 0);
	ck_assert_int_eq(send(0), -ENOBUFS);
	ck_assert_uint_eq(drops(SKB_DROP_QdiscFull), 1);
	ck_assert_uint_eq(d.dev.stats.tx_dropped, 1);
}
END_TEST

START_TEST(a_queue_of_no_length_takes_nothing)
{
	d.dev.tx_queue_len =
		0; /* as "tc qdisc replace ... pfifo limit 0" on Linux: also to an idle card */
	ck_assert_int_eq(send(0), -ENOBUFS);
	ck_assert_uint_eq(d.xmits, 0);
	ck_assert_uint_eq(drops(SKB_DROP_QdiscFull), 1);
}
END_TEST

START_TEST(a_batch_rings_the_doorbell_once)
{
	local_bh_disable(bench.net);
	net_xmit_batch_begin(bench.net);
	for (unsigned int i = 0; i < 8; i++)
		send(0);
	ck_assert_uint_eq(d.xmits, 0);
	net_xmit_batch_end(bench.net);
	local_bh_enable(bench.net);
	ck_assert_uint_eq(d.xmits, 8);
	for (unsigned int i = 0; i < 7; i++)
		ck_assert(d.more[i]);
	ck_assert(!d.more[7]);
}
END_TEST

START_TEST(without_scatter_gather_packets_are_made_linear)
{
	dev_set_features(&d.dev, NETIF_F_HW_CSUM);
	send(500);
	ck_assert_uint_eq(d.kept[0]->nr_frags, 0);
	ck_assert_uint_eq(d.kept[0]->len, 560);
	dev_set_features(&d.dev, NETIF_F_SG);
	send(500);
	ck_assert_uint_eq(d.kept[1]->nr_frags, 1);
}
END_TEST

START_TEST(features_depend_on_each_other_and_on_the_hardware)
{
	ck_assert_int_eq(dev_set_features(&d.dev, NETIF_F_RXCSUM), -EINVAL);
	ck_assert_int_eq(dev_set_features(&d.dev, NETIF_F_SG | NETIF_F_TSO | NETIF_F_GRO), 0);
	ck_assert_uint_eq(d.dev.features, NETIF_F_SG | NETIF_F_GRO); /* no TSO without checksums */
	ck_assert_uint_eq(d.features, NETIF_F_SG);
}
END_TEST

START_TEST(a_down_device_or_one_without_carrier_drops)
{
	netif_carrier_off(&d.dev);
	ck_assert_int_eq(send(0), -ENOBUFS);
	netif_carrier_on(&d.dev);
	dev_close(&d.dev);
	ck_assert_int_eq(send(0), -ENOBUFS);
	ck_assert_uint_eq(drops(SKB_DROP_DeviceDown), 2);
	ck_assert_uint_eq(d.xmits, 0);
}
END_TEST

static void stop_queue_task(void *arg)
{
	(void)arg;
	d.stop_after = 1;
	send(0);
	send(0);
}

START_TEST(a_queue_stopped_for_five_seconds_is_reset_by_the_watchdog)
{
	host_spawn(bench.host, "sender", stop_queue_task, NULL);
	run_for(4900 * HOST_MS);
	ck_assert_uint_eq(d.timeouts, 0);
	run_for(200 * HOST_MS);
	ck_assert_uint_eq(d.timeouts, 1);
	ck_assert_uint_eq(d.dev.stats.tx_timeouts, 1);
	ck_assert_uint_eq(d.xmits, 2); /* what waited was sent */
	run_for(60 * HOST_SECOND);
	ck_assert_uint_eq(d.timeouts, 1);
}
END_TEST

static void stop_and_wake_task(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < 20; i++) {
		d.stop_after = d.xmits + 1;
		send(0);
		host_sleep(bench.host, HOST_SECOND);
		local_bh_disable(bench.net);
		netif_wake_queue(&d.dev);
		local_bh_enable(bench.net);
	}
}

START_TEST(a_queue_that_wakes_in_time_is_left_alone)
{
	host_spawn(bench.host, "sender", stop_and_wake_task, NULL);
	run_for(60 * HOST_SECOND);
	ck_assert_uint_eq(d.xmits, 20);
	ck_assert_uint_eq(d.timeouts, 0);
}
END_TEST

START_TEST(received_frames_are_counted)
{
	static struct frame f;

	frame_udp(&f, 1, 9, "x", 1);
	inject_and_run(&f);
	ck_assert_uint_eq(bench.dev->stats.rx_packets, 1);
	ck_assert_uint_eq(bench.dev->stats.rx_bytes, f.len);
	ck_assert_uint_eq(bench.net->mib[MIB_SoftnetProcessed], 1);
}
END_TEST

Suite *netdev_suite(void)
{
	Suite *s = suite_create("netdev");
	TCase *t = tcase_create("netdev");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, a_packet_goes_straight_to_the_driver);
	tcase_add_test(t, a_stopped_queue_holds_packets_until_it_wakes);
	tcase_add_test(t, the_queue_is_bounded);
	tcase_add_test(t, a_queue_of_no_length_takes_nothing);
	tcase_add_test(t, a_batch_rings_the_doorbell_once);
	tcase_add_test(t, without_scatter_gather_packets_are_made_linear);
	tcase_add_test(t, features_depend_on_each_other_and_on_the_hardware);
	tcase_add_test(t, a_down_device_or_one_without_carrier_drops);
	tcase_add_test(t, a_queue_stopped_for_five_seconds_is_reset_by_the_watchdog);
	tcase_add_test(t, a_queue_that_wakes_in_time_is_left_alone);
	tcase_add_test(t, received_frames_are_counted);
	suite_add_tcase(s, t);
	return s;
}
