/* Whole files of lines: what is reported of wrong ones, and that it gives no secret away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/fixture.h"

struct loaded {
	struct fixture *f;
	struct script_report report;
};

static struct loaded
load(const char *text, size_t len)
{
	struct loaded l = { .f = fixture_new(false) };

	script_load(l.f->cli, l.f->conf, "site.cfg", text, len, &l.report);
	return l;
}

static void
loaded_free(struct loaded *l)
{
	script_report_free(&l->report);
	fixture_free(l->f);
}

/* F14 */
START_TEST(every_wrong_line_is_reported_and_the_good_ones_act)
{
	static const char text[] = "hostname gw7\n" /* 1 */
				   "xostname gw8\n"
				   "sip-ua\n"
				   " registrar 7 dns:a.example\n"
				   " registrar 1 dns:a.example expires 60\n" /* 5 */
				   " registrar dns:b.example\n"
				   " authentication username u password 7 MyPassword\n"
				   " authentication username u\n"
				   " retry register\r\n"
				   " timers register 5000\n" /* 10 */
				   " re 3\n"
				   "!\n"
				   "dial-peer voice 3 pots\n"
				   " preference eleven\n"
				   " preference 3\n" /* 15 */
				   "dial-peer voice 3 voip\n"
				   "do show running-config\n"
				   "enable\n"
				   "write memory\n"
				   "no\n" /* 20 */
				   "description a\x1b[2J\n"
				   " ";
	struct loaded l = load(text, sizeof text - 1);
	char *config = fixture_config(l.f);

	ck_assert_str_eq(out_text(&l.report.errors),
	    "site.cfg:2:1: Invalid input: 'xostname'\n"
	    "site.cfg:4:12: Invalid input: '7'\n"
	    "site.cfg:6:2: 'registrar 1' is configured: registrars with an index exclude a primary and "
	    "secondary "
	    "one; type 'no registrar 1' first\n"
	    "site.cfg:7:39: Invalid encrypted password: 'M' is not a decimal digit at position 1\n"
	    "site.cfg:8:2: Incomplete command: 'authentication username u'\n"
	    "site.cfg:9:2: Incomplete command: 'retry register'\n"
	    "site.cfg:10:18: Invalid input: '5000'\n"
	    "site.cfg:11:2: Ambiguous command: 're'\n"
	    "site.cfg:14:13: Invalid input: 'eleven'\n"
	    "site.cfg:16:19: Dial peer 3 is of type pots: type 'no dial-peer voice 3' before it becomes "
	    "voip\n"
	    "site.cfg:17:1: Invalid input: 'do'\n"
	    "site.cfg:18:1: Incomplete command: 'enable'\n"
	    "site.cfg:19:1: Invalid input: 'write'\n"
	    "site.cfg:20:1: Incomplete command: 'no'\n"
	    "site.cfg:21:14: Control character 0x1b\n");
	ck_assert_uint_eq(l.report.nerrors, 15);
	ck_assert_uint_eq(l.report.nlines, 22);
	ck_assert_ptr_nonnull(strstr(config, "hostname gw7\n"));
	ck_assert_ptr_nonnull(strstr(config, " registrar 1 dns:a.example expires 60\n"));
	ck_assert_ptr_nonnull(strstr(config, " preference 3\n"));
	ck_assert_uint_eq(l.f->published, 0);
	free(config);
	loaded_free(&l);
}
END_TEST

