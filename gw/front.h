/* front.h - keyboard and screen: libedit on a terminal (gw/terminal.c), plain lines otherwise. Knows no mode
 * and no command: a console (gw/console.h) does, in this process or behind the control socket; they talk in
 * frames. Owns standard input and output while it lives. */
#ifndef GW_GW_FRONT_H
#define GW_GW_FRONT_H

#include <stdbool.h>

#include "gw/frame.h"

struct front;
struct loop;

struct front_peer {
	void *arg;
	frame_take *send; /* to the console; answers may come before it returns */
	/* The console said BYE, or nobody reads the output any more; once. front_free from here is too
	 * early. */
	void (*ended)(void *arg);
	void (*drained)(void *arg); /* front_stalled may have changed; may be NULL */
};

/* script: the lines to run instead of standard input, borrowed; NULL: standard input. command: they are those
 * of gw -c. */
struct front *front_new(struct loop *, const struct front_peer *, const char *script, bool command);
void front_free(struct front *); /* NULL ok; the terminal is as before */
void front_begin(struct front *); /* says HELLO and reads */
frame_take front_take; /* arg: struct front */
bool front_terminal(const struct front *);
bool front_stalled(const struct front *); /* the reader of the output is behind: send no more */
size_t front_output_left(const struct front *); /* bytes that the reader has not taken */
bool front_greeted(const struct front *); /* the console has answered HELLO */
bool front_refused(const struct front *); /* some line was */
/* How it ended: what BYE said, or BYE_CLOSED. why: borrowed, "" when nothing was said. */
enum frame_bye front_bye(const struct front *, const char **why);

void front_lost(struct front *); /* the console is gone without BYE */
void front_close(struct front *); /* the terminal is as before; front_free does it too */
void front_interrupt(struct front *); /* SIGINT: as Control-C */
void front_resized(struct front *); /* SIGWINCH */

#endif
