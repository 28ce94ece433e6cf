// SPDX-License-Identifier: MIT
/* NAPI and soft interrupts: who runs when, budgets, lost wake-ups. */
#include "stack_test.h"

static struct {
	struct napi_struct napi[3];
	unsigned int polls[3], backlog[3];
	unsigned int order[64], order_count;
	bool reschedule_in_poll, in_poll;
	uint64_t poll_takes_ns;
} t;

static int poll(struct napi_struct *napi, int budget)
{
	unsigned int i = (unsigned int)(napi - t.napi);
	int done = 0;

	ck_assert(!t.in_poll); /* soft interrupts never nest */
	t.in_poll = true;
	t.polls[i]++;
	if (t.order_count < 64)
		t.order[t.order_count++] = i;
	while (done < budget && t.backlog[i]) {
		t.backlog[i]--;
		done++;
	}
	if (t.reschedule_in_poll) {
		t.reschedule_in_poll = false;
		napi_schedule(napi); /* an interrupt at the worst moment */
	}
	/* A critical section of its own does not start another soft interrupt. */
	local_bh_disable(bench.net);
	local_bh_enable(bench.net);
	if (done < budget)
		napi_complete_done(napi, done);
	t.in_poll = false;
	return done;
}

static void setup(void)
{
	bench_setup();
	memset(&t, 0, sizeof(t));
	for (unsigned int i = 0; i < 3; i++) {
		netif_napi_add(bench.dev, &t.napi[i], poll);
		napi_enable(&t.napi[i]);
	}
}

static void teardown(void)
{
	for (unsigned int i = 0; i < 3; i++)
		napi_disable(&t.napi[i]);
	bench_teardown();
}

START_TEST(a_scheduled_context_is_polled_once)
{
	napi_schedule(&t.napi[0]);
	napi_schedule(&t.napi[0]);
	ck_assert_uint_eq(t.polls[0], 0); /* not in the interrupt */
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.polls[0], 1);
	ck_assert_uint_eq(t.napi[0].completes, 1);
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.polls[0], 1);
}
END_TEST

START_TEST(contexts_run_in_the_order_of_their_interrupts)
{
	napi_schedule(&t.napi[2]);
	napi_schedule(&t.napi[0]);
	napi_schedule(&t.napi[1]);
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.order[0], 2);
	ck_assert_uint_eq(t.order[1], 0);
	ck_assert_uint_eq(t.order[2], 1);
}
END_TEST

START_TEST(with_soft_interrupts_off_work_waits_for_the_last_enable)
{
	local_bh_disable(bench.net);
	local_bh_disable(bench.net);
	napi_schedule(&t.napi[0]);
	net_irq_exit(bench.net);
	local_bh_enable(bench.net);
	ck_assert_uint_eq(t.polls[0], 0);
	local_bh_enable(bench.net);
	ck_assert_uint_eq(t.polls[0], 1);
}
END_TEST

START_TEST(an_interrupt_during_the_poll_is_not_lost)
{
	t.reschedule_in_poll = true;
	napi_schedule(&t.napi[0]);
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.polls[0], 2);
	ck_assert_uint_eq(t.napi[0].completes, 1);
}
END_TEST

START_TEST(busy_contexts_take_turns)
{
	t.backlog[0] = 130;
	t.backlog[1] = 10;
	napi_schedule(&t.napi[0]);
	napi_schedule(&t.napi[1]);
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.order[0], 0);
	ck_assert_uint_eq(t.order[1], 1);
	ck_assert_uint_eq(t.order[2], 0);
	ck_assert_uint_eq(t.polls[0], 3); /* 64 + 64 + 2 */
	ck_assert_uint_eq(bench.net->mib[MIB_SoftnetTimeSqueezed], 0);
}
END_TEST

START_TEST(the_budget_squeezes_and_what_is_left_is_run_later)
{
	t.backlog[0] = 100000;
	napi_schedule(&t.napi[0]);
	ck_assert_uint_eq(net_softirq(bench.net), 0); /* more is pending */
	ck_assert_uint_ge(bench.net->mib[MIB_SoftnetTimeSqueezed], 1);
	ck_assert_uint_eq(t.backlog[0], 100000 - 10 * 5 * 64); /* ten rounds of 300, in 64s */
	while (!net_softirq(bench.net))
		;
	ck_assert_uint_eq(t.backlog[0], 0);
}
END_TEST

START_TEST(a_disabled_context_is_not_polled)
{
	napi_schedule(&t.napi[0]);
	napi_disable(&t.napi[0]);
	napi_schedule(&t.napi[0]);
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.polls[0], 0);
	napi_enable(&t.napi[0]);
	napi_schedule(&t.napi[0]);
	net_irq_exit(bench.net);
	ck_assert_uint_eq(t.polls[0], 1);
}
END_TEST

static uint64_t fired_at_ns;

static void note_time(struct timer_list *timer)
{
	(void)timer;
	fired_at_ns = port_time_ns(bench.net->port);
}

START_TEST(timers_run_in_soft_interrupt_at_their_time)
{
	struct timer_list timer;
	uint64_t due_ns = port_time_ns(bench.net->port) + 12345678;

	fired_at_ns = 0;
	timer_setup(&timer, note_time);
	timer_mod(bench.net, &timer, due_ns);
	ck_assert_uint_le(net_softirq(bench.net), due_ns);
	run_for(HOST_SECOND);
	ck_assert_uint_eq(fired_at_ns, due_ns);
	ck_assert(!timer.pending);
}
END_TEST

Suite *softirq_suite(void)
{
	Suite *s = suite_create("softirq");
	TCase *c = tcase_create("softirq");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, a_scheduled_context_is_polled_once);
	tcase_add_test(c, contexts_run_in_the_order_of_their_interrupts);
	tcase_add_test(c, with_soft_interrupts_off_work_waits_for_the_last_enable);
	tcase_add_test(c, an_interrupt_during_the_poll_is_not_lost);
	tcase_add_test(c, busy_contexts_take_turns);
	tcase_add_test(c, the_budget_squeezes_and_what_is_left_is_run_later);
	tcase_add_test(c, a_disabled_context_is_not_polled);
	tcase_add_test(c, timers_run_in_soft_interrupt_at_their_time);
	suite_add_tcase(s, c);
	return s;
}
