/* SPDX-License-Identifier: MIT */
/*
 * Registers and bits that the card suite uses, from the 82574L fact sheet. On purpose not the
 * generated header: a mistake in the register description must fail here.
 */
#ifndef TESTS_CARD_REGS_H
#define TESTS_CARD_REGS_H

#include <stdint.h>

#define BIT(n) (UINT32_C(1) << (n))

enum {
	CTRL = 0x0000,
	STATUS = 0x0008,
	EECD = 0x0010,
	EERD = 0x0014,
	CTRL_EXT = 0x0018,
	FLA = 0x001c,
	MDIC = 0x0020,
	VET = 0x0038,
	ICR = 0x00c0,
	ITR = 0x00c4,
	ICS = 0x00c8,
	IMS = 0x00d0,
	IMC = 0x00d8,
	EIAC = 0x00dc,
	IAM = 0x00e0,
	IVAR = 0x00e4,
	EITR0 = 0x00e8,
	RCTL = 0x0100,
	TCTL = 0x0400,
	TIPG = 0x0410,
	LEDCTL = 0x0e00,
	EXTCNF_CTRL = 0x0f00,
	PBA = 0x1000,
	PBS = 0x1008,
	EEWR = 0x102c,
	PSRCTL = 0x2170,
	RDBAL = 0x2800,
	RDBAH = 0x2804,
	RDLEN = 0x2808,
	RDH = 0x2810,
	RDT = 0x2818,
	RDTR = 0x2820,
	RXDCTL = 0x2828,
	RADV = 0x282c,
	TDBAL = 0x3800,
	TDBAH = 0x3804,
	TDLEN = 0x3808,
	TDH = 0x3810,
	TDT = 0x3818,
	TIDV = 0x3820,
	TXDCTL = 0x3828,
	TADV = 0x382c,
	TARC0 = 0x3840,
	CRCERRS = 0x4000,
	MPC = 0x4010,
	RLEC = 0x4040,
	PRC64 = 0x405c,
	GPRC = 0x4074,
	BPRC = 0x4078,
	MPRC = 0x407c,
	GPTC = 0x4080,
	GORCL = 0x4088,
	GORCH = 0x408c,
	GOTCL = 0x4090,
	GOTCH = 0x4094,
	RNBC = 0x40a0,
	RUC = 0x40a4,
	RFC = 0x40a8,
	ROC = 0x40ac,
	RJC = 0x40b0,
	TORL = 0x40c0,
	TORH = 0x40c4,
	TOTL = 0x40c8,
	TOTH = 0x40cc,
	TPR = 0x40d0,
	TPT = 0x40d4,
	PTC64 = 0x40d8,
	MPTC = 0x40f0,
	BPTC = 0x40f4,
	TSCTC = 0x40f8,
	TSCTFC = 0x40fc,
	ICTXQMTC = 0x411c,
	RXCSUM = 0x5000,
	RFCTL = 0x5008,
	MTA = 0x5200,
	VFTA = 0x5600,
	MRQC = 0x5818,
	RETA = 0x5c00,
	RSSRK = 0x5c80,
	RAL0 = 0x5400,
	RAH0 = 0x5404,
	MANC = 0x5820,
	GCR = 0x5b00,
	SWSM = 0x5b50,
	FWSM = 0x5b54,
	SYSTIML = 0xb600,
	SYSTIMH = 0xb604,
	TIMINCA = 0xb608,
	TSYNCTXCTL = 0xb614,
	TXSTMPL = 0xb618,
	TXSTMPH = 0xb61c,
	TSYNCRXCTL = 0xb620,
	RXSTMPL = 0xb624,
	RXSTMPH = 0xb628,
	RXSATRL = 0xb62c,
	RXSATRH = 0xb630,
	RXMTRL = 0xb634,
	RXUDP = 0xb638,
	RINGSIDE_MAGIC = 0x1c000,
	RINGSIDE_VERSION = 0x1c004,
	RINGSIDE_FEATURES = 0x1c008,
	TIME_CTRL = 0x1c010,
	TIME_USE = 0x1c040,

	/* flow control (annex 31B of IEEE 802.3) */
	FCAL = 0x0028,
	FCAH = 0x002c,
	FCT = 0x0030,
	FCTTV = 0x0170,
	FCRTL = 0x2160,
	FCRTH = 0x2168,
	XONRXC = 0x4048,
	XONTXC = 0x404c,
	XOFFRXC = 0x4050,
	XOFFTXC = 0x4054,
	FCRUC = 0x4058,
};

