/* What every row of the command tables gets for nothing: its example works, is written, is read again to the
 * same, is taken back by `default` (and by `no`, where that means the default), and has help. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/commands.h"
#include "tests/fixture.h"

static VEC(const struct cmd *) rows;

/* The lines that lead into a mode. */
static const char *
way_into(const struct mode *m)
{
	return m == &mode_sip_ua        ? "sip-ua\n"
	       : m == &mode_voice       ? "voice service voip\n"
	       : m == &mode_voice_sip   ? "voice service voip\nsip\n"
	       : m == &mode_archive     ? "archive\n"
	       : m == &mode_archive_log ? "archive\nlog config\n"
	       : m == &mode_peer        ? "dial-peer voice 7 pots\n"
	       : m == &mode_line        ? "line vty 0 4\n"
					: "";
}

static struct fixture *
in_mode_of(const struct cmd *row)
{
	const struct table *t = cli_table_of(row);
	struct fixture *f = fixture_new(false);

	ck_assert_int_eq(fixture_type(f, "enable\n"), 0);
	if (t->mode != &mode_exec)
		ck_assert_int_eq(fixture_type(f, "configure terminal\n"), 0);
	if (t->mode != NULL)
		ck_assert_int_eq(fixture_type(f, way_into(t->mode)), 0);
	out_free(&f->out);
	return f;
}

/* Kept statements whose form has alternatives: the first of each. */
static char *
example_of(const struct cmd *row)
{
	struct out o = OUT_MEMORY;

	for (const char *p = row->example; *p != '\0'; p++) {
		if (*p == '(') {
			size_t n = strcspn(++p, "|)");

			out_write(&o, p, n);
			p += strcspn(p, ")");
		} else {
			out_char(&o, *p);
		}
	}
	return out_take(&o);
}

static void
type_ok(struct fixture *f, const char *line)
{
	ck_assert_msg(fixture_type(f, line) == 0, "'%s' is refused: %s", line, out_text(&f->out));
}

START_TEST(the_example_of_a_row_is_taken)
{
	const struct cmd *row = rows.v[_i];
	struct fixture *f = in_mode_of(row);
	char *example;

	ck_assert_msg(row->example != NULL, "'%s' has no example", row->form);
	example = example_of(row);
	/* EXEC commands may refuse what is not there; the parser must know them. */
	if (row->run == NULL)
		type_ok(f, example);
	else
		fixture_type(f, example);
	ck_assert_msg(strstr(out_text(&f->out), "'^' marker") == NULL &&
			  strstr(out_text(&f->out), "% Incomplete") == NULL,
	    "'%s': %s", example, out_text(&f->out));
	free(example);
	fixture_free(f);
}
END_TEST

/* F13 */
START_TEST(what_a_row_writes_is_read_again_to_the_same)
{
	const struct cmd *row = rows.v[_i];
	struct fixture *f, *again;
	struct script_report report;
	char *example, *text, *text2;

	if (row->run != NULL)
		return;
	f = in_mode_of(row);
	again = fixture_new(false);
	example = example_of(row);
	type_ok(f, example);
	text = fixture_config(f);
	script_load(again->cli, again->conf, "text", text, strlen(text), &report);
	ck_assert_msg(report.nerrors == 0, "%s", out_text(&report.errors));
	script_report_free(&report);
	text2 = fixture_config(again);
	ck_assert_str_eq(text, text2);
	free(text);
	free(text2);
	free(example);
	fixture_free(f);
	fixture_free(again);
}
END_TEST

static bool
no_is_default(const struct cmd *row)
{
	static const char *const others[] = { "voice-class sip localhost", "service timestamps",
		"logging buffered [<", "logging console [", "logging monitor$", "logging trap" };

	for (size_t i = 0; i < COUNT(others); i++)
		if (str_starts(row->form, others[i]))
			return false;
	if (cli_table_of(row) == &line_table &&
	    (str_starts(row->form, "login") || str_starts(row->form, "exec-timeout")))
		return false;
	return !(row->field.kind == FIELD_BOOL && row->field.otherwise);
}

