/* filter.h - what stands behind `|`: begin, count, exclude, include, section. */
#ifndef GW_CLI_FILTER_H
#define GW_CLI_FILTER_H

#include <stddef.h>

#include "base/out.h"
#include "cli/grammar.h"

struct filter;
extern const struct word filter_words[]; /* for `?`, ended by NULL */

/* text: "include RE" (POSIX extended, `{` and `}` ordinary as in IOS; at most 256 characters). NULL with a
 * text. */
struct filter *filter_new(const char *text, struct out *to, char *err, size_t errsz);
struct out *filter_in(struct filter *); /* print here */
void filter_free(struct filter *); /* hands over the last line and the count */

#endif
