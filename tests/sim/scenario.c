// SPDX-License-Identifier: MIT
#include "scenario.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <host/host.h>
#include <host/memwire.h>
#include <net/errno.h>
#include <net/net_namespace.h>
#include <net/socket.h>

#define ADDR_CLIENT 0x0a000001u
#define ADDR_SERVER 0x0a000002u
#define PORT	    5001
#define TOS_FAR	    0x20 /* class selector 1: what takes the longer way */
#define CHUNK_BYTES 16384u
#define NIC_MBPS    10000u
#define LIMIT_NS    (4 * 3600 * HOST_SECOND)
#define LINGER_NS   (1200 * HOST_SECOND) /* the last of closing is over */

struct run;

struct flow {
	struct run *run;
	unsigned int index;
	int fd;		     /* of the server */
	int client_fd;	     /* -1: not connected */
	uint64_t warm_bytes; /* read before the measurement began */
};

struct run {
	const struct scenario *s;
	struct outcome *out;
	struct host_world *world;
	struct host *host[2]; /* client, server */
	struct files_struct *files[2];
	struct memwire *wire;
	struct flow flows[SIM_FLOWS_MAX];
	uint64_t start_ns;
};

/* Every byte depends on its flow and place: nothing can be mixed up unnoticed. */
static void stream_fill(uint8_t *to, size_t len, unsigned int flow, uint64_t at)
{
	for (size_t i = 0; i < len; i++) {
		uint64_t x = (at + i) / 8 * 0x9e3779b97f4a7c15ull + flow;

		to[i] = (uint8_t)((x ^ x >> 29) >> (at + i) % 8 * 8);
	}
}

static uint64_t bytes_differ(const uint8_t *got, size_t len, unsigned int flow, uint64_t at)
{
	uint8_t want[CHUNK_BYTES];
	uint64_t bad = 0;

	stream_fill(want, len, flow, at);
	if (!memcmp(got, want, len))
		return 0;
	for (size_t i = 0; i < len; i++)
		bad += got[i] != want[i];
	return bad;
}

static uint64_t now_ns(const struct run *r)
{
	return host_now_ns(r->world);
}

static bool timed(const struct run *r)
{
	return !r->s->flow_bytes;
}

static uint64_t end_ns(const struct run *r)
{
	return r->start_ns + r->s->run_ns;
}

