/* check_key.c - the master key at a console: what it does to every password of the configuration. */
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/config_text.h"
#include "conf/login.h"
#include "tests/fixture.h"

#define KEY "my-first-master-key"
#define OTHER_KEY "my-second-master-key"
#define TYPE6 "AGMAScA`PBCfOaR_SJ`EUUQAOiQ[VeOeFaYI" /* "gw-lab-pass" with TYPE6_KEY */
#define SEALED "password encryption aes\nkey config-key password-encrypt\n" KEY "\n" KEY "\n"
#define TYPE6_KEY "gw-master-key-1"
/* One password in each place that takes one. */
#define ALL                                                                                                  \
	"enable password MyPassword\nsip-ua\nauthentication username trunk02 password MyPassword realm r\n"  \
	"credentials number 1111 username trunk01 password 7 0329423B071C325B411B1D realm r\n"               \
	"dial-peer voice 3 pots\nauthentication username desk3 password 0 MyPassword\nexit\n"                \
	"username monitor password 0 MyPassword\nline vty 0 4\npassword 7 0329423B071C325B411B1D\nexit\n"

static struct fixture *
configured(bool interactive, const char *lines)
{
	struct fixture *f = fixture_new(interactive);

	ck_assert_int_eq(fixture_type(f, "enable\nconfigure terminal\n"), 0);
	ck_assert_msg(fixture_type(f, lines) == 0, "%s", out_text(&f->out));
	out_free(&f->out);
	return f;
}

static void
load(struct fixture *f, const char *text, struct script_report *report)
{
	script_load(f->cli, f->conf, "site.cfg", text, strlen(text), report);
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text != NULL; text = strstr(text + 1, what))
		n++;
	return n;
}

static void
assert_config(struct fixture *f, const char *what, size_t n)
{
	char *text = fixture_config(f);

	ck_assert_msg(count(text, what) == n, "%zu times '%s' expected in\n%s", n, what, text);
	ck_assert_ptr_null(strstr(text, "master-key"));
	free(text);
}

/* The clear texts of all six places. */
static void
assert_clear(struct fixture *f, const char *clear)
{
	ck_assert(str_eq(f->conf->system->enable_password.clear, clear));
	ck_assert(str_eq(auth_list_find(&f->conf->sip_ua->auth, "r")->secret.clear, clear));
	ck_assert(str_eq(sip_ua_credential(f->conf->sip_ua, "1111", "r")->secret.clear, clear));
	ck_assert(str_eq(auth_list_find(&conf_peer(f->conf, 3)->auth, NULL)->secret.clear, clear));
	ck_assert(str_eq(conf_user(f->conf, "monitor", false)->password.clear, clear));
	for (unsigned n = 0; n < 5; n++)
		ck_assert(str_eq(conf_line(f->conf, LINE_VTY, n)->password.clear, clear));
}

START_TEST(every_password_is_encrypted_and_encrypted_anew)
{
	struct fixture *f =
	    configured(false, ALL "password encryption aes\nkey config-key password-encrypt " KEY "\n");
	char *before = fixture_config(f), *after;

	assert_config(f, "password 6 ", 6);
	assert_clear(f, "MyPassword");
	ck_assert_int_eq(fixture_type(f, "key config-key password-encrypt " OTHER_KEY "\n"), 0);
	after = fixture_config(f);
	ck_assert(!str_eq(before, after));
	assert_config(f, "password 6 ", 6);
	assert_clear(f, "MyPassword");
	ck_assert_str_eq(f->master_key, OTHER_KEY);
	ck_assert_ptr_null(strstr(out_text(&f->out), "master-key"));
	free(before);
	free(after);
	fixture_free(f);
}
END_TEST

START_TEST(the_order_of_key_and_switch_does_not_matter)
{
	struct fixture *f =
	    configured(false, ALL "key config-key password-encrypt " KEY "\npassword encryption aes\n");

	assert_config(f, "password 6 ", 6);
	assert_clear(f, "MyPassword");
	fixture_free(f);
}
END_TEST

START_TEST(without_the_switch_a_key_encrypts_nothing)
{
	struct fixture *f = configured(false, ALL "key config-key password-encrypt " KEY "\n");

	assert_config(f, "password 7 ", 6);
	fixture_free(f);
}
END_TEST

