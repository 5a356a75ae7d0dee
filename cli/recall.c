#include "cli/recall.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/conceal.h"

/* More than may_hold_secret: a misspelled line makes no sense to it, and its password is as secret. */
static bool
may_remember(const char *line)
{
	return !may_hold_secret(line, strlen(line)) && !takes_secret(line) &&
	       strcasestr(line, "passw") == NULL && strcasestr(line, "cred") == NULL &&
	       strcasestr(line, "auth") == NULL;
}

void
recall_add(struct recall *r, const char *line, size_t keep)
{
	if (keep == 0 || line[strspn(line, " \t")] == '\0' || !may_remember(line) ||
	    (r->lines.n > 0 && str_eq(r->lines.v[r->lines.n - 1], line)))
		return;
	recall_limit(r, keep - 1);
	vec_push(&r->lines, xstrdup(line));
	r->added++;
}

void
recall_limit(struct recall *r, size_t keep)
{
	while (r->lines.n > keep) {
		free(r->lines.v[0]);
		vec_remove(&r->lines, 0);
	}
	if (r->lines.n == 0)
		vec_free(&r->lines);
}
