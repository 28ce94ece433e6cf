// SPDX-License-Identifier: MIT
/* Reset, NVM, PHY, address filters and link: fact sheet sections 2.1, 3 and 3.8. */
#include "e1000_internal.h"

#include <net/errno.h>

#define NVM_WORDS    64u
#define NVM_CHECKSUM 0xbabau

#define PHY_ADDRESS	1u
#define PHY_BMCR	0u
#define PHY_BMSR	1u
#define PHY_ID1		2u
#define PHY_ID2		3u
#define PHY_ID1_82574	0x0141u
#define PHY_ID2_82574	0x0cb1u
#define BMCR_AN_RESTART (1u << 9)
#define BMCR_POWER_DOWN (1u << 11)
#define BMCR_AN_ENABLE	(1u << 12)
#define BMSR_LINK	(1u << 2)
#define MDIC_OP_WRITE	1u
#define MDIC_OP_READ	2u

/* What RS_MAGIC reads: "RING". */
#define RS_MAGIC_RING 0x52494e47u

/* Receive share of the 40 KiB packet buffer; the other half holds a whole transmit piece. */
#define PBA_RX_KIB 20u

/* Waits until (reg & mask) == value; 0 or -ETIMEDOUT. */
static int wait_for(struct e1000_adapter *a, uint32_t reg, uint32_t mask, uint32_t value,
		    unsigned int tries, unsigned int step_us)
{
	while ((e1000_read(a, reg) & mask) != value) {
		if (!tries--)
			return -ETIMEDOUT;
		os_udelay(a->dev, step_us);
	}
	return 0;
}

/* 3.8. Afterwards no DMA is under way and every interrupt is masked. */
int e1000_hw_reset(struct e1000_adapter *a)
{
	uint32_t ctrl = e1000_read(a, E1000_CTRL);

	e1000_write(a, E1000_IMC, UINT32_MAX);
	e1000_write(a, E1000_RCTL, 0);
	e1000_write(a, E1000_TCTL, E1000_TCTL_PSP);
	e1000_write(a, E1000_CTRL, ctrl | E1000_CTRL_GIO_MASTER_DISABLE);
	if (wait_for(a, E1000_STATUS, E1000_STATUS_GIO_MASTER_EN, 0, 800, 100))
		os_log(a->dev, 4, "e1000: DMA does not end; resetting all the same");

	/* PBA survives the reset, but takes effect by it. */
	e1000_write(a, E1000_PBA, PBA_RX_KIB);
	e1000_write(a, E1000_CTRL, ctrl | E1000_CTRL_RST);
	if (wait_for(a, E1000_CTRL, E1000_CTRL_RST, 0, 100, 10) ||
	    wait_for(a, E1000_EECD, E1000_EECD_AUTO_RD, E1000_EECD_AUTO_RD, 20, 1000)) {
		os_log(a->dev, 3, "e1000: the card does not come out of reset");
		return -EIO;
	}
	e1000_write(a, E1000_IMC, UINT32_MAX);
	e1000_read(a, E1000_ICR);
	return 0;
}

static int nvm_read(struct e1000_adapter *a, uint32_t word, uint16_t *out)
{
	uint32_t eerd;

	e1000_write(a, E1000_EERD, word << E1000_EERD_ADDR_SHIFT | E1000_EERD_START);
	if (wait_for(a, E1000_EERD, E1000_EERD_DONE, E1000_EERD_DONE, 1000, 5))
		return -ETIMEDOUT;
	eerd = e1000_read(a, E1000_EERD);
	*out = (uint16_t)(eerd >> E1000_EERD_DATA_SHIFT);
	return 0;
}

/* 3.2: all words add up to 0xBABA. */
int e1000_hw_check_nvm(struct e1000_adapter *a)
{
	uint16_t sum = 0, value = 0;

	for (uint32_t word = 0; word < NVM_WORDS; word++) {
		int err = nvm_read(a, word, &value);

		if (err)
			return err;
		sum = (uint16_t)(sum + value);
	}
	if (sum == NVM_CHECKSUM)
		return 0;
	os_log(a->dev, 3, "e1000: NVM checksum is %04x, not %04x", sum, NVM_CHECKSUM);
	return -EIO;
}

int e1000_hw_read_mac(struct e1000_adapter *a)
{
	uint32_t low = e1000_read(a, E1000_RAL(0)), high = e1000_read(a, E1000_RAH(0));
	uint8_t *mac = a->netdev.dev_addr;

	for (unsigned int i = 0; i < ETH_ALEN; i++)
		mac[i] = (uint8_t)(i < 4 ? low >> 8 * i : high >> 8 * (i - 4));
	if ((high & E1000_RAH_AV) && !(mac[0] & 1) && (low || (high & E1000_RAH_ADDR)))
		return 0;
	os_log(a->dev, 3, "e1000: the card has no valid MAC address");
	return -EADDRNOTAVAIL;
}

