/* diff.h - what differs between two configuration texts, statement by statement. Pure.
 *
 * A statement is a line below its sections: where it stands there does not count, except where order means
 * something (access lists, policy maps, name servers). Comments, blank lines, `end` and the lines that `show
 * running-config` prints above are no statements. Cost: one look at each line. */
#ifndef GW_CLI_DIFF_H
#define GW_CLI_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/out.h"

struct diff;

/* The texts are borrowed until diff_free; they may hold any bytes. */
struct diff *diff_new(const char *before, size_t before_len, const char *after, size_t after_len);
void diff_free(struct diff *);
bool diff_same(const struct diff *);

/* As `show archive config differences`: what is added with '+', then what is gone with '-', the sections they
 * stand in without a mark. */
void diff_print(const struct diff *, struct out *);
/* Statements of `after` alone, in their sections; removals: with `no` in front, those of `before` alone. */
void diff_print_additions(const struct diff *, struct out *);
void diff_print_removals(const struct diff *, struct out *);
/* The statements of `after` whose words, section by section, begin with path ("voice service voip sip"), each
 * with what stands below it and the sections above; words may be shortened where nothing fits in full.
 * Returns how many. */
size_t diff_print_path(const struct diff *, const char *path, struct out *);

#endif
