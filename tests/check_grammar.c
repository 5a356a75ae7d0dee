/* Forms and lines: what matches, what is said of the rest, and what `?` and Tab answer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/grammar.h"

enum { FORMS_MAX = 16 };

/* Forms of one mode; the row is the number of the form. */
struct table {
	struct choice choices[FORMS_MAX];
	size_t n;
};

static void
table_add(struct table *t, const char *text, bool brief)
{
	char err[200] = "";
	struct form *f = form_compile(text, NULL, "Help", err, sizeof err);

	ck_assert_msg(f != NULL, "%s: %s", text, err);
	ck_assert_uint_lt(t->n, FORMS_MAX);
	t->choices[t->n] = (struct choice){ .form = f, .row = (void *)(uintptr_t)(t->n + 1), .brief = brief };
	t->n++;
}

static void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		form_free((struct form *)(uintptr_t)t->choices[i].form);
}

/* "row: canonical [name=text ...]", or the status. */
static char *
parsed(const struct table *t, const char *line)
{
	static const char *const status[] = { "ok", "empty", "invalid", "incomplete", "ambiguous" };
	struct out o = OUT_MEMORY;
	struct parse p;

	grammar_parse(t->choices, t->n, line, &p);
	if (p.status == PARSE_OK)
		out_printf(&o, "%u: %s", (unsigned)(uintptr_t)p.row, p.canonical);
	else if (p.status == PARSE_INVALID)
		out_printf(&o, "invalid at %zu", p.column);
	else
		out_str(&o, status[p.status]);
	for (size_t i = 0; p.status == PARSE_OK && i < p.nargs; i++) {
		out_printf(&o, " %s=%s", p.args[i].name, p.args[i].text);
		if (p.args[i].number != 0)
			out_printf(&o, "(%llu)", (unsigned long long)p.args[i].number);
	}
	parse_free(&p);
	return out_take(&o);
}

