/* Output by the page: what stands on the screen after each key. `<` in what is expected stands for ` --More--
 * ` being taken off again. */
#include "cli/pager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"

#define UNMORE "\b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b"

static void
emit(void *arg, const char *text, size_t len)
{
	out_write(arg, text, len);
}

/* Keys: as they are; `/`, `+` and `-` with their expression up to a line feed. */
static void
press(struct pager *p, const char *keys)
{
	while (*keys != '\0') {
		ck_assert_int_eq(pager_wants(p), PAGER_KEY);
		ck_assert_str_eq(pager_prompt(p), " --More-- ");
		pager_key(p, *keys++);
		if (pager_wants(p) == PAGER_TEXT) {
			size_t n = strcspn(keys, "\n");
			char *expression = xstrndup(keys, n);

			ck_assert(*pager_prompt(p) == keys[-1] && strlen(pager_prompt(p)) == 1);
			pager_text(p, expression);
			free(expression);
			keys += n + (keys[n] == '\n');
		}
	}
}

#define TEN "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

static const struct {
	unsigned rows, columns;
	const char *text, *keys, *shown;
	bool more; /* ` --More-- ` stands there at the end */
} pages[] = {
	{ 24, 80, TEN, "", TEN, false },
	{ 0, 80, TEN TEN TEN, "", TEN TEN TEN, false },
	{ 11, 80, TEN, "", TEN, false }, /* exactly a page: nothing more */
	{ 10, 80, TEN, "", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", true },
	{ 5, 80, TEN, "", "1\n2\n3\n4\n", true },
	{ 5, 80, TEN, " ", "1\n2\n3\n4\n<5\n6\n7\n8\n", true },
	{ 5, 80, TEN, "  ", "1\n2\n3\n4\n<5\n6\n7\n8\n<9\n10\n", false },
	{ 5, 80, TEN, "\r", "1\n2\n3\n4\n<5\n", true },
	{ 5, 80, TEN, "\n\r", "1\n2\n3\n4\n<5\n<6\n", true },
	{ 5, 80, TEN, "\r ", "1\n2\n3\n4\n<5\n<6\n7\n8\n9\n", true },
	{ 5, 80, TEN, "q", "1\n2\n3\n4\n<", false },
	{ 5, 80, TEN, "n", "1\n2\n3\n4\n<", false },
	{ 5, 80, TEN, "\3", "1\n2\n3\n4\n<", false },
	{ 5, 80, TEN, "\33", "1\n2\n3\n4\n<", false },
	{ 1, 80, "1\n2\n3\n", "  ", "1\n<2\n<3\n", false },
	{ 2, 80, "1\n2\n3\n", " ", "1\n<2\n", true },
	{ 5, 80, "1\n2\n3\n4\nhalf", " ", "1\n2\n3\n4\n<half", false },
	{ 5, 80, "1\n2\n3\nhalf", "", "1\n2\n3\nhalf", false },
	{ 5, 80, "", "", "", false },
	/* Long lines take several rows. */
	{ 5, 10, "0123456789\n2\n3\n4\n5\n", "", "0123456789\n2\n3\n4\n", true },
	{ 5, 10, "0123456789x\n3\n4\n5\n", "", "0123456789x\n3\n4\n", true },
	{ 5, 10, "0123456789012345678901234567890123456789012345678901234567\n2\n", "",
	    "0123456789012345678901234567890123456789012345678901234567\n", true },
	{ 5, 10, "1\n2\n0123456789012345678901234\n", "", "1\n2\n", true },
	{ 5, 10, "\tx\n\t\tx\n4\n5\n", "", "\tx\n\t\tx\n4\n", true },
	{ 5, 4, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n2\n3\n4\n5\n", "",
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n2\n3\n4\n", true },
	{ 5, 1, "ab\ncd\ne\n", "", "ab\ncd\n", true },
	{ 5, 0, "0123456789012345678901234567890123456789\n2\n3\n4\n5\n", "",
	    "0123456789012345678901234567890123456789\n2\n3\n4\n", true },
	/* Searching. */
	{ 5, 80, TEN, "/9\n", "1\n2\n3\n4\n<filtering...\n9\n10\n", false },
	{ 5, 80, TEN, "/6\n", "1\n2\n3\n4\n<filtering...\n6\n7\n8\n9\n", true },
	{ 5, 80, TEN, "/none\n", "1\n2\n3\n4\n<filtering...\n", false },
	{ 3, 80, TEN, "+[0-3]\n", "1\n2\n<filtering...\n3\n10\n", false },
	{ 3, 80, TEN, "-[4-8]\n", "1\n2\n<filtering...\n3\n9\n", true },
	{ 3, 80, TEN, "-[4-8]\n ", "1\n2\n<filtering...\n3\n9\n<10\n", false },
	{ 3, 80, TEN, "/(\n", "1\n2\n<% Bad regular expression '(': Unmatched ( or \\(\n", true },
};

static char *
expected(const char *shown)
{
	struct out o = OUT_MEMORY;

	for (; *shown != '\0'; shown++) {
		if (*shown == '<')
			out_str(&o, UNMORE);
		else
			out_char(&o, *shown);
	}
	return out_take(&o);
}

START_TEST(a_page_ends_where_the_screen_does)
{
	struct out out = OUT_MEMORY;
	struct pager *p = pager_new(emit, NULL, &out);
	const char *text = pages[_i].text;
	char *want = expected(pages[_i].shown);

	/* In one piece and byte by byte. */
	for (int whole = 1; whole >= 0; whole--) {
		pager_begin(p, pages[_i].rows, pages[_i].columns);
		for (size_t at = 0, n = whole ? strlen(text) : 1; at < strlen(text); at += n)
			pager_write(p, text + at, n);
		pager_flush(p);
		press(p, pages[_i].keys);
		ck_assert_str_eq(out_text(&out), want);
		ck_assert_int_eq(pager_wants(p), pages[_i].more ? PAGER_KEY : PAGER_NOTHING);
		out_free(&out);
	}
	pager_free(p);
	free(want);
}
END_TEST

START_TEST(what_is_stopped_stays_stopped_until_the_next_command)
{
	struct out out = OUT_MEMORY;
	struct pager *p = pager_new(emit, NULL, &out);

	pager_begin(p, 3, 80);
	pager_write(p, TEN, strlen(TEN));
	pager_key(p, 'q');
	out_free(&out);
	pager_write(p, TEN, strlen(TEN));
	pager_flush(p);
	ck_assert_str_eq(out_text(&out), "");
	pager_begin(p, 3, 80);
	pager_write(p, "1\n", 2);
	pager_flush(p);
	ck_assert_str_eq(out_text(&out), "1\n");
	out_free(&out);
	pager_free(p);
}
END_TEST

START_TEST(a_command_may_go_on_while_the_page_waits)
{
	struct out out = OUT_MEMORY;
	struct pager *p = pager_new(emit, NULL, &out);

	pager_begin(p, 3, 80);
	pager_write(p, "1\n2\n3\n", 6);
	pager_flush(p);
	pager_write(p, "4\n", 2);
	pager_flush(p);
	ck_assert_str_eq(out_text(&out), "1\n2\n");
	pager_key(p, ' ');
	ck_assert_str_eq(out_text(&out), "1\n2\n" UNMORE "3\n4\n");
	out_free(&out);
	pager_free(p);
}
END_TEST

static int64_t
a_second_later(void *arg)
{
	static int64_t now;

	(void)arg;
	return now += 1000;
}

START_TEST(an_expression_that_takes_too_long_leaves_the_page_as_it_is)
{
	struct out out = OUT_MEMORY;
	struct pager *p = pager_new(emit, a_second_later, &out);

	pager_begin(p, 5, 0);
	for (int i = 0; i < 100; i++) {
		char line[1002];

		snprintf(line, sizeof line, "a%999d\n", i);
		pager_write(p, line, strlen(line));
	}
	out_free(&out);
	press(p, "+a\n");
	ck_assert_str_eq(
	    out_text(&out), UNMORE "% 'a' takes too long on this output: use a simpler expression\n");
	out_free(&out);
	press(p, "\r");
	ck_assert_uint_eq(out.len, strlen(UNMORE) + 1001);
	pager_free(p);
	out_free(&out);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pager");
	TCase *t = tcase_create("pager");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_page_ends_where_the_screen_does, 0, COUNT(pages));
	tcase_add_test(t, what_is_stopped_stays_stopped_until_the_next_command);
	tcase_add_test(t, a_command_may_go_on_while_the_page_waits);
	tcase_add_test(t, an_expression_that_takes_too_long_leaves_the_page_as_it_is);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
