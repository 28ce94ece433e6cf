/* SPDX-License-Identifier: MIT */
/* libc's errno, for files that have the stack's errno.h instead. */
#ifndef PACKETDRILL_SO_SET_ERRNO_H
#define PACKETDRILL_SO_SET_ERRNO_H

void so_set_errno(int value);

#endif