/* A wrong line, below `sip-ua`, and its report. */
static const struct {
	const char *line, *report; /* from the column on */
} wrong[] = {
	{ "registrar", "1: Incomplete command: 'registrar'" },
	{ " \tregistrar", "3: Incomplete command: 'registrar'" },
	{ "  registrar  0 dns:a", "14: Invalid input: '0'" },
	{ "retr", "1: Incomplete command: 'retr'" },
	{ "&ibberish", "1: Invalid input: '&ibberish'" },
	{ "regXtrar 1 dns:a", "1: Invalid input: 'regXtrar'" },
	{ "do show clock", "1: Invalid input: 'do'" },
	{ "no", "1: Incomplete command: 'no'" },
	{ " no no registrar", "5: Invalid input: 'no'" },
	{ "no registrar 1 dns:a b", "22: Invalid input: 'b'" },
	{ "retry register 3 \xc3\xa4", "18: Invalid input: '\xc3\xa4'" },
	{ "timers re 5000", "11: Invalid input: '5000'" },
	{ " no  re 3", "6: Ambiguous command: 're'" },
	/* What the grammar takes and the command does not: the argument, where one is wrong. */
	{ "registrar 1 dns:a..b", "13: Not a host name: 'dns:a..b'" },
	{ "registrar 1 dns:\xc3\xa4\x9b\xff", "13: Not a host name: 'dns:\xc3\xa4\\x9b\\xff'" },
	{ " registrar \t1  dns:a..b", "16: Not a host name: 'dns:a..b'" },
	{ " no registrar dns:a", "15: No registrar 'dns:a' is configured" },
	{ "registrar 1 dns:a secondary", "19: 'secondary' does not go with a registrar index" },
	{ "authentication username u password 7 x",
	    "38: Invalid encrypted password: 'x' is not a decimal digit at position 1" },
	{ "no authentication username u", "28: No authentication for username 'u' is configured here" },
	{ "no credentials number 1 realm a", "23: No credentials of 1 at realm a are configured" },
	{ "localhost ipv4:192.0.2.1", "11: 'dns:NAME' expected instead of 'ipv4:192.0.2.1'" },
	{ "hostname 0bad",
	    "10: Hostname '0bad': letters, digits and hyphens, 63 at the most, a letter first" },
	{ "ip name-server 192.0.2.1 192.0.2.x", "26: Not an IP address: '192.0.2.x'" },
	{ "ip host a.example 192.0.2.256", "19: Not an IP address: '192.0.2.256'" },
	{ "no ip host b.example", "12: No host 'b.example' is configured" },
	{ "no dial-peer voice 7", "20: Dial peer 7 does not exist" },
	{ "no dial-peer voice", "1: Which dial peer? 'no dial-peer voice TAG'" },
};

/* V14 */
START_TEST(a_report_names_file_line_position_and_word)
{
	char *text = xasprintf("! first\nsip-ua\n%s\n", wrong[_i].line);
	char *expected = xasprintf("site.cfg:3:%s\n", wrong[_i].report);
	struct loaded l = load(text, strlen(text));

	ck_assert_str_eq(out_text(&l.report.errors), expected);
	ck_assert_uint_eq(l.report.nerrors, 1);
	loaded_free(&l);
	free(text);
	free(expected);
}
END_TEST

/* Lines with a secret, wrong or only kept; neither errors nor warnings may show it. */
static const char *const secrets[] = {
	"sip-ua\nauthentication username u password 0 Hush-Hush relm r\n",
	"sip-ua\nauthentication username u password Hush-Hush realm\n",
	"sip-ua\nauthentication username u password 0 Hush Hush\n",
	"sip-ua\nauthentication username u password 7 Hush-Hush\n",
	"sip-ua\nauthentication username u password 6 Hush{Hush\n",
	"sip-ua\nauthentication u user p Hush Hush realm x\n",
	"sip-ua\nauthentication username u pass Hush-Hush realm\n",
	"sip-ua\nauthentication username u passw 0 Hush-Hush rlm\n",
	"sip-ua\nauthentication username u pasword Hush-Hush\n",
	"sip-ua\nauthentication username u\tp\t0 Hush Hush\n",
	"sip-ua\ncredentials number 1 username u password 0 Hush-Hush realm\n",
	"sip-ua\ncredentials number 1 username u password 7 Hush-Hush realm r\n",
	"sip-ua\ncredentials nummer 1 username u password 7 Hush-Hush realm r\n",
	"sip-ua\ncred num 1 us u pa Hush-Hush re r x\n",
	"sip-ua\nauthentication username u password 0 Hu\n",
	"enable secret 5 Hush-Hush\n",
	"enable secret 0 Hush Hush\n",
	"enable secret 9 Hush-Hush\n",
	"username admin privilege 15 password 0 Hush-Hush\n",
	"username admin secret 0 Hush-Hush\n",
	"username admin secret Hush-Hush\n",
	"username admin passwrd Hush-Hush\n",
	"username Hush-Hush\n",
	"snmp-server comunity Hush-Hush ro\n",
	"sip-ua\ncredentials number 1 username u Hush-Hush realm r\n",
	"sip-ua\nauthentication username u Hush-Hush\n",
	"enable Hush-Hush\n",
	"enable algorithm-type sha256 Hush-Hush\n",
	"key config-key Hush-Hush\n",
	"key Hush-Hush\n",
	"tacacs-server ky Hush-Hush\n",
	"interface e0\n ip ospf autentication-kee Hush-Hush\n",
	"username admin secret 5 Hush-Hush\n",
	"username admin secret 4 Hush-Hush\n",
	"username admin algorithm-type md5 secret Hush Hush\n",
	"username admin password 7 Hush-Hush\n",
	"username admin one-time privilege 15 secret Hush-Hush\n",
	"security passwords min-length 16\nusername admin secret Hush-Hush\n",
	"line vty 0 4\n password 7 Hush-Hush\n",
	"line vty 0 4\n pass Hush Hush\n",
	"snmp-server community Hush-Hush ro\n",
	"key config-key password-encrypt Hush-Hush\n",
	"crypto isakmp key Hush-Hush address 192.0.2.1\n",
	"tacacs-server key 0 Hush-Hush\n",
	"enable password Hush-Hush\n",
	"line vty 0 4\n password Hush-Hush\n",
	"voice register pool 1\n username 1 password Hush-Hush\n",
	"authentication username u password Hush-Hush\n",
	"xyz password Hush-Hush\n",
};

