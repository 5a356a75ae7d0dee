/* console.h - a console as the gateway sees it: modes, pager, history, settings, what of the log it shows.
 * Knows no terminal: a front (gw/front.h) is at the other end, in this process or behind the control socket;
 * they talk in frames. Nothing here waits for it. */
#ifndef GW_GW_CONSOLE_H
#define GW_GW_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "gw/frame.h"

struct console;
struct consoles;
struct gw;

enum {
	CONSOLES_MAX = 100, /* attached ones: vty 0 to 99 */
	CONSOLES_TRUSTED = 5, /* of them for those who are trusted: nobody locks them out */
};

/* All consoles, by line. */
struct consoles *consoles_new(struct gw *);
void consoles_free(struct consoles *); /* there are none any more */
void consoles_each(const struct consoles *, console_visit *, void *arg);
/* Ends the session on a line, "con0" or "vty3", if there is one; not from within a command on that line. */
void consoles_clear(struct consoles *, const char *line);
void consoles_end(struct consoles *, const char *why); /* the gateway ends: says so everywhere */

/* Who is at the other end. */
struct console_peer {
	void *arg;
	frame_take *send; /* to the front */
	size_t (*left)(void *arg); /* bytes sent that it has not taken yet */
	void (*ended)(void *arg); /* BYE is sent; console_free from here is too early */
};
struct console_origin {
	bool attached; /* a vty; else the console of this process */
	const char *user; /* of the operating system */
	bool trusted; /* root, or the user who runs the gateway */
};

/* Says what is to be read first. NULL: no line is free. */
struct console *console_new(
    struct gw *, const struct console_peer *, const struct console_origin *, const struct frame_hello *);
void console_free(struct console *); /* NULL ok */
/* A frame of the front. Frames other than INTERRUPT should wait while `left` is not 0. */
frame_take console_take; /* arg: struct console */
bool console_debugs(const struct console *); /* `debug` is on */

#endif
