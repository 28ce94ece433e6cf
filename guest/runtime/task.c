// SPDX-License-Identifier: MIT
#include "runtime/task.h"
#include "arch/clock.h"
#include "arch/lapic.h"
#include "arch/paging.h"
#include "runtime/console.h"
#include "runtime/interrupt.h"

#include <assert.h>
#include <errno.h>

/* While tasks run: how often the timer lets soft interrupts look at their timers. */
#define TICK_NS 4000000ull

#define STACK_PAGES  (TASK_STACK_BYTES / PAGE_BYTES)
#define STACK_STRIDE (2ull * TASK_STACK_BYTES)

void context_switch(uint64_t *save_rsp, uint64_t load_rsp);

static uint64_t stack_bottom(size_t index)
{
	return STACK_REGION + index * STACK_STRIDE + PAGE_BYTES; /* the page below stays unmapped */
}

bool task_stack_guard_hit(const struct tasks *t, uint64_t address)
{
	(void)t;
	return address >= STACK_REGION && address < STACK_REGION + TASKS_MAX * STACK_STRIDE &&
	       (address - STACK_REGION) % STACK_STRIDE - PAGE_BYTES >= TASK_STACK_BYTES;
}

const char *task_name(const struct tasks *t)
{
	return t->current ? t->current->name : "none";
}

static void timer_arm(struct tasks *t, uint64_t at_ns)
{
	uint64_t now = clock_now_ns(t->clock);

	t->timer_armed_ns = at_ns;
	t->timer_arms++;
	lapic_timer_arm(t->lapic, VECTOR_TIMER, at_ns > now ? at_ns - now : 0);
}

/* Hard interrupt. In idle the scheduler arms what it needs. */
static void timer_expired(void *ctx, unsigned int vector)
{
	struct tasks *t = ctx;

	(void)vector;
	t->timer_armed_ns = TASK_FOREVER;
	if (!t->idle)
		timer_arm(t, clock_now_ns(t->clock) + TICK_NS);
}

void tasks_init(struct tasks *t, const struct clock *clock, struct lapic *lapic,
		struct interrupts *interrupts, struct page_alloc *pages, struct console *console)
{
	*t = (struct tasks){
		.clock = clock,
		.lapic = lapic,
		.interrupts = interrupts,
		.pages = pages,
		.console = console,
		.timer_armed_ns = TASK_FOREVER,
	};
	INIT_LIST_HEAD(&t->ready);
	INIT_LIST_HEAD(&t->sleeping);
	t->current = &t->task[0];
	t->current->state = TASK_RUNNING;
	t->current->name = "main";
	INIT_LIST_HEAD(&t->current->node);
	interrupt_set(interrupts, VECTOR_TIMER, timer_expired, t);
	timer_arm(t, clock_now_ns(clock) + TICK_NS);
}

void tasks_set_softirq(struct tasks *t, uint64_t (*softirq)(void *ctx), void *ctx)
{
	t->softirq = softirq;
	t->softirq_ctx = ctx;
}

static void make_ready(struct tasks *t, struct task *task)
{
	list_del_init(&task->node);
	task->state = TASK_READY;
	list_add_tail(&task->node, &t->ready);
}

/* Wakes tasks whose time has come; returns the earliest time of those that still wait. */
static uint64_t expire_sleepers(struct tasks *t)
{
	uint64_t now = clock_now_ns(t->clock), next = TASK_FOREVER;
	struct task *task, *n;

	softirq_block(t->interrupts);
	list_for_each_entry_safe(task, n, &t->sleeping, node) {
		if (task->wake_at_ns <= now)
			make_ready(t, task);
		else if (task->wake_at_ns < next)
			next = task->wake_at_ns;
	}
	softirq_unblock(t->interrupts);
	return next;
}

/*
 * Halts until an interrupt, or until `until_ns`. `seen`: the number of interrupts before the caller
 * looked for work; one that came since may have brought some.
 */
static void idle(struct tasks *t, uint64_t until_ns, uint64_t seen)
{
	const struct interrupts *in = t->interrupts;
	uint64_t start;

	console_flush(t->console);
	interrupts_off();
	if (in->count == seen) {
		if (until_ns < t->timer_armed_ns)
			timer_arm(t, until_ns);
		start = rdtsc() - in->hard_tsc - in->soft_tsc;
		t->idle = true;
		interrupts_on_and_halt(); /* the interrupt that ends it runs in here, too */
		t->idle = false;
		t->idle_tsc += rdtsc() - in->hard_tsc - in->soft_tsc - start;
	}
	interrupts_on();
}

