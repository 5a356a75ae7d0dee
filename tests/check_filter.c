/* What stands behind `|`: which lines come through, what goes to files, and which filters are refused. */
#include <stdio.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/filter.h"
#include "tests/fixture.h"

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

/* Files are lines of a text: "PATH=TEXT" or "PATH+TEXT"; "full" cannot be written. */

static int
put(void *arg, char how, const char *path, const char *what, size_t len, char *err, size_t errsz)
{
	if (str_starts(path, "full")) {
		snprintf(err, errsz, "%s: No space left on device", path);
		return -1;
	}
	out_printf(arg, "%s%c%.*s", path, how, (int)len, what);
	return 0;
}

static int
write_file(void *arg, const char *path, const char *what, size_t len, char *err, size_t errsz)
{
	return put(arg, '=', path, what, len, err, errsz);
}

static int
append_file(void *arg, const char *path, const char *what, size_t len, char *err, size_t errsz)
{
	return put(arg, '+', path, what, len, err, errsz);
}

static struct out written = OUT_MEMORY;
static const struct filter_host files = { &written, write_file, append_file, NULL, NULL };

static struct filter *
opened(const char *expression, struct out *to)
{
	struct filter_error error = { .text = "" };
	struct filter *f = filter_new(expression, to, &files, &error);

	ck_assert_msg(f != NULL, "'%s': %d %s", expression, error.status, error.text);
	return f;
}

static char *
filtered(const char *expression, const char *in, size_t piece)
{
	struct out to = OUT_MEMORY, errors = OUT_MEMORY;
	struct filter *f = opened(expression, &to);

	for (size_t at = 0, len = strlen(in); at < len; at += piece)
		out_write(filter_in(f), in + at, piece < len - at ? piece : len - at);
	ck_assert_int_eq(filter_finish(f, true, &errors), 0);
	ck_assert_str_eq(out_text(&errors), "");
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
	/* The second word too may be shortened; alone it is the expression. */
	{ "sec e interface|voice|!|hostname", "sip-ua\n registrar 1 dns:a.example expires 60\nend\n" },
	{ "sec INC sip-ua", "sip-ua\n registrar 1 dns:a.example expires 60\n" },
	{ "section include", "" },
	{ "section i", "interface Loopback0\n ip address 192.0.2.1 255.255.255.255\n shutdown\n"
		       "voice service voip\n sip\n  localhost dns:a.example\n  early-offer forced\n"
		       " fax rate {9600}\nsip-ua\n registrar 1 dns:a.example expires 60\n" },
	{ "section interface Loopback",
	    "interface Loopback0\n ip address 192.0.2.1 255.255.255.255\n shutdown\n" },
	/* Chains. */
	{ "include dns | exclude registrar", "  localhost dns:a.example\n" },
	{ "section voice | include a\\.e | count .", "Number of lines which match regexp = 1\n" },
	{ "section voice |include fax|sip |exclude s[ei]", " fax rate {9600}\n" },
	{ "begin voice | section sip | begin early | exclude x", "  early-offer forced\nsip-ua\n" },
	{ "count . | include = [0-9]+$", "Number of lines which match regexp = 14\n" },
	{ "include include | count .", "Number of lines which match regexp = 0\n" },
	{ "section include | count .", "Number of lines which match regexp = 0\n" },
	{ "i . | i . | i . | i . | i . | i . | i . | i sip-ua", "sip-ua\n" },
	/* Without a blank before it, a bar is part of the expression. */
	{ "include ^end|^sip | include u|i", "sip-ua\n" },
	{ "include ^(end| sip)$", " sip\nend\n" },
	{ "include   registrar   | count .", "Number of lines which match regexp = 0\n" },
	{ "include \\| | count .", "Number of lines which match regexp = 0\n" },
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
	const char *expression, *printed, *stored;
} stores[] = {
	{ "redirect a", "", "a=x 1\ny 2\nlast" },
	{ "r flash:a|b", "", "flash:a|b=x 1\ny 2\nlast" },
	{ "append   a", "", "a+x 1\ny 2\nlast" },
	{ "tee a", "x 1\ny 2\nlast", "a=x 1\ny 2\nlast" },
	{ "tee /append a", "x 1\ny 2\nlast", "a+x 1\ny 2\nlast" },
	{ "tee  /A  a", "x 1\ny 2\nlast", "a+x 1\ny 2\nlast" },
	{ "tee /app", "x 1\ny 2\nlast", "/app=x 1\ny 2\nlast" },
	{ "tee a | include 1", "x 1\n", "a=x 1\ny 2\nlast" },
	{ "include 1 | tee a | tee /append b | count .", "Number of lines which match regexp = 1\n",
	    "a=x 1\nb+x 1\n" },
	{ "count 1 | redirect a", "", "a=Number of lines which match regexp = 1\n" },
	{ "exclude . | append a", "", "a+" },
	{ "json", "x 1\ny 2\nlast", "" },
	{ "j | tee a | redirect b", "", "a=x 1\ny 2\nlastb=x 1\ny 2\nlast" },
};

