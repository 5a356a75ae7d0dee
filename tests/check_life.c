/* The life of a configuration: versions rebased on the running one, timed changes, the record of lines, the
 * archive on its files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/conceal.h"
#include "tests/fixture.h"

/* A configuration of everything that conf_rebase looks at. */
static const char whole[] =
    "hostname gw1\nip name-server 192.0.2.53\nip host a.example 192.0.2.1\nip host b.example 192.0.2.2\n"
    "username u privilege 7 password 7 0329423B071C325B411B1D\nalias exec r show running-config\n"
    "aaa new-model\naaa authentication login default group tacacs+ local\nbanner motd #Welcome#\n"
    "line vty 0 4\n login local\n password 7 0329423B071C325B411B1D\n!\n"
    "interface Loopback0\n ip address 192.0.2.9 255.255.255.255\n!\narchive\n path flash:copy\n!\n"
    "voice service voip\n allow-connections sip to sip\n sip\n  listen-port non-secure 5070\n!\n"
    "dial-peer voice 1 pots\n destination-pattern 5550100\n authentication username u password 7 "
    "0329423B071C325B411B1D realm r\n!\n"
    "dial-peer voice 2 pots\n destination-pattern 5550200\n huntstop\n!\n"
    "sip-ua\n credentials number 1 username u password 7 0329423B071C325B411B1D realm r\n"
    " credentials number 2 username u password 7 0329423B071C325B411B1D realm r\n"
    " registrar 1 dns:a.example expires 300\n registrar 2 dns:b.example expires 3600\n connection-reuse\n!\n";

static struct conf *
loaded(const struct fixture *f, const char *text)
{
	struct conf *c = conf_new();
	struct script_report report;

	script_load(f->cli, c, "text", text, strlen(text), &report);
	ck_assert_msg(report.nerrors == 0, "%s", out_text(&report.errors));
	script_report_free(&report);
	return c;
}

/* What else is loaded, and which parts are other objects then. */
static const struct {
	const char *more;
	bool system, sip_ua, voice, archive;
	size_t hosts, peers, credentials, kept; /* that differ */
} changes[] = {
	{ "", false, false, false, false, 0, 0, 0, 0 },
	{ "hostname gw2\n", true, false, false, false, 0, 0, 0, 0 },
	{ "no ip name-server 192.0.2.53\n", true, false, false, false, 0, 0, 0, 0 },
	{ "ip host a.example 192.0.2.3\n", false, false, false, false, 1, 0, 0, 0 },
	{ "no ip host a.example\n", false, false, false, false, 1, 0, 0, 0 },
	{ "ip host c.example 192.0.2.3\n", false, false, false, false, 1, 0, 0, 0 },
	{ "dial-peer voice 2 pots\n description x\n", false, false, false, false, 0, 1, 0, 0 },
	{ "dial-peer voice 2 pots\n no huntstop\n", false, false, false, false, 0, 1, 0, 0 },
	{ "dial-peer voice 1 pots\n no authentication username u realm r\n", false, false, false, false, 0, 1,
	    0, 0 },
	{ "no dial-peer voice 1\n", false, false, false, false, 0, 1, 0, 0 },
	{ "dial-peer voice 3 pots\n", false, false, false, false, 0, 1, 0, 0 },
	{ "sip-ua\n retry register 3\n", false, true, false, false, 0, 0, 0, 0 },
	{ "sip-ua\n no connection-reuse\n", false, true, false, false, 0, 0, 0, 0 },
	{ "sip-ua\n registrar 2 dns:b.example expires 60\n", false, true, false, false, 0, 0, 0, 0 },
	{ "sip-ua\n no credentials number 2 realm r\n", false, true, false, false, 0, 0, 1, 0 },
	{ "sip-ua\n credentials number 1 username u password other realm r\n", false, true, false, false, 0,
	    0, 1, 0 },
	{ "voice service voip\n sip\n  listen-port non-secure 5080\n", false, false, true, false, 0, 0, 0,
	    0 },
	{ "logging host 192.0.2.7\n", false, false, false, false, 0, 0, 0, 0 },
	{ "username u privilege 3\n", false, false, false, false, 0, 0, 0, 0 },
	{ "username u nopassword\n", false, false, false, false, 0, 0, 0, 0 },
	{ "no username u\n", false, false, false, false, 0, 0, 0, 0 },
	{ "username v nopassword\n", false, false, false, false, 0, 0, 0, 0 },
	{ "alias exec r show clock\n", false, false, false, false, 0, 0, 0, 0 },
	{ "no alias exec r\n", false, false, false, false, 0, 0, 0, 0 },
	{ "banner motd #Hello#\n", false, false, false, false, 0, 0, 0, 0 },
	{ "no aaa new-model\n", false, false, false, false, 0, 0, 0, 0 },
	{ "aaa authentication login default line\n", false, false, false, false, 0, 0, 0, 0 },
	{ "no aaa authentication login default\n", false, false, false, false, 0, 0, 0, 0 },
	{ "login delay 3\n", false, false, false, false, 0, 0, 0, 0 },
	{ "line vty 0 4\n exec-timeout 9 0\n", false, false, false, false, 0, 0, 0, 0 },
	{ "line vty 3\n transport input ssh\n", false, false, false, false, 0, 0, 0, 0 },
	{ "no line vty 4\n", false, false, false, false, 0, 0, 0, 0 },
	{ "line con 0\n", false, false, false, false, 0, 0, 0, 0 },
	{ "line vty 0 4\n password Other-word\n", false, false, false, false, 0, 0, 0, 0 },
	{ "no archive\n", false, false, false, true, 0, 0, 0, 0 },
	{ "interface Loopback0\n shutdown\n", false, false, false, false, 0, 0, 0, 1 },
};

