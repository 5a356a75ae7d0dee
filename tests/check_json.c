/* The JSON writer: what it writes, byte for byte, and that it cannot write anything else. */
#include <signal.h>

#include <check.h>

#include "base/json.h"
#include "base/mem.h"

static const struct {
	const char *bytes;
	size_t len;
	const char *written;
} strings[] = {
	{ "", 0, "\"\"" }, { "plain /text", 11, "\"plain /text\"" }, { "a\"b\\c", 5, "\"a\\\"b\\\\c\"" },
	{ "tab\tfeed\nend", 12, "\"tab\\tfeed\\nend\"" },
	{ "\0\r\x1b\x7f", 4, "\"\\u0000\\u000d\\u001b\\u007f\"" },
	{ "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x93\x9e", 11, "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x93\x9e\"" },
	{ "\xc2\x9b\xc2\xa0", 4, "\"\\u009b\xc2\xa0\"" }, /* a C1 control; a letter beside it */
	{ "\xff", 1, "\"\xef\xbf\xbd\"" }, { "a\xc3", 2, "\"a\xef\xbf\xbd\"" }, /* cut off */
	{ "\xc0\xaf", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" }, /* overlong */
	{ "\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* surrogate */
	{ "\xf4\x90\x80\x80", 4,
	    "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" }, /* above U+10FFFF */
};

START_TEST(strings_of_any_bytes_are_valid)
{
	struct out out = OUT_MEMORY;
	struct json j;
	char *expected = xasprintf("{\n  \"s\": %s\n}\n", strings[_i].written);

	json_begin(&j, &out);
	json_text(&j, "s", strings[_i].bytes, strings[_i].len);
	json_end(&j);
	ck_assert_str_eq(out_text(&out), expected);
	free(expected);
	out_free(&out);
}
END_TEST

START_TEST(a_document_is_nested_two_blanks_deep)
{
	struct out out = OUT_MEMORY;
	struct json j;

	json_begin(&j, &out);
	json_array(&j, "rows");
	json_object(&j, NULL);
	json_int(&j, "low", INT64_MIN);
	json_uint(&j, "high", UINT64_MAX);
	json_maybe(&j, "known", true, 3);
	json_maybe(&j, "unknown", false, 3);
	json_bool(&j, "yes", true);
	json_bool(&j, "no", false);
	json_string(&j, "nothing", NULL);
	json_close(&j);
	json_string(&j, NULL, "second");
	json_close(&j);
	json_array(&j, "empty");
	json_close(&j);
	json_object(&j, "void");
	json_close(&j);
	json_end(&j);
	ck_assert_str_eq(out_text(&out), "{\n"
					 "  \"rows\": [\n"
					 "    {\n"
					 "      \"low\": -9223372036854775808,\n"
					 "      \"high\": 18446744073709551615,\n"
					 "      \"known\": 3,\n"
					 "      \"unknown\": null,\n"
					 "      \"yes\": true,\n"
					 "      \"no\": false,\n"
					 "      \"nothing\": null\n"
					 "    },\n"
					 "    \"second\"\n"
					 "  ],\n"
					 "  \"empty\": [],\n"
					 "  \"void\": {}\n"
					 "}\n");
	out_free(&out);
}
END_TEST

START_TEST(an_empty_document_is_an_object)
{
	struct out out = OUT_MEMORY;
	struct json j;

	json_begin(&j, &out);
	json_end(&j);
	ck_assert_str_eq(out_text(&out), "{}\n");
	out_free(&out);
}
END_TEST

/* Nesting is bounded by memory only: a configuration's sections may be as deep as their blanks say. */
START_TEST(depth_has_no_limit)
{
	struct out out = OUT_MEMORY;
	struct json j;

	json_begin(&j, &out);
	json_array(&j, "a");
	for (int i = 0; i < 300; i++)
		json_array(&j, NULL);
	for (int i = 0; i < 300; i++)
		json_close(&j);
	json_close(&j);
	json_end(&j);
	ck_assert_int_eq(j.open.n, 0);
	out_free(&out);
}
END_TEST

static void
leave_open(struct json *j)
{
	json_object(j, "a");
	json_end(j);
}

static void
close_twice(struct json *j)
{
	json_close(j);
	json_close(j);
}

static void
forget_the_key(struct json *j)
{
	json_int(j, NULL, 1);
}

static void
name_an_item(struct json *j)
{
	json_array(j, "a");
	json_int(j, "b", 1);
}

static void
write_behind_the_end(struct json *j)
{
	json_end(j);
	json_int(j, "a", 1);
}

static void (*const mistakes[])(
    struct json *) = { leave_open, close_twice, forget_the_key, name_an_item, write_behind_the_end };

START_TEST(a_mistake_ends_the_program)
{
	struct out out = OUT_MEMORY;
	struct json j;

	json_begin(&j, &out);
	mistakes[_i](&j);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("json");
	SRunner *r = srunner_create(s);
	int failed;

	tcase_add_loop_test(t, strings_of_any_bytes_are_valid, 0, COUNT(strings));
	tcase_add_test(t, a_document_is_nested_two_blanks_deep);
	tcase_add_test(t, an_empty_document_is_an_object);
	tcase_add_test(t, depth_has_no_limit);
	if (srunner_fork_status(r) == CK_FORK)
		tcase_add_loop_test_raise_signal(t, a_mistake_ends_the_program, SIGABRT, 0, COUNT(mistakes));
	suite_add_tcase(s, t);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
