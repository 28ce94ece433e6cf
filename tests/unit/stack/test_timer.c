// SPDX-License-Identifier: MIT
#include "stack_test.h"

#define TIMERS 400

struct probe {
	struct timer_list timer;
	uint64_t due_ns; /* 0: not armed */
	unsigned int order;
};

static struct {
	struct timer_wheel wheel;
	struct probe probes[TIMERS];
	uint64_t now_ns, last_fired_ns;
	unsigned int fired;
} t;

static void fired(struct timer_list *timer)
{
	struct probe *p = container_of(timer, struct probe, timer);

	ck_assert_uint_ne(p->due_ns, 0);
	ck_assert_uint_le(p->due_ns, t.now_ns);	       /* never before its time */
	ck_assert_uint_ge(p->due_ns, t.last_fired_ns); /* in order of time */
	t.last_fired_ns = p->due_ns;
	p->due_ns = 0;
	t.fired++;
}

static void wheel_setup(void)
{
	memset(&t, 0, sizeof(t));
	t.now_ns = 123456789;
	timer_wheel_init(&t.wheel, t.now_ns);
	for (unsigned int i = 0; i < TIMERS; i++)
		timer_setup(&t.probes[i].timer, fired);
}

static uint64_t earliest(void)
{
	uint64_t first = UINT64_MAX;

	for (unsigned int i = 0; i < TIMERS; i++)
		if (t.probes[i].due_ns && t.probes[i].due_ns < first)
			first = t.probes[i].due_ns;
	return first;
}

/* Spans of time from nanoseconds to hours, all as likely. */
static uint64_t random_span(struct host_random *r)
{
	return host_random_u64(r) >> (20 + host_random_u64(r) % 43);
}

START_TEST(random_timers_match_a_list)
{
	struct host_random r;
	uint64_t first;

	wheel_setup();
	host_random_seed(&r, (uint64_t)_i, 0);
	for (unsigned int step = 0; step < 20000; step++) {
		struct probe *p = &t.probes[host_random_u64(&r) % TIMERS];
		uint64_t next;

		switch (host_random_u64(&r) % 4) {
		case 0:
		case 1:
			p->due_ns = t.now_ns + 1 + random_span(&r);
			timer_wheel_add(&t.wheel, &p->timer, p->due_ns);
			break;
		case 2:
			ck_assert_int_eq(timer_wheel_del(&t.wheel, &p->timer), p->due_ns != 0);
			p->due_ns = 0;
			break;
		default:
			next = timer_wheel_next(&t.wheel);
			first = earliest();
			ck_assert_uint_le(next, first); /* a lower bound, and none only when none */
			ck_assert_int_eq(next == UINT64_MAX, first == UINT64_MAX);
			t.now_ns += host_random_u64(&r) % 2 || first == UINT64_MAX
					    ? random_span(&r) % 10000000000ull
					    : first - t.now_ns;
			t.last_fired_ns = 0;
			timer_wheel_run(&t.wheel, t.now_ns);
			ck_assert_uint_gt(earliest(), t.now_ns); /* all that was due has run */
		}
	}
}
END_TEST

START_TEST(following_next_reaches_every_timer_exactly_at_its_time)
{
	struct host_random r;

	wheel_setup();
	host_random_seed(&r, 7, 0);
	for (unsigned int i = 0; i < TIMERS; i++) {
		t.probes[i].due_ns = t.now_ns + 1 + random_span(&r);
		timer_wheel_add(&t.wheel, &t.probes[i].timer, t.probes[i].due_ns);
	}
	for (unsigned int wakes = 0; t.fired < TIMERS; wakes++) {
		uint64_t first = earliest();

		ck_assert_uint_lt(wakes, 8 * TIMERS); /* at most once a level */
		t.now_ns = timer_wheel_next(&t.wheel);
		ck_assert_uint_le(t.now_ns, first);
		timer_wheel_run(&t.wheel, t.now_ns);
	}
	ck_assert_uint_eq(timer_wheel_next(&t.wheel), UINT64_MAX);
}
END_TEST

static void note_order(struct timer_list *timer)
{
	container_of(timer, struct probe, timer)->order = ++t.fired;
}

START_TEST(equal_times_run_in_the_order_of_arming)
{
	wheel_setup();
	for (unsigned int i = 0; i < TIMERS; i++) {
		timer_setup(&t.probes[i].timer, note_order);
		timer_wheel_add(&t.wheel, &t.probes[i].timer, t.now_ns + 5000000000ull);
	}
	timer_wheel_run(&t.wheel, t.now_ns + 4999999999ull);
	ck_assert_uint_eq(t.fired, 0);
	timer_wheel_run(&t.wheel, t.now_ns + 5000000000ull);
	for (unsigned int i = 0; i < TIMERS; i++)
		ck_assert_uint_eq(t.probes[i].order, i + 1);
}
END_TEST

static void rearm_in_the_past(struct timer_list *timer)
{
	t.fired++;
	timer_wheel_add(&t.wheel, timer, 1);
}

START_TEST(a_timer_that_rearms_itself_for_the_past_waits_for_the_next_run)
{
	wheel_setup();
	timer_setup(&t.probes[0].timer, rearm_in_the_past);
	timer_wheel_add(&t.wheel, &t.probes[0].timer, t.now_ns + 10);
	timer_wheel_run(&t.wheel, t.now_ns + 100);
	ck_assert_uint_eq(t.fired, 1);
	timer_wheel_run(&t.wheel, t.now_ns + 101);
	ck_assert_uint_eq(t.fired, 2);
}
END_TEST

static void delete_neighbour(struct timer_list *timer)
{
	struct probe *p = container_of(timer, struct probe, timer);

	t.fired++;
	timer_wheel_del(&t.wheel, &p[1].timer);
}

START_TEST(a_timer_may_delete_another_that_is_due_now)
{
	wheel_setup();
	timer_setup(&t.probes[0].timer, delete_neighbour);
	timer_wheel_add(&t.wheel, &t.probes[0].timer, t.now_ns + 10);
	timer_wheel_add(&t.wheel, &t.probes[1].timer, t.now_ns + 10);
	timer_wheel_run(&t.wheel, t.now_ns + 10);
	ck_assert_uint_eq(t.fired, 1);
	ck_assert_uint_eq(t.wheel.pending, 0);
}
END_TEST

Suite *timer_suite(void)
{
	Suite *s = suite_create("timer");
	TCase *c = tcase_create("wheel");

	tcase_add_loop_test(c, random_timers_match_a_list, 0, 4);
	tcase_add_test(c, following_next_reaches_every_timer_exactly_at_its_time);
	tcase_add_test(c, equal_times_run_in_the_order_of_arming);
	tcase_add_test(c, a_timer_that_rearms_itself_for_the_past_waits_for_the_next_run);
	tcase_add_test(c, a_timer_may_delete_another_that_is_due_now);
	suite_add_tcase(s, c);
	return s;
}
