/* SPDX-License-Identifier: MIT */
/*
 * Register offsets and bits of the reference card, typed in from the 82574L fact sheet (sections 2
 * to 7) and on purpose not taken from the generated header: two independent readings of one table
 * show each other's mistakes.
 */
#ifndef RINGSIDE_REF_OFFSETS_H
#define RINGSIDE_REF_OFFSETS_H

#include <cstdint>

namespace ringside::ref
{

using time_ns = std::uint64_t;
constexpr time_ns never = UINT64_MAX;

constexpr std::uint32_t bit(unsigned int n)
{
	return std::uint32_t{1} << n;
}

/* Offsets in BAR0. */
namespace reg
{
constexpr std::uint32_t queue_stride = 0x100; /* from a register of queue 0 to that of queue 1 */
constexpr std::uint32_t ctrl = 0x00000, ctrl_dup = 0x00004, status = 0x00008, eecd = 0x00010;
constexpr std::uint32_t eerd = 0x00014, ctrl_ext = 0x00018, fla = 0x0001c, mdic = 0x00020;
constexpr std::uint32_t icr = 0x000c0, itr = 0x000c4, ics = 0x000c8, ims = 0x000d0, imc = 0x000d8;
constexpr std::uint32_t eiac = 0x000dc, iam = 0x000e0, ivar = 0x000e4, eitr0 = 0x000e8;
constexpr std::uint32_t fcal = 0x00028, fcah = 0x0002c, fct = 0x00030, fcttv = 0x00170;
constexpr std::uint32_t fcrtl = 0x02160, fcrth = 0x02168, fcrtv = 0x05f40;
constexpr std::uint32_t vet = 0x00038, rctl = 0x00100, tctl = 0x00400, vfta = 0x05600;
constexpr std::uint32_t pba = 0x01000, pbs = 0x01008, eewr = 0x0102c;
constexpr std::uint32_t rsrpd = 0x02c00, raid = 0x02c08, psrctl = 0x02170, mrqc = 0x05818,
			reta = 0x05c00, rssrk = 0x05c80;
constexpr std::uint32_t rdbal0 = 0x02800, rdbah0 = 0x02804, rdlen0 = 0x02808, rdh0 = 0x02810;
constexpr std::uint32_t rdbal1 = 0x02900, rdbah1 = 0x02904, rdlen1 = 0x02908, rdh1 = 0x02910;
constexpr std::uint32_t rdt0 = 0x02818, rdtr = 0x02820, rxdctl0 = 0x02828, radv = 0x0282c;
constexpr std::uint32_t rxdctl1 = 0x02928;
constexpr std::uint32_t tdbal0 = 0x03800, tdbah0 = 0x03804, tdlen0 = 0x03808, tdh0 = 0x03810;
constexpr std::uint32_t tdbal1 = 0x03900, tdbah1 = 0x03904, tdlen1 = 0x03908, tdh1 = 0x03910;
constexpr std::uint32_t tdt0 = 0x03818, tidv = 0x03820, tadv = 0x0382c, tarc0 = 0x03840;
constexpr std::uint32_t stats_first = 0x04000, stats_end = 0x04128;
constexpr std::uint32_t rxcsum = 0x05000, rfctl = 0x05008, mta = 0x05200, ral0 = 0x05400;
constexpr std::uint32_t txdctl0 = 0x03828, rah0 = 0x05404, wus = 0x05810, swsm = 0x05b50,
			pbaclr = 0x05b68;
constexpr std::uint32_t systiml = 0x0b600, systimh = 0x0b604, timinca = 0x0b608;
constexpr std::uint32_t timadjl = 0x0b60c, timadjh = 0x0b610, tsynctxctl = 0x0b614;
constexpr std::uint32_t txstmpl = 0x0b618, txstmph = 0x0b61c, tsyncrxctl = 0x0b620;
constexpr std::uint32_t rxstmpl = 0x0b624, rxstmph = 0x0b628, rxsatrl = 0x0b62c;
constexpr std::uint32_t rxsatrh = 0x0b630, rxmtrl = 0x0b634, rxudp = 0x0b638;
constexpr std::uint32_t ringside_magic = 0x1c000, ringside_version = 0x1c004;
constexpr std::uint32_t ringside_features = 0x1c008, time_ctrl = 0x1c010, time_use = 0x1c040;
constexpr std::uint32_t wupl = 0x05900, wupm = 0x05a00;
constexpr std::uint32_t window_bytes = 0x20000;
} // namespace reg

/* Bits of CTRL, STATUS, CTRL_EXT (2.1a - 2.1c). */
constexpr std::uint32_t ctrl_fd = bit(0), ctrl_gio_master_disable = bit(2), ctrl_slu = bit(6);
constexpr std::uint32_t ctrl_frcspd = bit(11), ctrl_frcdpx = bit(12), ctrl_rst = bit(26);
constexpr std::uint32_t ctrl_rfce = bit(27), ctrl_tfce = bit(28), ctrl_vme = bit(30),
			ctrl_phy_rst = bit(31);
constexpr std::uint32_t status_fd = bit(0), status_lu = bit(1), status_asdv_1000 = 2u << 8;
constexpr std::uint32_t status_txoff = bit(4), fcrtl_xone = bit(31);
constexpr std::uint32_t status_phyra = bit(10), status_gio_master_en = bit(19);
constexpr std::uint32_t ctrl_ext_timers_clear = bit(29), ctrl_ext_ee_rst = bit(13);
constexpr std::uint32_t ctrl_ext_spd_byps = bit(15), ctrl_ext_iame = bit(27);
constexpr std::uint32_t ctrl_ext_pba_clr = bit(31);

/* Interrupt causes (6.1). */
constexpr std::uint32_t cause_txdw = bit(0), cause_txqe = bit(1), cause_lsc = bit(2);
constexpr std::uint32_t cause_rxdmt0 = bit(4), cause_rxo = bit(6), cause_rxt0 = bit(7);
constexpr std::uint32_t cause_mdac = bit(9), cause_txd_low = bit(15), cause_srpd = bit(16),
			cause_ack = bit(17);
constexpr std::uint32_t cause_mng = bit(18), cause_rxq0 = bit(20), cause_rxq1 = bit(21);
constexpr std::uint32_t cause_txq0 = bit(22), cause_txq1 = bit(23), cause_other = bit(24);
constexpr std::uint32_t cause_asserted = bit(31);

/* RCTL (5.1), TCTL (4.1), RXCSUM (5.4), RFCTL (5.3). */
constexpr std::uint32_t rctl_en = bit(1), rctl_sbp = bit(2), rctl_upe = bit(3), rctl_mpe = bit(4);
constexpr std::uint32_t rctl_lbm = 3u << 6, rctl_lbm_mac = 1u << 6;
constexpr std::uint32_t rctl_lpe = bit(5), rctl_bam = bit(15), rctl_bsex = bit(25);
constexpr std::uint32_t rctl_vfe = bit(18), rctl_cfien = bit(19), rctl_cfi = bit(20);
constexpr std::uint32_t rctl_dpf = bit(22), rctl_pmcf = bit(23), rctl_secrc = bit(26);
constexpr std::uint32_t tctl_en = bit(1), tctl_psp = bit(3), tctl_swxoff = bit(22),
			tarc_enable = bit(10);
constexpr std::uint32_t rxcsum_ipofl = bit(8), rxcsum_tuofl = bit(9);
constexpr std::uint32_t rxcsum_pcss = 0xff, rxcsum_ippcse = bit(12), rxcsum_pcsd = bit(13);
constexpr std::uint32_t rfctl_ipv6_dis = bit(10), rfctl_ipv6_xsum_dis = bit(11);
constexpr std::uint32_t rfctl_ack_dis = bit(12), rfctl_ack_data_dis = bit(13);
constexpr std::uint32_t rfctl_ipfrsp_dis = bit(14), rfctl_exten = bit(15),
			rfctl_ipv6_ex_dis = bit(16);
constexpr std::uint32_t rfctl_new_ipv6_ext_dis = bit(17);
constexpr std::uint32_t rah_av = bit(31);
constexpr std::uint32_t ivar_tx_every_writeback = bit(31);
constexpr std::uint32_t delay_flush = bit(31); /* FPD of TIDV and RDTR */

/* The feature word at reg::ringside_features, and the straps behind it. */
constexpr std::uint32_t feature_tso = bit(0), feature_tx_csum = bit(1), feature_rx_csum = bit(2);
constexpr std::uint32_t feature_moderation = bit(3), feature_queues = bit(4);
constexpr std::uint32_t feature_vlan = bit(5), feature_rss = bit(6), feature_split = bit(7);
constexpr std::uint32_t feature_loopback = bit(8), feature_stats = bit(9), feature_ptp = bit(10);
constexpr std::uint32_t feature_pause = bit(11), feature_detect = bit(12);
constexpr std::uint32_t feature_packet_csum = bit(13);
/* What this card has. */
constexpr std::uint32_t features_built =
	feature_tso | feature_tx_csum | feature_rx_csum | feature_moderation | feature_queues |
	feature_vlan | feature_rss | feature_split | feature_loopback | feature_stats |
	feature_detect | feature_packet_csum | feature_ptp | feature_pause;

} // namespace ringside::ref

#endif
