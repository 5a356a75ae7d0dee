/* Strings, the text sink, the growing array and the log. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"
#include "base/vec.h"

/* str */

static const struct {
	const char *text;
	uint64_t lo, hi;
	int rc;
	uint64_t value;
} numbers[] = {
	{ "0", 0, 10, 0, 0 },
	{ "10", 0, 10, 0, 10 },
	{ "007", 0, 10, 0, 7 },
	{ "11", 0, 10, -1, 0 },
	{ "4", 5, 10, -1, 0 },
	{ "", 0, 10, -1, 0 },
	{ NULL, 0, 10, -1, 0 },
	{ "-1", 0, 10, -1, 0 },
	{ "+5", 0, 10, -1, 0 },
	{ " 5", 0, 10, -1, 0 },
	{ "5 ", 0, 10, -1, 0 },
	{ "0x5", 0, 10, -1, 0 },
	{ "1e0", 0, 10, -1, 0 },
	{ "5.", 0, 10, -1, 0 },
	{ "4294967296", 0, UINT32_MAX, -1, 0 },
	{ "4294967295", 0, UINT32_MAX, 0, UINT32_MAX },
	{ "18446744073709551609", 0, UINT64_MAX, 0, 18446744073709551609u },
	{ "18446744073709551616", 0, UINT64_MAX, -1, 0 },
	{ "18446744073709551621", 0, 10, -1, 0 }, /* 5 after wrapping */
	{ "99999999999999999999", 0, UINT64_MAX, -1, 0 },
};

/* V9 */
START_TEST(a_number_is_decimal_digits_in_its_range)
{
	uint64_t value = 77;
	int rc = str_uint(numbers[_i].text, numbers[_i].lo, numbers[_i].hi, &value);

	ck_assert_msg(rc == numbers[_i].rc, "'%s' gives %d", numbers[_i].text, rc);
	ck_assert_uint_eq(value, rc == 0 ? numbers[_i].value : 77);
}
END_TEST

START_TEST(strings_are_compared_with_null_and_case)
{
	ck_assert(str_eq(NULL, NULL) && str_eq("a", "a"));
	ck_assert(!str_eq("a", NULL) && !str_eq(NULL, "") && !str_eq("a", "A"));
	ck_assert(str_caseeq(NULL, NULL) && str_caseeq("aB", "Ab") && !str_caseeq("a", NULL));
	ck_assert(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("a", "ab") &&
		  !str_starts("Abc", "a"));
	ck_assert(str_casestarts("Abc", "aB") && !str_casestarts("a", "ab"));
	ck_assert_uint_eq(str_common("regIstrar", "Registry"), 7);
	ck_assert_uint_eq(str_common("", "x"), 0);
	ck_assert_uint_eq(str_common("same", "same"), 4);
	ck_assert_uint_eq(str_common("same", "samewise"), 4);
	ck_assert(str_all("", "0") && str_all("0110", "01") && !str_all("012", "01"));
}
END_TEST

START_TEST(allocation_helpers_take_null)
{
	char *s = xasprintf("%s-%d", "a", 7), *t = xstrndup("abcdef", 3), *u = xstrndup("ab", 5);

	ck_assert_ptr_null(xstrdup(NULL));
	ck_assert_str_eq(s, "a-7");
	ck_assert_str_eq(t, "abc");
	ck_assert_str_eq(u, "ab");
	str_wipe_free(NULL);
	str_wipe_free(s);
	free(t);
	free(u);
}
END_TEST

/* out */

START_TEST(a_memory_sink_gathers_everything)
{
	struct out o = OUT_MEMORY;
	char *taken;

	ck_assert_str_eq(out_text(&o), "");
	for (int i = 0; i < 1000; i++)
		out_printf(&o, "%d,", i);
	ck_assert_uint_eq(o.len, 3890);
	ck_assert_uint_eq(strlen(out_text(&o)), o.len);
	ck_assert_str_eq(out_text(&o) + 3880, "7,998,999,");
	taken = out_take(&o);
	ck_assert_uint_eq(strlen(taken), 3890);
	free(taken);
	ck_assert_str_eq(out_text(&o), "");
	out_str(&o, "again");
	out_char(&o, '!');
	out_write(&o, "more", 2);
	ck_assert_str_eq(out_text(&o), "again!mo");
	out_free(&o);
	out_free(&o);
	taken = out_take(&o);
	ck_assert_str_eq(taken, "");
	free(taken);
}
END_TEST

static const size_t lengths[] = { 0, 1, 254, 255, 256, 257, 4095, 4096, 4097, 70000 };

START_TEST(formatted_text_of_any_length_arrives_whole)
{
	struct out o = OUT_MEMORY;
	char *s = xmalloc(lengths[_i] + 1);

	memset(s, 'x', lengths[_i]);
	s[lengths[_i]] = '\0';
	out_printf(&o, "<%s>", s);
	ck_assert_uint_eq(o.len, lengths[_i] + 2);
	ck_assert_int_eq(out_text(&o)[0], '<');
	ck_assert_int_eq(out_text(&o)[o.len - 1], '>');
	out_free(&o);
	free(s);
}
END_TEST

struct pieces {
	struct out got;
	size_t n, longest;
};

static void
take_piece(void *arg, const char *piece, size_t len)
{
	struct pieces *p = arg;

	p->n++;
	p->longest = len > p->longest ? len : p->longest;
	out_write(&p->got, piece, len);
}