START_TEST(default_and_no_take_a_row_back)
{
	const struct cmd *row = rows.v[_i];
	struct fixture *f;
	char *example, *before, *after, *line;

	if (row->run != NULL)
		return;
	example = example_of(row);
	for (int pass = 0; pass < 2; pass++) {
		if (pass == 1 && !no_is_default(row))
			break;
		f = in_mode_of(row);
		before = fixture_config(f);
		type_ok(f, example);
		/* A section that was entered is left again first. */
		if (row->section != NULL || row->enter != NULL)
			type_ok(f, "exit");
		line = xasprintf("%s %s", pass == 0 ? "default" : "no", example);
		type_ok(f, line);
		after = fixture_config(f);
		ck_assert_msg(str_eq(before, after), "'%s' leaves:\n%s", line, after);
		free(before);
		free(after);
		free(line);
		fixture_free(f);
	}
	free(example);
}
END_TEST

/* C5 */
START_TEST(every_word_of_an_example_answers_to_help)
{
	const struct cmd *row = rows.v[_i];
	struct fixture *f = in_mode_of(row);
	char *example = example_of(row);

	for (size_t i = 0; (row->flags & CMD_HIDDEN) == 0 && example[i] != '\0'; i++) {
		char *beginning;

		if (example[i] != ' ')
			continue;
		beginning = xstrndup(example, i + 1);
		out_free(&f->out);
		vty_help(f->vty, beginning);
		ck_assert_msg(
		    strlen(out_text(&f->out)) > 3 && strstr(out_text(&f->out), "% Unrecognized") == NULL,
		    "'%s?' says '%s'", beginning, out_text(&f->out));
		free(beginning);
	}
	free(example);
	fixture_free(f);
}
END_TEST

/* The whole tree, a `?` and a Tab at every word of every line that the forms allow, and in the middle of it;
 * nothing is asked of a form twice in the same place. */

static const struct {
	const struct mode *mode;
	const char *before; /* what stands before the line: `no `, `do ` */
	const struct mode *asked; /* whose words follow */
	bool negated;
} walks[] = {
	{ &mode_user, "", &mode_user, false },
	{ &mode_exec, "", &mode_exec, false },
	{ &mode_config, "", &mode_config, false },
	{ &mode_config, "no ", &mode_config, true },
	{ &mode_config, "default ", &mode_config, true },
	{ &mode_config, "do ", &mode_exec, false },
	{ &mode_sip_ua, "", &mode_sip_ua, false },
	{ &mode_sip_ua, "no ", &mode_sip_ua, true },
	{ &mode_voice, "", &mode_voice, false },
	{ &mode_voice, "no ", &mode_voice, true },
	{ &mode_voice_sip, "", &mode_voice_sip, false },
	{ &mode_voice_sip, "no ", &mode_voice_sip, true },
	{ &mode_peer, "", &mode_peer, false },
	{ &mode_peer, "no ", &mode_peer, true },
};

struct walk {
	struct fixture *f;
	const struct choice *choices;
	size_t n, asked;
	const char *before;
	char *prompt;
	const struct conf *conf;
	void *seen; /* first word and answer of every line gone down: tsearch */
};

/* What goes where arguments stand: the first values, others, or the first in other letters. */
enum values { FIRST, OTHER, CAPITALS, VALUES };