static void
count(void *arg, const void *key, size_t keylen, void *before, void *after)
{
	(void)key, (void)keylen, (void)before, (void)after;
	++*(size_t *)arg;
}

static size_t
differing(const struct pmap *a, const struct pmap *b)
{
	size_t n = 0;

	pmap_diff(a, b, count, &n);
	return n;
}

static char *
text_of(struct fixture *f, struct conf *c)
{
	struct out o = OUT_MEMORY;

	cli_write_config(f->cli, c, false, &o);
	return out_take(&o);
}

START_TEST(what_says_the_same_becomes_the_same_object)
{
	struct fixture *f = fixture_new(false);
	struct conf *running = loaded(f, whole), *next;
	char *text = xasprintf("%s%s", whole, changes[_i].more), *before, *after;
	bool same = *changes[_i].more == '\0';

	next = loaded(f, text);
	before = text_of(f, next);
	ck_assert_int_eq(conf_rebase(next, running), same);
	after = text_of(f, next);
	ck_assert_str_eq(before, after);
	ck_assert_int_eq(next->system != running->system, changes[_i].system);
	ck_assert_int_eq(next->sip_ua != running->sip_ua, changes[_i].sip_ua);
	ck_assert_int_eq(next->voice != running->voice, changes[_i].voice);
	ck_assert_int_eq(next->logging != running->logging, str_starts(changes[_i].more, "logging"));
	ck_assert_int_eq(next->archive != running->archive, changes[_i].archive);
	ck_assert_uint_eq(differing(&running->hosts, &next->hosts), changes[_i].hosts);
	ck_assert_uint_eq(differing(&running->peers, &next->peers), changes[_i].peers);
	ck_assert_uint_eq(
	    differing(&running->sip_ua->credentials, &next->sip_ua->credentials), changes[_i].credentials);
	ck_assert_int_eq(differing(&running->kept, &next->kept) > 0, changes[_i].kept > 0);
	/* One registrar's change is not the other's. */
	ck_assert_ptr_eq(next->sip_ua->registrars[0], running->sip_ua->registrars[0]);
	conf_release(running); /* the rest is the new version's own */
	free(after);
	after = text_of(f, next);
	ck_assert_str_eq(before, after);
	conf_release(next);
	free(before);
	free(after);
	free(text);
	fixture_free(f);
}
END_TEST

START_TEST(one_of_many_dial_peers_is_replaced_alone)
{
	struct fixture *f = fixture_new(false);
	struct out a = OUT_MEMORY, b = OUT_MEMORY;
	struct conf *running, *next;

	for (unsigned i = 1; i <= 20000; i++) {
		out_printf(&a, "dial-peer voice %u pots\n destination-pattern %u\n", i, 100000 + i);
		out_printf(&b, "dial-peer voice %u pots\n destination-pattern %u\n", i,
		    (i == 777 ? 200000 : 100000) + i);
	}
	running = loaded(f, out_text(&a));
	next = loaded(f, out_text(&b));
	ck_assert(!conf_rebase(next, running));
	ck_assert_uint_eq(differing(&running->peers, &next->peers), 1);
	ck_assert_ptr_ne(conf_peer(running, 777), conf_peer(next, 777));
	ck_assert_ptr_eq(conf_peer(running, 778), conf_peer(next, 778));
	conf_release(running);
	conf_release(next);
	out_free(&a);
	out_free(&b);
	fixture_free(f);
}
END_TEST