static const struct {
	const char *forms[6]; /* ended by NULL; a leading "no " makes it brief */
	const char *line, *expected;
} cases[] = {
	/* Keywords: in full, as a prefix nobody else has, in either case. */
	{ { "show version" }, "show version", "1: show version" },
	{ { "show version" }, "SH Ver", "1: show version" },
	{ { "show version" }, "  show\t version  ", "1: show version" },
	{ { "show version" }, "", "empty" },
	{ { "show version" }, " \t ", "empty" },
	{ { "show version" }, "show", "incomplete" },
	{ { "show version" }, "show version x", "invalid at 13" },
	{ { "show version" }, "show versions", "invalid at 12" },
	{ { "show version" }, "shaw version", "invalid at 2" },
	{ { "show version" }, "xhow version", "invalid at 0" },
	{ { "show version", "show users" }, "show v", "1: show version" },
	{ { "show version", "show users", "shutdown" }, "sh v", "ambiguous" },
	{ { "show version", "show users", "shutdown" }, "sho us", "2: show users" },
	{ { "show version", "show verify" }, "show ver", "ambiguous" },
	{ { "show version", "show verify" }, "show vers", "1: show version" },
	/* An exact word wins over what it begins. */
	{ { "ip route", "ipv6 route" }, "ip route", "1: ip route" },
	{ { "ip route", "ipv6 route" }, "ipv route", "2: ipv6 route" },
	{ { "ip route", "ipv6 route" }, "i route", "ambiguous" },
	/* The same keyword in two forms is no ambiguity. */
	{ { "timers register <1-9>$a", "timers trying <1-9>$b" }, "tim reg 3",
	    "1: timers register 3 a=3(3)" },
	{ { "hostnames", "hostname NAME$n" }, "hostnane S1", "invalid at 6" },
	/* Optional, alternatives, any order. */
	{ { "a [b] c" }, "a c", "1: a c" },
	{ { "a [b] c" }, "a b c", "1: a b c" },
	{ { "a [b] c" }, "a b b c", "invalid at 4" },
	{ { "a (one|two)$x" }, "a tw", "1: a two x=two" },
	{ { "a (one|two)$x" }, "a", "incomplete" },
	{ { "a (one|two)$x" }, "a one two", "invalid at 6" },
	{ { "a [(0|6|7)$t] WORD$w" }, "a 7", "incomplete" },
	{ { "a [(0|6|7)$t] WORD$w" }, "a 7 7", "1: a 7 7 t=7 w=7" },
	{ { "a [(0|6|7)$t] WORD$w" }, "a 77", "1: a 77 w=77" },
	{ { "a {b|c <1-5>$n|d (x|y)$k}" }, "a", "1: a" },
	{ { "a {b|c <1-5>$n|d (x|y)$k}" }, "a d y c 3 b", "1: a d y c 3 b k=y n=3(3)" },
	{ { "a {b|c <1-5>$n|d (x|y)$k}" }, "a c 3 c 4", "invalid at 6" },
	{ { "a {b|c <1-5>$n|d (x|y)$k}" }, "a b d", "incomplete" },
	{ { "a {b|c <1-5>$n} z" }, "a c 1 z", "1: a c 1 z n=1(1)" },
	{ { "a {b [e]|c}" }, "a b e c", "1: a b e c" },
	{ { "a {b [e]|c}" }, "a b c e", "invalid at 6" },
	{ { "a ([b] c|d)" }, "a b c", "1: a b c" },
	{ { "a ([b] c|d)" }, "a d", "1: a d" },
	{ { "a ([b] c|d)" }, "a b d", "invalid at 4" },
	/* The rest of a line. */
	{ { "description LINE$t" }, "desc  two  words ! ", "1: description two  words ! t=two  words !" },
	{ { "description LINE$t" }, "description", "incomplete" },
	{ { "x [LINE$t]" }, "x", "1: x" },
	{ { "x [LINE$t]" }, "x y z", "1: x y z t=y z" },
	{ { "x [LINE$t]", "x yes" }, "x yes", "2: x yes" },
	{ { "x [LINE$t]", "x yes" }, "x ye", "2: x yes" },
	{ { "x [LINE$t]", "x yes" }, "x no", "1: x no t=no" },
	/* Numbers; V9. */
	{ { "n <60-65535>$n" }, "n 60", "1: n 60 n=60(60)" },
	{ { "n <60-65535>$n" }, "n 65535", "1: n 65535 n=65535(65535)" },
	{ { "n <60-65535>$n" }, "n 00060", "1: n 00060 n=00060(60)" },
	{ { "n <60-65535>$n" }, "n 59", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 65536", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n -60", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n +60", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 0x60", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 6e1", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 4294967356", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 18446744073709551676", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 99999999999999999999", "invalid at 2" },
	{ { "n <60-65535>$n" }, "n 000000000000000000000000000000000060", "invalid at 2" },
	{ { "n <0-18446744073709551000>$n" }, "n 0", "1: n 0 n=0" },
	/* Addresses. */
	{ { "a A.B.C.D$a" }, "a 192.0.2.1", "1: a 192.0.2.1 a=192.0.2.1" },
	{ { "a A.B.C.D$a" }, "a 256.0.2.1", "invalid at 2" },
	{ { "a A.B.C.D$a" }, "a 192.0.2", "invalid at 2" },
	{ { "a A.B.C.D$a" }, "a ::1", "invalid at 2" },
	{ { "a (A.B.C.D|X:X:X:X::X)$a" }, "a 2001:DB8::1", "1: a 2001:DB8::1 a=2001:DB8::1" },
	{ { "a X:X:X:X::X$a" }, "a 2001:DB8::1::2", "invalid at 2" },
	{ { "a HOST$h" }, "a dns:x", "1: a dns:x h=dns:x" },
	{ { "a HOST$h" }, "a IPV4:1.2.3.4:5060", "1: a IPV4:1.2.3.4:5060 h=IPV4:1.2.3.4:5060" },
	{ { "a HOST$h" }, "a ipv6:[::1]", "1: a ipv6:[::1] h=ipv6:[::1]" },
	{ { "a HOST$h" }, "a 1.1.1.1", "1: a 1.1.1.1 h=1.1.1.1" },
	{ { "a HOST$h" }, "a pbx.example", "invalid at 2" },
	{ { "a HOST$h" }, "a dns", "invalid at 2" },
	{ { "r [<1-6>$i] HOST$h" }, "r 7 dns:a", "invalid at 2" },
	{ { "r [<1-6>$i] HOST$h" }, "r 6 dns:a", "1: r 6 dns:a i=6(6) h=dns:a" },
	{ { "r [<1-6>$i] HOST$h" }, "r 6", "incomplete" },
	/* `no`: the line may end anywhere behind the leading keywords. */
	{ { "no timers connect <1-9>$n" }, "timers connect", "1: timers connect" },
	{ { "no timers connect <1-9>$n" }, "timers", "incomplete" },
	{ { "no timers connect <1-9>$n" }, "timers connect 3", "1: timers connect 3 n=3(3)" },
	{ { "no timers connect <1-9>$n" }, "timers connect x", "invalid at 15" },
	{ { "no a {b <1-5>$n|c WORD$w}" }, "a c", "1: a c" },
	{ { "no a {b <1-5>$n|c WORD$w}" }, "a", "1: a" },
};

