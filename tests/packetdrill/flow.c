// SPDX-License-Identifier: MIT
#include "flow.h"

#include <stdlib.h>
#include <string.h>

struct flow *flow_new(struct flow **list, uint16_t local_port, uint16_t remote_port)
{
	struct flow *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->local_port = local_port;
	f->remote_port = remote_port;
	f->next = *list;
	*list = f;
	return f;
}

struct flow *flow_find(struct flow *list, uint16_t local_port, uint16_t remote_port)
{
	for (; list; list = list->next)
		if (list->local_port == local_port && list->remote_port == remote_port)
			return list;
	return NULL;
}

void flow_restart(struct flow *f)
{
	f->local_known = f->ts_known = f->remote_isn_known = f->reopening = false;
	f->local_shift = f->ts_shift = 0;
	f->stamp_count = 0;
}

void flows_free(struct flow **list)
{
	while (*list) {
		struct flow *f = *list;

		*list = f->next;
		free(f);
	}
}

void flow_note_stamp(struct flow *f, uint32_t script, uint32_t wire)
{
	for (unsigned int i = 0; i < f->stamp_count; i++)
		if (f->stamps[i].script == script) {
			f->stamps[i].wire = wire;
			return;
		}
	if (f->stamp_count == FLOW_STAMPS_MAX) {
		f->stamp_count--;
		memmove(&f->stamps[0], &f->stamps[1], sizeof(f->stamps[0]) * f->stamp_count);
	}
	f->stamps[f->stamp_count].script = script;
	f->stamps[f->stamp_count++].wire = wire;
}

uint32_t flow_stamp_to_wire(const struct flow *f, uint32_t script)
{
	for (unsigned int i = 0; i < f->stamp_count; i++)
		if (f->stamps[i].script == script)
			return f->stamps[i].wire;
	return f->ts_known ? script + f->ts_shift : script;
}
