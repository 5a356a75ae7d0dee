/* Bytes as they come through the control socket: however they are cut, the same frames come out, none reaches
 * beyond its payload, and what was read is written to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "gw/frame.h"
#include "tests/fuzz/host.h"

/* Everything a payload could be is read from it. */
static void
look(const struct frame *f)
{
	struct frame_reader r = frame_reader(f);
	struct frame_hello hello;
	struct frame_read read;
	size_t len;

	frame_byte(&r);
	frame_number(&r);
	for (const char *text = frame_text(&r, &len); !r.bad; text = frame_text(&r, &len))
		if (len > 0 && (text < f->data || text + len > f->data + f->len))
			abort();
	if (frame_get_hello(f, &hello) &&
	    strlen(hello.term) + strlen(hello.tty) + strlen(hello.origin) > 3 * (FRAME_NAME_MAX - 1))
		abort();
	if (frame_get_read(f, &read))
		free(read.prompt);
}

/* The frames of the bytes, written again; *bad: what follows is none. */
static void
pass(const uint8_t *data, size_t size, size_t piece, struct out *written, bool *bad)
{
	struct frame_stream s = { 0 };
	struct frame f;
	size_t room;
	int rc = 0;

	for (size_t at = 0; at < size && rc == 0;) {
		char *to = frame_stream_room(&s, &room);
		size_t n = size - at < piece ? size - at : piece;

		if (room == 0)
			abort();
		n = n < room ? n : room;
		memcpy(to, data + at, n);
		frame_stream_add(&s, n);
		at += n;
		while ((rc = frame_stream_next(&s, &f)) > 0) {
			look(&f);
			frame_encode(written, &f);
		}
	}
	*bad = rc < 0;
	frame_stream_free(&s);
}

/* Cut in two ways the bytes are the same frames. */
static void
check(const uint8_t *data, size_t size)
{
	struct out whole = OUT_MEMORY, pieces = OUT_MEMORY;
	bool bad, bad_in_pieces;

	pass(data, size, size + 1, &whole, &bad);
	pass(data, size, 3, &pieces, &bad_in_pieces);
	if (bad != bad_in_pieces || whole.len != pieces.len || whole.len > size ||
	    (whole.len > 0 &&
		(memcmp(whole.buf, data, whole.len) != 0 || memcmp(whole.buf, pieces.buf, whole.len) != 0)))
		abort();
	out_free(&whole);
	out_free(&pieces);
}

/* The bytes as they are; and each line of them as the payload of a frame. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum frame_type types[] = { FRAME_HELLO, FRAME_LINE, FRAME_HELP, FRAME_PRINT, FRAME_READ,
		FRAME_HISTORY, FRAME_BYE };
	struct out frames = OUT_MEMORY;
	size_t n;

	check(data, size);
	for (size_t at = 0; at < size; at += n + 1) {
		const uint8_t *feed = memchr(data + at, '\n', size - at);

		n = feed == NULL ? size - at : (size_t)(feed - (data + at));
		if (n <= FRAME_MAX)
			frame_encode(
			    &frames, &(struct frame){ types[n % COUNT(types)], (const char *)data + at, n });
	}
	check((const uint8_t *)out_text(&frames), frames.len);
	out_free(&frames);
	return 0;
}
