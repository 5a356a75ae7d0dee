/* A configuration as nested statements, from its text. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"
#include "cli/vty_internal.h"

/* Lines of a text, those that say nothing left out. */
struct lines {
	const char *next;
	const char *line; /* without its blanks; NULL: no more */
	size_t len, indent;
};

/* A banner is one statement of several lines. */
static size_t
banner_length(const char *line, size_t len)
{
	char *first = xstrndup(line, len), *delimiter = banner_goes_on(first);
	const char *end = delimiter == NULL ? NULL : strstr(line + len, delimiter);

	if (end != NULL)
		len = (size_t)(end - line) + strlen(delimiter);
	free(delimiter);
	free(first);
	return len;
}

static void
advance(struct lines *l)
{
	do {
		if (*l->next == '\0') {
			*l = (struct lines){ .next = l->next };
			return;
		}
		l->indent = strspn(l->next, " ");
		l->line = l->next + l->indent;
		l->len = strcspn(l->line, "\n");
		if (l->indent == 0 && str_starts(l->line, "banner "))
			l->len = banner_length(l->line, l->len);
		l->next = l->line + l->len;
		l->next += *l->next == '\n';
	} while (l->len == 0 || *l->line == '!' ||
		 (l->indent == 0 && l->len == 3 && memcmp(l->line, "end", 3) == 0));
}

void
config_json(struct json *j, const char *key, const char *text)
{
	struct lines l = { .next = text };
	VEC(size_t) above = { 0 }; /* indents of the statements that are open */

	json_array(j, key);
	for (advance(&l); l.line != NULL;) {
		size_t indent = l.indent;

		json_object(j, NULL);
		json_text(j, "line", l.line, l.len);
		advance(&l);
		if (l.line != NULL && l.indent > indent) {
			json_array(j, "lines");
			vec_push(&above, indent);
			continue;
		}
		json_close(j);
		while (above.n > 0 && l.indent <= above.v[above.n - 1]) {
			json_close(j);
			json_close(j);
			above.n--;
		}
	}
	json_close(j);
	vec_free(&above);
}
