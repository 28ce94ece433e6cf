/* SPDX-License-Identifier: MIT */
/*
 * lwIP for the benchmark, tuned for speed on a machine with memory to spare and to do what our stack
 * does: the same windows, MSS and TCP options, and the same work on checksums. Both sides compute
 * every checksum in software, when sending and when receiving.
 */
#ifndef BENCH_STACK_LWIPOPTS_H
#define BENCH_STACK_LWIPOPTS_H

#include <stdint.h>

/* What is not used, and what costs without being asked for. */
#define NO_SYS		     1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN	     0
#define LWIP_SOCKET	     0
#define LWIP_UDP	     0
#define LWIP_DHCP	     0
#define LWIP_DNS	     0
#define LWIP_IGMP	     0
#define LWIP_RAW	     0
#define LWIP_IPV6	     0
#define LWIP_STATS	     0
#define LWIP_NOASSERT	     1

/* Pools for objects, the C library's malloc for what has no fixed size. */
#define MEM_ALIGNMENT		8
#define MEM_LIBC_MALLOC		1
#define MEMP_MEM_MALLOC		0
#define MEMP_NUM_TCP_PCB	16384
#define MEMP_NUM_TCP_PCB_LISTEN 64
#define MEMP_NUM_TCP_SEG	8192
#define MEMP_NUM_PBUF		4096
#define PBUF_POOL_SIZE		4096
#define PBUF_POOL_BUFSIZE	1536
#define ARP_QUEUEING		1 /* a burst of SYNs may wait for the neighbour */
#define ARP_QUEUE_LEN		64
#define MEMP_NUM_ARP_QUEUE	64

/* WINDOW_BYTES of end.h. */
#define TCP_MSS			   1460
#define LWIP_WND_SCALE		   1
#define TCP_RCV_SCALE		   3
#define TCP_WND			   (256 * 1024)
#define TCP_SND_BUF		   (256 * 1024)
#define TCP_SND_QUEUELEN	   1024
#define TCP_SNDLOWAT		   (0xffff - 4 * TCP_MSS - 1) /* the most it takes */
#define TCP_SNDQUEUELOWAT	   512
#define TCP_OVERSIZE		   TCP_MSS
#define TCP_LISTEN_BACKLOG	   1
#define TCP_DEFAULT_LISTEN_BACKLOG 255
#define TCP_MSL			   30000 /* TIME_WAIT of 60 s, as ours */

/* Time stamps and SACK, as our stack has. */
#define LWIP_TCP_TIMESTAMPS 1
#define LWIP_TCP_SACK_OUT   1

/* Checksums of IP and TCP made and checked: lwIP's defaults. The routine is the fastest of its own,
 * or ours when the benchmark says so (lwip_end.c). */
uint16_t bench_chksum(const void *data, int len);
#define LWIP_CHKSUM	      bench_chksum
#define LWIP_CHKSUM_ALGORITHM 3

#endif
