/* pager.h - output by the page (IOS): ` --More-- ` stands below a full one; space: the next page, Enter: one
 * line more, `/RE` goes on at the first line that matches, `+RE` with those that match, `-RE` without them,
 * any other key: the rest is dropped. Pure; what does not fit yet is kept. */
#ifndef GW_CLI_PAGER_H
#define GW_CLI_PAGER_H

#include <stddef.h>
#include <stdint.h>

struct pager;

typedef void pager_emit(void *arg, const char *text, size_t len);

/* now: ms, against expressions that take too long; NULL: they may. */
struct pager *pager_new(pager_emit *, int64_t (*now)(void *arg), void *arg);
void pager_free(struct pager *); /* NULL ok */

/* A new command on a screen of so many rows (0: it never stops) and columns (0: lines do not wrap). */
void pager_begin(struct pager *, unsigned rows, unsigned columns);
void pager_write(struct pager *, const char *text, size_t len);
void pager_flush(struct pager *); /* the command is done, or waits: half a line goes as well */

enum pager_wants { PAGER_NOTHING, PAGER_KEY, PAGER_TEXT };
enum pager_wants pager_wants(const struct pager *);
const char *pager_prompt(const struct pager *); /* what stands before the key or the text */
void pager_key(struct pager *, char key);
void pager_text(struct pager *, const char *expression);
void pager_stop(struct pager *); /* the rest of the command's output is dropped */

#endif