START_TEST(a_file_gets_what_reaches_it)
{
	static const size_t pieces[] = { 1, 3, 1000 };

	for (size_t i = 0; i < COUNT(pieces); i++) {
		char *got = filtered(stores[_i].expression, "x 1\ny 2\nlast", pieces[i]);

		ck_assert_str_eq(got, stores[_i].printed);
		ck_assert_str_eq(out_text(&written), stores[_i].stored);
		out_free(&written);
		free(got);
	}
}
END_TEST

START_TEST(only_json_switches_the_command)
{
	static const char *const chains[] = { "redirect a", "include json", "json", "json | append a" };
	struct out to = OUT_MEMORY;

	for (size_t i = 0; i < COUNT(chains); i++) {
		struct filter *f = opened(chains[i], &to);

		ck_assert_int_eq(filter_json(f), i >= 2);
		filter_finish(f, false, &to);
	}
	ck_assert_str_eq(out_text(&to), "");
	out_free(&to);
}
END_TEST

static const struct {
	const char *expression, *printed, *errors, *stored;
} failures[] = {
	{ "redirect full", "", "% Error: full: No space left on device", "" },
	{ "tee full", "text\n", "% Error: full: No space left on device", "" },
	{ "tee full | tee a | append full2", "",
	    "% Error: full: No space left on device\n% Error: full2: No space left on device", "a=text\n" },
};

START_TEST(a_file_that_cannot_be_written_is_named)
{
	struct out to = OUT_MEMORY, errors = OUT_MEMORY;
	struct filter *f = opened(failures[_i].expression, &to);

	out_str(filter_in(f), "text\n");
	ck_assert_int_eq(filter_finish(f, true, &errors), -1);
	ck_assert_str_eq(out_text(&to), failures[_i].printed);
	ck_assert_str_eq(out_text(&errors), failures[_i].errors);
	ck_assert_str_eq(out_text(&written), failures[_i].stored);
	out_free(&to);
	out_free(&errors);
	out_free(&written);
}
END_TEST

START_TEST(a_refused_command_writes_no_file_and_what_it_said_is_printed)
{
	static const char *const chains[] = { "redirect a", "append a", "tee a",
		"include t | tee b | redirect a" };
	struct out to = OUT_MEMORY, errors = OUT_MEMORY;

	for (size_t i = 0; i < COUNT(chains); i++) {
		struct filter *f = opened(chains[i], &to);

		out_str(filter_in(f), "text\n");
		ck_assert_int_eq(filter_finish(f, false, &errors), 0);
		ck_assert_str_eq(out_text(&to), "text\n");
		ck_assert_str_eq(out_text(&written), "");
		out_free(&to);
	}
	ck_assert_str_eq(out_text(&errors), "");
}
END_TEST

START_TEST(a_megabyte_reaches_the_file_whole)
{
	char *line = xmalloc(1024 * 1024 + 1), *got;

	memset(line, 'a', 1024 * 1024);
	for (size_t i = 63; i < 1024 * 1024; i += 64)
		line[i] = '\n';
	line[1024 * 1024] = '\0';
	got = filtered("include a | redirect f", line, 1000);
	ck_assert_str_eq(got, "");
	ck_assert_int_eq(strncmp(out_text(&written), "f=", 2), 0);
	ck_assert_str_eq(out_text(&written) + 2, line);
	out_free(&written);
	free(got);
	free(line);
}
END_TEST