struct next_words {
	VEC(char *) v;
	enum values values;
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static char *
sample(const char *label, enum values which)
{
	static const struct {
		const char *label, *values[VALUES];
	} samples[] = {
		{ "A.B.C.D", { "192.0.2.1", "198.51.100.7", "192.0.2.1" } },
		{ "X:X", { "2001:db8::1", "2001:db8::7", "2001:DB8::1" } },
		{ "HOST", { "dns:a.example", "dns:b.example:5070", "dns:A.Example" } },
		{ "dns:", { "dns:a.example", "dns:b.example", "dns:A.Example" } },
		{ "", { "sample", "other", "Sample" } },
	};
	const char *dash = strchr(label, '-');
	size_t i = 0;

	if (label[0] == '<')
		return which == OTHER ? xstrndup(dash + 1, strcspn(dash + 1, ">"))
				      : xstrndup(label + 1, strcspn(label + 1, "->"));
	while (!str_starts(label, samples[i].label))
		i++;
	return xstrdup(samples[i].values[which]);
}

static void
gather_next(void *arg, const char *name, const char *help, bool keyword)
{
	struct next_words *next = arg;

	ck_assert(help != NULL);
	vec_push(&next->v, keyword ? xstrdup(name) : sample(name, next->values));
}

/* Asks behind line; the answer. */
static char *
asked(struct walk *w, const char *line)
{
	char *whole = xasprintf("%s%s", w->before, line), *rest;

	out_free(&w->f->out);
	vty_help(w->f->vty, whole);
	rest = vty_complete(w->f->vty, whole);
	ck_assert(rest == NULL || (strlen(rest) > 0 && rest[strlen(rest) - 1] == ' '));
	ck_assert_msg(w->f->conf == w->conf && w->f->startup == NULL && w->f->files.n == 0 &&
			  str_eq(vty_prompt(w->f->vty), w->prompt),
	    "'%s?' changes something", whole);
	w->asked++;
	free(rest);
	free(whole);
	return out_take(&w->f->out);
}

static void
walk_down(struct walk *w, const char *line)
{
	struct next_words next = { 0 };
	const char *prefix;
	char *answer = asked(w, line), *key;
	bool end;

	key = xasprintf("%.*s\n%s", (int)strcspn(line, " "), line, answer);
	free(answer);
	if (*(char **)tsearch(key, &w->seen, by_text) != key) {
		free(key);
		return;
	}
	if (grammar_next(w->choices, w->n, line, &prefix, &end, gather_next, &next) != 0)
		next.v.n = 0;
	for (size_t i = 0; i < next.v.n; i++) {
		size_t len = strlen(next.v.v[i]);
		char *half = xasprintf("%s%.*s", line, (int)(len + 1) / 2, next.v.v[i]),
		     *word = xasprintf("%s%s", line, next.v.v[i]), *behind = xasprintf("%s ", word);

		free(asked(w, half));
		free(asked(w, word));
		walk_down(w, behind);
		free(half);
		free(word);
		free(behind);
		free(next.v.v[i]);
	}
	vec_free(&next.v);
}

/* C5 */
START_TEST(no_question_changes_anything)
{
	struct walk w = { .f = fixture_new(false), .before = walks[_i].before };

	if (walks[_i].mode != &mode_user)
		ck_assert_int_eq(fixture_type(w.f, "enable\n"), 0);
	if (walks[_i].mode != &mode_user && walks[_i].mode != &mode_exec)
		ck_assert_int_eq(fixture_type(w.f, "configure terminal\n"), 0);
	ck_assert_int_eq(fixture_type(w.f, way_into(walks[_i].mode)), 0);
	w.choices = cli_choices(w.f->cli, walks[_i].asked, walks[_i].negated, &w.n);
	w.prompt = xstrdup(vty_prompt(w.f->vty));
	w.conf = w.f->conf;
	walk_down(&w, "");
	ck_assert_uint_ge(w.asked, w.n);
	tdestroy(w.seen, free);
	free(w.prompt);
	fixture_free(w.f);
}
END_TEST

/* What a replacement makes of two configurations (conf_rebase): member by member it says what the texts say.
 */

static char *
text_of(struct fixture *f, const struct conf *c, bool all)
{
	struct out o = OUT_MEMORY;

	cli_write_config(f->cli, c, all, &o);
	return out_take(&o);
}

/* to in place of running is to in every line, and is called the same only where no line differs. */
static void
check_rebase(struct fixture *f, const struct conf *running, const struct conf *to, const char *line)
{
	struct conf *next = conf_share(to);
	bool same = conf_rebase(next, running);

	for (int all = 0; all < 2; all++) {
		char *before = text_of(f, running, all), *after = text_of(f, to, all),
		     *got = text_of(f, next, all);

		ck_assert_msg(str_eq(got, after), "'%s' in place of\n%sis lost:\n%s", line, before, got);
		ck_assert_msg(!same || str_eq(before, after), "'%s' is called the same as\n%s", line, before);
		ck_assert_msg(all == 1 || same || !str_eq(before, after), "'%s' differs from itself", line);
		free(before);
		free(after);
		free(got);
	}
	conf_release(next);
}

/* The configuration that the lines make; NULL: one of them is refused. */
static struct conf *
conf_of(struct fixture *f, const char *way, const char *no, const char *line)
{
	struct conf *c = conf_new();
	struct script_report report;
	char *text = xasprintf("%s%s%s\n", way, no, line);

	script_load(f->cli, c, "text", text, strlen(text), &report);
	if (report.nerrors > 0) {
		conf_release(c);
		c = NULL;
	}
	script_report_free(&report);
	free(text);
	return c;
}

static void
check_replacing(struct fixture *f, const char *way, const char *line, struct conf *other)
{
	struct conf *without = conf_of(f, way, "", "!"), *with = conf_of(f, way, "", line),
		    *negated = conf_of(f, way, "no ", line);

	ck_assert_ptr_nonnull(without);
	if (with != NULL) {
		check_rebase(f, without, with, line);
		check_rebase(f, with, without, line);
		check_rebase(f, with, with, line);
	}
	if (negated != NULL) {
		check_rebase(f, without, negated, line);
		check_rebase(f, negated, without, line);
	}
	if (with != NULL && negated != NULL) {
		check_rebase(f, negated, with, line);
		check_rebase(f, with, negated, line);
	}
	if (with != NULL && other != NULL)
		check_rebase(f, other, with, line);
	conf_release(without);
	conf_release(with);
	conf_release(negated);
}

START_TEST(replacing_sees_every_row)
{
	const struct cmd *row = rows.v[_i];
	const struct table *t = cli_table_of(row);
	struct fixture *f;
	char *example;

	if (row->run != NULL)
		return;
	f = fixture_new(false);
	example = example_of(row);
	check_replacing(f, t->mode == NULL ? "" : way_into(t->mode), example, NULL);
	free(example);
	fixture_free(f);
}
END_TEST

static const struct mode *const configured[] = { &mode_config, &mode_sip_ua, &mode_voice, &mode_voice_sip,
	&mode_archive, &mode_archive_log, &mode_peer, &mode_line };

struct lines_walk {
	struct fixture *f;
	const struct choice *choices;
	size_t n, varied;
	struct conf *before; /* what the line before made; NULL: none was */
	const char *way;
	enum values others;
	void *seen; /* first and last two words of every line gone down, whether taken, the answer: tsearch */
};

/* The line against none, the one before, and itself with one word at a time as in other. */
static void
check_variants(struct lines_walk *w, const char *line, const char *other)
{
	struct conf *c = conf_of(w->f, w->way, "", line), *one;

	check_replacing(w->f, w->way, line, w->before);
	conf_release(w->before);
	w->before = c;
	for (const char *a = line, *b = other; *a != '\0';
	     a += strcspn(a, " ") + 1, b += strcspn(b, " ") + 1) {
		int n = (int)strcspn(b, " ");
		char *varied;

		if (strncmp(a, b, (size_t)n + 1) == 0)
			continue;
		varied = xasprintf("%.*s%.*s%s", (int)(a - line), line, n, b, a + strcspn(a, " "));
		one = conf_of(w->f, w->way, "", varied);
		if (one != NULL)
			check_rebase(w->f, one, c, varied);
		w->varied += one != NULL;
		conf_release(one);
		free(varied);
	}
}

/* Every line that the forms allow; line and other end with a blank, or are empty. */
static void
replace_down(struct lines_walk *w, const char *line, const char *other)
{
	struct next_words next = { 0 }, others = { .values = w->others };
	struct out answer = OUT_MEMORY;
	const char *prefix;
	struct conf *c = conf_of(w->f, w->way, "", line);
	bool taken = c != NULL && *line != '\0', end;
	size_t last = strlen(line);
	char *key;

	conf_release(c);
	for (int blanks = 0; last > 0; last--)
		if (line[last - 1] == ' ' && ++blanks > 2)
			break;
	grammar_help(w->choices, w->n, line, &answer);
	key =
	    xasprintf("%.*s %s\n%d%s", (int)strcspn(line, " "), line, line + last, taken, out_text(&answer));
	out_free(&answer);
	if (*(char **)tsearch(key, &w->seen, by_text) != key) {
		free(key);
		return;
	}
	ck_assert_int_eq(grammar_next(w->choices, w->n, line, &prefix, &end, gather_next, &next), 0);
	ck_assert_int_eq(grammar_next(w->choices, w->n, other, &prefix, &end, gather_next, &others), 0);
	ck_assert_uint_eq(next.v.n, others.v.n);
	if (taken)
		check_variants(w, line, other);
	for (size_t i = 0; i < next.v.n; i++) {
		char *more = xasprintf("%s%s ", line, next.v.v[i]),
		     *more_other = xasprintf("%s%s ", other, others.v.v[i]);

		replace_down(w, more, more_other);
		free(more);
		free(more_other);
		free(next.v.v[i]);
		free(others.v.v[i]);
	}
	vec_free(&next.v);
	vec_free(&others.v);
}

/* Two ways to say nearly the same. */
static const char *const pairs[][2] = {
	{ "logging host 192.0.2.1\n", "logging host 192.0.2.1 transport udp port 514\n" },
	{ "logging host 192.0.2.1 transport tcp\n", "logging host 192.0.2.1 transport tcp port 601\n" },
	{ "logging host 192.0.2.1\n", "logging host 192.0.2.1 transport tcp\n" },
	{ "logging host 192.0.2.1 transport tcp port 514\n",
	    "logging host 192.0.2.1 transport udp port 514\n" },
	{ "sip-ua\n registrar 1 dns:a.example\n", "sip-ua\n registrar 1 dns:a.example:5060\n" },
	{ "service timestamps log datetime\n", "service timestamps log datetime msec\n" },
	{ "dial-peer voice 1 pots\n", "dial-peer voice 1 voip\n" },
	{ "line vty 0 4\n", "line vty 0 5\n" },
	{ "ip name-server 192.0.2.1 192.0.2.2\n", "ip name-server 192.0.2.2 192.0.2.1\n" },
	{ "ip host a 192.0.2.1\n", "ip host a 192.0.2.1 192.0.2.2\n" },
	{ "ip host a 192.0.2.1 192.0.2.2\n", "ip host a 192.0.2.2 192.0.2.1\n" },
	{ "username a password 0 secret\n", "username a password 7 094F471A1A0A\n" },
	{ "username a secret 0 secret1\n", "username a secret 0 secret2\n" },
	{ "username a nopassword\n", "username a\n" },
	{ "username a privilege 0\n", "username a\n" },
	{ "alias exec a show clock\n", "alias exec a show version\n" },
	{ "line con 0\n exec-timeout 5 0\n", "line con 0\n exec-timeout 6 0\n" },
	{ "line aux 0\n exec-timeout 5 0\n", "line aux 0\n exec-timeout 6 0\n" },
	{ "router bgp 1\n neighbor a\n", "router bgp 1\n neighbor b\n" },
	{ "router bgp 1\n neighbor a\n", "router bgp 1\n neighbor a\n neighbor b\n" },
	{ "router bgp 1\n neighbor a\n neighbor b\n", "router bgp 1\n neighbor a\n  neighbor b\n" },
	{ "sip-ua\n registrar 1 dns:a.example type x\n", "sip-ua\n registrar 1 dns:a.example\n" },
	{ "sip-ua\n registrar 1 dns:a.example scheme sips\n", "sip-ua\n registrar 1 dns:a.example\n" },
	{ "banner motd ^Ca^C\n", "banner motd ^Ca\nb^C\n" },
};

START_TEST(replacing_sees_small_differences)
{
	struct fixture *f = fixture_new(false);
	struct conf *a = conf_of(f, pairs[_i][0], "", "!"), *b = conf_of(f, pairs[_i][1], "", "!");

	ck_assert_msg(a != NULL && b != NULL, "%s", pairs[_i][0]);
	check_rebase(f, a, b, pairs[_i][1]);
	check_rebase(f, b, a, pairs[_i][0]);
	conf_release(a);
	conf_release(b);
	fixture_free(f);
}
END_TEST

START_TEST(replacing_sees_every_line_of_the_forms)
{
	const struct mode *m = configured[_i / (VALUES - 1)];
	struct lines_walk w = {
		.f = fixture_new(false), .way = way_into(m), .others = OTHER + _i % (VALUES - 1)
	};

	w.choices = cli_choices(w.f->cli, m, false, &w.n);
	replace_down(&w, "", "");
	ck_assert_uint_gt(w.varied, 0);
	conf_release(w.before);
	tdestroy(w.seen, free);
	fixture_free(w.f);
}
END_TEST

START_TEST(a_row_can_be_set_and_unset_or_is_a_command)
{
	const struct cmd *row = rows.v[_i];
	int ways =
	    (row->run != NULL) + (row->accept != NULL) + (row->field.kind != FIELD_NONE) + (row->set != NULL);

	ck_assert_msg(ways == 1, "'%s' works in %d ways", row->form, ways);
	if (row->set != NULL)
		ck_assert_msg(
		    row->unset != NULL && row->write != NULL, "'%s' cannot be removed or written", row->form);
}
END_TEST

/* What a program wants to read: with filters, and as JSON (tests/check_show_json.c reads it). */
START_TEST(every_show_command_takes_a_pipe_and_has_json)
{
	const struct cmd *row = rows.v[_i];

	if (row->run == NULL || !str_starts(row->form, "show "))
		return;
	ck_assert_msg((row->flags & CMD_PIPE) != 0, "'%s' takes no '|'", row->form);
	ck_assert_msg(row->json != NULL, "'%s' has no JSON form", row->form);
}
END_TEST

START_TEST(nothing_is_written_for_a_default)
{
	struct fixture *f = fixture_new(false);
	char *text = fixture_config(f);

	ck_assert_str_eq(text, "!\nend\n");
	free(text);
	fixture_free(f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("rows");
	TCase *t = tcase_create("rows");
	SRunner *r;
	int failed, n;

	for (size_t i = 0; command_tables[i] != NULL; i++)
		for (size_t k = 0; k < command_tables[i]->n; k++)
			vec_push(&rows, &command_tables[i]->rows[k]);
	n = (int)rows.n;
	tcase_add_test(t, nothing_is_written_for_a_default);
	tcase_add_loop_test(t, a_row_can_be_set_and_unset_or_is_a_command, 0, n);
	tcase_add_loop_test(t, the_example_of_a_row_is_taken, 0, n);
	tcase_add_loop_test(t, what_a_row_writes_is_read_again_to_the_same, 0, n);
	tcase_add_loop_test(t, default_and_no_take_a_row_back, 0, n);
	tcase_add_loop_test(t, every_word_of_an_example_answers_to_help, 0, n);
	tcase_add_loop_test(t, every_show_command_takes_a_pipe_and_has_json, 0, n);
	tcase_add_loop_test(t, no_question_changes_anything, 0, COUNT(walks));
	suite_add_tcase(s, t);
	t = tcase_create("replace");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, replacing_sees_every_row, 0, n);
	tcase_add_loop_test(t, replacing_sees_small_differences, 0, COUNT(pairs));
	tcase_add_loop_test(t, replacing_sees_every_line_of_the_forms, 0, COUNT(configured) * (VALUES - 1));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	vec_free(&rows);
	return failed != 0;
}
