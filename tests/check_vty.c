/* A console beside its lines: what it remembers of them, what the window and `terminal` set, and a command
 * that waits for the world. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/recall.h"
#include "cli/vty.h"
#include "tests/fixture.h"

static const struct {
	const char *line;
	bool kept;
} lines[] = {
	{ "show version", true },
	{ "no such command", true },
	{ "  show version", true },
	{ "show version   ", true }, /* without the blanks */
	{ "", false },
	{ "   ", false },
	{ "\t", false },
	{ "show\001version", true },
	{ "password", false },
	{ "username a secret b", false },
	{ "enable secret Sesame9", false },
	{ "credentials number 1 username u password p realm r", false },
	{ "credentails number 1 username u passwort p", false },
	{ "authentication username u password p", false },
	{ "key config-key password-encrypt Sesame99", false },
	{ "snmp-server community public", false },
};

START_TEST(a_line_is_remembered_unless_it_may_hold_a_secret)
{
	struct fixture *f = fixture_new(true);
	const struct recall *r = vty_recall(f->vty, false);
	const char *line = lines[_i].line;

	vty_line(f->vty, line, strlen(line));
	ck_assert_msg((r->lines.n == 1) == lines[_i].kept, "'%s'", line);
	if (lines[_i].kept)
		ck_assert(str_starts(line, r->lines.v[0]));
	fixture_free(f);
}
END_TEST

START_TEST(history_is_bounded_and_drops_the_oldest)
{
	struct recall r = { 0 };
	char line[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof line, "line %d", i);
		recall_add(&r, line, 3);
	}
	ck_assert_uint_eq(r.lines.n, 3);
	ck_assert_uint_eq(r.added, 1000);
	ck_assert_str_eq(r.lines.v[0], "line 997");
	recall_add(&r, "line 999", 3); /* the last line again */
	ck_assert_uint_eq(r.added, 1000);
	recall_add(&r, "none is kept", 0);
	ck_assert_uint_eq(r.added, 1000);
	recall_limit(&r, 1);
	ck_assert_str_eq(r.lines.v[0], "line 999");
	recall_limit(&r, 0);
	ck_assert_uint_eq(r.lines.n, 0);
}
END_TEST

static int
take_answer(struct vty *v, const char *answer, void *arg)
{
	(void)v, (void)arg;
	return str_eq(answer, "anything") ? 0 : -1;
}

START_TEST(answers_and_scripts_are_not_remembered)
{
	struct fixture *f = fixture_new(true);

	vty_ask(f->vty, "What? ", VTY_LINE, take_answer, NULL);
	ck_assert_int_eq(vty_line(f->vty, "anything", 8), 0);
	ck_assert_uint_eq(vty_recall(f->vty, false)->lines.n, 0);
	fixture_free(f);
	f = fixture_new(false);
	fixture_type(f, "show version\n");
	ck_assert_uint_eq(vty_recall(f->vty, false)->lines.n, 0);
	fixture_free(f);
}
END_TEST

START_TEST(the_window_counts_until_a_command_does)
{
	struct fixture *f = fixture_new(true);
	const struct vty_terminal *t = vty_terminal(f->vty);

	ck_assert(t->length == VTY_LENGTH && t->width == VTY_WIDTH);
	vty_window(f->vty, 50, 132);
	ck_assert(t->length == 50 && t->width == 132);
	vty_window(f->vty, 0, 0); /* unknown: as before */
	ck_assert(t->length == 50 && t->width == 132);
	fixture_type(f, "terminal length 0\n");
	vty_window(f->vty, 40, 100);
	ck_assert(t->length == 0 && t->width == 100);
	fixture_type(f, "terminal no length\nterminal width 511\n");
	ck_assert(t->length == 40 && t->width == 511);
	fixture_free(f);
}
END_TEST

static void
count(void *arg)
{
	++*(int *)arg;
}

START_TEST(whoever_drives_it_hears_when_a_command_goes_on)
{
	struct fixture *f = fixture_new(true);
	int heard = 0;

	vty_on_go_on(f->vty, count, &heard);
	vty_hold(f->vty);
	ck_assert_int_eq(vty_wants(f->vty), VTY_NOTHING);
	ck_assert_int_eq(heard, 0);
	vty_go_on(f->vty);
	ck_assert_int_eq(vty_wants(f->vty), VTY_LINE);
	ck_assert_int_eq(heard, 1);
	fixture_free(f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("vty");
	TCase *t = tcase_create("vty");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_line_is_remembered_unless_it_may_hold_a_secret, 0, COUNT(lines));
	tcase_add_test(t, history_is_bounded_and_drops_the_oldest);
	tcase_add_test(t, answers_and_scripts_are_not_remembered);
	tcase_add_test(t, the_window_counts_until_a_command_does);
	tcase_add_test(t, whoever_drives_it_hears_when_a_command_goes_on);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