static struct task *take_ready(struct tasks *t)
{
	struct task *next = NULL;

	softirq_block(t->interrupts);
	if (!list_empty(&t->ready)) {
		next = list_first_entry(&t->ready, struct task, node);
		list_del_init(&next->node);
		next->state = TASK_RUNNING;
	}
	softirq_unblock(t->interrupts);
	return next;
}

/* Runs another task, or this one again when it is the first to become ready. */
static void schedule(struct tasks *t)
{
	struct task *self = t->current, *next;

	for (;;) {
		uint64_t seen = t->interrupts->count, timer = TASK_FOREVER, wake;

		if (t->softirq)
			timer = t->softirq(t->softirq_ctx);
		wake = expire_sleepers(t);
		next = take_ready(t);
		if (next)
			break;
		if (timer)
			idle(t, timer < wake ? timer : wake, seen);
	}
	if (t->timer_armed_ns - clock_now_ns(t->clock) > TICK_NS) {
		bool on = interrupts_save_off();

		timer_arm(t, clock_now_ns(t->clock) + TICK_NS);
		interrupts_restore(on);
	}
	if (next == self)
		return;
	t->current = next;
	t->switches++;
	context_switch(&self->rsp, next->rsp);
}

void task_prepare(struct tasks *t)
{
	t->current->woken = false;
}

void task_sleep(struct tasks *t, uint64_t timeout_ns)
{
	struct task *self = t->current;
	uint64_t now = clock_now_ns(t->clock);

	assert(!in_interrupt(t->interrupts) && !t->interrupts->softirq_blocked);
	softirq_block(t->interrupts);
	if (self->woken) {
		make_ready(t, self); /* others get their turn */
	} else {
		self->state = TASK_SLEEPING;
		self->wake_at_ns =
			timeout_ns < TASK_FOREVER - now ? now + timeout_ns : TASK_FOREVER;
		list_add_tail(&self->node, &t->sleeping);
	}
	softirq_unblock(t->interrupts);
	schedule(t);
}

void task_wake(struct tasks *t, struct task *task)
{
	softirq_block(t->interrupts);
	task->woken = true;
	if (task->state == TASK_SLEEPING)
		make_ready(t, task);
	softirq_unblock(t->interrupts);
}

static void task_start(struct tasks *t) __attribute__((noreturn));
static void task_start(struct tasks *t)
{
	struct task *self = t->current;

	self->entry(self->ctx);
	/* The stack stays: it is still in use until the switch. The slot is not reused. */
	self->state = TASK_SLEEPING;
	self->wake_at_ns = TASK_FOREVER;
	for (;;)
		schedule(t);
}

/* First return address of a new task's stack: passes `tasks` from a preserved register. */
void task_trampoline(void);
asm(".text\n"
    ".globl task_trampoline\n"
    "task_trampoline:\n"
    "	mov %rbx, %rdi\n"
    "	xor %ebp, %ebp\n"
    "	call *%r12\n"
    "	ud2\n");

int task_create(struct tasks *t, const char *name, void (*entry)(void *ctx), void *ctx)
{
	struct task *task = NULL;
	uint64_t *stack;

	for (size_t i = 1; i < TASKS_MAX && !task; i++)
		if (t->task[i].state == TASK_FREE)
			task = &t->task[i];
	if (!task)
		return -EAGAIN;
	if (paging_map_fresh(t->pages, stack_bottom((size_t)(task - t->task)), STACK_PAGES))
		return -ENOMEM;
	*task = (struct task){.name = name, .entry = entry, .ctx = ctx};
	INIT_LIST_HEAD(&task->node);

	/* What context_switch pops: r15 r14 r13 r12 rbp rbx, return address. */
	stack = (uint64_t *)(stack_bottom((size_t)(task - t->task)) + TASK_STACK_BYTES);
	*--stack = 0; /* two words keep the trampoline's stack aligned to 16 */
	*--stack = 0;
	*--stack = (uint64_t)task_trampoline;
	*--stack = (uint64_t)t; /* rbx */
	*--stack = 0;
	*--stack = (uint64_t)task_start; /* r12 */
	*--stack = 0;
	*--stack = 0;
	*--stack = 0;
	task->rsp = (uint64_t)stack;
	softirq_block(t->interrupts);
	make_ready(t, task);
	softirq_unblock(t->interrupts);
	return 0;
}
