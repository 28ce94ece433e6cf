// SPDX-License-Identifier: MIT
/*
 * ringside_end FD ADDRESS sink: takes all that comes.
 * ringside_end FD ADDRESS send PEER CONTROL FLOWS START_NS SECONDS: as many flows send, from START_NS of
 * CLOCK_MONOTONIC on, as fast as our TCP lets them; their samples (sample.h) go to the standard output.
 *
 * Our stack in this process, its virtual time kept at the pace of real time, its wire the socket FD, a
 * frame a message. Addresses are numbers of IPv4.
 */
#include <stdlib.h>
#include <string.h>
#include <host/host.h>
#include <host/memwire.h>
#include <net/byteorder.h>
#include <net/errno.h>
#include <net/net_namespace.h>
#include <net/socket.h>
#include "frame_socket.h"
#include "sample.h"

#define PREFIX_LEN  24
#define CHUNK_BYTES 65536
#define FRAME_MAX   2048

struct end;

struct flow {
	struct end *end;
	unsigned int index;
	int fd;
};

struct end {
	int wire_fd;
	struct host_world *world;
	struct host *host;
	struct memwire *wire;
	struct files_struct *files;
	uint64_t origin_ns;	   /* of virtual time, in CLOCK_MONOTONIC */
	uint64_t start_ns, end_ns; /* virtual; end HOST_NEVER: a sink */
	uint32_t peer;
	const char *control;
	unsigned int flows;
	struct flow flow[CONGESTION_FLOWS_MAX];
};

static void __attribute__((noreturn)) fail(const char *what, long error)
{
	fprintf(stderr, "ringside_end: %s: %s\n", what, strerror((int)error));
	exit(1);
}

/* ---- flows: tasks of the stack's host ---- */

static void sample_flow(void *arg)
{
	struct flow *f = arg;
	struct end *e = f->end;

	for (;;) {
		struct tcp_info info;
		uint32_t len = sizeof(info);

		if (sys_getsockopt(e->files, f->fd, SOL_TCP, TCP_INFO, &info, &len))
			fail("TCP_INFO", EINVAL);
		PRINT_SAMPLE(e->origin_ns + host_now_ns(e->world), f->index, info);
		host_sleep(e->host, SAMPLE_EVERY_NS);
	}
}

static void send_flow(void *arg)
{
	static const uint8_t bytes[CHUNK_BYTES];
	struct flow *f = arg;
	struct end *e = f->end;
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(CONGESTION_PORT),
				       .sin_addr = {htonl(e->peer)}};
	long n;

	host_sleep(e->host, e->start_ns);
	f->fd = sys_socket(e->files, AF_INET, SOCK_STREAM, 0);
	n = sys_setsockopt(e->files, f->fd, SOL_TCP, TCP_CONGESTION, e->control,
			   (uint32_t)strlen(e->control));
	if (n)
		fail(e->control, -n);
	host_spawn(e->host, "sample", sample_flow, f);
	n = sys_connect(e->files, f->fd, (const struct sockaddr *)&to, sizeof(to));
	if (n)
		fail("connect", -n);
	while ((n = sys_write(e->files, f->fd, bytes, sizeof(bytes))) > 0)
		;
	fail("write", -n);
}

static void receive_flow(void *arg)
{
	static uint8_t bytes[CHUNK_BYTES];
	struct flow *f = arg;

	while (sys_read(f->end->files, f->fd, bytes, sizeof(bytes)) > 0)
		;
	sys_close(f->end->files, f->fd);
}

static void sink(void *arg)
{
	const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(CONGESTION_PORT)};
	struct end *e = arg;
	const int listener = sys_socket(e->files, AF_INET, SOCK_STREAM, 0);

	if (sys_bind(e->files, listener, (const struct sockaddr *)&any, sizeof(any)) ||
	    sys_listen(e->files, listener, CONGESTION_FLOWS_MAX))
		fail("listen", EADDRINUSE);
	puts("ready");
	fflush(stdout);
	for (unsigned int i = 0; i < CONGESTION_FLOWS_MAX; i++) {
		struct flow *f = &e->flow[i];

		*f = (struct flow){e, i, sys_accept4(e->files, listener, NULL, NULL, 0)};
		host_spawn(e->host, "receive", receive_flow, f);
	}
}

