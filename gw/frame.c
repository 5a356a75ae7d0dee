#include "gw/frame.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { PIECE = 4096 }; /* bytes that can be read beside the longest frame */

/* Payloads. */

void
frame_put_byte(struct out *o, unsigned byte)
{
	out_char(o, (char)byte);
}

void
frame_put_number(struct out *o, size_t number)
{
	uint32_t n = number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
	char bytes[4] = { (char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n };

	out_write(o, bytes, sizeof bytes);
}

void
frame_put_text(struct out *o, const char *text, size_t len)
{
	frame_put_number(o, len);
	out_write(o, text, len);
}

struct frame_reader
frame_reader(const struct frame *f)
{
	return (struct frame_reader){ f->data, f->len, false };
}

/* The next n bytes; NULL: they are not there. */
static const char *
take(struct frame_reader *r, size_t n)
{
	const char *at = r->at;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	r->left -= n;
	return at;
}

unsigned
frame_byte(struct frame_reader *r)
{
	const char *at = take(r, 1);

	return at == NULL ? 0 : (unsigned char)*at;
}

static uint32_t
number_at(const char *at)
{
	const unsigned char *u = (const unsigned char *)at;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

size_t
frame_number(struct frame_reader *r)
{
	const char *at = take(r, 4);

	return at == NULL ? 0 : number_at(at);
}

const char *
frame_text(struct frame_reader *r, size_t *len)
{
	const char *at;

	*len = frame_number(r);
	at = take(r, *len);
	if (at == NULL)
		*len = 0;
	return at == NULL ? "" : at;
}

bool
frame_all(const struct frame_reader *r)
{
	return !r->bad && r->left == 0;
}

/* A text into a fixed place, cut there and at a NUL. */
static void
get_name(struct frame_reader *r, char name[FRAME_NAME_MAX])
{
	size_t len;
	const char *text = frame_text(r, &len);

	if (len > FRAME_NAME_MAX - 1)
		len = FRAME_NAME_MAX - 1;
	memcpy(name, text, len);
	name[len] = '\0';
}

void
frame_put_hello(struct out *o, const struct frame_hello *h)
{
	frame_put_number(o, h->version);
	frame_put_byte(o, h->command);
	frame_put_byte(o, h->terminal);
	frame_put_number(o, h->rows);
	frame_put_number(o, h->columns);
	frame_put_text(o, h->term, strlen(h->term));
	frame_put_text(o, h->tty, strlen(h->tty));
	frame_put_text(o, h->origin, strlen(h->origin));
}

bool
frame_get_hello(const struct frame *f, struct frame_hello *h)
{
	struct frame_reader r = frame_reader(f);

	h->version = (unsigned)frame_number(&r);
	h->command = frame_byte(&r) != 0;
	h->terminal = frame_byte(&r) != 0;
	h->rows = (unsigned)frame_number(&r);
	h->columns = (unsigned)frame_number(&r);
	get_name(&r, h->term);
	get_name(&r, h->tty);
	get_name(&r, h->origin);
	return f->type == FRAME_HELLO && (h->version != FRAME_VERSION || frame_all(&r));
}

void
frame_put_read(struct out *o, const struct frame_read *read)
{
	frame_put_number(o, read->done);
	frame_put_byte(o, read->wants);
	frame_put_byte(o, read->refused);
	frame_put_byte(o, read->group);
	frame_put_text(o, read->prompt, strlen(read->prompt));
}

bool
frame_get_read(const struct frame *f, struct frame_read *read)
{
	struct frame_reader r = frame_reader(f);
	struct frame_read got = { .done = (unsigned)frame_number(&r) };
	const char *prompt;
	size_t len;

	got.wants = frame_byte(&r);
	got.refused = frame_byte(&r) != 0;
	got.group = frame_byte(&r) == FRAME_EXEC ? FRAME_EXEC : FRAME_CONFIGURATION;
	prompt = frame_text(&r, &len);
	if (!frame_all(&r))
		return false;
	got.prompt = xstrndup(prompt, len);
	*read = got;
	return true;
}

/* Frames. */

static bool
known(unsigned type)
{
	return (type >= FRAME_HELLO && type <= FRAME_EOF) || (type >= FRAME_PRINT && type <= FRAME_BYE);
}

void
frame_encode(struct out *o, const struct frame *f)
{
	assert(f->len <= FRAME_MAX && known(f->type));
	frame_put_number(o, f->len);
	frame_put_byte(o, f->type);
	out_write(o, f->data, f->len);
}

void
frame_stream_free(struct frame_stream *s)
{
	mem_wipe(s->buf, s->cap);
	free(s->buf);
	*s = (struct frame_stream){ 0 };
}

/* One frame and the beginning of the next fit. */
char *
frame_stream_room(struct frame_stream *s, size_t *room)
{
	if (s->cap == 0) {
		s->cap = FRAME_HEADER + FRAME_MAX + PIECE;
		s->buf = xmalloc(s->cap);
	}
	if (s->at > 0) {
		memmove(s->buf, s->buf + s->at, s->len);
		mem_wipe(s->buf + s->len, s->at);
		s->at = s->last = 0;
	}
	*room = s->cap - s->len;
	return s->buf + s->len;
}

void
frame_stream_add(struct frame_stream *s, size_t n)
{
	assert(s->at == 0 && n <= s->cap - s->len);
	s->len += n;
}

int
frame_stream_next(struct frame_stream *s, struct frame *f)
{
	const char *at = s->buf + s->at;
	size_t len;

	mem_wipe(s->buf + s->last, s->at - s->last);
	s->last = s->at;
	if (s->len < FRAME_HEADER)
		return 0;
	len = number_at(at);
	if (len > FRAME_MAX || !known((unsigned char)at[4]))
		return -1;
	if (s->len < FRAME_HEADER + len)
		return 0;
	*f = (struct frame){ (enum frame_type)(unsigned char)at[4], at + FRAME_HEADER, len };
	s->at += FRAME_HEADER + len;
	s->len -= FRAME_HEADER + len;
	return 1;
}
