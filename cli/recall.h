/* recall.h - the lines typed at a console, for `show history` and the up key. Pure. */
#ifndef GW_CLI_RECALL_H
#define GW_CLI_RECALL_H

#include <stddef.h>

#include "base/vec.h"

enum { RECALL_DEFAULT = 10, RECALL_MAX = 256 }; /* lines (IOS: terminal history size) */

struct recall {
	VEC(char *) lines; /* oldest first */
	size_t added; /* so many in all */
};

/* Keeps at most `keep` lines. Blank lines, the line that was last already and lines that may hold a secret
 * stay out. */
void recall_add(struct recall *, const char *line, size_t keep);
void recall_limit(struct recall *, size_t keep);

#endif
