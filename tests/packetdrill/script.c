// SPDX-License-Identifier: MIT
/* Memory and errors of a parsed script (script.h), and the way into the grammar. */
#include "script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "grammar.h"
#include "lexer.h"

struct arena_chunk {
	struct arena_chunk *next;
	max_align_t bytes[];
};

void *script_alloc(struct script *s, size_t size)
{
	struct arena_chunk *c = calloc(1, sizeof(*c) + size);

	if (!c)
		abort();
	c->next = s->chunks;
	s->chunks = c;
	return c->bytes;
}

char *script_text(struct script *s, const char *text, size_t len)
{
	char *copy = script_alloc(s, len + 1);

	memcpy(copy, text, len);
	return copy;
}

void script_error(struct script *s, int line, const char *fmt, ...)
{
	va_list args;
	int used;

	if (s->error[0])
		return;
	used = snprintf(s->error, sizeof(s->error), "%s:%d: ", s->path, line);
	va_start(args, fmt);
	if (used > 0 && (size_t)used < sizeof(s->error))
		vsnprintf(s->error + used, sizeof(s->error) - (size_t)used, fmt, args);
	va_end(args);
}

static void parse_file(struct script *s, FILE *file)
{
	yyscan_t scanner;

	if (yylex_init_extra(s, &scanner)) {
		script_error(s, 0, "no memory");
		return;
	}
	yyset_in(file, scanner);
	if (yyparse(scanner, s))
		script_error(s, 0, "not a script");
	yylex_destroy(scanner);
}

struct script *script_parse(const char *path, char **error)
{
	struct script *s = calloc(1, sizeof(*s));
	FILE *file = fopen(path, "r");

	if (!s)
		abort();
	s->path = script_text(s, path, strlen(path));
	if (file) {
		parse_file(s, file);
		fclose(file);
	} else {
		script_error(s, 0, "%s", strerror(errno));
	}
	if (!s->error[0])
		return s;
	*error = strdup(s->error);
	script_free(s);
	return NULL;
}

void script_free(struct script *s)
{
	while (s->chunks) {
		struct arena_chunk *next = s->chunks->next;

		free(s->chunks);
		s->chunks = next;
	}
	free(s);
}
