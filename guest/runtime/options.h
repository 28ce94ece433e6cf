/* SPDX-License-Identifier: MIT */
/*
 * The kernel command line: words "name=value", separated by spaces.
 *
 *	ip=dhcp | ip=10.0.2.15/24[,10.0.2.2]	address (and gateway); default dhcp
 *	ip6=off|auto|fd00::2/64[,fd00::1]	IPv6: none, by routers, by hand; default off
 *	app=http,echo,discard,iperf3		servers to start; default all
 *	iperf3=-c,ADDRESS[,OPTION...]		runs of iperf3's client, one after the other
 *	cc=reno|cubic|bbr|dctcp			congestion control; default cubic
 *	tso=on|off csum=on|off gro=on|off	offloads; default on. csum: both directions
 *	itr=auto|off|N[us]			interrupt moderation; default auto
 *	irq=msix|msi|intx			best interrupt kind to use; default msix
 *	rings=N					descriptors a ring, 32..4096; default 256
 */
#ifndef RUNTIME_OPTIONS_H
#define RUNTIME_OPTIONS_H

#include <net/in6.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_ip6 { OPTION_IP6_OFF, OPTION_IP6_AUTO, OPTION_IP6_STATIC };
enum option_irq { OPTION_IRQ_MSIX, OPTION_IRQ_MSI, OPTION_IRQ_INTX };

#define OPTION_IPERF3_MAX 16u

/* A piece of the command line, which stays where it is. */
struct option_text {
	const char *at;
	size_t len;
};

#define OPTION_ITR_AUTO 0u
#define OPTION_ITR_OFF	UINT32_MAX

struct options {
	bool dhcp;
	uint32_t ip_addr, ip_gateway; /* host byte order; gateway 0: none */
	unsigned int ip_prefix_len;
	enum option_ip6 ip6;
	struct in6_addr ip6_addr, ip6_gateway; /* gateway ::: none */
	unsigned int ip6_prefix_len;
	bool app_http, app_echo, app_discard, app_iperf3;
	struct option_text iperf3[OPTION_IPERF3_MAX];
	unsigned int iperf3_runs;
	const char *congestion_control; /* NULL: the stack's default */
	bool tso, csum, gro;
	uint32_t itr_us;
	enum option_irq irq;
	uint32_t ring_descriptors;
};

/* Defaults, then each word. false: `error` holds one line that names the word and the cure. */
bool options_parse(struct options *o, const char *command_line, char *error, size_t error_size);

#endif
