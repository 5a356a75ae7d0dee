/* Frames between a front and a console: what one side writes the other reads, however the bytes arrive, and
 * nothing else is taken. */
#include "gw/frame.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"

static void
add(struct frame_stream *s, const char *bytes, size_t n)
{
	size_t room;
	char *at = frame_stream_room(s, &room);

	ck_assert_uint_ge(room, n);
	memcpy(at, bytes, n);
	frame_stream_add(s, n);
}

START_TEST(frames_arrive_whole_in_any_pieces)
{
	static const struct frame sent[] = { { FRAME_LINE, "show version", 12 }, { FRAME_EOF, "", 0 },
		{ FRAME_PRINT, "a\0b\n", 4 }, { FRAME_BYE, "\0\0\0\0\0", 5 } };
	size_t piece = (size_t)_i + 1, got = 0;
	struct frame_stream s = { 0 };
	struct out bytes = OUT_MEMORY;
	struct frame f;

	for (size_t i = 0; i < COUNT(sent); i++)
		frame_encode(&bytes, &sent[i]);
	for (size_t at = 0; at < bytes.len; at += piece) {
		add(&s, bytes.buf + at, bytes.len - at < piece ? bytes.len - at : piece);
		while (frame_stream_next(&s, &f) > 0) {
			ck_assert_uint_lt(got, COUNT(sent));
			ck_assert_int_eq(f.type, sent[got].type);
			ck_assert_uint_eq(f.len, sent[got].len);
			ck_assert_int_eq(memcmp(f.data, sent[got].data, f.len), 0);
			got++;
		}
	}
	ck_assert_uint_eq(got, COUNT(sent));
	frame_stream_free(&s);
	out_free(&bytes);
}
END_TEST

START_TEST(a_frame_is_wiped_once_it_was_taken)
{
	struct frame_stream s = { 0 };
	struct out bytes = OUT_MEMORY;
	struct frame f;

	frame_encode(&bytes, &(struct frame){ FRAME_LINE, "Sesame9", 7 });
	frame_encode(&bytes, &(struct frame){ FRAME_LINE, "next", 4 });
	add(&s, bytes.buf, bytes.len);
	ck_assert_int_eq(frame_stream_next(&s, &f), 1);
	ck_assert(memmem(s.buf, bytes.len, "Sesame9", 7) == f.data);
	ck_assert_int_eq(frame_stream_next(&s, &f), 1);
	ck_assert(memmem(s.buf, bytes.len, "Sesame9", 7) == NULL);
	ck_assert(memmem(s.buf, bytes.len, "next", 4) == f.data);
	ck_assert_int_eq(frame_stream_next(&s, &f), 0);
	ck_assert(memmem(s.buf, bytes.len, "next", 4) == NULL);
	frame_stream_free(&s);
	out_free(&bytes);
}
END_TEST

START_TEST(the_longest_frame_fits)
{
	struct frame_stream s = { 0 };
	struct out bytes = OUT_MEMORY;
	char *text = xcalloc(1, FRAME_MAX);
	struct frame f;
	size_t room, at = 0;

	frame_encode(&bytes, &(struct frame){ FRAME_PRINT, text, FRAME_MAX });
	while (at < bytes.len) {
		frame_stream_room(&s, &room);
		ck_assert_int_eq(frame_stream_next(&s, &f), 0);
		room = room < bytes.len - at ? room : bytes.len - at;
		ck_assert_uint_gt(room, 0);
		add(&s, bytes.buf + at, room);
		at += room;
	}
	ck_assert_int_eq(frame_stream_next(&s, &f), 1);
	ck_assert_uint_eq(f.len, FRAME_MAX);
	frame_stream_free(&s);
	out_free(&bytes);
	free(text);
}
END_TEST

static const struct {
	char bytes[8];
	size_t n;
} no_frames[] = {
	{ "\0\1\0\1\2", 5 }, /* FRAME_MAX + 1 */
	{ "\xff\xff\xff\xff\2", 5 },
	{ "\0\0\0\0\0", 5 }, /* types that do not exist */
	{ "\0\0\0\1\12x", 6 },
	{ "\0\0\0\0\77", 5 },
	{ "\0\0\0\0\106", 5 },
	{ "GET / H", 7 },
};

START_TEST(what_is_no_frame_ends_the_stream)
{
	struct frame_stream s = { 0 };
	struct frame f;

	add(&s, no_frames[_i].bytes, no_frames[_i].n);
	ck_assert_int_eq(frame_stream_next(&s, &f), -1);
	frame_stream_free(&s);
}
END_TEST