START_TEST(a_line_is_understood)
{
	struct table t = { .n = 0 };
	char *got;

	for (size_t i = 0; i < COUNT(cases[_i].forms) && cases[_i].forms[i] != NULL; i++) {
		bool brief = str_starts(cases[_i].forms[i], "no ");

		table_add(&t, cases[_i].forms[i] + (brief ? 3 : 0), brief);
	}
	got = parsed(&t, cases[_i].line);
	ck_assert_msg(str_eq(got, cases[_i].expected), "'%s' in '%s': %s, expected %s", cases[_i].line,
	    cases[_i].forms[0], got, cases[_i].expected);
	free(got);
	table_free(&t);
}
END_TEST

START_TEST(a_minor_form_never_makes_an_abbreviation_ambiguous)
{
	struct table t = { .n = 0 };
	char *got;

	table_add(&t, "registrar HOST$h", false);
	table_add(&t, "registration spike", false);
	t.choices[1].minor = true;
	got = parsed(&t, "regis dns:a");
	ck_assert_str_eq(got, "1: registrar dns:a h=dns:a");
	free(got);
	got = parsed(&t, "registrati s");
	ck_assert_str_eq(got, "2: registration spike");
	free(got);
	table_free(&t);
}
END_TEST

/* The canonical line means the same as what was typed. */
START_TEST(a_canonical_line_is_its_own_canonical_line)
{
	struct table t = { .n = 0 };
	struct parse p, again;

	for (size_t i = 0; i < COUNT(cases[_i].forms) && cases[_i].forms[i] != NULL; i++) {
		bool brief = str_starts(cases[_i].forms[i], "no ");

		table_add(&t, cases[_i].forms[i] + (brief ? 3 : 0), brief);
	}
	grammar_parse(t.choices, t.n, cases[_i].line, &p);
	if (p.status == PARSE_OK) {
		grammar_parse(t.choices, t.n, p.canonical, &again);
		ck_assert_int_eq(again.status, PARSE_OK);
		ck_assert_str_eq(again.canonical, p.canonical);
		ck_assert_ptr_eq(again.row, p.row);
		parse_free(&again);
	}
	parse_free(&p);
	table_free(&t);
}
END_TEST

START_TEST(a_line_of_very_many_words_is_refused)
{
	struct table t = { .n = 0 };
	struct out line = OUT_MEMORY;
	char *got;

	table_add(&t, "a {b|c|d}", false);
	table_add(&t, "x LINE$t", false);
	out_str(&line, "a b");
	for (int i = 0; i < 5000; i++)
		out_str(&line, " c");
	got = parsed(&t, out_text(&line));
	ck_assert_str_eq(got, "invalid at 6");
	free(got);
	line.buf[0] = 'x';
	got = parsed(&t, out_text(&line));
	ck_assert_uint_eq(strlen(got), strlen("1: ") + line.len + strlen(" t=") + line.len - 2);
	free(got);
	out_free(&line);
	table_free(&t);
}
END_TEST

/* Forms. */

static const struct word some_words[] = { { "a", "First" }, { "b", "Second" }, { NULL, NULL } };
static const struct word one_word[] = { { "a", "First" }, { NULL, NULL } };