/* ---- the wire ---- */

static bool frame_out(void *ctx, int from, const uint8_t *frame, uint32_t len, uint64_t time_ns)
{
	(void)from;
	(void)time_ns;
	return frame_socket_send(((const struct end *)ctx)->wire_fd, frame, len);
}

static void frames_in(struct end *e)
{
	uint8_t frame[FRAME_MAX];
	long n;

	while ((n = frame_socket_receive(e->wire_fd, frame, sizeof(frame))) > 0)
		memwire_inject(e->wire, 0, frame, (uint32_t)n);
	if (n < 0)
		exit(0); /* a sink's way out */
}

static uint64_t now_ns(const struct end *e)
{
	return monotonic_ns() - e->origin_ns;
}

static void run(struct end *e)
{
	for (uint64_t now = now_ns(e); now < e->end_ns; now = now_ns(e)) {
		uint64_t next_ns;

		host_run_until(e->world, now);
		frames_in(e);
		host_run_until(e->world, now);
		next_ns = host_next_ns(e->world);
		if (next_ns > now)
			frame_socket_wait(e->wire_fd, next_ns - now < HOST_SECOND ? next_ns - now
										  : HOST_SECOND);
	}
}

/* ---- start ---- */

static uint32_t number(const char *address)
{
	unsigned int b[4];

	if (sscanf(address, "%u.%u.%u.%u", &b[0], &b[1], &b[2], &b[3]) != 4)
		fail(address, EINVAL);
	return b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

static void build(struct end *e, uint32_t address)
{
	struct net_device *dev;

	e->origin_ns = monotonic_ns();
	e->world = host_world_create(&(struct host_world_options){.seed = e->origin_ns});
	e->host = host_create(e->world, "ours");
	e->wire = memwire_create(
		e->host, NULL,
		&(struct memwire_options){.hw_features = NETIF_F_SG | NETIF_F_HW_CSUM,
					  .tap = frame_out,
					  .tap_ctx = e});
	dev = memwire_dev(e->wire, 0);
	dev->dev_addr[ETH_ALEN - 1] = (uint8_t)address;
	if (net_ipv4_configure(dev, address, PREFIX_LEN, 0))
		fail("address", EINVAL);
	e->files = files_create(host_net(e->host), 0);
}

int main(int argc, char **argv)
{
	struct end e = {.end_ns = HOST_NEVER};
	const bool sends = argc == 9 && !strcmp(argv[3], "send");

	if (!sends && !(argc == 4 && !strcmp(argv[3], "sink"))) {
		fprintf(stderr,
			"usage: ringside_end FD ADDRESS sink | send PEER CONTROL FLOWS START_NS SECONDS\n");
		return 2;
	}
	e.wire_fd = atoi(argv[1]);
	build(&e, number(argv[2]));
	if (!sends) {
		host_spawn(e.host, "sink", sink, &e);
	} else {
		e.peer = number(argv[4]);
		e.control = argv[5];
		e.flows = (unsigned int)atoi(argv[6]);
		e.start_ns = strtoull(argv[7], NULL, 10) - e.origin_ns;
		e.end_ns = e.start_ns + strtoull(argv[8], NULL, 10) * HOST_SECOND;
		if (!e.flows || e.flows > CONGESTION_FLOWS_MAX)
			fail(argv[6], EINVAL);
	}
	for (unsigned int i = 0; i < e.flows; i++) {
		e.flow[i] = (struct flow){&e, i, -1};
		host_spawn(e.host, "send", send_flow, &e.flow[i]);
	}
	run(&e);
	return 0; /* connections and all end with the process */
}