START_TEST(no_file_where_none_may_be_written)
{
	static const char *const chains[] = { "redirect a", "append a", "include x | tee a | count ." };
	struct filter_host closed = files, none = { 0 };
	struct filter_error error;
	struct out to = OUT_MEMORY;

	closed.forbidden = "Permission denied";
	for (size_t i = 0; i < COUNT(chains); i++) {
		ck_assert_ptr_null(filter_new(chains[i], &to, &closed, &error));
		ck_assert_int_eq(error.status, PARSE_OK);
		ck_assert_str_eq(error.text, "Error: a: Permission denied");
		ck_assert_ptr_null(filter_new(chains[i], &to, &none, &error));
		ck_assert_str_eq(error.text, "Error: a: no files can be written here");
	}
}
END_TEST

static const struct {
	const char *expression;
	enum parse_status status;
	size_t column;
} misread[] = {
	{ "", PARSE_INCOMPLETE, 0 },
	{ " ", PARSE_INCOMPLETE, 0 },
	{ "include", PARSE_INCOMPLETE, 0 },
	{ "inc ", PARSE_INCOMPLETE, 0 },
	{ "section exclude ", PARSE_OK, 0 },
	{ "include x | ", PARSE_INCOMPLETE, 0 },
	{ "include x | count", PARSE_INCOMPLETE, 0 },
	{ "count | include x", PARSE_INCOMPLETE, 0 },
	{ "redirect", PARSE_INCOMPLETE, 0 },
	{ "append ", PARSE_INCOMPLETE, 0 },
	{ "tee", PARSE_INCOMPLETE, 0 },
	{ "tee /append", PARSE_INCOMPLETE, 0 },
	{ "tee /append | include x", PARSE_INCOMPLETE, 0 },
	/* The caret stands below the first letter that cannot be right. */
	{ "grep x", PARSE_INVALID, 0 },
	{ " includes x", PARSE_INVALID, 8 },
	{ "incx", PARSE_INVALID, 3 },
	{ "| include x", PARSE_INVALID, 0 },
	{ "include x | | include y", PARSE_INVALID, 12 },
	{ "include x | exklude y", PARSE_INVALID, 14 },
	{ "include x | json", PARSE_INVALID, 12 },
	{ "json | include x", PARSE_INVALID, 7 },
	{ "json x", PARSE_INVALID, 5 },
	{ "json | json", PARSE_INVALID, 7 },
	{ "redirect a b", PARSE_INVALID, 11 },
	{ "tee a b", PARSE_INVALID, 6 },
	{ "tee /append a b", PARSE_INVALID, 14 },
	{ "redirect a | include x", PARSE_INVALID, 11 },
	{ "include x | append a | tee b", PARSE_INVALID, 21 },
};

START_TEST(a_filter_that_is_no_filter_is_refused_where_it_goes_wrong)
{
	struct out to = OUT_MEMORY;
	struct filter_error error;
	struct filter *f = filter_new(misread[_i].expression, &to, &files, &error);

	if (misread[_i].status == PARSE_OK) {
		ck_assert_ptr_nonnull(f);
		filter_finish(f, false, &to);
		return;
	}
	ck_assert_ptr_null(f);
	ck_assert_msg(error.status == misread[_i].status, "'%s': %d", misread[_i].expression, error.status);
	ck_assert_msg(error.status != PARSE_INVALID || error.column == misread[_i].column, "'%s': %zu",
	    misread[_i].expression, error.column);
}
END_TEST