static const struct {
	const char *form;
	const struct word *words;
	const char *err;
} mistakes[] = {
	{ "a [b", some_words, "bracket not closed" },
	{ "a (b", some_words, "bracket not closed" },
	{ "a <5-1>$n", one_word, "not a range" },
	{ "a <x>$n", one_word, "not a range" },
	{ "a b", one_word, "no help for: b" },
	{ "a", some_words, "unused help: b" },
	{ "a c", some_words, "no help for: c" },
};

START_TEST(a_mistake_in_a_form_is_told)
{
	char err[200] = "";
	struct form *f = form_compile(mistakes[_i].form, mistakes[_i].words, NULL, err, sizeof err);

	ck_assert_ptr_null(f);
	ck_assert_msg(str_starts(err, mistakes[_i].err), "'%s': %s", mistakes[_i].form, err);
}
END_TEST

START_TEST(leading_keywords_are_counted)
{
	static const struct {
		const char *form;
		unsigned lead;
	} forms[] = { { "a", 1 }, { "a b c", 3 }, { "a b [c]", 2 }, { "a WORD$w b", 1 }, { "a (b|c) d", 1 },
		{ "{a|b}", 0 } };

	for (size_t i = 0; i < COUNT(forms); i++) {
		char err[200];
		struct form *f = form_compile(forms[i].form, NULL, "Help", err, sizeof err);

		ck_assert_uint_eq(form_lead(f), forms[i].lead);
		form_free(f);
	}
	form_free(NULL);
}
END_TEST

/* Help. */

static const struct word registrar_words[] = { { "registrar", "SIP registrar" },
	{ "<1-6>", "Registrar index" },
	{ "HOST", "dns:name or ipv4:address[:port]; several words of help that do not fit into one line of a "
		  "terminal" },
	{ "expires", "Registration life time" }, { "<60-65535>", "Seconds" }, { "tcp", "Use TCP" },
	{ "tls", "TLS over TCP" }, { NULL, NULL } };
static const struct word retry_words[] = { { "retry", "Retries" }, { "register", "REGISTER" },
	{ "<1-10>", "Number" }, { NULL, NULL } };

static const struct {
	const char *line, *expected;
} helps[] = {
	{ "", "  registrar  SIP registrar\n  retry      Retries\n" },
	{ "r", "registrar  retry\n" },
	{ "re", "registrar  retry\n" },
	{ "reg", "registrar\n" },
	{ "x", "% Unrecognized command\n" },
	{ "registrar x", "% Unrecognized command\n" },
	{ "registrar dns:a expires 1 ", "% Unrecognized command\n" },
	{ "retry ", "  register  REGISTER\n" },
	{ "retry register ", "  <1-10>  Number\n" },
	{ "retry register 3 ", "  <cr>  <cr>\n" },
	{ "registrar ", "  <1-6>  Registrar index\n"
			"  HOST   dns:name or ipv4:address[:port]; several words of help that do not fit\n"
			"         into one line of a terminal\n" },
	{ "registrar 1 dns:a ", "  expires  Registration life time\n  tcp      Use TCP\n  <cr>     <cr>\n" },
	{ "registrar 1 dns:a t", "tcp\n" },
	{ "registrar 1 dns:a tcp ",
	    "  expires  Registration life time\n  tls      TLS over TCP\n  <cr>     <cr>\n" },
	{ "registrar 1 dns:a tcp tls expires ", "  <60-65535>  Seconds\n" },
	{ "registrar 1 dns:a tcp tls expires 60 ", "  <cr>  <cr>\n" },
};

static void
help_forms(struct table *t)
{
	char err[200] = "";

	t->n = 2;
	t->choices[0].form =
	    form_compile("registrar [<1-6>$index] HOST$host {expires <60-65535>$expires|tcp [tls]}",
		registrar_words, NULL, err, sizeof err);
	t->choices[1].form = form_compile("retry register <1-10>$n", retry_words, NULL, err, sizeof err);
	ck_assert_msg(t->choices[0].form != NULL && t->choices[1].form != NULL, "%s", err);
	t->choices[0].row = t->choices[1].row = t;
}