static struct fixture *
typed(const char *lines)
{
	struct fixture *f = fixture_new(false);

	ck_assert_int_eq(fixture_type(f, "enable\n"), 0);
	ck_assert_msg(fixture_type(f, lines) == 0, "%s", out_text(&f->out));
	return f;
}

START_TEST(a_change_goes_back_to_the_minute)
{
	struct fixture *f = typed("configure terminal revert timer 3\nhostname gw2\nend\n");
	unsigned before = f->published;

	ck_assert_uint_gt(f->woken, 0);
	fixture_pass(f, 3 * 60000 - 1);
	ck_assert_str_eq(f->conf->system->hostname, "gw2");
	ck_assert_uint_eq(f->published, before);
	fixture_pass(f, 1);
	ck_assert_str_eq(f->conf->system->hostname, "Router");
	ck_assert_uint_eq(f->published, before + 1);
	fixture_pass(f, 3600000);
	ck_assert_uint_eq(f->published, before + 1);
	fixture_free(f);
}
END_TEST

START_TEST(nothing_goes_back_where_nothing_was_changed)
{
	struct fixture *f = typed("configure terminal revert timer 1\nend\n");

	fixture_pass(f, 3600000);
	ck_assert_uint_eq(f->published, 0);
	fixture_free(f);
}
END_TEST

START_TEST(a_replacement_that_says_the_same_publishes_nothing)
{
	struct fixture *f = typed("copy running-config flash:x\nconfigure replace flash:x force\n");

	ck_assert_uint_eq(f->published, 0);
	ck_assert_ptr_nonnull(strstr(out_text(&f->out), "Total number of passes: 0"));
	fixture_free(f);
}
END_TEST

START_TEST(without_a_terminal_a_replacement_needs_force)
{
	struct fixture *f = typed("copy running-config flash:x\nconfigure terminal\nhostname a\nend\n");

	ck_assert_int_ne(fixture_type(f, "configure replace flash:x\n"), 0);
	ck_assert_str_eq(f->conf->system->hostname, "a");
	ck_assert_int_eq(fixture_type(f, "configure replace flash:x force\n"), 0);
	ck_assert_str_eq(f->conf->system->hostname, "Router");
	fixture_free(f);
}
END_TEST

START_TEST(a_thousand_warnings_are_counted)
{
	struct fixture *f = typed("");
	struct out text = OUT_MEMORY;

	for (int i = 0; i < 1000; i++)
		out_printf(&text, "ip route 10.%d.%d.0 255.255.255.0 192.0.2.1\n", i / 250, i % 250);
	fixture_write(f, "x", out_text(&text));
	ck_assert_int_eq(fixture_type(f, "configure replace flash:x force\n"), 0);
	ck_assert_ptr_nonnull(strstr(out_text(&f->out), "flash:x:20:"));
	ck_assert_ptr_null(strstr(out_text(&f->out), "flash:x:21:"));
	ck_assert_ptr_nonnull(strstr(out_text(&f->out), "980 more warnings"));
	out_free(&text);
	fixture_free(f);
}
END_TEST

START_TEST(a_reload_comes_when_it_is_due)
{
	struct fixture *f = typed("reload in 10\n");

	fixture_pass(f, 599999);
	ck_assert_uint_eq(f->restarted, 0);
	fixture_pass(f, 1);
	ck_assert_uint_eq(f->restarted, 1);
	fixture_pass(f, 86400000);
	ck_assert_uint_eq(f->restarted, 1);
	ck_assert_int_eq(fixture_type(f, "reload\n"), 0);
	ck_assert_uint_eq(f->restarted, 2);
	fixture_free(f);
}
END_TEST

