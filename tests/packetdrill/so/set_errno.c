// SPDX-License-Identifier: MIT
#include "set_errno.h"

#include <errno.h>

void so_set_errno(int value)
{
	errno = value;
}
