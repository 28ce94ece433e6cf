// SPDX-License-Identifier: MIT
/* The register table of fact sheet sections 2.1 to 2.6. */
#include "registers.h"

namespace ringside::ref
{
namespace
{

constexpr std::uint32_t all = 0xffffffff;

struct Range {
	std::uint32_t first, count, stride; /* offset, registers, bytes from one to the next */
	std::uint32_t writable, reset;
};

constexpr Range table[] = {
	/* 2.1 general */
	{reg::ctrl, 1, 4, ~ctrl_rst, 0x00140241},
	{reg::status, 1, 4, 0, 0},
	{reg::eecd, 1, 4, 0xfffe047f, 0x00000300},
	{reg::ctrl_ext, 1, 4, ~(bit(12) | bit(13)), 0},
	{reg::fla, 1, 4, all, 0},
	{0x00028, 1, 4, all, 0},		  /* FCAL */
	{0x0002c, 1, 4, 0xffff, 0},		  /* FCAH */
	{0x00030, 1, 4, 0xffff, 0},		  /* FCT */
	{0x00038, 1, 4, 0xffff, 0x8100},	  /* VET */
	{0x00170, 1, 4, 0xffff, 0},		  /* FCTTV */
	{0x00178, 1, 4, 0xc000ffff, 0},		  /* TXCW */
	{0x00458, 1, 4, 0xffff, 0},		  /* AIT */
	{0x00e00, 1, 4, all, 0x00068302},	  /* LEDCTL */
	{0x00f00, 1, 4, all, 0x00000008},	  /* EXTCNF_CTRL */
	{0x00f08, 1, 4, all, 0},		  /* EXTCNF_SIZE */
	{0x00f10, 1, 4, all, 0x0000030d},	  /* POEMB */
	{reg::pba, 1, 4, 0x0000ffff, 0x00140014}, /* upper half derived, see store() */
	{reg::pbs, 1, 4, 0x3f, 0x28},
	{0x01010, 1, 4, all, 0x80040000},			     /* EEMNGCTL, CFG_DONE set */
	{0x01028, 1, 4, 0xffff, 2},				     /* FLASHT */
	{0x01030, 1, 4, all, 0xc0000000},			     /* FLSWCTL */
	{0x01034, 2, 4, all, 0},				     /* FLSWDATA, FLSWCNT */
	{0x0103c, 1, 4, all, 0},				     /* FLOP */
	{0x01050, 1, 4, all, 1},				     /* FLOL */
	{0x05b00, 1, 4, ~(bit(23) | bit(25) | bit(26)), 0x06800200}, /* GCR */
	{0x05b08, 1, 4, all, 0},				     /* FUNCTAG */
	{0x05b10, 4, 4, all, 0},				     /* GSCL */
	{0x05b20, 4, 4, all, 0},				     /* GSCN */
	{0x05b30, 1, 4, all, 0x20000004},			     /* FACTPS */
	{reg::swsm, 1, 4, all, 1},
	{0x05b58, 1, 4, all, 0}, /* SWSM2 */
	{0x05b64, 1, 4, all, 0}, /* GCR2 */
	{reg::pbaclr, 1, 4, 0x1f, 0},
	{0x05f40, 1, 4, 0xffff, 0}, /* FCRTV */

	/* 2.2 interrupt; causes and masks live in Interrupts */
	{reg::itr, 1, 4, 0xffff, 0},
	{reg::eiac, 1, 4, 0x01f00000, 0},
	{reg::iam, 1, 4, all, 0},
	{reg::ivar, 1, 4, 0x800fffff, 0},
	{reg::eitr0, 5, 4, 0xffff, 0},

	/* 2.3 receive */
	{reg::rctl, 1, 4, 0x7edfbffe, 0},
	{0x02160, 1, 4, 0x8000fff8, 0}, /* FCRTL */
	{0x02168, 1, 4, 0x0000fff8, 0}, /* FCRTH */
	{reg::psrctl, 1, 4, 0x3f3f3f7f, 0x00040402},
	{0x02410, 2, 8, 0x1fff, 0},	    /* RDFH, RDFT */
	{0x02420, 3, 8, 0x1fff, 0},	    /* RDFHS, RDFTS, RDFPC */
	{0x02800, 2, 0x100, 0xfffffff0, 0}, /* RDBAL */
	{0x02804, 2, 0x100, all, 0},	    /* RDBAH */
	{0x02808, 2, 0x100, 0x000fff80, 0}, /* RDLEN */
	{0x02810, 2, 0x100, 0xffff, 0},	    /* RDH */
	{0x02818, 2, 0x100, 0xffff, 0},	    /* RDT */
	{reg::rdtr, 1, 4, 0xffff, 0},
	{0x02828, 2, 0x100, all, 0x00010000}, /* RXDCTL */
	{reg::radv, 1, 4, 0xffff, 0},
	{0x02c00, 1, 4, 0x0fff, 0}, /* RSRPD */
	{0x02c08, 1, 4, 0xffff, 0}, /* RAID */
	{reg::rxcsum, 1, 4, 0x3fff, 0x00000300},
	{reg::rfctl, 1, 4, 0x0003ffff, 0},
	{0x05010, 4, 4, all, 0}, /* MAVTV */
	{reg::mta, 128, 4, all, 0},
	{reg::ral0, 16, 8, all, 0},
	{reg::rah0, 16, 8, 0x8003ffff, 0},
	{0x05600, 128, 4, all, 0}, /* VFTA */
	{0x05818, 1, 4, all, 0},   /* MRQC */
	{0x05864, 2, 4, all, 0},   /* RSSIM, RSSIR */
	{0x05c00, 32, 4, all, 0},  /* RETA */
	{0x05c80, 10, 4, all, 0},  /* RSSRK */

	/* 2.4 transmit */
	{reg::tctl, 1, 4, 0x7f3ffffa, 0},
	{0x00404, 1, 4, all, 0},		 /* TCTL_EXT */
	{0x00410, 1, 4, 0x3fffffff, 0x00602008}, /* TIPG */
	{0x03410, 2, 8, 0x1fff, 0x600},		 /* TDFH, TDFT */
	{0x03420, 2, 8, 0x1fff, 0x600},		 /* TDFHS, TDFTS */
	{0x03430, 1, 8, 0x1fff, 0},		 /* TDFPC */
	{0x03800, 2, 0x100, 0xfffffff0, 0},	 /* TDBAL */
	{0x03804, 2, 0x100, all, 0},		 /* TDBAH */
	{0x03808, 2, 0x100, 0x000fff80, 0},	 /* TDLEN */
	{0x03810, 2, 0x100, 0xffff, 0},		 /* TDH */
	{0x03818, 2, 0x100, 0xffff, 0},		 /* TDT */
	{reg::tidv, 1, 4, 0xffff, 0},
	{0x03828, 2, 0x100, all, 0}, /* TXDCTL */
	{reg::tadv, 1, 4, 0xffff, 0},
	{0x03840, 2, 0x100, all, 0x00000403}, /* TARC */

	/* 2.5 wake-up, management, filters */
	{0x05800, 1, 4, all, 0},			   /* WUC */
	{0x05808, 1, 4, all, 0},			   /* WUFC */
	{0x05820, 1, 4, ~(bit(17) | bit(18)), 0x10000000}, /* MANC */
	{0x05824, 1, 4, all, 0},			   /* MFVAL */
	{0x05828, 2, 8, all, 0},			   /* MFUTP */
	{0x05838, 1, 4, all, 0},			   /* IPAV */
	{0x05840, 7, 4, all, 0},			   /* IP4AT */
	{0x05860, 1, 4, all, 0},			   /* MANC2H */
	{0x05880, 4, 4, all, 0},			   /* IP6AT */
	{0x05890, 8, 4, all, 0},			   /* MDEF */
	{0x05f00, 6, 8, 0x7ff, 0},			   /* FFLT */
	{0x09000, 128, 8, 0xf, 0},			   /* FFMT */
	{0x09400, 128, 8, all, 0},			   /* FTFT */
	{0x09800, 128, 8, all, 0},			   /* FFVT */

	/* 2.6 IEEE 1588; times and stamps live in TimeSync */
	{reg::timinca, 1, 4, all, 0},
	{reg::timadjl, 2, 4, all, 0},
	{reg::tsynctxctl, 1, 4, ~bit(0), 0},
	{reg::tsyncrxctl, 1, 4, ~(bit(0) | bit(5)), 0},
	{reg::rxmtrl, 1, 4, all, 0x000088f7},
	{reg::rxudp, 1, 4, all, 0x00000319},
};

/* One dword a register, filled once from the table. */
struct Image {
	std::vector<std::uint32_t> writable, reset;