/* F9 */
START_TEST(no_report_shows_a_secret)
{
	struct loaded l = load(secrets[_i], strlen(secrets[_i]));

	ck_assert_msg(strstr(out_text(&l.report.errors), "Hu") == NULL, "%s: %s", secrets[_i],
	    out_text(&l.report.errors));
	ck_assert_msg(strstr(out_text(&l.report.warnings), "Hu") == NULL, "%s: %s", secrets[_i],
	    out_text(&l.report.warnings));
	loaded_free(&l);
}
END_TEST

START_TEST(warnings_are_one_line_each)
{
	static const char text[] = "banner slip-ppp ^C\nKeep out.\nReally.\n^C\nip http server\n";
	struct loaded l = load(text, sizeof text - 1);

	ck_assert_uint_eq(l.report.nwarnings, 2);
	ck_assert_str_eq(out_text(&l.report.warnings),
	    "site.cfg:4:1: warning: 'banner slip-ppp' is kept, but gw does not act on it\n"
	    "site.cfg:5:1: warning: 'ip http' is kept, but gw does not act on it\n");
	loaded_free(&l);
}
END_TEST

START_TEST(a_report_stands_in_the_order_of_the_file)
{
	static const char text[] = "hostname 1\nip http server\nxostname a\nip cef\nbanner motd #\n";
	struct loaded l = load(text, sizeof text - 1);

	ck_assert_str_eq(out_text(&l.report.all),
	    "site.cfg:1:10: Hostname '1': letters, digits and hyphens, 63 at the most, a letter first\n"
	    "site.cfg:2:1: warning: 'ip http' is kept, but gw does not act on it\n"
	    "site.cfg:3:1: Invalid input: 'xostname'\n"
	    "site.cfg:4:1: warning: 'ip cef' is kept, but gw does not act on it\n"
	    "site.cfg:5:1: The banner has no end\n");
	loaded_free(&l);
}
END_TEST

START_TEST(a_banner_without_end_is_reported_where_it_begins)
{
	static const char text[] =
	    "hostname gw7\nbanner motd #\nKeep out.\nsip-ua\n registrar 1 dns:a.example\n";
	struct loaded l = load(text, sizeof text - 1);

	ck_assert_str_eq(out_text(&l.report.errors), "site.cfg:2:1: The banner has no end\n");
	loaded_free(&l);
}
END_TEST