static const struct {
	const char *expression, *err;
} refused[] = {
	{ "i . | i . | i . | i . | i . | i . | i . | i . | i .", "More than 8 filters behind a command" },
	{ "include . | include (", "Bad regular expression '('" },
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

/* C7 */
START_TEST(a_bad_expression_is_refused_with_the_reason)
{
	struct out to = OUT_MEMORY;
	struct filter_error error = { .text = "" };

	ck_assert_ptr_null(filter_new(refused[_i].expression, &to, &files, &error));
	ck_assert_int_eq(error.status, PARSE_OK);
	ck_assert_msg(
	    str_starts(error.text, refused[_i].err), "'%s': %s", refused[_i].expression, error.text);
	ck_assert_str_eq(out_text(&to), "");
}
END_TEST

/* C7 */
START_TEST(an_expression_of_ten_kilobytes_is_refused)
{
	struct out to = OUT_MEMORY;
	struct filter_error error = { .text = "" };
	char *expression = xmalloc(10241);

	memset(expression, 'a', 10240);
	memcpy(expression, "include ", 8);
	expression[10240] = '\0';
	ck_assert_ptr_null(filter_new(expression, &to, &files, &error));
	ck_assert_uint_gt(strlen(error.text), 0);
	ck_assert_uint_lt(strlen(error.text), 100);
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

/* C7 */
START_TEST(no_expression_takes_long)
{
	char line[4097], *got;

	memset(line, 'a', sizeof line - 1);
	line[sizeof line - 1] = '\0';
	got = filtered(heavy[_i], line, sizeof line);
	free(got);
}
END_TEST

START_TEST(a_full_disk_refuses_the_line)
{
	struct fixture *f = fixture_new(false);

	ck_assert_int_eq(fixture_type(f, "enable\nshow clock | redirect a\n"), 0);
	ck_assert_str_eq(fixture_flash(f, "a"), "08:00:00.123 UTC Fri Nov 20 2026\n");
	f->full = true;
	ck_assert_int_eq(fixture_type(f, "show clock | append a\nshow clock | tee b | count .\n"), 2);
	ck_assert_str_eq(out_text(&f->out), "% Error: /flash/a: No space left on device\n"
					    "Number of lines which match regexp = 1\n"
					    "% Error: /flash/b: No space left on device\n");
	ck_assert_str_eq(fixture_flash(f, "a"), "08:00:00.123 UTC Fri Nov 20 2026\n");
	fixture_free(f);
}
END_TEST

START_TEST(a_refused_command_leaves_the_file)
{
	struct fixture *f = fixture_new(false);

	ck_assert_int_eq(fixture_type(f, "enable\nshow sip-ua register why 4711 | redirect a\n"), 1);
	ck_assert_str_eq(out_text(&f->out), "% No endpoint '4711' registers here\n");
	ck_assert_ptr_null(fixture_flash(f, "a"));
	fixture_free(f);
}
END_TEST

/* Names as Tab and `?` get them, the wrong or begun word before them, `<cr>` where the line could end. */
static const struct {
	const char *text, *expected;
} nexts[] = {
	{ "", ": append begin count exclude include json redirect section tee" },
	{ " ", ": append begin count exclude include json redirect section tee" },
	{ " in", "in: include" },
	{ "X", "X:" },
	{ "include ", ": LINE" },
	{ "include fo", ": LINE | <cr>" },
	{ "include foo bar ", ": LINE | <cr>" },
	{ "section ", ": LINE exclude include" },
	{ "section e", "e: exclude" },
	{ "section foo", ": LINE | <cr>" },
	{ "section exclude ", ": LINE | <cr>" },
	{ "redirect ", ": FILE" },
	{ "redirect f", "f:" },
	{ "redirect f ", ": <cr>" },
	{ "append f g", " g:" },
	{ "tee ", ": FILE /append" },
	{ "tee /a", "/a: /append" },
	{ "tee /a ", ": FILE" },
	{ "tee /a f ", ": | <cr>" },
	{ "tee f ", ": | <cr>" },
	{ "json ", ": | <cr>" },
	{ "json | ", ": append redirect tee" },
	{ "json | i", "i:" },
	{ "include x | ", ": append begin count exclude include redirect section tee" },
	{ "include x | sec", "sec: section" },
	{ "redirect f | ", "| :" },
	{ "grep x | inc", "grep x | inc:" },
	{ "i . | i . | i . | i . | i . | i . | i . | i .", ": LINE <cr>" },
	{ "i . | i . | i . | i . | i . | i . | i . | i . | ", "| :" },
};

static void
gather_name(void *arg, const char *name, const char *help, bool keyword)
{
	ck_assert(help != NULL && keyword == (strcmp(name, "LINE") != 0 && strcmp(name, "FILE") != 0));
	out_printf(arg, " %s", name);
}

START_TEST(these_words_can_follow)
{
	struct out names = OUT_MEMORY;
	const char *prefix;
	char *got;
	bool end;

	filter_next(nexts[_i].text, &prefix, &end, gather_name, &names);
	got = xasprintf("%s:%s%s", prefix, out_text(&names), end ? " <cr>" : "");
	ck_assert_msg(str_eq(got, nexts[_i].expected), "'%s': '%s'", nexts[_i].text, got);
	free(got);
	out_free(&names);
}
END_TEST

/* The library's matcher would keep one state for each byte of these lines, of several kilobytes. */
START_TEST(memory_does_not_grow_with_what_is_read)
{
	struct out to = OUT_MEMORY, errors = OUT_MEMORY;
	struct filter *f = opened("count .*a....................c", &to);
	struct out line = OUT_MEMORY;
	unsigned random = 1;
	size_t before = mallinfo2().uordblks;

	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 2000; k++) {
			random = random * 1103515245u + 12345u;
			out_char(&line, (random >> 16 & 1) != 0 ? 'a' : 'b');
		}
		out_printf(filter_in(f), "%s\n", out_text(&line));
		out_free(&line);
	}
	ck_assert_uint_lt(mallinfo2().uordblks - before, 64u << 20);
	ck_assert_int_eq(filter_finish(f, true, &errors), 0);
	ck_assert_str_eq(out_text(&to), "Number of lines which match regexp = 0\n");
	out_free(&to);
}
END_TEST

