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
struct recall;

/* out: where output goes, borrowed. interactive: may ask questions. */
struct vty *vty_new(const struct cli *, struct out *, bool interactive);
void vty_free(struct vty *);

/* One line, without its line feed. 0; -1 when it was refused. */
int vty_line(struct vty *, const char *line, size_t len);
/* What stands before the next line: the prompt, or a question. Borrowed. */
const char *vty_prompt(struct vty *);
/* What the console reads next. A key answers a question by itself: it is handed to vty_line as a line of one
 * character, Enter as an empty one. A secret is not echoed and stays out of every history. Nothing: a command
 * waits for the world (vty_hold); lines stay where they are until vty_wants says something else. */
enum vty_wants { VTY_LINE, VTY_SECRET, VTY_KEY, VTY_NOTHING };
enum vty_wants vty_wants(const struct vty *);
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
void vty_configure(struct vty *); /* into global configuration */
/* Privilege levels as in IOS: 1 user, 15 privileged; user EXEC up to 14 but with '#' from 2 on. 1 at first.
 */
enum { LEVEL_USER = 1, LEVEL_PRIVILEGED = 15 };
void vty_set_level(struct vty *, unsigned level);
unsigned vty_level(const struct vty *);
bool vty_privileged(const struct vty *); /* level 15 */
/* Who types, and on which line: "con0", "vty3". Copied; never NULL when asked for. At first "console" on
 * "console". from: an address or a terminal, "" when there is nothing to say. */
void vty_set_user(struct vty *, const char *user);
void vty_set_line(struct vty *, const char *line, const char *from);
const char *vty_user(const struct vty *);
const char *vty_line_name(const struct vty *);
const char *vty_from(const struct vty *);
/* Asks; the answer comes to fn (where nobody can answer: at once, with an empty line). wants: a line, a
 * secret or a key. */
typedef int vty_answer(struct vty *, const char *answer, void *arg);
int vty_ask(struct vty *, const char *question, enum vty_wants, vty_answer *, void *arg);
/* What a command with questions must not forget between them; the one before is released, this one with the
 * next, or with the console. */
void vty_attach(struct vty *, void *state, void (*release)(void *state));
/* A command that cannot end yet: VTY_NOTHING until vty_go_on, which calls the function of vty_on_go_on. */
void vty_hold(struct vty *);
void vty_go_on(struct vty *);
void vty_on_go_on(struct vty *, void (*fn)(void *arg), void *arg);
/* An answer that those to the next questions are compared with: a copy, forgotten with NULL, with Control-C
 * and with the console. */
void vty_remember(struct vty *, const char *answer);
const char *vty_remembered(const struct vty *);
bool vty_script(const struct vty *); /* the lines of a file, all of them one draft */
/* Whether to say that passwords wait for a master key: a console always, a script once for all its lines. */
bool vty_say_no_key(struct vty *);
struct out *vty_out(struct vty *);

/* How a console shows things: `terminal ...`. Whoever drives it acts on it. */
struct vty_terminal {
	unsigned length, width; /* rows, 0: output is not paged; columns, 0: not counted */
	bool length_set, width_set; /* by a command: the size of the window does not matter */
	unsigned history; /* lines kept, for EXEC and for configuration each; 0: none */
	unsigned timeout_s; /* exec-timeout; 0: never */
	bool monitor; /* log lines are shown on a vty */
	bool synchronous; /* `logging synchronous`; lines being typed are always drawn again */
	bool debug_messages; /* `debug ccsip messages` */
	char type[32]; /* TERM, escaped; "" */
};
enum { VTY_LENGTH = 24, VTY_WIDTH = 80, VTY_TIMEOUT_S = 600 };
struct vty_terminal *vty_terminal(struct vty *);
/* The size of the window, 0: as before, VTY_LENGTH and VTY_WIDTH at first; counts where no command has set
 * one. */
void vty_window(struct vty *, unsigned rows, unsigned columns);
/* Lines typed in EXEC and in configuration; they are remembered as they come, on interactive consoles. */
bool vty_configuring(const struct vty *);
void vty_keep_history(struct vty *, unsigned lines);
const struct recall *vty_recall(const struct vty *, bool configuring);

#endif
