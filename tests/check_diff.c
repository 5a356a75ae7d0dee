/* Differences between configuration texts, and parts of one text by path. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/diff.h"

typedef void print(const struct diff *, struct out *);

static char *
printed(print *fn, const char *a, const char *b)
{
	struct diff *d = diff_new(a, strlen(a), b, strlen(b));
	struct out o = OUT_MEMORY;

	fn(d, &o);
	if (fn == diff_print)
		ck_assert_int_eq(diff_same(d), o.len == 0);
	diff_free(d);
	return out_take(&o);
}

static const struct {
	const char *a, *b, *diff;
} cases[] = {
	{ "", "", "" },
	{ "hostname a\n", "hostname a\n", "" },
	{ "hostname a\n", "hostname b\n", "+hostname b\n-hostname a\n" },
	/* Without line feed, with CR, blanks and comments around: the same. */
	{ "hostname a\nend\n", "!\n! said\n\nhostname a \r\nend", "" },
	{ "Building configuration...\n\nCurrent configuration : 12 bytes\nhostname a\nend\n", "hostname a\n",
	    "" },
	/* Sections without mark; order of statements does not count. */
	{ "sip-ua\n registrar 1 dns:a\n retry register 3\n!\nhostname x\n",
	    "hostname x\nsip-ua\n retry register 3\n registrar 1 dns:b\n",
	    "sip-ua\n +registrar 1 dns:b\nsip-ua\n -registrar 1 dns:a\n" },
	{ "", "voice service voip\n sip\n  localhost dns:a\n",
	    "+voice service voip\n +sip\n  +localhost dns:a\n" },
	{ "dial-peer voice 1 pots\n port 1\n!\n", "", "-dial-peer voice 1 pots\n -port 1\n" },
	/* The same words in another section are another statement. */
	{ "dial-peer voice 1 pots\n shutdown\ndial-peer voice 2 pots\n",
	    "dial-peer voice 1 pots\ndial-peer voice 2 pots\n shutdown\n",
	    "dial-peer voice 2 pots\n +shutdown\ndial-peer voice 1 pots\n -shutdown\n" },
	/* A section in two pieces is one. */
	{ "sip-ua\n a\nsip-ua\n b\n", "sip-ua\n b\n a\n", "" },
	/* Depth is relative: two blanks or one, or a tabulator. */
	{ "sip-ua\n  a\n", "sip-ua\n\ta\n", "" },
	{ "x\n a\n  b\n c\n", "x\n    a\n      b\n    c\n", "" },
	/* Order counts here. */
	{ "ip name-server 192.0.2.1\nip name-server 192.0.2.2\n",
	    "ip name-server 192.0.2.2\nip name-server 192.0.2.1\n",
	    "+ip name-server 192.0.2.2\n+ip name-server 192.0.2.1\n"
	    "-ip name-server 192.0.2.1\n-ip name-server 192.0.2.2\n" },
	{ "ip access-list extended L\n permit a\n deny b\n",
	    "ip access-list extended L\n deny b\n permit a\n",
	    "ip access-list extended L\n +deny b\n +permit a\nip access-list extended L\n -permit a\n -deny "
	    "b\n" },
	{ "ip access-list extended L\n permit a\n deny b\n",
	    "ip access-list extended L\n permit a\n permit c\n deny b\n",
	    "ip access-list extended L\n +permit c\n" },
	/* A banner is one statement, whatever its lines look like. */
	{ "banner motd ^C\nsip-ua\n!\n^C\n", "banner motd ^C\nsip-ua\n!\n^C\n", "" },
	{ "banner motd ^C\nhello\n^C\nhostname a\n", "banner motd ^C\nother\n^C\nhostname a\n",
	    "+banner motd ^C\nother\n^C\n-banner motd ^C\nhello\n^C\n" },
	{ "banner motd ^C no end\nhostname a\n", "hostname a\n", "-banner motd ^C no end\n" },
	/* Bytes that would drive a terminal. */
	{ "", "hostname \x1b[2J\n", "+hostname \\x1b[2J\n" },
	{ "", "  \n \t\n", "" },
	{ "", "x\n end\nend\n", "+x\n +end\n" },
};

START_TEST(two_texts_differ_in_these_statements)
{
	char *got = printed(diff_print, cases[_i].a, cases[_i].b);

	ck_assert_str_eq(got, cases[_i].diff);
	free(got);
}
END_TEST

static const struct {
	const char *a, *b, *removals, *additions;
} commands[] = {
	{ "hostname a\n", "hostname b\n", "no hostname a\n", "hostname b\n" },
	{ "sip-ua\n no remote-party-id\n", "sip-ua\n", "sip-ua\n remote-party-id\n", "" },
	/* A section goes as a whole. */
	{ "dial-peer voice 1 pots\n port 1\n", "dial-peer voice 2 pots\n port 2\n",
	    "no dial-peer voice 1 pots\n", "dial-peer voice 2 pots\n port 2\n" },
	{ "voice service voip\n sip\n  url sip\n  bind all\n",
	    "voice service voip\n sip\n  bind all\n  early\n", "voice service voip\n sip\n  no url sip\n",
	    "voice service voip\n sip\n  early\n" },
};

