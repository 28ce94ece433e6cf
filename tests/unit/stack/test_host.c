// SPDX-License-Identifier: MIT
/* The host rung itself: virtual time, tasks, pre-emption, the memory wire, determinism. */
#include "stack_test.h"

static struct {
	struct host_world *world;
	struct host *a, *b;
	struct memwire *wire;
	uint64_t at_ns[8];
	unsigned int received, sent;
	uint64_t digest;
} h;

static void make_world(struct host_costs costs, struct memwire_options wire)
{
	memset(&h, 0, sizeof(h));
	h.world = host_world_create(&(struct host_world_options){.seed = 9, .costs = costs});
	h.a = host_create(h.world, "a");
	h.b = host_create(h.world, "b");
	h.wire = memwire_create(h.a, h.b, &wire);
	net_ipv4_configure(memwire_dev(h.wire, 0), 0x0a000001, 24, 0);
	net_ipv4_configure(memwire_dev(h.wire, 1), 0x0a000002, 24, 0);
}

static void end_world(void)
{
	memwire_destroy(h.wire);
	host_world_destroy(h.world);
}

static void sleeper(void *arg)
{
	uint64_t *at_ns = arg;

	host_sleep(h.a, 5 * HOST_MS);
	*at_ns = host_now_ns(h.world);
}

START_TEST(time_jumps_over_sleep_and_sleeps_run_side_by_side)
{
	make_world((struct host_costs){0}, (struct memwire_options){0});
	for (unsigned int i = 0; i < 8; i++)
		host_spawn(h.a, "sleeper", sleeper, &h.at_ns[i]);
	ck_assert(host_run_tasks(h.world, HOST_SECOND));
	for (unsigned int i = 0; i < 8; i++)
		ck_assert_uint_eq(h.at_ns[i], 5 * HOST_MS);
	ck_assert_int_eq(host_run_until(h.world, 10 * HOST_SECOND), HOST_RUN_IDLE);
	end_world();
}
END_TEST

static void compute(void *arg)
{
	struct host *host = arg;

	for (unsigned int i = 0; i < 1000; i++)
		host_charge(host, 1000);
	h.at_ns[host == h.b] = host_now_ns(h.world);
}

START_TEST(cpus_of_two_hosts_work_at_the_same_time)
{
	make_world((struct host_costs){0}, (struct memwire_options){0});
	host_spawn(h.a, "compute", compute, h.a);
	host_spawn(h.b, "compute", compute, h.b);
	ck_assert(host_run_tasks(h.world, HOST_SECOND));
	ck_assert_uint_eq(h.at_ns[0], HOST_MS); /* not two */
	ck_assert_uint_eq(h.at_ns[1], HOST_MS);
	end_world();
}
END_TEST

static struct host_irq irq;
static uint64_t irq_at_ns;
static struct timer_list event;

static void on_irq(void *ctx)
{
	(void)ctx;
	irq_at_ns = host_now_ns(h.world);
}

static void on_event(struct timer_list *t)
{
	(void)t;
	host_irq_raise(&irq);
}

START_TEST(an_interrupt_preempts_a_task_that_computes)
{
	make_world((struct host_costs){0}, (struct memwire_options){0});
	host_irq_init(&irq, h.a, on_irq, NULL);
	timer_setup(&event, on_event);
	host_event_at(h.world, &event, 500500);
	irq_at_ns = 0;
	host_spawn(h.a, "compute", compute, h.a);
	ck_assert(host_run_tasks(h.world, HOST_SECOND));
	ck_assert_uint_eq(irq_at_ns, 501000); /* at the task's next call */
	ck_assert_uint_eq(h.at_ns[0], HOST_MS);
	end_world();
}
END_TEST

struct ticker {
	struct host_event_source source; /* first */
	uint64_t next_ns;
	unsigned int ticks;
};

static uint64_t ticker_next(struct host_event_source *s)
{
	return ((struct ticker *)s)->next_ns;
}