START_TEST(the_archive_keeps_its_hands_off_other_files)
{
	struct fixture *f = typed("configure terminal\narchive\npath flash:cfg\nmaximum 1\nend\n");

	fixture_write(f, "cfg", "mine");
	fixture_write(f, "cfg-old-1", "mine");
	fixture_write(f, "cfg-x", "mine");
	fixture_write(f, "cfg-01x", "mine");
	fixture_write(f, "cfg-7", "the last");
	ck_assert_int_eq(fixture_type(f, "archive config\narchive config\n"), 0);
	ck_assert_ptr_null(fixture_flash(f, "cfg-7"));
	ck_assert_ptr_null(fixture_flash(f, "cfg-8"));
	ck_assert_ptr_nonnull(fixture_flash(f, "cfg-9"));
	ck_assert_str_eq(fixture_flash(f, "cfg"), "mine");
	ck_assert_str_eq(fixture_flash(f, "cfg-old-1"), "mine");
	ck_assert_str_eq(fixture_flash(f, "cfg-x"), "mine");
	ck_assert_str_eq(fixture_flash(f, "cfg-01x"), "mine");
	ck_assert_int_eq(
	    fixture_type(f, "configure terminal\narchive\npath flash:$h-$t\nend\narchive config\n"), 0);
	ck_assert_ptr_nonnull(fixture_flash(f, "Router-Nov-20-08-00-00.123-1"));
	ck_assert_int_eq(fixture_type(f, "archive config\n"), 0);
	ck_assert_ptr_null(fixture_flash(f, "Router-Nov-20-08-00-00.123-1"));
	ck_assert_ptr_nonnull(fixture_flash(f, "Router-Nov-20-08-00-00.123-2"));
	/* Text behind the time belongs to the name, and a file with another text is not ours. */
	fixture_write(f, "Router-Nov-19-08-00-00.123-old-7", "mine");
	fixture_write(f, "Router-Nov-19-08-00-00.123old-8", "mine");
	ck_assert_int_eq(fixture_type(f, "archive config\n"), 0);
	ck_assert_str_eq(fixture_flash(f, "Router-Nov-19-08-00-00.123-old-7"), "mine");
	ck_assert_str_eq(fixture_flash(f, "Router-Nov-19-08-00-00.123old-8"), "mine");
	ck_assert_ptr_nonnull(fixture_flash(f, "Router-Nov-20-08-00-00.123-3"));
	ck_assert_int_eq(
	    fixture_type(f, "configure terminal\narchive\npath flash:$h-$t-old\nend\narchive config\n"), 0);
	ck_assert_ptr_null(fixture_flash(f, "Router-Nov-19-08-00-00.123-old-7")); /* one of its own */
	ck_assert_ptr_nonnull(fixture_flash(f, "Router-Nov-20-08-00-00.123-old-8"));
	ck_assert_ptr_nonnull(fixture_flash(f, "Router-Nov-20-08-00-00.123-3"));
	ck_assert_int_eq(fixture_type(f, "configure terminal\narchive\npath flash:$h-$t\nend\n"), 0);
	f->full = true;
	ck_assert_int_ne(fixture_type(f, "archive config\n"), 0);
	ck_assert_ptr_nonnull(fixture_flash(f, "Router-Nov-20-08-00-00.123-3"));
	fixture_free(f);
}
END_TEST

/* Lines, and what must not stand in the record, the archive or a difference. */
static const struct {
	const char *lines, *secret;
} secrets[] = {
	{ "enable secret Hush1234\n", "Hush1234" },
	{ "sip-ua\nauthentication username u password Hush1234\n", "Hush1234" },
	{ "username admin secret Hush1234\n", "Hush1234" },
	{ "username admin secret 0 Hush1234\n", "Hush1234" },
	{ "username admin privilege 15 password 0 Hush1234\n", "Hush1234" },
	{ "line vty 0 4\n password Hush1234\n", "Hush1234" },
	{ "archive\nlog config\nhidekeys\nsip-ua\ncredentials number 1 username u password 7 0822455D0A16 "
	  "realm r\n",
	    "0822455D0A16" },
};

static void
collect(void *arg, enum log_level level, const char *facility, const char *mnemonic, const char *text)
{
	(void)level;
	out_printf(arg, "%s-%s: %s\n", facility, mnemonic, text);
}

START_TEST(no_record_tells_a_secret)
{
	struct fixture *f =
	    typed("configure terminal\narchive\npath flash:c\nlog config\nlogging enable\nnotify syslog\n");
	struct out log = OUT_MEMORY;

	log_to(collect, &log);
	ck_assert_int_eq(fixture_type(f, secrets[_i].lines), 0);
	log_to(NULL, NULL);
	ck_assert_ptr_nonnull(
	    strstr(out_text(&log), "PARSER-CFGLOG_LOGGEDCMD: User:console  logged command:"));
	ck_assert_msg(strstr(out_text(&log), secrets[_i].secret) == NULL, "%s", out_text(&log));
	out_free(&f->out);
	ck_assert_int_eq(fixture_type(f, "end\nshow archive log config all\n"), 0);
	ck_assert_ptr_nonnull(strstr(out_text(&f->out), "|"));
	ck_assert_msg(strstr(out_text(&f->out), secrets[_i].secret) == NULL, "%s", out_text(&f->out));
	out_free(&log);
	fixture_free(f);
}
END_TEST