START_TEST(these_lines_lead_from_one_to_the_other)
{
	char *removals = printed(diff_print_removals, commands[_i].a, commands[_i].b),
	     *additions = printed(diff_print_additions, commands[_i].a, commands[_i].b);

	ck_assert_str_eq(removals, commands[_i].removals);
	ck_assert_str_eq(additions, commands[_i].additions);
	free(removals);
	free(additions);
}
END_TEST

static const char whole[] = "hostname gw\nvoice service voip\n sip\n  localhost dns:a\n  bind all\n!\n"
			    "dial-peer voice 10 pots\n port 1\n!\ndial-peer voice 100 pots\n port 2\n!\n"
			    "dial-peer cor custom\nend\n";

static const struct {
	const char *path, *part;
	size_t n;
} parts[] = {
	{ "hostname", "hostname gw\n", 1 },
	{ "voice service voip sip", "voice service voip\n sip\n  localhost dns:a\n  bind all\n", 1 },
	{ "voice service voip sip bind", "voice service voip\n sip\n  bind all\n", 1 },
	{ "dial-peer voice 10", "dial-peer voice 10 pots\n port 1\n", 1 },
	{ "DIAL-PEER  voice 10 ", "dial-peer voice 10 pots\n port 1\n", 1 },
	{ "dial-p v 100", "dial-peer voice 100 pots\n port 2\n", 1 },
	{ "dial-peer voice 1", "", 0 },
	{ "dial-peer voice 10 voip", "", 0 },
	{ "dial-peer voice", "dial-peer voice 10 pots\n port 1\ndial-peer voice 100 pots\n port 2\n", 2 },
	{ "end", "", 0 },
	{ "nothing of the kind", "", 0 },
};

START_TEST(a_path_names_these_statements)
{
	struct diff *d = diff_new("", 0, whole, strlen(whole));
	struct out o = OUT_MEMORY;

	ck_assert_uint_eq(diff_print_path(d, parts[_i].path, &o), parts[_i].n);
	ck_assert_str_eq(out_text(&o), parts[_i].part);
	out_free(&o);
	diff_free(d);
}
END_TEST

START_TEST(any_bytes_are_a_text)
{
	uint32_t seed = (uint32_t)_i;
	char a[600], b[600];

	for (int round = 0; round < 2000; round++) {
		struct out o = OUT_MEMORY;
		struct diff *d;

		for (size_t i = 0; i < sizeof a; i++) {
			static const char letters[] = "ab  \n\t!^Cbanner m";

			seed = seed * 1664525u + 1013904223u;
			a[i] = letters[seed >> 8 & 15];
			b[i] = (seed >> 20 & 63) == 0 ? (char)(seed >> 26) : a[i];
		}
		d = diff_new(a, seed % sizeof a, b, sizeof b);
		diff_print(d, &o);
		ck_assert_int_eq(diff_same(d), o.len == 0);
		diff_print_path(d, "a b", &o);
		diff_free(d);
		out_free(&o);
	}
}
END_TEST

/* Deeper and deeper, once for each line. */
START_TEST(no_depth_is_too_deep)
{
	struct out text = OUT_MEMORY, o = OUT_MEMORY;
	struct diff *d;

	for (int i = 0; i < 3000; i++)
		out_printf(&text, "%*s%d\n", i, "", i);
	d = diff_new("", 0, out_text(&text), text.len);
	diff_print(d, &o);
	ck_assert_ptr_nonnull(strstr(out_text(&o), "+2999\n"));
	diff_free(d);
	out_free(&text);
	out_free(&o);
}
END_TEST

static double
seconds_for(unsigned peers)
{
	struct out a = OUT_MEMORY, b = OUT_MEMORY, o = OUT_MEMORY;
	clock_t begin;
	struct diff *d;

	for (unsigned i = 0; i < peers; i++) {
		out_printf(&a, "dial-peer voice %u pots\n destination-pattern %u\n port 0/1\n!\n", i, i);
		out_printf(&b, "dial-peer voice %u pots\n destination-pattern %u\n port 0/1\n!\n",
		    peers - 1 - i, i == 7 ? 4711 : peers - 1 - i);
	}
	begin = clock();
	d = diff_new(out_text(&a), a.len, out_text(&b), b.len);
	diff_print(d, &o);
	ck_assert_uint_lt(o.len, 300);
	ck_assert_uint_gt(o.len, 60);
	diff_free(d);
	out_free(&a);
	out_free(&b);
	out_free(&o);
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

START_TEST(sixty_thousand_lines_take_no_time)
{
	double few = seconds_for(2000), many = seconds_for(20000);

	/* Ten times the lines; a quadratic way would take a hundred times. */
	ck_assert_msg(many < 40 * few + .5, "%f s, then %f s", few, many);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("diff");
	TCase *t = tcase_create("diff");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, two_texts_differ_in_these_statements, 0, COUNT(cases));
	tcase_add_loop_test(t, these_lines_lead_from_one_to_the_other, 0, COUNT(commands));
	tcase_add_loop_test(t, a_path_names_these_statements, 0, COUNT(parts));
	tcase_add_loop_test(t, any_bytes_are_a_text, 0, 4);
	tcase_add_test(t, no_depth_is_too_deep);
	tcase_add_test(t, sixty_thousand_lines_take_no_time);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
