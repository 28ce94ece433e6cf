/* SPDX-License-Identifier: MIT */
/* The DHCP client, as the IPv4 layer sees it; net.h has what starts it. */
#ifndef STACK_IPV4_DHCP_H
#define STACK_IPV4_DHCP_H

#include "ipv4.h"

/* Forgets the lease, not the address. */
void dhcp_stop(struct net_device *dev);

#endif
