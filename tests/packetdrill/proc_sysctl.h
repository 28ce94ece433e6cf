/* SPDX-License-Identifier: MIT */
/* Settings of the kernel, of this process's network namespace. */
#ifndef PACKETDRILL_PROC_SYSCTL_H
#define PACKETDRILL_PROC_SYSCTL_H

/* "net.ipv4.tcp_sack", "1": 0, -ENOENT or -EINVAL. */
int proc_sysctl_write(const char *name, const char *value);

#endif