START_TEST(what_was_encrypted_is_loaded_again_to_the_same)
{
	struct fixture *f =
	    configured(false, ALL "password encryption aes\nkey config-key password-encrypt " KEY "\n");
	char *text = fixture_config(f), *again;
	struct script_report report;

	conf_release(f->conf);
	f->conf = conf_new();
	script_load(f->cli, f->conf, "text", text, strlen(text), &report);
	ck_assert_uint_eq(report.nerrors + report.nwarnings, 0);
	again = fixture_config(f);
	ck_assert_str_eq(text, again);
	assert_clear(f, "MyPassword");
	script_report_free(&report);
	free(text);
	free(again);
	fixture_free(f);
}
END_TEST

START_TEST(deleting_the_key_closes_and_setting_it_opens)
{
	struct fixture *f =
	    configured(true, ALL "password encryption aes\nkey config-key password-encrypt " KEY "\n");
	char *before = fixture_config(f), *after;

	ck_assert_int_eq(fixture_type(f, "no key config-key password-encrypt\nyes\n"), 0);
	ck_assert_ptr_null(f->master_key);
	assert_clear(f, NULL);
	ck_assert_int_eq(fixture_type(f, "key config-key password-encrypt\n" KEY "\n" KEY "\n"), 0);
	assert_clear(f, "MyPassword");
	after = fixture_config(f);
	ck_assert_str_eq(before, after);
	free(before);
	free(after);
	fixture_free(f);
}
END_TEST

/* What was typed since the older version was the running one; whether it is again what runs, text by text. */
static const struct {
	const char *before, *since;
	bool same, closed;
} versions[] = {
	{ SEALED, "", true, false },
	{ SEALED, "key config-key password-encrypt\n" KEY "\n" OTHER_KEY "\n" OTHER_KEY "\n", true, false },
	{ SEALED, "no key config-key password-encrypt\nyes\n", true, true },
	{ "password encryption aes\n", "key config-key password-encrypt\n" OTHER_KEY "\n" OTHER_KEY "\n",
	    true, false },
	{ SEALED "no key config-key password-encrypt\nyes\n",
	    "key config-key password-encrypt\n" KEY "\n" KEY "\n", true, false },
	/* Other passwords than those of now: encrypted with the key of now. */
	{ SEALED,
	    "key config-key password-encrypt\n" KEY "\n" OTHER_KEY "\n" OTHER_KEY "\nno dial-peer voice 3\n"
	    "no enable password\nno sip-ua\nno username monitor\nline vty 0 4\nno password\n",
	    false, false },
};

START_TEST(an_older_version_follows_the_key)
{
	struct fixture *f = configured(true, ALL);
	struct out text = OUT_MEMORY;
	struct script_report report;
	struct conf *older;
	char *running;

	ck_assert_int_eq(fixture_type(f, versions[_i].before), 0);
	older = conf_share(f->conf);
	ck_assert_int_eq(fixture_type(f, versions[_i].since), 0);
	passwords_follow_key(f->cli, older);
	running = fixture_config(f);
	config_text(f->cli, older, &text);
	ck_assert_int_eq(str_eq(out_text(&text), running), versions[_i].same);
	ck_assert_uint_eq(count(out_text(&text), "password 6 "), 6);
	conf_release(f->conf);
	f->conf = older;
	assert_clear(f, versions[_i].closed ? NULL : "MyPassword");
	/* The text says the same. */
	conf_release(f->conf);
	f->conf = conf_new();
	load(f, out_text(&text), &report);
	assert_clear(f, versions[_i].closed ? NULL : "MyPassword");
	script_report_free(&report);
	out_free(&text);
	free(running);
	fixture_free(f);
}
END_TEST

START_TEST(what_is_taken_back_has_passwords_of_the_new_key)
{
	struct fixture *f = configured(true, ALL SEALED);
	struct script_report report;
	char *text;

	ck_assert_int_eq(fixture_type(f, "end\nconfigure terminal revert timer 5\nno enable password\nkey "
					 "config-key password-encrypt\n" KEY "\n" OTHER_KEY "\n" OTHER_KEY
					 "\nend\nconfigure revert now\n"),
	    0);
	text = fixture_config(f);
	ck_assert_ptr_nonnull(strstr(text, "enable password 6"));
	conf_release(f->conf);
	f->conf = conf_new();
	load(f, text, &report);
	assert_clear(f, "MyPassword");
	script_report_free(&report);
	free(text);
	fixture_free(f);
}
END_TEST

