/* What stands behind `|`: which lines come through, and which expressions are refused. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "cli/filter.h"

static const char text[] = "hostname gw7\n"
			   "!\n"
			   "interface Loopback0\n"
			   " ip address 192.0.2.1 255.255.255.255\n"
			   " shutdown\n"
			   "!\n"
			   "voice service voip\n"
			   " sip\n"
			   "  localhost dns:a.example\n"
			   "  early-offer forced\n"
			   " fax rate {9600}\n"
			   "sip-ua\n"
			   " registrar 1 dns:a.example expires 60\n"
			   "end\n";

static char *
filtered(const char *expression, const char *in, size_t piece)
{
	struct out to = OUT_MEMORY;
	char err[300] = "";
	struct filter *f = filter_new(expression, &to, err, sizeof err);

	ck_assert_msg(f != NULL, "'%s': %s", expression, err);
	for (size_t at = 0, len = strlen(in); at < len; at += piece)
		out_write(filter_in(f), in + at, piece < len - at ? piece : len - at);
	filter_free(f);
	return out_take(&to);
}

static const struct {
	const char *expression, *expected;
} cases[] = {
	{ "include dns:", "  localhost dns:a.example\n registrar 1 dns:a.example expires 60\n" },
	{ "i ^ *ip|^end", " ip address 192.0.2.1 255.255.255.255\nend\n" },
	{ "inc (Loopback|gw)[0-9]$", "hostname gw7\ninterface Loopback0\n" },
	{ "include DNS", "" },
	{ "include {9600}", " fax rate {9600}\n" },
	{ "include \\{9600\\}", " fax rate {9600}\n" },
	{ "include 9600}$", " fax rate {9600}\n" },
	{ "include 192\\.0\\.2\\.1 ", " ip address 192.0.2.1 255.255.255.255\n" },
	/* One blank ends the word; further ones belong to the expression. */
	{ "include  registrar", " registrar 1 dns:a.example expires 60\n" },
	{ "include   registrar", "" },
	{ "  include sip-ua", "sip-ua\n" },
	{ "INCLUDE sip-ua", "sip-ua\n" },
	{ "exclude ^[ !]|e", "sip-ua\n" },
	{ "exc [ !]", "sip-ua\nend\n" },
	{ "begin sip-", "sip-ua\n registrar 1 dns:a.example expires 60\nend\n" },
	{ "b nothing like it", "" },
	{ "count ^!", "Number of lines which match regexp = 2\n" },
	{ "c no such line", "Number of lines which match regexp = 0\n" },
	{ "section sip-ua", "sip-ua\n registrar 1 dns:a.example expires 60\n" },
	{ "sec interface", "interface Loopback0\n ip address 192.0.2.1 255.255.255.255\n shutdown\n" },
	{ "section ^ sip", " sip\n  localhost dns:a.example\n  early-offer forced\n" },
	{ "section voice",
	    "voice service voip\n sip\n  localhost dns:a.example\n  early-offer forced\n fax rate {9600}\n" },
	{ "section include sip-ua", "sip-ua\n registrar 1 dns:a.example expires 60\n" },
	{ "section exclude interface|voice|!|hostname",
	    "sip-ua\n registrar 1 dns:a.example expires 60\nend\n" },
	{ "section exclude sip-ua|interface|voice", "hostname gw7\n!\n!\nend\n" },
};

START_TEST(a_filter_lets_these_lines_through)
{
	static const size_t pieces[] = { 1, 3, 1000 };

	for (size_t i = 0; i < COUNT(pieces); i++) {
		char *got = filtered(cases[_i].expression, text, pieces[i]);

		ck_assert_msg(strcmp(got, cases[_i].expected) == 0, "'%s' lets through:\n%s",
		    cases[_i].expression, got);
		free(got);
	}
}
END_TEST

START_TEST(the_last_line_counts_without_line_feed)
{
	char *got = filtered("include b", "ab\nb", 10);

	ck_assert_str_eq(got, "ab\nb\n");
	free(got);
	got = filtered("count .", "a\nb", 1);
	ck_assert_str_eq(got, "Number of lines which match regexp = 2\n");
	free(got);
	got = filtered("include .", "", 1);
	ck_assert_str_eq(got, "");
	free(got);
}
END_TEST

static const struct {
	const char *expression, *err;
} refused[] = {
	{ "", "begin, count, exclude, include or section expected behind '|'" },
	{ "grep x", "begin, count, exclude, include or section expected behind '|'" },
	{ "includes x", "begin, count, exclude, include or section expected behind '|'" },
	{ "include", "A regular expression of 1 to 256 characters is expected behind 'include'" },
	{ "section exclude ", "A regular expression of 1 to 256 characters is expected behind 'section'" },
	{ "include (", "Bad regular expression '('" },
	{ "include [", "Bad regular expression '['" },
	{ "include [z-a]", "Bad regular expression '[z-a]'" },
	{ "section *", "Bad regular expression '*'" },
	{ "include a\\", "Bad regular expression 'a\\'" },
	{ "include (a)\\1", "Back-references are not supported: '(a)\\1'" },
	{ "include \\9", "Back-references are not supported: '\\9'" },
	{ "include ((((((((a+)+)+)+)+)+)+)+)+", "More than 6 '+' in a regular expression" },
	{ "include a++++++++++++++++++++++++++++++", "More than 6 '+' in a regular expression" },
};

START_TEST(a_bad_expression_is_refused_with_the_reason)
{
	struct out to = OUT_MEMORY;
	char err[300] = "";

	ck_assert_ptr_null(filter_new(refused[_i].expression, &to, err, sizeof err));
	ck_assert_msg(strncmp(err, refused[_i].err, strlen(refused[_i].err)) == 0, "'%s': %s",
	    refused[_i].expression, err);
	ck_assert_str_eq(out_text(&to), "");
}
END_TEST

START_TEST(an_expression_of_ten_kilobytes_is_refused)
{
	struct out to = OUT_MEMORY;
	char err[300] = "", *expression = xmalloc(10241);

	memset(expression, 'a', 10240);
	memcpy(expression, "include ", 8);
	expression[10240] = '\0';
	ck_assert_ptr_null(filter_new(expression, &to, err, sizeof err));
	ck_assert_uint_lt(strlen(err), 100);
	expression[8 + 256] = '\0';
	free(filtered(expression, text, 10));
	free(expression);
}
END_TEST

/* The time limit of the test is the assertion. */
static const char *const heavy[] = {
	"include (((((.+)+)+)+)+)+$",
	"include (a|a|a|aa|aaa)*(a|aa)*(a*)*b$",
	"include ((((((((((((((((((((a*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*)*$",
	"include ((((((((((((((((((((a?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?)?$",
	"include (.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*)*x",
	"include a{1,255}{1,255}{1,255}",
	"include (((a{2}){2}){2}){2}",
};

START_TEST(no_expression_takes_long)
{
	char line[4097], *got;

	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	got = filtered(heavy[_i], line, sizeof line);
	free(got);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("filter");
	TCase *t = tcase_create("filter");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 10);
	tcase_add_loop_test(t, a_filter_lets_these_lines_through, 0, COUNT(cases));
	tcase_add_test(t, the_last_line_counts_without_line_feed);
	tcase_add_loop_test(t, a_bad_expression_is_refused_with_the_reason, 0, COUNT(refused));
	tcase_add_test(t, an_expression_of_ten_kilobytes_is_refused);
	tcase_add_loop_test(t, no_expression_takes_long, 0, COUNT(heavy));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