/* Texts that are no text we read: one error at line 1, and nothing done. */
#define UTF16 "\xff\xfeh\0o\0s\0t\0n\0a\0m\0e\0 \0g\0w\0\n\0"
static const struct {
	const char *text;
	size_t len;
	const char *report;
} foreign[] = {
	{ UTF16, sizeof UTF16 - 1, "site.cfg:1:1: UTF-16 text: save it as UTF-8 or ASCII\n" },
	{ "\xfe\xff\0h\0o\0\n", 8, "site.cfg:1:1: UTF-16 text: save it as UTF-8 or ASCII\n" },
	{ "hostname a\rhostname b\r", 22,
	    "site.cfg:1:1: lines end with CR alone: save it with LF or CRLF\n" },
	{ "hostname a\rhostname b", 21, "site.cfg:1:1: lines end with CR alone: save it with LF or CRLF\n" },
};

/* L9 */
START_TEST(a_foreign_encoding_is_refused_at_line_1)
{
	struct loaded l = load(foreign[_i].text, foreign[_i].len);
	char *config = fixture_config(l.f);

	ck_assert_str_eq(out_text(&l.report.errors), foreign[_i].report);
	ck_assert_str_eq(config, "!\nend\n");
	free(config);
	loaded_free(&l);
}
END_TEST

/* L4 */
START_TEST(a_byte_0_spoils_its_line_only)
{
	static const char text[] = "hostname gw7\0\nip domain name a\0ip http server\nip domain name b\n";
	struct loaded l = load(text, sizeof text - 1);
	char *config = fixture_config(l.f);

	ck_assert_str_eq(out_text(&l.report.errors),
	    "site.cfg:1:13: NUL byte in the line\nsite.cfg:2:17: NUL byte in the line\n");
	ck_assert_str_eq(config, "!\nip domain name b\n!\nend\n");
	free(config);
	loaded_free(&l);
}
END_TEST

/* L3 */
START_TEST(a_control_character_spoils_its_line_only)
{
	for (int c = 1; c < 0x80; c++) {
		char text[] = "hostname gw7\nip domain name axa.example\nip domain name b\n", expected[80];
		struct loaded l;

		if ((c >= ' ' && c < 0x7f) || c == '\t' || c == '\n')
			continue;
		text[29] = (char)c;
		l = load(text, sizeof text - 1);
		snprintf(expected, sizeof expected, "site.cfg:2:17: Control character 0x%02x\n", c);
		ck_assert_str_eq(out_text(&l.report.errors), expected);
		ck_assert_str_eq(l.f->conf->system->domain, "b");
		loaded_free(&l);
	}
}
END_TEST

/* What drives a terminal though it is well-formed UTF-8. */
/* L3 */
START_TEST(a_control_character_of_two_bytes_spoils_its_line_only)
{
	for (int c = 0x80; c < 0xa0; c++) {
		char text[] = "dial-peer voice 1 pots\ndescription a\xc2\x80\ndescription b\xc2\xa0\n",
		     expected[80];
		struct loaded l;

		text[37] = (char)c;
		l = load(text, sizeof text - 1);
		snprintf(expected, sizeof expected, "site.cfg:2:14: Control character 0x%02x\n", c);
		ck_assert_str_eq(out_text(&l.report.errors), expected);
		ck_assert_str_eq(conf_peer(l.f->conf, 1)->description, "b\xc2\xa0");
		loaded_free(&l);
	}
}
END_TEST

/* A file that loads files would load itself some day: commands have no place in one. */
static const char *const loading[] = { "copy extra.cfg running-config", "do copy extra.cfg running-config",
	"configure replace extra.cfg", "do configure replace extra.cfg force", "configure memory", "reload",
	"do show running-config | append extra.cfg", "write memory", "do write memory" };

/* L18 */
START_TEST(a_file_loads_no_file)
{
	struct fixture *f = fixture_new(false);
	char *text = xasprintf("hostname gw7\n%s\n", loading[_i]);

	fixture_write(f, "extra.cfg", text);
	ck_assert_int_eq(fixture_type(f, "enable\n"), 0);
	ck_assert_int_eq(fixture_type(f, "copy extra.cfg running-config\n"), 1);
	ck_assert_msg(
	    str_starts(out_text(&f->out), "extra.cfg:2:"), "'%s': %s", loading[_i], out_text(&f->out));
	ck_assert_uint_eq(f->published, 0);
	ck_assert_str_eq(f->conf->system->hostname, "Router");
	ck_assert_ptr_null(f->startup);
	ck_assert_str_eq(fixture_flash(f, "extra.cfg"), text);
	free(text);
	fixture_free(f);
}
END_TEST

