/* console_internal.h - one console: what its two files share, console.c (input, plain lines, the log) and
 * terminal.c (libedit). */
#ifndef GW_GW_CONSOLE_INTERNAL_H
#define GW_GW_CONSOLE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/out.h"
#include "cli/vty.h"
#include "gw/console.h"
#include "gw/gw.h"

struct editline;
struct history;

enum { CONSOLE_PASSWORD_MAX = 512, CONTROL_C = 3 };

struct console {
	struct gw *gw;
	struct vty *vty;
	struct out out;
	struct outlet *output;
	struct loop_timer *again; /* what waits is taken on with, behind the network */
	bool terminal, ended, reading;
	size_t dropped;
	bool refused;
	struct {
		char *text;
		size_t at, len, cap; /* what waits stands at text + at */
		bool too_long, at_end;
	} input;
	/* terminal */
	struct editline *el;
	struct history *history;
	FILE *screen; /* where libedit draws: into output */
	char *prompt;
	int key; /* ^Z, ^C or ^D completed the line */
	size_t run; /* the next so many bytes of the input go into the line in one step */
	bool cut; /* the line had more than TYPED_MAX bytes */
	bool running; /* a line is complete and being carried out: nothing to draw again */
	bool secret; /* an unechoed line is being typed, into password */
	char password[CONSOLE_PASSWORD_MAX];
	size_t password_len;
};

void console_print(void *console, const char *text, size_t len);
void console_print_text(struct console *, const char *text);
void console_run_line(struct console *, const char *line, size_t len);
void console_end(struct console *);
/* What was read and waits to be taken. */
const char *console_waiting(const struct console *, size_t *len);
void console_taken(struct console *, size_t n);

int terminal_open(struct console *); /* -1: not to be had, or too large: plain lines then */
void terminal_close(struct console *);
/* True when all that waited is done, but for the beginning of a key. */
bool terminal_take_keys(struct console *);
/* What stands before the next line, and what is typed of it; and off the screen with it, up to its first row.
 */
void terminal_draw_line(struct console *);
void terminal_clear_line(struct console *);

#endif