static void set_buffers(struct run *r, int side, int fd)
{
	const int bytes = (int)r->s->buffer_bytes;

	if (!bytes)
		return;
	sys_setsockopt(r->files[side], fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	sys_setsockopt(r->files[side], fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

/* Whoever gives up does so in silence: the other must not wait for ever. */
static void keep_alive(struct run *r, int side, int fd)
{
	const int on = 1, idle_s = 1200;

	sys_setsockopt(r->files[side], fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	sys_setsockopt(r->files[side], fd, SOL_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
}

static void choose_way(struct run *r, int side, int fd, unsigned int flow)
{
	const int tos = TOS_FAR;

	if (flow >= r->s->flows - r->s->far_flows)
		sys_setsockopt(r->files[side], fd, SOL_IP, IP_TOS, &tos, sizeof(tos));
}

/* ---- the server ---- */

static void read_flow(void *arg)
{
	struct flow *f = arg;
	struct run *r = f->run;
	uint8_t buf[CHUNK_BYTES];
	uint32_t name = 0; /* the flow's number comes first */
	uint64_t at = 0;
	size_t head = 0;
	long n = 0;

	while (head < sizeof(name)) {
		n = sys_read(r->files[1], f->fd, (uint8_t *)&name + head, sizeof(name) - head);
		if (n <= 0)
			break;
		head += (size_t)n;
	}
	choose_way(r, 1, f->fd, name);
	while (head == sizeof(name) && (n = sys_read(r->files[1], f->fd, buf, sizeof(buf))) > 0) {
		r->out->bad_bytes += bytes_differ(buf, (size_t)n, name, at);
		at += (uint64_t)n;
		if (!timed(r) ||
		    (now_ns(r) >= r->start_ns + r->s->run_ns / 3 && now_ns(r) < end_ns(r)))
			r->out->bytes[name % SIM_FLOWS_MAX] += (uint64_t)n;
	}
	r->out->gave_up += n < 0;
	if (now_ns(r) - r->start_ns > r->out->time_ns)
		r->out->time_ns = now_ns(r) - r->start_ns;
	sys_close(r->files[1], f->fd);
}

static void serve(void *arg)
{
	struct run *r = arg;
	const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int listener = sys_socket(r->files[1], AF_INET, SOCK_STREAM, 0);

	set_buffers(r, 1, listener);
	sys_bind(r->files[1], listener, (const struct sockaddr *)&any, sizeof(any));
	sys_listen(r->files[1], listener, SIM_FLOWS_MAX);
	for (unsigned int i = 0; i < r->s->flows; i++) {
		struct flow *f = &r->flows[i];

		f->fd = sys_accept4(r->files[1], listener, NULL, NULL, 0);
		assert(f->fd >= 0);
		keep_alive(r, 1, f->fd);
		host_spawn(r->host[1], "read", read_flow, f);
	}
	sys_close(r->files[1], listener);
}

/* ---- the clients ---- */

/* Until it succeeds: at 30 % loss a handshake may well time out. */
static int dial(struct run *r, unsigned int flow)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = {htonl(ADDR_SERVER)}};

	for (;;) {
		int fd = sys_socket(r->files[0], AF_INET, SOCK_STREAM, 0);

		set_buffers(r, 0, fd);
		keep_alive(r, 0, fd);
		choose_way(r, 0, fd, flow);
		if (!sys_connect(r->files[0], fd, (const struct sockaddr *)&to, sizeof(to)))
			return fd;
		sys_close(r->files[0], fd);
	}
}

static bool write_all(struct run *r, int fd, const void *buf, size_t len)
{
	for (size_t done = 0; done < len;) {
		long n = sys_write(r->files[0], fd, (const uint8_t *)buf + done, len - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Until the flow's connection is done. */
static void trace_flow(void *arg)
{
	struct flow *f = arg;
	struct run *r = f->run;
	struct tcp_info info;
	uint32_t len = sizeof(info);

	while (f->client_fd >= 0 &&
	       !sys_getsockopt(r->files[0], f->client_fd, SOL_TCP, TCP_INFO, &info, &len)) {
		fprintf(r->s->trace, "%.3f %u %u %.3f\n", (double)(now_ns(r) - r->start_ns) / 1e9,
			f->index, info.tcpi_snd_cwnd, info.tcpi_rtt / 1e3);
		host_sleep(r->host[0], r->s->trace_every_ns);
	}
}

static void write_flow(void *arg)
{
	struct flow *f = arg;
	struct run *r = f->run;
	const uint32_t name = f->index;
	uint8_t buf[CHUNK_BYTES];
	uint64_t at = 0;
	int fd = dial(r, f->index);
	bool ok = write_all(r, fd, &name, sizeof(name));

	f->client_fd = fd;
	if (r->s->trace)
		host_spawn(r->host[0], "trace", trace_flow, f);
	while (ok && (timed(r) ? now_ns(r) < end_ns(r) : at < r->s->flow_bytes)) {
		size_t n = sizeof(buf);

		if (!timed(r) && r->s->flow_bytes - at < n)
			n = (size_t)(r->s->flow_bytes - at);
		stream_fill(buf, n, name, at);
		ok = write_all(r, fd, buf, n);
		at += n;
	}
	f->client_fd = -1;
	/* An orphan would give up soon: until the server has read all and closed. */
	sys_shutdown(r->files[0], fd, SHUT_WR);
	sys_read(r->files[0], fd, buf, sizeof(buf));
	sys_close(r->files[0], fd);
}

/* ---- the world ---- */

static void add_host(struct run *r, int side, const char *name)
{
	struct net *net;

	r->host[side] = host_create(r->world, name);
	net = host_net(r->host[side]);
	snprintf(net_sysctl(net)->tcp_congestion_control,
		 sizeof(net_sysctl(net)->tcp_congestion_control), "%s", r->s->ca);
	r->files[side] = files_create(net, 0);
}

static void build(struct run *r)
{
	const struct scenario *s = r->s;

	r->world = host_world_create(&(struct host_world_options){.seed = s->seed});
	add_host(r, 0, "client");
	add_host(r, 1, "server");
	r->wire = memwire_create(
		r->host[0], r->host[1],
		&(struct memwire_options){.seed = s->seed,
					  .rate_mbps = NIC_MBPS,
					  .delay_ns = s->rtt_ns / 2,
					  .far_delay_ns = s->far_rtt_ns / 2,
					  .bottleneck_mbps = s->bottleneck_mbps,
					  .queue_bytes = s->queue_bytes,
					  .mark_bytes = s->mark_bytes,
					  .loss = s->loss,
					  .reorder = s->reorder,
					  .reorder_ns = s->rtt_ns / 10 + 200 * HOST_US,
					  .duplicate = s->duplicate,
					  .corrupt = s->corrupt,
					  .hw_features =
						  NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM});
	net_ipv4_configure(memwire_dev(r->wire, 0), ADDR_CLIENT, 24, 0);
	net_ipv4_configure(memwire_dev(r->wire, 1), ADDR_SERVER, 24, 0);
}

static void collect(struct run *r)
{
	struct memwire_counters c;

	memwire_counters(r->wire, 0, &c);
	r->out->retransmitted = host_net(r->host[0])->mib[MIB_TcpRetransSegs];
	r->out->timeouts = host_net(r->host[0])->mib[MIB_TcpExtTCPTimeouts];
	r->out->queue_dropped = c.queue_dropped;
	r->out->marked = c.marked;
	r->out->queue_peak_bytes = c.queue_peak_bytes;
}

static void close_files(void *arg)
{
	files_destroy(arg);
}

void scenario_run(const struct scenario *s, struct outcome *out)
{
	struct run r = {.s = s, .out = out};

	memset(out, 0, sizeof(*out));
	build(&r);
	host_run_until(r.world, HOST_MS);
	r.start_ns = now_ns(&r);
	host_spawn(r.host[1], "serve", serve, &r);
	for (unsigned int i = 0; i < s->flows; i++) {
		r.flows[i] = (struct flow){.run = &r, .index = i, .client_fd = -1};
		host_spawn(r.host[0], "write", write_flow, &r.flows[i]);
	}
	out->finished = host_run_tasks(r.world, LIMIT_NS);
	collect(&r);
	memwire_set_loss(r.wire, 0);
	host_run_until(r.world, now_ns(&r) + LINGER_NS);
	for (int side = 0; side < 2; side++)
		host_spawn(r.host[side], "close", close_files, r.files[side]);
	if (!host_run_tasks(r.world, LINGER_NS))
		out->finished = false;
	memwire_destroy(r.wire);
	host_world_destroy(r.world); /* asserts that nothing is left */
}