	Image() : writable(reg::window_bytes / 4), reset(reg::window_bytes / 4)
	{
		for (const Range &r : table) {
			for (std::uint32_t i = 0; i < r.count; i++) {
				writable[(r.first + i * r.stride) / 4] = r.writable;
				reset[(r.first + i * r.stride) / 4] = r.reset;
			}
		}
	}
};

const Image &image()
{
	static const Image built;
	return built;
}

constexpr std::uint32_t packet_buffer_kib = 40;

} // namespace

Registers::Registers() : value_(image().reset)
{
}

std::uint32_t Registers::canonical(std::uint32_t offset)
{
	switch (offset) {
	case reg::ctrl_dup:
		return reg::ctrl;
	case 0x00108:
		return reg::rdtr;
	case 0x00110:
	case 0x00114:
	case 0x00118:
	case 0x00120:
	case 0x00128:
		return reg::rdbal0 + (offset - 0x00110);
	case 0x00160:
		return 0x02168;
	case 0x00168:
		return 0x02160;
	case 0x00420:
	case 0x00424:
	case 0x00428:
	case 0x00430:
	case 0x00438:
	case 0x00440:
		return reg::tdbal0 + (offset - 0x00420);
	case 0x08000:
	case 0x08008:
		return 0x02410 + (offset - 0x08000);
	case 0x08010:
	case 0x08018:
		return 0x03410 + (offset - 0x08010);
	}
	if (offset >= 0x00040 && offset < 0x000c0)
		return reg::ral0 + (offset - 0x00040);
	if (offset >= 0x00600 && offset < 0x00800)
		return 0x05600 + (offset - 0x00600);
	return offset;
}

void Registers::reset()
{
	value_ = image().reset;
}

void Registers::soft_reset()
{
	constexpr std::uint32_t kept[] = {reg::pba, reg::pbs, reg::fla};
	std::uint32_t saved[3];

	for (int i = 0; i < 3; i++)
		saved[i] = (*this)[kept[i]];
	reset();
	for (int i = 0; i < 3; i++)
		set(kept[i], saved[i]);
}

void Registers::store(std::uint32_t offset, std::uint32_t value)
{
	const std::uint32_t writable = image().writable[offset / 4];

	value = (value_[offset / 4] & ~writable) | (value & writable);
	if (offset == reg::pba) {
		/* Transmit gets what receive leaves of the packet buffer (section 10, item 5). */
		const std::uint32_t rx_kib = value & 0xffff;
		const std::uint32_t tx_kib =
			rx_kib < packet_buffer_kib ? packet_buffer_kib - rx_kib : 0;

		value = tx_kib << 16 | rx_kib;
	}
	value_[offset / 4] = value;
}

} // namespace ringside::ref