START_TEST(a_key_that_cannot_be_written_changes_nothing)
{
	struct fixture *f =
	    configured(true, ALL "password encryption aes\nkey config-key password-encrypt " KEY "\n");
	char *before = fixture_config(f), *after;

	f->full = true;
	ck_assert_int_eq(
	    fixture_type(f, "key config-key password-encrypt\n" KEY "\n" OTHER_KEY "\n" OTHER_KEY "\n"), 1);
	ck_assert_int_eq(fixture_type(f, "no key config-key password-encrypt\nyes\n"), 1);
	ck_assert_uint_eq(count(out_text(&f->out), "% master-key: No space left on device\n"), 2);
	after = fixture_config(f);
	ck_assert_str_eq(before, after);
	assert_clear(f, "MyPassword");
	ck_assert_str_eq(f->master_key, KEY);
	free(before);
	free(after);
	fixture_free(f);
}
END_TEST

static const struct {
	size_t len;
	int refused;
} lengths[] = { { 7, 1 }, { 8, 0 }, { 127, 0 }, { 128, 1 }, { 2000, 1 } };

START_TEST(a_key_has_8_to_127_characters)
{
	struct fixture *f = configured(false, "");
	char *line = xasprintf("key config-key password-encrypt %0*d", (int)lengths[_i].len, 7);

	ck_assert_int_eq(fixture_type(f, line), lengths[_i].refused);
	ck_assert((f->master_key != NULL) == (lengths[_i].refused == 0));
	ck_assert_ptr_null(strstr(out_text(&f->out), "0007"));
	free(line);
	fixture_free(f);
}
END_TEST

/* Its file would not be read back. */
START_TEST(a_key_has_no_tab)
{
	struct fixture *f = configured(false, "");

	ck_assert_int_eq(fixture_type(f, "key config-key password-encrypt hush\thush\n"), 1);
	ck_assert_str_eq(out_text(&f->out), "% The master key must not have a tab\n");
	ck_assert_ptr_null(f->master_key);
	fixture_free(f);
}
END_TEST

START_TEST(without_a_terminal_the_key_stands_on_the_line)
{
	struct fixture *f = configured(false, "");

	ck_assert_int_eq(fixture_type(f, "key config-key password-encrypt\n"), 1);
	ck_assert_ptr_nonnull(strstr(out_text(&f->out), "'key config-key password-encrypt KEY'"));
	ck_assert_int_eq(fixture_type(f, "key config-key password-encrypt a key with blanks\n"), 0);
	ck_assert_str_eq(f->master_key, "a key with blanks");
	ck_assert_int_eq(fixture_type(f, "no key config-key password-encrypt\n"), 1); /* nobody said yes */
	ck_assert_str_eq(f->master_key, "a key with blanks");
	fixture_free(f);
}
END_TEST

START_TEST(control_c_forgets_what_was_typed)
{
	struct fixture *f = configured(true, "");

	ck_assert_int_eq(fixture_type(f, "key config-key password-encrypt\n" KEY "\n"), 0);
	ck_assert_int_eq(vty_wants(f->vty), VTY_SECRET);
	vty_interrupt(f->vty);
	ck_assert_int_eq(vty_wants(f->vty), VTY_LINE);
	ck_assert_ptr_null(vty_remembered(f->vty));
	ck_assert_ptr_null(f->master_key);
	fixture_free(f);
}
END_TEST

START_TEST(a_file_cannot_set_or_delete_the_key)
{
	struct fixture *f = fixture_new(false);
	struct script_report report;

	load(f, "key config-key password-encrypt Hush-Hush\nno key config-key password-encrypt\n", &report);
	ck_assert_uint_eq(report.nerrors, 2);
	ck_assert_ptr_null(strstr(out_text(&report.errors), "Hush"));
	ck_assert_ptr_null(f->master_key);
	script_report_free(&report);
	fixture_free(f);
}
END_TEST

#define THREE_SEALED                                                                                         \
	"sip-ua\n credentials number 1111 username trunk01 password 6 " TYPE6 " realm r\n"                   \
	" credentials number 2222 username trunk02 password 6 " TYPE6 " realm r\n"                           \
	" credentials number 3333 username trunk03 password 6 " TYPE6 " realm r\n"

START_TEST(a_file_that_waits_for_the_key_says_so_once)
{
	struct fixture *f = fixture_new(false);
	struct script_report report;

	load(f, THREE_SEALED, &report);
	ck_assert_str_eq(out_text(&report.warnings),
	    "site.cfg:2:2: warning: no master key: type 6 passwords are kept, and used when 'key config-key "
	    "password-encrypt' was typed\n");
	ck_assert_uint_eq(report.nerrors, 0);
	script_report_free(&report);
	fixture_free(f);
}
END_TEST