START_TEST(a_function_sink_gets_the_text_in_pieces)
{
	struct pieces p = { 0 };
	struct out o = OUT_TO(take_piece, &p);

	for (int i = 0; i < 10000; i++)
		out_str(&o, "line\n");
	ck_assert_uint_gt(p.n, 5);
	ck_assert_uint_lt(p.longest, 4096 + 5);
	out_flush(&o);
	out_flush(&o);
	ck_assert_uint_eq(p.got.len, 50000);
	out_str(&o, "last");
	out_free(&o); /* hands over what it holds */
	ck_assert_uint_eq(p.got.len, 50004);
	out_str(&o, "still a function sink");
	out_free(&o);
	ck_assert_uint_eq(p.got.len, 50025);
	out_free(&p.got);
}
END_TEST

static const struct {
	const char *raw;
	size_t len;
	const char *shown;
} escapes[] = {
	{ "plain ~ text", 12, "plain ~ text" },
	{ "", 0, "" },
	{ "a\tb\nc\r", 6, "a\\x09b\\x0ac\\x0d" },
	{ "\0x", 2, "\\x00x" },
	{ "\x1b]0;t\a", 6, "\\x1b]0;t\\x07" },
	{ "\x7f", 1, "\\x7f" },
	{ "gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f" },
	{ "\xe2\x82\xac \xf0\x9f\x98\x80", 8, "\xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xc3(", 2, "\\xc3(" },
	{ "\xff\xfe", 2, "\\xff\\xfe" },
	{ "\xed\xa0\x80", 3, "\\xed\\xa0\\x80" }, /* half of a surrogate pair */
	{ "\xc0\xaf", 2, "\\xc0\\xaf" }, /* over-long */
	{ "\xe0\x80\xaf", 3, "\\xe0\\x80\\xaf" },
	{ "\xf0\x80\x80\xaf", 4, "\\xf0\\x80\\x80\\xaf" },
	{ "\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80" }, /* above U+10FFFF */
	{ "\xc2\x9b", 2, "\\xc2\\x9b" }, /* CSI of C1 drives terminals */
	{ "\xc2\xa0", 2, "\xc2\xa0" },
	{ "\xe2\x82", 2, "\\xe2\\x82" }, /* cut off */
	{ "\x80", 1, "\\x80" },
};

/* L7 */
START_TEST(escaped_text_cannot_drive_a_terminal)
{
	struct out o = OUT_MEMORY;
	char *exact = xmalloc(escapes[_i].len + 1); /* reading beyond the end would be seen */

	memcpy(exact, escapes[_i].raw, escapes[_i].len);
	exact = xrealloc(exact, escapes[_i].len > 0 ? escapes[_i].len : 1);
	out_escaped(&o, exact, escapes[_i].len);
	ck_assert_str_eq(out_text(&o), escapes[_i].shown);
	out_free(&o);
	free(exact);
}
END_TEST

/* vec */

START_TEST(a_vector_grows_and_shrinks_in_order)
{
	VEC(int) v = { 0 };

	for (int i = 0; i < 1000; i++)
		vec_push(&v, i);
	ck_assert_uint_eq(v.n, 1000);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(v.v[i], i);
	vec_remove(&v, 0);
	vec_remove(&v, 998);
	vec_remove(&v, 500);
	ck_assert_uint_eq(v.n, 997);
	ck_assert_int_eq(v.v[0], 1);
	ck_assert_int_eq(v.v[499], 500);
	ck_assert_int_eq(v.v[500], 502);
	ck_assert_int_eq(v.v[996], 998);
	vec_free(&v);
	ck_assert(v.v == NULL && v.n == 0 && v.cap == 0);
	vec_push(&v, 3);
	ck_assert_int_eq(v.v[0], 3);
	vec_free(&v);
}
END_TEST

/* log */

static void
take_log(void *arg, enum log_level level, const char *facility, const char *mnemonic, const char *text)
{
	out_printf(arg, "%%%s-%d-%s: %s\n", facility, level, mnemonic, text);
}

/* L7 */
START_TEST(a_log_entry_is_one_line)
{
	struct out o = OUT_MEMORY;

	log_at(LOG_LEVEL_ERROR, "SIP", "LOST", "nobody listens");
	log_to(take_log, &o);
	log_at(LOG_LEVEL_NOTICE, "SYS", "CONFIG_I", "Configured from %s by %s", "console",
	    "a\r\n%SYS-2-FORGED: x");
	log_at(LOG_LEVEL_INFO, "SIP", "REG", "%s", "");
	log_to(NULL, NULL);
	log_at(LOG_LEVEL_ERROR, "SIP", "LOST", "nobody listens");
	ck_assert_str_eq(out_text(&o),
	    "%SYS-5-CONFIG_I: Configured from console by a\\x0d\\x0a%SYS-2-FORGED: x\n"
	    "%SIP-6-REG: \n");
	out_free(&o);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("base");
	TCase *t = tcase_create("base");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_number_is_decimal_digits_in_its_range, 0, COUNT(numbers));
	tcase_add_test(t, strings_are_compared_with_null_and_case);
	tcase_add_test(t, allocation_helpers_take_null);
	tcase_add_test(t, a_memory_sink_gathers_everything);
	tcase_add_loop_test(t, formatted_text_of_any_length_arrives_whole, 0, COUNT(lengths));
	tcase_add_test(t, a_function_sink_gets_the_text_in_pieces);
	tcase_add_loop_test(t, escaped_text_cannot_drive_a_terminal, 0, COUNT(escapes));
	tcase_add_test(t, a_vector_grows_and_shrinks_in_order);
	tcase_add_test(t, a_log_entry_is_one_line);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
