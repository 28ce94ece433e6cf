// SPDX-License-Identifier: MIT
#include "expr.h"

#include <arpa/inet.h>
#include <string.h>
#include "symbols.h"

bool expr_is_ellipsis(const struct expr *e)
{
	return e->kind == EXPR_ELLIPSIS;
}

static bool call_value(struct run *r, const struct expr *e, int64_t *value)
{
	if (!e->items || !expr_integer(r, e->items, value))
		return run_fail(r, e->line, "%s() needs a number", e->text);
	if (!strcmp(e->text, "htons"))
		*value = htons((uint16_t)*value);
	else if (!strcmp(e->text, "htonl"))
		*value = htonl((uint32_t)*value);
	else
		return run_fail(r, e->line, "%s() is not known here; htons() and htonl() are",
				e->text);
	return true;
}

bool expr_integer(struct run *r, const struct expr *e, int64_t *value)
{
	int64_t part = 0;

	*value = 0;
	switch (e->kind) {
	case EXPR_INTEGER:
		*value = e->value;
		return true;
	case EXPR_WORD:
		if (!symbol_value(e->text, value))
			return run_fail(r, e->line, "'%s' is not a known constant", e->text);
		return true;
	case EXPR_CALL:
		return call_value(r, e, value);
	case EXPR_OR:
		*value = 0;
		for (const struct expr *i = e->items; i; i = i->next) {
			if (!expr_integer(r, i, &part))
				return false;
			*value |= part;
		}
		return true;
	default:
		return run_fail(r, e->line, "a number belongs here");
	}
}

const struct expr *expr_field(const struct expr *e, const char *name)
{
	for (const struct expr *i = e->items; i; i = i->next)
		if (i->kind == EXPR_FIELD && !strcmp(i->items->text, name))
			return i->items->next;
	return NULL;
}
