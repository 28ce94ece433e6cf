// SPDX-License-Identifier: MIT
/*
 * Timers on a hierarchical wheel (timer_wheel.h). A timer lies in the level of the highest byte in
 * which its time differs from the wheel's: arming and disarming are O(1); when the wheel reaches a
 * slot of a higher level, that slot's timers move down. Equal times run in the order of arming. The
 * wheel knows when it has something to do next, so that looking too early, as each poll of a card
 * does, costs a comparison.
 */
#include <net/timer_wheel.h>
#include <net/net_namespace.h>

/* Timers of one slot looked at for the exact next expiry before a lower bound must do. */
#define NEXT_SCAN_LIMIT 16

void timer_wheel_init(struct timer_wheel *w, uint64_t now_ns)
{
	w->base_ns = now_ns;
	w->floor_ns = now_ns;
	w->next_ns = UINT64_MAX;
	w->next_known = true;
	w->pending = 0;
	w->levels_occupied = 0;
	for (unsigned int l = 0; l < TIMER_LEVELS; l++) {
		for (unsigned int i = 0; i < TIMER_SLOTS / 64; i++)
			w->levels[l].occupied[i] = 0;
		for (unsigned int i = 0; i < TIMER_SLOTS; i++)
			INIT_LIST_HEAD(&w->levels[l].slots[i]);
	}
}

static void insert(struct timer_wheel *w, struct timer_list *t)
{
	uint64_t differs = t->expires_ns ^ w->base_ns;
	unsigned int level =
		differs ? (63 - (unsigned int)__builtin_clzll(differs)) / TIMER_LEVEL_BITS : 0;
	unsigned int slot = (t->expires_ns >> (level * TIMER_LEVEL_BITS)) & (TIMER_SLOTS - 1);

	list_add_tail(&t->node, &w->levels[level].slots[slot]);
	w->levels[level].occupied[slot / 64] |= 1ull << (slot % 64);
	w->levels_occupied |= (uint8_t)(1u << level);
}

/* The first slot that holds timers, or -1; clears the marks of slots that became empty. */
static int first_occupied(struct timer_level *l)
{
	for (unsigned int i = 0; i < TIMER_SLOTS / 64; i++)
		while (l->occupied[i]) {
			unsigned int slot = i * 64 + (unsigned int)__builtin_ctzll(l->occupied[i]);

			if (!list_empty(&l->slots[slot]))
				return (int)slot;
			l->occupied[i] &= l->occupied[i] - 1;
		}
	return -1;
}

/*
 * Timers of a lower level expire before those of a higher one, and within a level in the order of
 * slots, so the first slot found is the earliest. Returns it and when it begins.
 */
static struct list_head *earliest_slot(struct timer_wheel *w, unsigned int *level,
				       uint64_t *begins_ns)
{
	while (w->levels_occupied) {
		unsigned int l = (unsigned int)__builtin_ctz(w->levels_occupied);
		unsigned int shift = l * TIMER_LEVEL_BITS;
		int slot = first_occupied(&w->levels[l]);

		if (slot < 0) {
			w->levels_occupied &= (uint8_t)(w->levels_occupied - 1);
			continue;
		}
		*level = l;
		/* At the top level TIMER_SLOTS << shift wraps to 0: the mask is then empty. */
		*begins_ns = (w->base_ns & ~(((uint64_t)TIMER_SLOTS << shift) - 1)) |
			     (uint64_t)slot << shift;
		return &w->levels[l].slots[slot];
	}
	return NULL;
}

static void fire(struct timer_wheel *w, struct timer_list *t)
{
	list_del_init(&t->node);
	t->pending = false;
	w->pending--;
	t->function(t);
}

/* The earliest timer by looking at it. */
static noinline uint64_t find_next(struct timer_wheel *w)
{
	uint64_t begins_ns, next_ns = UINT64_MAX;
	struct list_head *slot;
	struct timer_list *t;
	unsigned int level, seen = 0;

	if (!w->pending)
		return UINT64_MAX;
	slot = earliest_slot(w, &level, &begins_ns);
	assert(slot);
	list_for_each_entry(t, slot, node) {
		if (++seen > NEXT_SCAN_LIMIT)
			return begins_ns;
		if (t->expires_ns < next_ns)
			next_ns = t->expires_ns;
	}
	return next_ns;
}

uint64_t timer_wheel_next(struct timer_wheel *w)
{
	if (!w->next_known) {
		w->next_ns = find_next(w);
		w->next_known = true;
	}
	return w->next_ns;
}

static noinline void run_due(struct timer_wheel *w, uint64_t now_ns)
{
	struct list_head *slot;
	unsigned int level;
	uint64_t begins_ns;

	while ((slot = earliest_slot(w, &level, &begins_ns)) && begins_ns <= now_ns) {
		w->base_ns = begins_ns;
		if (level == 0) {
			while (!list_empty(slot))
				fire(w, list_first_entry(slot, struct timer_list, node));
			continue;
		}
		while (!list_empty(slot)) {
			struct timer_list *t = list_first_entry(slot, struct timer_list, node);

			list_del_init(&t->node);
			insert(w, t);
		}
	}
	w->base_ns = now_ns;
	w->next_known = false;
	timer_wheel_next(w);
}

void timer_wheel_run(struct timer_wheel *w, uint64_t now_ns)
{
	if (now_ns < w->base_ns)
		return;
	if (now_ns != UINT64_MAX)
		w->floor_ns = now_ns + 1;
	if (unlikely(now_ns >= w->next_ns))
		run_due(w, now_ns);
}

void timer_setup(struct timer_list *t, void (*function)(struct timer_list *t))
{
	INIT_LIST_HEAD(&t->node);
	t->expires_ns = 0;
	t->function = function;
	t->pending = false;
}

/* Off its slot; was it the earliest, another one is now. */
static void take_off(struct timer_wheel *w, struct timer_list *t)
{
	list_del_init(&t->node);
	if (t->expires_ns == w->next_ns)
		w->next_known = false;
}

void timer_wheel_add(struct timer_wheel *w, struct timer_list *t, uint64_t expires_ns)
{
	if (t->pending)
		take_off(w, t);
	else
		w->pending++;
	t->pending = true;
	t->expires_ns = expires_ns > w->floor_ns ? expires_ns : w->floor_ns;
	insert(w, t);
	if (t->expires_ns < w->next_ns) {
		w->next_ns = t->expires_ns;
		w->next_known = true;
	}
}

bool timer_wheel_del(struct timer_wheel *w, struct timer_list *t)
{
	if (!t->pending)
		return false;
	take_off(w, t);
	t->pending = false;
	w->pending--;
	return true;
}

void timer_mod(struct net *net, struct timer_list *t, uint64_t expires_ns)
{
	local_bh_disable(net);
	timer_wheel_add(&net->timers, t, expires_ns);
	local_bh_enable(net);
}

bool timer_del(struct net *net, struct timer_list *t)
{
	bool was_pending;

	local_bh_disable(net);
	was_pending = timer_wheel_del(&net->timers, t);
	local_bh_enable(net);
	return was_pending;
}
