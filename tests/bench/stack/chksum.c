// SPDX-License-Identifier: MIT
/* Our checksum routine for lwIP, where neither's headers are in the other's way. */
#include "end.h"
#include <net/checksum.h>

bool lwip_has_our_checksum;

uint16_t ringside_chksum(const void *data, int len)
{
	return csum_fold_plain(csum_partial(data, (uint32_t)len, 0));
}