START_TEST(a_question_mark_is_answered)
{
	struct table t = { .n = 0 };
	struct out o = OUT_MEMORY;
	const char *line;

	help_forms(&t);
	grammar_help(t.choices, t.n, helps[_i].line, &o);
	ck_assert_msg(str_eq(out_text(&o), helps[_i].expected), "'%s?':\n%s", helps[_i].line, out_text(&o));
	for (line = out_text(&o); *line != '\0'; line += strcspn(line, "\n") + 1)
		ck_assert_uint_le(strcspn(line, "\n"), 79);
	out_free(&o);
	table_free(&t);
}
END_TEST

START_TEST(a_long_list_of_names_stands_in_columns)
{
	struct table t = { .n = 0 };
	struct out o = OUT_MEMORY;

	table_add(&t, "show (aaaaaaaaaaaaaaaaaaaaaaaa|bbbb|cccc|dddd|eeee|ffff)", false);
	table_add(&t, "show ipv6", false);
	grammar_help(t.choices, t.n, "show", &o);
	ck_assert_str_eq(out_text(&o), "show\n");
	out_free(&o);
	table_add(&t, "aa", false);
	table_add(&t, "ab", false);
	table_add(&t, "abcdefghijklmnopqrstuvwxyz0123456789", false);
	grammar_help(t.choices, t.n, "a", &o);
	ck_assert_str_eq(
	    out_text(&o), "aa                                    ab\nabcdefghijklmnopqrstuvwxyz0123456789\n");
	out_free(&o);
	table_free(&t);
}
END_TEST

START_TEST(help_lists_no_hidden_form_but_the_form_works)
{
	struct table t = { .n = 0 };
	struct out o = OUT_MEMORY;
	char *got;

	table_add(&t, "exit", false);
	table_add(&t, "exhume", false);
	t.choices[1].hidden = true;
	grammar_help(t.choices, t.n, "", &o);
	ck_assert_str_eq(out_text(&o), "  exit  Help\n");
	got = parsed(&t, "exhume");
	ck_assert_str_eq(got, "2: exhume");
	free(got);
	out_free(&o);
	table_free(&t);
}
END_TEST

/* Completion. */

static void
gather(void *arg, const char *name, const char *help, bool keyword)
{
	(void)help;
	out_printf(arg, "%s%s ", keyword ? "" : "*", name);
}

static const struct {
	const char *line, *names, *prefix;
	bool end;
	int rc;
} nexts[] = {
	{ "", "registrar retry ", "", false, 0 },
	{ "regi", "registrar ", "regi", false, 0 },
	{ "registrar", "registrar ", "registrar", false, 0 },
	{ "registrar ", "*<1-6> *HOST ", "", false, 0 },
	{ "registrar dns:a e", "expires ", "e", true, 0 },
	{ "registrar dns:a ", "expires tcp ", "", true, 0 },
	{ "nothing ", "", "", false, -1 },
	{ "retry register 3 ", "", "", true, 0 },
};

START_TEST(tab_knows_what_can_follow)
{
	struct table t = { .n = 0 };
	struct out o = OUT_MEMORY;
	const char *prefix = NULL;
	bool end = false;

	help_forms(&t);
	ck_assert_int_eq(
	    grammar_next(t.choices, t.n, nexts[_i].line, &prefix, &end, gather, &o), nexts[_i].rc);
	ck_assert_str_eq(out_text(&o), nexts[_i].names);
	ck_assert_str_eq(prefix, nexts[_i].prefix);
	ck_assert_int_eq(end, nexts[_i].end);
	out_free(&o);
	table_free(&t);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("grammar");
	TCase *t = tcase_create("grammar");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_line_is_understood, 0, COUNT(cases));
	tcase_add_loop_test(t, a_canonical_line_is_its_own_canonical_line, 0, COUNT(cases));
	tcase_add_test(t, a_minor_form_never_makes_an_abbreviation_ambiguous);
	tcase_add_test(t, a_line_of_very_many_words_is_refused);
	tcase_add_loop_test(t, a_mistake_in_a_form_is_told, 0, COUNT(mistakes));
	tcase_add_test(t, leading_keywords_are_counted);
	tcase_add_loop_test(t, a_question_mark_is_answered, 0, COUNT(helps));
	tcase_add_test(t, a_long_list_of_names_stands_in_columns);
	tcase_add_test(t, help_lists_no_hidden_form_but_the_form_works);
	tcase_add_loop_test(t, tab_knows_what_can_follow, 0, COUNT(nexts));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
