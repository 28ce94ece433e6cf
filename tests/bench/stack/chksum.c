// SPDX-License-Identifier: MIT
/* Our checksum under the name that lwip/lwipopts.h has lwIP call. */
#include <net/checksum.h>

uint16_t bench_chksum(const void *data, int len);

uint16_t bench_chksum(const void *data, int len)
{
	return csum_fold_plain(csum_partial(data, (uint32_t)len, 0));
}