static int64_t
a_second_later(void *arg)
{
	static int64_t now;

	(void)arg;
	return now += 1000;
}

START_TEST(an_expression_that_takes_too_long_is_given_up)
{
	const struct filter_host slow = { &written, write_file, append_file, NULL, a_second_later };
	struct out to = OUT_MEMORY, errors = OUT_MEMORY;
	struct filter_error error;
	struct filter *f = filter_new("include a | tee big", &to, &slow, &error);

	for (int i = 0; i < 100; i++)
		out_printf(filter_in(f), "a%1000d\n", i);
	ck_assert_int_eq(filter_finish(f, true, &errors), -1);
	ck_assert_str_eq(out_text(&errors), "% 'a' takes too long on this output: use a simpler expression");
	ck_assert_uint_lt(to.len, 40 * 1002);
	ck_assert_ptr_null(strstr(out_text(&written), "big"));
	out_free(&to);
	out_free(&errors);
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
	tcase_add_loop_test(t, a_file_gets_what_reaches_it, 0, COUNT(stores));
	tcase_add_test(t, only_json_switches_the_command);
	tcase_add_loop_test(t, a_file_that_cannot_be_written_is_named, 0, COUNT(failures));
	tcase_add_test(t, a_refused_command_writes_no_file_and_what_it_said_is_printed);
	tcase_add_test(t, a_megabyte_reaches_the_file_whole);
	tcase_add_test(t, no_file_where_none_may_be_written);
	tcase_add_test(t, a_full_disk_refuses_the_line);
	tcase_add_test(t, a_refused_command_leaves_the_file);
	tcase_add_loop_test(t, a_filter_that_is_no_filter_is_refused_where_it_goes_wrong, 0, COUNT(misread));
	tcase_add_loop_test(t, these_words_can_follow, 0, COUNT(nexts));
	tcase_add_loop_test(t, a_bad_expression_is_refused_with_the_reason, 0, COUNT(refused));
	tcase_add_test(t, an_expression_of_ten_kilobytes_is_refused);
	tcase_add_loop_test(t, no_expression_takes_long, 0, COUNT(heavy));
	tcase_add_test(t, memory_does_not_grow_with_what_is_read);
	tcase_add_test(t, an_expression_that_takes_too_long_is_given_up);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