START_TEST(a_file_with_clear_secrets_is_shown_without)
{
	struct fixture *f = typed("");

	fixture_write(f, "x",
	    "username a password Hush1\nusername b secret Hush2\nenable secret 0 Hush3\n"
	    "sip-ua\n authentication username u password 0 Hush4\nkey chain Hush5");
	ck_assert_int_eq(fixture_type(f, "more flash:x\nshow archive config differences flash:x\n"
					 "show archive config incremental-diffs flash:x\n"),
	    0);
	ck_assert_msg(strstr(out_text(&f->out), "Hush") == NULL, "%s", out_text(&f->out));
	fixture_free(f);
}
END_TEST

START_TEST(the_record_keeps_the_newest)
{
	struct fixture *f =
	    typed("configure terminal\narchive\nlog config\nlogging enable\nlogging size 5\n");
	char line[40];

	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof line, "hostname h%d\n", i);
		ck_assert_int_eq(fixture_type(f, line), 0);
	}
	out_free(&f->out);
	ck_assert_int_eq(fixture_type(f, "do show archive log config all provisioning\n"), 0);
	ck_assert_str_eq(
	    out_text(&f->out), "hostname h995\nhostname h996\nhostname h997\nhostname h998\nhostname h999\n");
	/* More room, and less. */
	ck_assert_int_eq(fixture_type(f, "archive\nlog config\nlogging size 7\nhostname a\n"), 0);
	out_free(&f->out);
	ck_assert_int_eq(fixture_type(f, "do show archive log config all provisioning\n"), 0);
	ck_assert_str_eq(out_text(&f->out), "hostname h997\nhostname h998\nhostname h999\narchive\n log "
					    "config\n  logging size 7\nhostname a\n");
	ck_assert_int_eq(fixture_type(f, "archive\nlog config\nlogging size 2\n"), 0);
	out_free(&f->out);
	ck_assert_int_eq(fixture_type(f, "do show archive log config all provisioning\n"), 0);
	ck_assert_str_eq(out_text(&f->out), " log config\n  logging size 2\n");
	fixture_free(f);
}
END_TEST

/* A question is given up; another command asks its own. */
START_TEST(an_interrupted_question_leaves_nothing_behind)
{
	struct fixture *f = fixture_new(true);

	fixture_type(f, "enable\ncopy running-config flash:a\n");
	ck_assert_ptr_nonnull(strstr(vty_prompt(f->vty), "Destination filename [a]?"));
	vty_interrupt(f->vty);
	ck_assert_str_eq(vty_prompt(f->vty), "Router#");
	fixture_type(f, "copy running-config flash:b\n\n");
	ck_assert_ptr_null(fixture_flash(f, "a"));
	ck_assert_ptr_nonnull(fixture_flash(f, "b"));
	fixture_type(f, "configure replace flash:b\n");
	fixture_free(f); /* in the middle of a question */
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("life");
	TCase *t = tcase_create("life");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, what_says_the_same_becomes_the_same_object, 0, COUNT(changes));
	tcase_add_test(t, one_of_many_dial_peers_is_replaced_alone);
	tcase_add_test(t, a_change_goes_back_to_the_minute);
	tcase_add_test(t, nothing_goes_back_where_nothing_was_changed);
	tcase_add_test(t, a_replacement_that_says_the_same_publishes_nothing);
	tcase_add_test(t, without_a_terminal_a_replacement_needs_force);
	tcase_add_test(t, a_thousand_warnings_are_counted);
	tcase_add_test(t, a_reload_comes_when_it_is_due);
	tcase_add_test(t, the_archive_keeps_its_hands_off_other_files);
	tcase_add_loop_test(t, no_record_tells_a_secret, 0, COUNT(secrets));
	tcase_add_test(t, a_file_with_clear_secrets_is_shown_without);
	tcase_add_test(t, the_record_keeps_the_newest);
	tcase_add_test(t, an_interrupted_question_leaves_nothing_behind);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