/* L2 */
START_TEST(a_line_of_a_megabyte_is_refused_and_the_next_one_works)
{
	size_t len = 1 << 20;
	char *text = xmalloc(len + 40);
	struct loaded l;

	memset(text, 'x', len);
	memcpy(text + len, "\nhostname gw7\n", 15);
	l = load(text, len + 14);
	ck_assert_uint_eq(l.report.nerrors, 1);
	ck_assert_uint_lt(l.report.errors.len, 200);
	ck_assert(str_starts(out_text(&l.report.errors), "site.cfg:1:1: Line too long"));
	ck_assert_str_eq(l.f->conf->system->hostname, "gw7");
	loaded_free(&l);
	free(text);
}
END_TEST

/* The longest line that is read: its wrong word stands far behind. */
START_TEST(a_wrong_word_at_the_end_of_a_long_line_is_named)
{
	char *text = xmalloc(LINE_MAX_BYTES + 400);
	struct loaded l;
	char expected[60];

	memset(text, ' ', LINE_MAX_BYTES + 400);
	memcpy(text, "hostname a", 10);
	memcpy(text + LINE_MAX_BYTES + 390, "word", 5);
	l = load(text, LINE_MAX_BYTES + 394);
	snprintf(expected, sizeof expected, "site.cfg:1:%d: Invalid input: 'word'\n", LINE_MAX_BYTES + 391);
	ck_assert_str_eq(out_text(&l.report.errors), expected);
	free(text);
	loaded_free(&l);
}
END_TEST

/* L7 */
START_TEST(a_report_escapes_what_it_shows)
{
	static const char text[] = "&ibb\xff\x9brish\n";
	struct loaded l = load(text, sizeof text - 1);

	ck_assert_str_eq(out_text(&l.report.errors), "site.cfg:1:1: Invalid input: '&ibb\\xff\\x9brish'\n");
	loaded_free(&l);
}
END_TEST

/* 1,000,000 comments, and as many peers as anybody could want: the time limit is the assertion. */
/* L12 */
START_TEST(a_very_long_file_takes_its_time_only)
{
	struct out text = OUT_MEMORY;
	struct loaded l;

	for (int i = 0; i < 1000000; i++)
		out_str(&text, "!\n");
	for (int i = 1; i <= 60000; i++)
		out_printf(&text, "dial-peer voice %d pots\n port 0/%d\n", i, i);
	l = load(out_text(&text), text.len);
	ck_assert_uint_eq(l.report.nerrors, 0);
	ck_assert_uint_eq(l.f->conf->peers.n, 60000);
	loaded_free(&l);
	out_free(&text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("script");
	TCase *t = tcase_create("script");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, every_wrong_line_is_reported_and_the_good_ones_act);
	tcase_add_loop_test(t, a_report_names_file_line_position_and_word, 0, COUNT(wrong));
	tcase_add_loop_test(t, no_report_shows_a_secret, 0, COUNT(secrets));
	tcase_add_test(t, warnings_are_one_line_each);
	tcase_add_test(t, a_report_stands_in_the_order_of_the_file);
	tcase_add_test(t, a_banner_without_end_is_reported_where_it_begins);
	tcase_add_loop_test(t, a_foreign_encoding_is_refused_at_line_1, 0, COUNT(foreign));
	tcase_add_test(t, a_byte_0_spoils_its_line_only);
	tcase_add_test(t, a_control_character_spoils_its_line_only);
	tcase_add_test(t, a_control_character_of_two_bytes_spoils_its_line_only);
	tcase_add_loop_test(t, a_file_loads_no_file, 0, COUNT(loading));
	tcase_add_test(t, a_line_of_a_megabyte_is_refused_and_the_next_one_works);
	tcase_add_test(t, a_wrong_word_at_the_end_of_a_long_line_is_named);
	tcase_add_test(t, a_report_escapes_what_it_shows);
	tcase_add_test(t, a_very_long_file_takes_its_time_only);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
