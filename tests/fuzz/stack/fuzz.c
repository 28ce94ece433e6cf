// SPDX-License-Identifier: MIT
/* Runs one input: a world, the program in a task of its host, and an end at which nothing is left. */
#include "fuzz.h"
#include <net/ipv6.h>

/* More in one step: the input says nothing new. */
#define OPERATIONS_MAX 512
/* A step that sends more frames than this runs in circles. */
#define FRAMES_MAX 20000u
/* An orphan's last retransmissions, TIME_WAIT and fragments have ended by then. */
#define AFTERLIFE_NS (20000 * HOST_SECOND)

static const uint64_t times_ns[] = {
	0,
	HOST_US,
	100 * HOST_US,
	HOST_MS,
	5 * HOST_MS,
	20 * HOST_MS,
	45 * HOST_MS,
	200 * HOST_MS,
	500 * HOST_MS,
	HOST_SECOND,
	HOST_SECOND * 3,
	10 * HOST_SECOND,
	61 * HOST_SECOND,
	130 * HOST_SECOND,
	600 * HOST_SECOND,
	7300 * HOST_SECOND,
};

static void pass_time(struct fuzz *f)
{
	host_sleep(f->host, TAKE_ONE_OF(&f->in, times_ns));
}

static void fail_next(struct fuzz *f)
{
	f->fail_after = take8(&f->in) % 32;
}

static void (*const operations[])(struct fuzz *f) = {
	peer_segment,	 peer_segment, peer_segment, peer_data, peer_handshake,
	peer_answer_syn, peer_icmp,    peer_raw,     call_any,	call_any,
	call_any,	 call_option,  call_serve,   call_dial, call_sleeping,
	change_setting,	 pass_time,    pass_time,    fail_next,
};

void fuzz_arm(struct fuzz *f)
{
	if (f->fail_after >= 0)
		host_fail_alloc_after(f->host, (uint64_t)f->fail_after);
}

void fuzz_disarm(struct fuzz *f)
{
	host_fail_alloc_after(f->host, UINT64_MAX);
}

static void run_program(void *arg)
{
	struct fuzz *f = arg;

	for (unsigned int n = 0; f->in.left && n < OPERATIONS_MAX; n++) {
		void (*operation)(struct fuzz *) = TAKE_ONE_OF(&f->in, operations);

		f->frames = f->answers = f->injected = 0;
		operation(f);
		if (operation == fail_next)
			continue;
		host_sleep(f->host, HOST_US);
		fuzz_disarm(f);
		f->fail_after = -1;
		check_invariants(f);
		REQUIRE(f->frames < FRAMES_MAX);
		if (operation == peer_segment || operation == peer_data)
			REQUIRE(f->answers <= 2 * f->injected + 4);
	}
	host_stop(f->world);
}

/* Whoever sleeps in a call is woken; then all is closed. */
static void end_program(void *arg)
{
	struct fuzz *f = arg;

	for (int fd = 0; fd < FUZZ_FILES; fd++)
		sys_shutdown(f->files, fd, SHUT_RDWR);
	while (f->sleepers) /* their calls have time-outs */
		host_sleep(f->host, HOST_SECOND);
	files_destroy(f->files);
}

static struct in6_addr v6(uint32_t addr)
{
	struct in6_addr a = {.s6_addr = {0xfd}};

	a.s6_addr32[3] = htonl(addr);
	return a;
}

static void begin(struct fuzz *f, uint64_t seed)
{
	const struct memwire_options wire = {
		.hw_features = seed & 1 ? NETIF_F_SG | NETIF_F_HW_CSUM : 0,
		.tap = peer_sees,
		.tap_ctx = f,
	};
	const struct in6_addr addr = v6(HOST_ADDR);

	f->world = host_world_create(&(struct host_world_options){.seed = seed});
	f->host = host_create(f->world, "fuzzed");
	f->net = host_net(f->host);
	f->files = files_create(f->net, FUZZ_FILES);
	f->wire = memwire_create(f->host, NULL, &wire);
	net_ipv4_configure(memwire_dev(f->wire, 0), HOST_ADDR, 24, 0);
	net_sysctl(f->net)->ipv6_dad_transmits = 0;
	net_ipv6_configure(memwire_dev(f->wire, 0), &addr, 64, NULL);
	host_run_until(f->world, HOST_MS);
}

static void end(struct fuzz *f, uint64_t objects_at_start)
{
	struct sysctl *s = net_sysctl(f->net);

	s->tcp_mem[0] = s->tcp_mem[1] = s->tcp_mem[2] = 1u << 20;
	REQUIRE(host_spawn(f->host, "end", end_program, f));
	REQUIRE(host_run_tasks(f->world, AFTERLIFE_NS));
	host_run_until(f->world, host_now_ns(f->world) + AFTERLIFE_NS);
	REQUIRE(f->net->tcp->socks == 0);
	REQUIRE(f->net->tcp->tw_count == 0);
	REQUIRE(f->net->tcp->orphan_count == 0);
	REQUIRE(f->net->tcp_memory_bytes == 0);
	REQUIRE(net_objects_alive(f->net) == objects_at_start);
	memwire_destroy(f->wire);
	host_world_destroy(f->world); /* asserts that no memory is left */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz f = {.in = {data, size}, .fail_after = -1};
	uint64_t objects;

	begin(&f, 1 + take8(&f.in));
	objects = net_objects_alive(f.net);
	if (host_spawn(f.host, "program", run_program, &f))
		host_run_until(f.world, HOST_NEVER / 2);
	end(&f, objects);
	return 0;
}