/* 3.4, 3.6: the PHY is shared with firmware; EXTCNF_CTRL tells who has it. */
static int mdic_access(struct e1000_adapter *a, uint32_t command, uint16_t *out)
{
	uint32_t mdic = 0;
	int err;

	e1000_write(a, E1000_EXTCNF_CTRL,
		    e1000_read(a, E1000_EXTCNF_CTRL) | E1000_EXTCNF_CTRL_MDIO_SW_OWNERSHIP);
	err = wait_for(a, E1000_EXTCNF_CTRL, E1000_EXTCNF_CTRL_MDIO_SW_OWNERSHIP,
		       E1000_EXTCNF_CTRL_MDIO_SW_OWNERSHIP, 10, 2000);
	if (!err) {
		e1000_write(a, E1000_MDIC, command | PHY_ADDRESS << E1000_MDIC_PHY_SHIFT);
		err = wait_for(a, E1000_MDIC, E1000_MDIC_READY, E1000_MDIC_READY, 1920, 50);
		mdic = e1000_read(a, E1000_MDIC);
	}
	e1000_write(a, E1000_EXTCNF_CTRL,
		    e1000_read(a, E1000_EXTCNF_CTRL) & ~E1000_EXTCNF_CTRL_MDIO_SW_OWNERSHIP);
	if (err)
		return err;
	if ((mdic & E1000_MDIC_ERROR) || ((mdic ^ command) & E1000_MDIC_REG))
		return -EIO;
	*out = (uint16_t)mdic;
	return 0;
}

static int phy_read(struct e1000_adapter *a, uint32_t reg, uint16_t *out)
{
	return mdic_access(a, reg << E1000_MDIC_REG_SHIFT | MDIC_OP_READ << E1000_MDIC_OP_SHIFT,
			   out);
}

static int phy_write(struct e1000_adapter *a, uint32_t reg, uint16_t value)
{
	uint16_t ignored;

	return mdic_access(
		a, reg << E1000_MDIC_REG_SHIFT | MDIC_OP_WRITE << E1000_MDIC_OP_SHIFT | value,
		&ignored);
}

int e1000_hw_check_phy(struct e1000_adapter *a)
{
	uint16_t id1 = 0, id2 = 0;
	int err = phy_read(a, PHY_ID1, &id1);

	if (!err)
		err = phy_read(a, PHY_ID2, &id2);
	if (err || id1 != PHY_ID1_82574 || id2 != PHY_ID2_82574) {
		os_log(a->dev, 3, "e1000: PHY %04x:%04x (%d) is not the 82574's", id1, id2, err);
		return err ? err : -ENODEV;
	}
	return 0;
}

/* Auto-negotiation is restarted only where it neither led to a link nor runs: it costs the link. */
static int link_setup(struct e1000_adapter *a)
{
	uint32_t ctrl = e1000_read(a, E1000_CTRL);
	uint16_t bmcr = 0, bmsr = 0;
	int err;

	ctrl &= ~(E1000_CTRL_FRCSPD | E1000_CTRL_FRCDPX | E1000_CTRL_RFCE | E1000_CTRL_TFCE |
		  E1000_CTRL_GIO_MASTER_DISABLE);
	e1000_write(a, E1000_CTRL, ctrl | E1000_CTRL_SLU);
	err = phy_read(a, PHY_BMCR, &bmcr);
	if (!err)
		err = phy_read(a, PHY_BMSR, &bmsr); /* latched low: the second read is now */
	if (!err)
		err = phy_read(a, PHY_BMSR, &bmsr);
	if (err)
		return err;
	if ((bmcr & BMCR_AN_ENABLE) && !(bmcr & BMCR_POWER_DOWN))
		return 0;
	bmcr = (uint16_t)((bmcr & ~BMCR_POWER_DOWN) | BMCR_AN_ENABLE);
	return phy_write(a, PHY_BMCR, bmsr & BMSR_LINK ? bmcr : (uint16_t)(bmcr | BMCR_AN_RESTART));
}

static void address_filters(struct e1000_adapter *a)
{
	const uint8_t *mac = a->netdev.dev_addr;

	e1000_write(a, E1000_RAL(0),
		    (uint32_t)mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 |
			    (uint32_t)mac[3] << 24);
	e1000_write(a, E1000_RAH(0), (uint32_t)mac[4] | (uint32_t)mac[5] << 8 | E1000_RAH_AV);
	for (uint32_t i = 1; i < E1000_RAL_COUNT; i++)
		e1000_write(a, E1000_RAH(i), 0);
	for (uint32_t i = 0; i < E1000_MTA_COUNT; i++)
		e1000_write(a, E1000_MTA(i), 0);
}

int e1000_hw_init(struct e1000_adapter *a)
{
	e1000_write(a, E1000_CTRL_EXT, e1000_read(a, E1000_CTRL_EXT) | E1000_CTRL_EXT_DRV_LOAD);
	address_filters(a);
	return link_setup(a);
}

/* Ringside's own register block (other cards read 0 there) says what the card was built with. */
uint32_t e1000_hw_missing_features(struct e1000_adapter *a)
{
	uint32_t has, missing = 0;

	if (e1000_read(a, E1000_RS_MAGIC) != RS_MAGIC_RING)
		return 0;
	has = e1000_read(a, E1000_RS_FEATURES);
	if (!(has & E1000_RS_FEATURES_TSO))
		missing |= NETIF_F_TSO | NETIF_F_TSO6;
	if (!(has & E1000_RS_FEATURES_TX_CSUM))
		missing |= NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6;
	if (!(has & E1000_RS_FEATURES_RX_CSUM))
		missing |= NETIF_F_RXCSUM;
	return missing;
}
