/* front_internal.h - what the two files of the front share: front.c (input, plain lines, frames) and
 * terminal.c (libedit). */
#ifndef GW_GW_FRONT_INTERNAL_H
#define GW_GW_FRONT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/vty.h"
#include "gw/front.h"
#include "gw/loop.h"

struct editline;
struct history;

enum { TYPED_SECRET_MAX = 512, CONTROL_C = 3 };

struct front {
	struct loop *loop;
	struct front_peer peer;
	const char *script;
	bool command; /* gw -c */
	struct outlet *output;
	struct out gathered; /* echoes of the keys that are being taken: one write for all of them */
	bool gathers;
	struct loop_timer *again; /* what waits is taken on with, behind the network */
	bool terminal, began, greeted, ended, told, reading, refused;
	enum frame_bye bye;
	char *why;
	struct { /* what the console reads, as it said last */
		enum vty_wants wants;
		enum frame_group group;
		char *prompt;
		unsigned done;
	} read;
	unsigned asked; /* requests sent */
	bool mute; /* interrupted: what the console prints is not shown until it has answered */
	struct {
		char *text;
		size_t at, len, cap; /* what waits stands at text + at */
		size_t cut; /* bytes of a long line thrown away */
		bool at_end;
	} input;
	/* terminal */
	struct editline *el;
	struct history *history[FRAME_GROUPS];
	FILE *screen; /* where libedit draws: into output */
	int key; /* ^Z, ^C or ^D completed the line */
	enum frame_type wish; /* `?` or Tab was typed; 0: none */
	bool completed; /* by the answer to Tab */
	char *completion;
	size_t run; /* the next so many bytes of the input go into the middle of the line in one step */
	size_t cut; /* bytes of the typed line thrown away */
	bool drawn; /* prompt and typed line stand on the screen */
	char secret[TYPED_SECRET_MAX]; /* a line that is not echoed */
	size_t secret_len;
};

void front_print(void *front, const char *text, size_t len);
void front_print_text(struct front *, const char *text);
/* What was read and waits to be taken. */
const char *front_waiting(const struct front *, size_t *len);
void front_taken(struct front *, size_t n);
/* Whether the console wants input, and the reader of the output keeps up. */
bool front_may_type(const struct front *);
/* Requests. line: `more` bytes behind the text were thrown away. */
void front_ask(struct front *, enum frame_type, const char *data, size_t len);
void front_ask_line(struct front *, enum frame_type, const char *text, size_t len, size_t more);
void front_send_size(struct front *, unsigned rows, unsigned columns);
void front_eof(struct front *);

int terminal_open(struct front *); /* -1: not to be had, or too large: plain lines then */
void terminal_close(struct front *);
bool terminal_size(unsigned *rows, unsigned *columns); /* false: not to be had, or too large */
void terminal_resize(struct front *, unsigned rows, unsigned columns);
/* True when all that waited is done, but for the beginning of a key. */
bool terminal_take_keys(struct front *);
/* What stands before the next line, and what is typed of it; and off the screen with it, up to its first row.
 */
void terminal_draw(struct front *);
void terminal_clear(struct front *);
void terminal_abandon(struct front *); /* forgets the typed line */
void terminal_forget(struct front *); /* and what is typed of a secret */
void terminal_history(struct front *, enum frame_group, size_t lines, const char *line); /* HISTORY */

#endif
