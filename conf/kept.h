/* kept.h - statements that gw keeps without acting on them. */
#ifndef GW_CONF_KEPT_H
#define GW_CONF_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

/* A statement of IOS that gw keeps and writes back but does not act on, with the lines of its own mode. */
struct kept_line {
	unsigned level; /* depth below the statement, 1 = directly below */
	char *text;
};
struct kept {
	unsigned refs;
	unsigned rank; /* position in the running configuration, given by cli/ */
	unsigned seq; /* order of entry among equal ranks */
	char *line;
	VEC(struct kept_line) lines;
};
struct kept_list {
	VEC(struct kept *) list;
};

/* Kept statements. A line stands once in a list. */
struct kept *kept_new(unsigned rank, const char *line);
struct kept *kept_list_find(const struct kept_list *, const char *line); /* NULL: none */
/* The statement for editing, made if need be. */
struct kept *kept_list_edit(struct kept_list *, unsigned rank, const char *line);
bool kept_list_remove(struct kept_list *, const char *line);
/* The lines below line `parent` (KEPT_TOP: below the statement itself) are a set: finds or appends one; its
 * place. */
enum { KEPT_TOP = -1 };
size_t kept_put_line(struct kept *, long parent, const char *text);
/* Removes the lines directly below the statement that are text or begin with it, and what stands below them.
 */
bool kept_remove_lines(struct kept *, const char *text);
/* Removes the lines directly below the statement that are `no` and text, or `no` and its beginning. */
void kept_remove_negations(struct kept *, const char *text);

#endif
