// SPDX-License-Identifier: MIT
/* Which cards the driver takes, and that it leaves nothing behind of those it does not. */
#include "suites.h"

#include <net/errno.h>

static int probe_error;
static const struct e1000_options *probe_options;

static void probe_body(void)
{
	struct net_device *netdev;

	probe_error = e1000_probe(&fixture.card, fixture.net, probe_options, &netdev);
	if (!probe_error)
		e1000_remove(netdev);
}

static int probe_with(const struct e1000_options *options)
{
	probe_options = options;
	in_task(probe_body);
	ck_assert_uint_eq(fixture.card.dma_blocks, 0);
	ck_assert_uint_eq(host_memory_bytes(fixture.host), fixture.memory_before);
	return probe_error;
}

START_TEST(takes_a_good_card)
{
	ck_assert_int_eq(probe_with(NULL), 0);
}
END_TEST

START_TEST(reads_the_address_that_the_card_loaded)
{
	static const uint8_t mac[ETH_ALEN] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

	fixture_open(&(struct e1000_options){0});
	ck_assert_mem_eq(fixture.netdev->dev_addr, mac, ETH_ALEN);
}
END_TEST

START_TEST(refuses_a_wrong_nvm_checksum)
{
	fixture.card.nvm[7] ^= 1;
	ck_assert_int_eq(probe_with(NULL), -EIO);
}
END_TEST

START_TEST(refuses_a_foreign_phy)
{
	fixture.card.phy[3] = 0x0cb2;
	ck_assert_int_eq(probe_with(NULL), -ENODEV);
}
END_TEST

START_TEST(refuses_a_card_without_address)
{
	fixture.card.regs[E1000_RAH(0) / 4] &= ~E1000_RAH_AV;
	ck_assert_int_eq(probe_with(NULL), -EADDRNOTAVAIL);
}
END_TEST

START_TEST(refuses_a_multicast_address)
{
	fixture.card.regs[E1000_RAL(0) / 4] |= 1;
	ck_assert_int_eq(probe_with(NULL), -EADDRNOTAVAIL);
}
END_TEST

START_TEST(gives_up_on_a_card_that_stays_in_reset)
{
	fixture.card.stays_in_reset = true;
	ck_assert_int_eq(probe_with(NULL), -EIO);
}
END_TEST

static const struct {
	uint32_t count;
	int error;
} ring_sizes[] = {{0, 0}, {32, 0}, {4096, 0}, {24, -EINVAL}, {100, -EINVAL}, {8192, -EINVAL}};

START_TEST(checks_the_size_of_rings)
{
	const struct e1000_options tx = {.tx_descriptors = ring_sizes[_i].count};
	const struct e1000_options rx = {.rx_descriptors = ring_sizes[_i].count};

	ck_assert_int_eq(probe_with(&tx), ring_sizes[_i].error);
	ck_assert_int_eq(probe_with(&rx), ring_sizes[_i].error);
}
END_TEST

START_TEST(offers_only_what_a_ringside_card_was_built_with)
{
	fixture.card.regs[E1000_RS_MAGIC / 4] = 0x52494e47;
	fixture.card.regs[E1000_RS_FEATURES / 4] = E1000_RS_FEATURES_TX_CSUM;
	fixture_open(&(struct e1000_options){0});
	ck_assert_uint_eq(fixture.netdev->hw_features, NETIF_F_SG | NETIF_F_HW_CSUM);
}
END_TEST

START_TEST(offers_what_options_leave)
{
	fixture_open(&(struct e1000_options){.no_tso = true, .no_rx_csum = true});
	ck_assert_uint_eq(fixture.netdev->hw_features, NETIF_F_SG | NETIF_F_HW_CSUM);
}
END_TEST

static void open_fails_body(void)
{
	ck_assert_int_eq(e1000_probe(&fixture.card, fixture.net, NULL, &fixture.netdev), 0);
	host_fail_alloc_after(fixture.host, 1);
	ck_assert_int_eq(dev_open(fixture.netdev), -ENOMEM);
	host_fail_alloc_after(fixture.host, UINT64_MAX);
	ck_assert_uint_eq(fixture.card.dma_blocks, 0);
	ck_assert_int_eq(dev_open(fixture.netdev), 0);
}

START_TEST(open_without_memory_fails_cleanly_and_can_be_repeated)
{
	in_task(open_fails_body);
}
END_TEST

Suite *probe_suite(void)
{
	Suite *s = suite_create("probe");
	TCase *c = tcase_create("probe");

	tcase_add_checked_fixture(c, fixture_setup, fixture_teardown);
	tcase_add_test(c, takes_a_good_card);
	tcase_add_test(c, reads_the_address_that_the_card_loaded);
	tcase_add_test(c, refuses_a_wrong_nvm_checksum);
	tcase_add_test(c, refuses_a_foreign_phy);
	tcase_add_test(c, refuses_a_card_without_address);
	tcase_add_test(c, refuses_a_multicast_address);
	tcase_add_test(c, gives_up_on_a_card_that_stays_in_reset);
	tcase_add_loop_test(c, checks_the_size_of_rings, 0,
			    sizeof(ring_sizes) / sizeof(ring_sizes[0]));
	tcase_add_test(c, offers_only_what_a_ringside_card_was_built_with);
	tcase_add_test(c, offers_what_options_leave);
	tcase_add_test(c, open_without_memory_fails_cleanly_and_can_be_repeated);
	suite_add_tcase(s, c);
	return s;
}