/* RINGSIDE_FEATURES */
#define FEATURE_TSO	    BIT(0)
#define FEATURE_TX_CSUM	    BIT(1)
#define FEATURE_RX_CSUM	    BIT(2)
#define FEATURE_MODERATION  BIT(3)
#define FEATURE_QUEUES	    BIT(4)
#define FEATURE_VLAN	    BIT(5)
#define FEATURE_RSS	    BIT(6)
#define FEATURE_SPLIT	    BIT(7)
#define FEATURE_LOOPBACK    BIT(8)
#define FEATURE_STATS	    BIT(9)
#define FEATURE_PTP	    BIT(10)
#define FEATURE_PAUSE	    BIT(11)
#define FEATURE_DETECT	    BIT(12)
#define FEATURE_PACKET_CSUM BIT(13)
#define FEATURES_ALL	    (BIT(14) - 1)

/* A ring register of queue 0 as that of queue 0 or 1. */
#define QUEUE(reg, queue) ((reg) + 0x100 * (queue))

#define CTRL_GIO_MASTER_DISABLE BIT(2)
#define CTRL_SLU		BIT(6)
#define CTRL_RST		BIT(26)
#define CTRL_RFCE		BIT(27)
#define CTRL_TFCE		BIT(28)
#define CTRL_VME		BIT(30)
#define STATUS_LU		BIT(1)
#define STATUS_GIO_MASTER_EN	BIT(19)
#define CTRL_EXT_IAME		BIT(27)
#define CTRL_EXT_PBA_CLR	BIT(31)

#define CAUSE_TXDW     BIT(0)
#define CAUSE_TXQE     BIT(1)
#define CAUSE_LSC      BIT(2)
#define CAUSE_RXSEQ    BIT(3)
#define CAUSE_RXDMT0   BIT(4)
#define CAUSE_RXO      BIT(6)
#define CAUSE_RXT0     BIT(7)
#define CAUSE_MDAC     BIT(9)
#define CAUSE_RXQ0     BIT(20)
#define CAUSE_RXQ1     BIT(21)
#define CAUSE_TXQ0     BIT(22)
#define CAUSE_TXQ1     BIT(23)
#define CAUSE_OTHER    BIT(24)
#define CAUSE_ASSERTED BIT(31)

#define FCRTL_XONE BIT(31)

#define RCTL_SBP	 BIT(2)
#define RCTL_EN		 BIT(1)
#define RCTL_UPE	 BIT(3)
#define RCTL_MPE	 BIT(4)
#define RCTL_LPE	 BIT(5)
#define RCTL_BAM	 BIT(15)
#define RCTL_BSIZE(code) ((uint32_t)(code) << 16)
#define RCTL_VFE	 BIT(18)
#define RCTL_CFIEN	 BIT(19)
#define RCTL_CFI	 BIT(20)
#define RCTL_DPF	 BIT(22)
#define RCTL_PMCF	 BIT(23)
#define RCTL_BSEX	 BIT(25)
#define RCTL_SECRC	 BIT(26)
#define RCTL_FLXBUF(kib) ((uint32_t)(kib) << 27)
#define TCTL_EN		 BIT(1)
#define TCTL_PSP	 BIT(3)
#define RFCTL_EXTEN	 BIT(15)
#define RXCSUM_IPOFL	 BIT(8)
#define RXCSUM_TUOFL	 BIT(9)
#define RXCSUM_IPPCSE	 BIT(12)
#define RXCSUM_PCSD	 BIT(13)
#define RAH_AV		 BIT(31)
#define SYNC_VALID	 BIT(0)
#define SYNC_EN		 BIT(4)

/* Transmit descriptor, dword 2 and 3. */
#define TXD_EOP	      BIT(24)
#define TXD_IFCS      BIT(25)
#define TXD_IC	      BIT(26)
#define TXD_TSE	      BIT(26)
#define TXD_RS	      BIT(27)
#define TXD_DEXT      BIT(29)
#define TXD_VLE	      BIT(30)
#define TXD_IDE	      BIT(31)
#define TXD_TAG(tag)  ((uint32_t)(tag) << 16) /* dword 3 */
#define TXD_DTYP(n)   ((uint32_t)(n) << 20)
#define TXD_TUCMD_TCP BIT(24)
#define TXD_TUCMD_IP  BIT(25)
#define TXD_TUCMD_TSE BIT(26)
#define TXD_IXSM      BIT(8)
#define TXD_TXSM      BIT(9)
#define TXD_TSTAMP    BIT(4)
#define TXD_DD	      BIT(0)

/* Receive status, in the positions of the extended descriptor. */
#define RXD_DD	  BIT(0)
#define RXD_EOP	  BIT(1)
#define RXD_IXSM  BIT(2)
#define RXD_VP	  BIT(3)
#define RXD_UDPCS BIT(4)
#define RXD_TCPCS BIT(5)
#define RXD_IPCS  BIT(6)
#define RXD_TST	  BIT(8)
#define RXD_UDPV  BIT(10)
#define RXD_TCPE  BIT(29)
#define RXD_IPE	  BIT(30)

#endif
