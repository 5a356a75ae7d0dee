/* frame.h - what a front (keyboard and screen) and a console (modes, pager, history) say to each other: over
 * the control socket as frames of u32 length, type byte and payload, in one process by direct calls with the
 * same payloads. Numbers are big-endian. Pure.
 *
 * A front numbers its requests (LINE, END, HELP, COMPLETE, KEY, INTERRUPT) from 1. The console answers each
 * with what it prints and one READ that carries the number of requests it has done; a front types on when
 * that is all of them. A READ may also come by itself: what a command waited for has come, or, while the
 * front is typing, the session is over and what was typed is for nobody. */
#ifndef GW_GW_FRAME_H
#define GW_GW_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"

enum { FRAME_VERSION = 1 };
enum { FRAME_HEADER = 5, FRAME_MAX = 1 << 16 }; /* FRAME_MAX: bytes of payload */
enum { FRAME_PIECE = 1 << 14 }; /* bytes of text in one PRINT */

enum frame_type {
	/* front to console */
	FRAME_HELLO = 1, /* first of all, once: struct frame_hello */
	FRAME_LINE, /* number: its length, text: as much of it as a line may have */
	FRAME_END, /* ^Z: like LINE, then out of configuration */
	FRAME_HELP, /* `?`: the text before the cursor, to the end of the payload */
	FRAME_COMPLETE, /* Tab: the same */
	FRAME_KEY, /* one byte */
	FRAME_INTERRUPT, /* ^C */
	FRAME_SIZE, /* number: rows, number: columns; 0: unknown */
	FRAME_EOF, /* no more input */
	/* console to front */
	FRAME_PRINT = 64, /* text, to the end of the payload */
	FRAME_READ, /* struct frame_read */
	FRAME_COMPLETION, /* byte: one word fits; text: the rest of it */
	FRAME_LOG, /* lines to show above what is being typed, without the last line feed */
	/* byte: group, number: how many lines are kept (0: those there go too), text: one more line, or "" */
	FRAME_HISTORY,
	FRAME_BYE, /* byte: enum frame_bye, text: why, or "" */
};

struct frame {
	enum frame_type type;
	const char *data; /* borrowed */
	size_t len;
};
/* Takes a frame from the other side. */
typedef void frame_take(void *arg, const struct frame *);

/* Texts are borrowed: when written from the caller, when read from storage in the struct. */
enum { FRAME_NAME_MAX = 256 };
struct frame_hello {
	unsigned version;
	bool command; /* gw -c: privileged, nothing but what the commands print */
	bool terminal; /* may ask questions, page, log */
	unsigned rows, columns; /* 0: unknown */
	char term[FRAME_NAME_MAX], tty[FRAME_NAME_MAX], origin[FRAME_NAME_MAX]; /* for information only */
};

enum frame_group { FRAME_EXEC, FRAME_CONFIGURATION, FRAME_GROUPS }; /* each has a history */
struct frame_read {
	unsigned done; /* requests */
	unsigned wants; /* enum vty_wants */
	bool refused; /* a line was, with this request */
	enum frame_group group;
	char *prompt;
};

enum frame_bye { BYE_CLOSED, BYE_ENDING, BYE_REFUSED }; /* by request, or the gateway's, or not let in */

/* Payloads. */
void frame_put_byte(struct out *, unsigned);
void frame_put_number(struct out *, size_t);
void frame_put_text(struct out *, const char *text, size_t len);
struct frame_reader {
	const char *at;
	size_t left;
	bool bad; /* something was missing; what is read then is 0 or "" */
};
struct frame_reader frame_reader(const struct frame *);
unsigned frame_byte(struct frame_reader *);
size_t frame_number(struct frame_reader *);
const char *frame_text(struct frame_reader *, size_t *len); /* borrowed, not terminated */
bool frame_all(const struct frame_reader *); /* everything was there, and nothing more */

void frame_put_hello(struct out *, const struct frame_hello *);
bool frame_get_hello(const struct frame *, struct frame_hello *); /* of any version: the rest may be "" */
void frame_put_read(struct out *, const struct frame_read *);
bool frame_get_read(const struct frame *, struct frame_read *); /* true: the caller frees the prompt */

/* A frame as bytes. */
void frame_encode(struct out *, const struct frame *);

/* Bytes to frames. */
struct frame_stream {
	char *buf;
	size_t at, len, cap; /* what waits stands at buf + at */
	size_t last; /* where the frame before it begins */
};
void frame_stream_free(struct frame_stream *);
/* Where the next bytes go, room for at least one, and then how many came. */
char *frame_stream_room(struct frame_stream *, size_t *room);
void frame_stream_add(struct frame_stream *, size_t n);
/* 1: a frame, borrowed until the next call, which wipes it: it may be a password; 0: not whole yet; -1: no
 * such frame, the stream is useless. */
int frame_stream_next(struct frame_stream *, struct frame *);

#endif