START_TEST(a_file_of_another_key_says_which_passwords)
{
	struct fixture *f = fixture_new(false);
	struct script_report report;

	f->master_key = xstrdup(OTHER_KEY);
	load(f, THREE_SEALED, &report);
	ck_assert_uint_eq(report.nwarnings, 3);
	ck_assert_ptr_nonnull(strstr(out_text(&report.warnings),
	    "site.cfg:4:2: warning: the master key does not open the type 6 "
	    "password of username trunk03 realm r: "));
	script_report_free(&report);
	fixture_free(f);
}
END_TEST

/* The key was changed, but the startup configuration not yet saved. */
START_TEST(a_file_of_the_key_before_is_opened_and_encrypted_anew)
{
	struct fixture *f = fixture_new(false);
	struct script_report report;

	f->master_key = xstrdup(OTHER_KEY);
	f->old_master_key = TYPE6_KEY;
	load(f, THREE_SEALED, &report);
	ck_assert_uint_eq(report.nwarnings, 0);
	ck_assert_str_eq(sip_ua_credential(f->conf->sip_ua, "1111", "r")->secret.clear, "gw-lab-pass");
	assert_config(f, TYPE6, 0);
	assert_config(f, "password 6 ", 3);
	script_report_free(&report);
	fixture_free(f);
}
END_TEST

START_TEST(the_same_password_keeps_its_text)
{
	struct fixture *f = configured(
	    false, "password encryption aes\nkey config-key password-encrypt " TYPE6_KEY "\n" THREE_SEALED);

	ck_assert_int_eq(
	    fixture_type(f, "credentials number 1111 username trunk01 password gw-lab-pass realm r\n"), 0);
	assert_config(f, TYPE6, 3);
	ck_assert_int_eq(
	    fixture_type(f, "credentials number 1111 username trunk01 password other-pass realm r\n"), 0);
	assert_config(f, TYPE6, 2);
	assert_config(f, "password 6 ", 3);
	fixture_free(f);
}
END_TEST

START_TEST(only_so_many_passwords_are_named)
{
	struct fixture *f = fixture_new(true);
	struct script_report report;
	struct out text = OUT_MEMORY;

	out_str(&text, "sip-ua\n");
	for (int i = 100; i < 160; i++)
		out_printf(
		    &text, " credentials number %d username trunk%d password 6 " TYPE6 " realm r\n", i, i);
	load(f, out_text(&text), &report);
	script_report_free(&report);
	out_free(&text);
	ck_assert_int_eq(
	    fixture_type(f, "enable\nconfigure terminal\nkey config-key password-encrypt " KEY "\n"), 0);
	ck_assert_ptr_nonnull(strstr(out_text(&f->out),
	    "% Warning: this key does not open 60 type 6 passwords: credentials of number 100 realm r, "));
	ck_assert_uint_eq(count(out_text(&f->out), "credentials of number"), 10);
	fixture_free(f);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("key");
	TCase *t = tcase_create("key");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(t, every_password_is_encrypted_and_encrypted_anew);
	tcase_add_test(t, the_order_of_key_and_switch_does_not_matter);
	tcase_add_test(t, without_the_switch_a_key_encrypts_nothing);
	tcase_add_test(t, what_was_encrypted_is_loaded_again_to_the_same);
	tcase_add_test(t, deleting_the_key_closes_and_setting_it_opens);
	tcase_add_test(t, what_is_taken_back_has_passwords_of_the_new_key);
	tcase_add_loop_test(t, an_older_version_follows_the_key, 0, (int)COUNT(versions));
	tcase_add_test(t, a_key_that_cannot_be_written_changes_nothing);
	tcase_add_loop_test(t, a_key_has_8_to_127_characters, 0, (int)COUNT(lengths));
	tcase_add_test(t, a_key_has_no_tab);
	tcase_add_test(t, without_a_terminal_the_key_stands_on_the_line);
	tcase_add_test(t, control_c_forgets_what_was_typed);
	tcase_add_test(t, a_file_cannot_set_or_delete_the_key);
	tcase_add_test(t, a_file_that_waits_for_the_key_says_so_once);
	tcase_add_test(t, a_file_of_another_key_says_which_passwords);
	tcase_add_test(t, a_file_of_the_key_before_is_opened_and_encrypted_anew);
	tcase_add_test(t, the_same_password_keeps_its_text);
	tcase_add_test(t, only_so_many_passwords_are_named);
	suite_add_tcase(suite, t);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