START_TEST(hello_says_what_was_said)
{
	struct frame_hello said = { .version = FRAME_VERSION,
		.terminal = true,
		.rows = 24,
		.columns = 511,
		.term = "xterm",
		.tty = "pts/3",
		.origin = "192.0.2.7" },
			   got;
	struct out payload = OUT_MEMORY;

	frame_put_hello(&payload, &said);
	ck_assert(frame_get_hello(&(struct frame){ FRAME_HELLO, out_text(&payload), payload.len }, &got));
	ck_assert(got.version == FRAME_VERSION && got.terminal && !got.command);
	ck_assert(got.rows == 24 && got.columns == 511);
	ck_assert_str_eq(got.term, "xterm");
	ck_assert_str_eq(got.tty, "pts/3");
	ck_assert_str_eq(got.origin, "192.0.2.7");
	/* One that is cut off anywhere, or goes on, or is something else, is none. */
	for (size_t n = 0; n < payload.len; n++) {
		bool other = n >= 4; /* without a version it may be of a later one */
		bool ok = frame_get_hello(&(struct frame){ FRAME_HELLO, out_text(&payload), n }, &got);

		ck_assert_msg(!ok || !other, "%zu bytes", n);
	}
	ck_assert(!frame_get_hello(&(struct frame){ FRAME_LINE, out_text(&payload), payload.len }, &got));
	out_char(&payload, 'x');
	ck_assert(!frame_get_hello(&(struct frame){ FRAME_HELLO, out_text(&payload), payload.len }, &got));
	out_free(&payload);
}
END_TEST

START_TEST(a_hello_of_another_version_is_known_as_such)
{
	struct out payload = OUT_MEMORY;
	struct frame_hello got;

	frame_put_number(&payload, FRAME_VERSION + 1);
	out_str(&payload, "who knows");
	ck_assert(frame_get_hello(&(struct frame){ FRAME_HELLO, out_text(&payload), payload.len }, &got));
	ck_assert_uint_eq(got.version, FRAME_VERSION + 1);
	out_free(&payload);
}
END_TEST

START_TEST(long_names_are_cut)
{
	struct out payload = OUT_MEMORY;
	struct frame_hello got;
	char *name = xcalloc(1, 5000);

	memset(name, 'x', 4999);
	frame_put_number(&payload, FRAME_VERSION);
	frame_put_byte(&payload, 0);
	frame_put_byte(&payload, 1);
	frame_put_number(&payload, 0);
	frame_put_number(&payload, 0);
	frame_put_text(&payload, name, 4999);
	frame_put_text(&payload, "a\0b", 3);
	frame_put_text(&payload, "", 0);
	ck_assert(frame_get_hello(&(struct frame){ FRAME_HELLO, out_text(&payload), payload.len }, &got));
	ck_assert_uint_eq(strlen(got.term), FRAME_NAME_MAX - 1);
	ck_assert_str_eq(got.tty, "a");
	out_free(&payload);
	free(name);
}
END_TEST

START_TEST(read_says_what_was_said)
{
	struct frame_read said = { .done = 70000,
		.wants = 2,
		.refused = true,
		.group = FRAME_CONFIGURATION,
		.prompt = (char[]){ "gw(config)#" } };
	struct frame_read got;
	struct out payload = OUT_MEMORY;

	frame_put_read(&payload, &said);
	ck_assert(frame_get_read(&(struct frame){ FRAME_READ, out_text(&payload), payload.len }, &got));
	ck_assert(got.done == 70000 && got.wants == 2 && got.refused && got.group == FRAME_CONFIGURATION);
	ck_assert_str_eq(got.prompt, "gw(config)#");
	free(got.prompt);
	for (size_t n = 0; n < payload.len; n++)
		ck_assert(!frame_get_read(&(struct frame){ FRAME_READ, out_text(&payload), n }, &got));
	out_free(&payload);
}
END_TEST

START_TEST(a_reader_stays_within_its_frame)
{
	struct frame f = { FRAME_LINE, "\0\0\0\377abc", 7 }; /* a text of 255 bytes, of which 3 are there */
	struct frame_reader r = frame_reader(&f);
	size_t len = 9;

	ck_assert_str_eq(frame_text(&r, &len), "");
	ck_assert_uint_eq(len, 0);
	ck_assert(r.bad && !frame_all(&r));
	ck_assert_uint_eq(frame_number(&r), 0);
	ck_assert_uint_eq(frame_byte(&r), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("frame");
	TCase *t = tcase_create("frame");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, frames_arrive_whole_in_any_pieces, 0, 45);
	tcase_add_test(t, a_frame_is_wiped_once_it_was_taken);
	tcase_add_test(t, the_longest_frame_fits);
	tcase_add_loop_test(t, what_is_no_frame_ends_the_stream, 0, COUNT(no_frames));
	tcase_add_test(t, hello_says_what_was_said);
	tcase_add_test(t, a_hello_of_another_version_is_known_as_such);
	tcase_add_test(t, long_names_are_cut);
	tcase_add_test(t, read_says_what_was_said);
	tcase_add_test(t, a_reader_stays_within_its_frame);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