static void ticker_advance(struct host_event_source *s, uint64_t now_ns)
{
	struct ticker *t = (struct ticker *)s;

	ck_assert_uint_eq(now_ns, t->next_ns); /* neither early nor late */
	t->ticks++;
	t->next_ns += 777;
}

START_TEST(an_event_source_is_advanced_when_it_wants_whoever_is_busy)
{
	struct ticker t = {.source = {.next_time = ticker_next, .advance = ticker_advance},
			   .next_ns = 777};

	make_world((struct host_costs){0}, (struct memwire_options){0});
	host_source_add(h.world, &t.source);
	host_spawn(h.a, "compute", compute, h.a);
	ck_assert(host_run_tasks(h.world, HOST_SECOND));
	ck_assert_uint_eq(t.ticks, HOST_MS / 777);
	host_source_remove(&t.source);
	end_world();
}
END_TEST

/* ---- traffic ---- */

static void sink(void *arg)
{
	struct files_struct *files = files_create(host_net(h.b), 0);
	int fd = sys_socket(files, AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(7)};
	struct timeval limit = {.tv_sec = 10};
	uint8_t buf[2000];

	(void)arg;
	sys_bind(files, fd, (struct sockaddr *)&sin, sizeof(sin));
	sys_setsockopt(files, fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	while (sys_recvfrom(files, fd, buf, sizeof(buf), 0, NULL, NULL) > 0) {
		h.received++;
		h.at_ns[1] = host_now_ns(h.world);
		h.digest = h.digest * 31 + get_unaligned_be32(buf) + host_now_ns(h.world);
	}
	files_destroy(files);
}

static void source(void *arg)
{
	struct files_struct *files = files_create(host_net(h.a), 0);
	int fd = sys_socket(files, AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in sin = {
		.sin_family = AF_INET, .sin_port = htons(7), .sin_addr = {htonl(0x0a000002)}};
	uint8_t buf[1000] = {0};

	(void)arg;
	sys_connect(files, fd, (struct sockaddr *)&sin, sizeof(sin));
	sys_write(files, fd, buf, sizeof(buf)); /* ARP may need its three tries */
	host_sleep(h.a, 4 * HOST_SECOND);
	h.at_ns[0] = host_now_ns(h.world);
	for (unsigned int i = 0; i < 2000; i++) {
		put_unaligned_be32(i, buf);
		if (sys_write(files, fd, buf, sizeof(buf)) == sizeof(buf))
			h.sent++;
	}
	files_destroy(files);
}

static const struct host_costs busy_costs = {
	.call_ns = 20, .packet_ns = 300, .copy_ps_per_byte = 100, .irq_ns = 500, .switch_ns = 200};

static void run_traffic(struct memwire_options opt)
{
	opt.rate_mbps = 1000;
	opt.delay_ns = 5000;
	opt.seed = 3;
	make_world(busy_costs, opt);
	host_spawn(h.b, "sink", sink, NULL);
	host_spawn(h.a, "source", source, NULL);
	ck_assert(host_run_tasks(h.world, 100 * HOST_SECOND));
}

START_TEST(a_clean_wire_delivers_all_at_its_rate)
{
	struct memwire_counters c;

	run_traffic((struct memwire_options){0});
	memwire_counters(h.wire, 0, &c);
	ck_assert_uint_eq(h.sent, 2000);
	ck_assert_uint_eq(h.received, 2001);
	ck_assert_uint_eq(c.frames, 2001 + 2); /* an announcement and a question by ARP */
	/* 1042 + 24 bytes at 1 Gb/s are 8.5 us each. */
	ck_assert_uint_ge(h.at_ns[1] - h.at_ns[0], 2000 * 8528);
	ck_assert_uint_le(h.at_ns[1] - h.at_ns[0], 2000 * 8528 + 100 * HOST_US);
	end_world();
}
END_TEST

START_TEST(mishaps_happen_as_often_as_told)
{
	struct memwire_counters c;

	run_traffic((struct memwire_options){
		.loss = 0.1, .duplicate = 0.05, .reorder = 0.2, .corrupt = 0.05});
	memwire_counters(h.wire, 0, &c);
	ck_assert_uint_ge(c.lost, 140);
	ck_assert_uint_le(c.lost, 260);
	ck_assert_uint_ge(c.duplicated, 50);
	ck_assert_uint_ge(c.reordered, 250);
	ck_assert_uint_ge(c.corrupted, 50);
	ck_assert_uint_le(h.received, 2000 - c.lost + c.duplicated);
	ck_assert_uint_ge(h.received, 2000 - c.lost + c.duplicated - c.corrupted - 50);
	end_world();
}
END_TEST

START_TEST(the_same_seed_gives_the_same_run)
{
	const struct memwire_options opt = {.loss = 0.05, .duplicate = 0.05, .reorder = 0.1};
	uint64_t digest, end_ns, busy_ns;
	unsigned int received;

	run_traffic(opt);
	digest = h.digest;
	end_ns = host_now_ns(h.world);
	busy_ns = host_busy_ns(h.b);
	received = h.received;
	end_world();
	run_traffic(opt);
	ck_assert_uint_eq(h.digest, digest);
	ck_assert_uint_eq(host_now_ns(h.world), end_ns);
	ck_assert_uint_eq(host_busy_ns(h.b), busy_ns);
	ck_assert_uint_eq(h.received, received);
	end_world();
}
END_TEST

START_TEST(a_small_ring_stops_the_queue_and_loses_nothing)
{
	run_traffic((struct memwire_options){.tx_ring = 4});
	ck_assert_uint_eq(h.received, 2001);
	end_world();
}
END_TEST

START_TEST(a_hung_card_is_reset_by_the_watchdog)
{
	make_world(busy_costs, (struct memwire_options){.tx_ring = 16});
	host_spawn(h.b, "sink", sink, NULL);
	host_spawn(h.a, "source", source, NULL);
	host_run_until(h.world, HOST_SECOND);
	memwire_hang(h.wire, 0);
	host_run_until(h.world, 30 * HOST_SECOND);
	ck_assert_uint_ge(memwire_dev(h.wire, 0)->stats.tx_timeouts, 1);
	ck_assert_uint_eq(h.sent, 2000);
	end_world();
}
END_TEST

START_TEST(a_lost_carrier_stops_traffic)
{
	make_world(busy_costs, (struct memwire_options){0});
	memwire_set_carrier(h.wire, false);
	host_spawn(h.a, "source", source, NULL);
	host_run_until(h.world, 10 * HOST_SECOND);
	ck_assert_uint_gt(host_net(h.a)->drops[SKB_DROP_DeviceDown], 0);
	end_world();
}
END_TEST

Suite *host_suite(void)
{
	Suite *s = suite_create("host");
	TCase *t = tcase_create("host");

	tcase_add_test(t, time_jumps_over_sleep_and_sleeps_run_side_by_side);
	tcase_add_test(t, cpus_of_two_hosts_work_at_the_same_time);
	tcase_add_test(t, an_interrupt_preempts_a_task_that_computes);
	tcase_add_test(t, an_event_source_is_advanced_when_it_wants_whoever_is_busy);
	tcase_add_test(t, a_clean_wire_delivers_all_at_its_rate);
	tcase_add_test(t, mishaps_happen_as_often_as_told);
	tcase_add_test(t, the_same_seed_gives_the_same_run);
	tcase_add_test(t, a_small_ring_stops_the_queue_and_loses_nothing);
	tcase_add_test(t, a_hung_card_is_reset_by_the_watchdog);
	tcase_add_test(t, a_lost_carrier_stops_traffic);
	suite_add_tcase(s, t);
	return s;
}
