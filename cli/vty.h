/* vty.h - one console: a stack of modes; a line goes in, text comes out. Driven by gw/ (terminal, pipe), by
 * scripts and by tests; knows nothing of terminals. */
#ifndef GW_CLI_VTY_H
#define GW_CLI_VTY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/out.h"
#include "cli/cli.h"

enum { LINE_MAX_BYTES = 4096 }; /* longer ones, keywords in full, are refused whole */

struct vty;

/* out: where output goes, borrowed. interactive: may ask questions. */
struct vty *vty_new(const struct cli *, struct out *, bool interactive);
void vty_free(struct vty *);

/* One line, without its line feed. 0; -1 when it was refused. */
int vty_line(struct vty *, const char *line, size_t len);
/* What stands before the next line: the prompt, or a question. Borrowed. */
const char *vty_prompt(struct vty *);
bool vty_wants_secret(const struct vty *); /* do not echo the next line, keep it out of the history */
bool vty_closed(const struct vty *); /* `exit` at the top */
/* Control-Z, Control-C. */
void vty_end(struct vty *);
void vty_interrupt(struct vty *);

/* `?` behind line. */
void vty_help(struct vty *, const char *line);
/* Tab behind line: the rest of the one word that fits, with a blank; NULL when there is not exactly one.
 * Caller frees. */
char *vty_complete(struct vty *, const char *line);

/* For exec commands and configuration handlers. */
const struct cli *vty_cli(const struct vty *);
bool vty_interactive(const struct vty *);
void vty_close(struct vty *);
void vty_set_level(struct vty *, bool privileged);
void vty_configure(struct vty *); /* into global configuration */
bool vty_privileged(const struct vty *);
/* Asks; the answer comes to fn (where nobody can answer: at once, with an empty line). secret: no echo. */
typedef int vty_answer(struct vty *, const char *answer, void *arg);
int vty_ask(struct vty *, const char *question, bool secret, vty_answer *, void *arg);
struct out *vty_out(struct vty *);

#endif
