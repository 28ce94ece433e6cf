/* SPDX-License-Identifier: MIT */
/*
 * The whole column in one process and in virtual time: application, socket, TCP, IP, driver, card,
 * wire, and the same up the other side.
 */
#ifndef COSIM_COLUMN_H
#define COSIM_COLUMN_H

#include <driver/e1000.h>
#include <driver/host.h>
#include <host/host.h>
#include <net/net.h>
#include <net/netdevice.h>
#include <net/socket.h>

struct column_options {
	const char *cards[2];	 /* models of side 0 and 1: "rtl" or "ref" */
	const char *card_config; /* both cards'; NULL: defaults */
	const char *platform;	 /* NULL: defaults */
	const char *wire;	 /* config of the wire */
	struct host_costs costs;
	struct e1000_options driver;
	uint32_t features_off; /* netdev features switched off on both sides (NETIF_F_GRO, ...) */
	bool ipv6;	       /* the addresses of column_address() are IPv6 */
	uint64_t seed;
};

struct column_side {
	struct host *host;
	struct net *net;
	struct files_struct *files;
	struct os_device *card;
	struct net_device *dev;
	uint64_t objects_at_start;
};

struct column {
	struct host_world *world;
	struct card_platform *platform;
	struct ringside_wire *wire;
	struct column_side side[2];
	uint32_t features_off;
	bool ipv6;
};

/* Side 0 is 10.0.0.1, side 1 10.0.0.2; with ipv6 also fd00::1 and fd00::2. Devices are up and have carrier. */
void column_setup(struct column *c, const struct column_options *options);
/* Closes everything; asserts that sockets, sk_buffs, memory and DMA mappings are all given back,
 * and that no DMA was refused. */
void column_teardown(struct column *c);
/* Runs until all tasks have ended; fails after limit_s of virtual time. */
void column_run(struct column *c, unsigned int limit_s);
/* A side's address and port; returns its length. */
socklen_t column_address(const struct column *c, int side, uint16_t port,
			 struct sockaddr_storage *out);
/* A stream socket of a side, of the addresses' family. */
int column_socket(struct column *c, int side);

#endif
