/* Passwords that are checked beside the loop: a console waits for the answer, whenever it comes, and forgets
 * it when it ends. What consoles show is in tests/cli/89-login.txt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/login.h"
#include "tests/fixture.h"

/* One check at a time, answered by the test. */
struct world {
	struct conf *conf;
	struct cli *cli;
	struct out out, log;
	struct vty *vty;
	login_done *done;
	void *done_arg;
	char *password, *hash, *clear, *user;
	bool pam;
	int delay_ms;
	unsigned asked, cancelled;
	int64_t now;
};

static struct conf *
running(void *arg)
{
	return ((struct world *)arg)->conf;
}

static void
forget(struct world *w)
{
	free(w->password);
	free(w->hash);
	free(w->clear);
	free(w->user);
	w->password = w->hash = w->clear = w->user = NULL;
}

static void *
verify(void *arg, const struct login_claim *claim, login_done *done, void *done_arg)
{
	struct world *w = arg;

	ck_assert_ptr_null(w->done);
	forget(w);
	w->done = done;
	w->done_arg = done_arg;
	w->password = xstrdup(claim->password);
	w->hash = xstrdup(claim->hash);
	w->clear = xstrdup(claim->clear);
	w->user = xstrdup(claim->user);
	w->pam = claim->pam;
	w->delay_ms = claim->delay_ms;
	w->asked++;
	return w;
}

static void
cancel(void *arg, void *job)
{
	struct world *w = arg;

	ck_assert_ptr_eq(job, w);
	w->done = NULL;
	w->cancelled++;
}

static void
answer(struct world *w, int result)
{
	login_done *done = w->done;

	ck_assert_ptr_nonnull(done);
	w->done = NULL;
	done(w->done_arg, result);
}

static void
take_log(void *arg, enum log_level level, const char *facility, const char *mnemonic, const char *text)
{
	out_printf(&((struct world *)arg)->log, "%%%s-%d-%s: %s\n", facility, (int)level, mnemonic, text);
}

static void
load(struct world *w, const char *lines)
{
	struct script_report report;

	script_load(w->cli, w->conf, "test", lines, strlen(lines), &report);
	ck_assert_msg(report.nerrors == 0, "%s", out_text(&report.errors));
	script_report_free(&report);
}

static void
clock_text(void *arg, char *text, size_t size)
{
	(void)arg;
	snprintf(text, size, "08:00:00.123 UTC Fri Nov 20 2026");
}

static int64_t
now(void *arg)
{
	return ((struct world *)arg)->now;
}

static struct world *
world_new(const char *lines)
{
	struct world *w = xcalloc(1, sizeof *w);
	struct cli_host host = { .arg = w,
		.running = running,
		.verify = verify,
		.verify_cancel = cancel,
		.clock = clock_text,
		.now = now };

	w->cli = cli_new(&host);
	w->conf = conf_new();
	load(w, lines);
	w->vty = vty_new(w->cli, &w->out, true);
	log_to(take_log, w);
	return w;
}

static void
world_free(struct world *w)
{
	log_to(NULL, NULL);
	vty_free(w->vty);
	cli_free(w->cli);
	conf_release(w->conf);
	out_free(&w->out);
	out_free(&w->log);
	forget(w);
	free(w);
}

static void
begin(struct world *w, const char *peer)
{
	struct login_entry e = { .kind = LINE_VTY, .number = 3, .peer = peer };

	vty_set_line(w->vty, "vty3", "192.0.2.7");
	login_begin(w->vty, &e);
}

static void
type(struct world *w, const char *line)
{
	vty_line(w->vty, line, strlen(line));
}

#define HASH "$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM"
#define LOCAL                                                                                                \
	"username alice privilege 15 secret 9 " HASH "\nusername bob password 0 Sesame\n"                    \
	"line vty 0 4\n login local\n"

START_TEST(a_console_waits_for_the_answer)
{
	struct world *w = world_new(LOCAL "login delay 4\n");

	begin(w, "carol");
	ck_assert_str_eq(vty_prompt(w->vty), "Username: ");
	type(w, "alice");
	ck_assert_str_eq(vty_prompt(w->vty), "Password: ");
	ck_assert_int_eq(vty_wants(w->vty), VTY_SECRET);
	type(w, "hush");
	ck_assert_int_eq(vty_wants(w->vty), VTY_NOTHING);
	ck_assert_str_eq(w->password, "hush");
	ck_assert_str_eq(w->hash, HASH);
	ck_assert_ptr_null(w->clear);
	ck_assert(!w->pam);
	ck_assert_int_eq(w->delay_ms, 4000);
	answer(w, LOGIN_PROVED);
	ck_assert_int_eq(vty_wants(w->vty), VTY_LINE);
	ck_assert_str_eq(vty_prompt(w->vty), "Router#");
	ck_assert_str_eq(vty_user(w->vty), "alice");
	ck_assert_str_eq(out_text(&w->log), "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: alice] "
					    "[Source: 192.0.2.7] [localport: 0] at 08:00:00 UTC "
					    "Fri Nov 20 2026\n");
	world_free(w);
}
END_TEST

/* Neither what is asked, nor what is said, nor whether there is a check tells a wrong name from a wrong
 * password. */
START_TEST(an_unknown_user_looks_like_a_wrong_password)
{
	static const char *const names[] = { "alice", "bob", "nobody", "ALICE" };
	char *said[COUNT(names)];

	for (size_t i = 0; i < COUNT(names); i++) {
		struct world *w = world_new(LOCAL);

		begin(w, "carol");
		for (int n = 0; n < 3; n++) {
			type(w, names[i]);
			type(w, "wrong");
			ck_assert_uint_eq(w->asked, (unsigned)n + 1);
			answer(w, LOGIN_REFUSED);
		}
		ck_assert(vty_closed(w->vty));
		ck_assert_ptr_nonnull(
		    strstr(out_text(&w->log), "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: "));
		ck_assert_ptr_null(strstr(out_text(&w->log), "wrong"));
		said[i] = xstrdup(out_text(&w->out));
		world_free(w);
	}
	for (size_t i = 1; i < COUNT(names); i++)
		ck_assert_str_eq(said[i], said[0]);
	for (size_t i = 0; i < COUNT(names); i++)
		free(said[i]);
}
END_TEST

START_TEST(a_console_that_ends_cancels_its_check)
{
	struct world *w = world_new(LOCAL);

	begin(w, NULL);
	type(w, "alice");
	type(w, "hush");
	vty_free(w->vty);
	w->vty = NULL;
	ck_assert_uint_eq(w->cancelled, 1);
	world_free(w);
}
END_TEST

/* A wrong password is answered late, a right one at once: who hangs up in between has failed. */
START_TEST(who_hangs_up_before_the_answer_has_failed)
{
	struct world *w =
	    world_new(LOCAL "enable secret 9 " HASH "\nlogin block-for 60 attempts 2 within 30\n");

	for (int i = 0; i < 2; i++) {
		begin(w, "carol");
		type(w, "alice");
		type(w, "guess");
		vty_free(w->vty);
		w->done = NULL;
		ck_assert_ptr_nonnull(strstr(out_text(&w->log), "LOGIN_FAILED: Login failed [user: alice] "));
		ck_assert_int_eq(strstr(out_text(&w->log), "QUIET_MODE_ON") != NULL, i == 1);
		out_free(&w->log);
		w->vty = vty_new(w->cli, &w->out, true);
	}
	begin(w, "alice"); /* known: let in */
	vty_set_level(w->vty, 1);
	type(w, "enable");
	type(w, "guess");
	vty_free(w->vty);
	w->vty = NULL;
	ck_assert_ptr_nonnull(strstr(out_text(&w->log), "PRIV_AUTH_FAIL"));
	world_free(w);
}
END_TEST

/* Nor is a guess taken in the quiet time from who was asked before, or is being checked. */
START_TEST(quiet_time_is_for_those_who_are_asked_already)
{
	static const char *const asked[] = { "", "alice", "alice hush" };

	for (size_t i = 0; i < COUNT(asked); i++) {
		struct world *w =
		    world_new(LOCAL "login block-for 60 attempts 1 within 30\nusername guest nopassword\n");
		struct login_guard *g = cli_guard(w->cli);

		begin(w, "carol");
		if (i >= 1)
			type(w, "alice");
		if (i == 2)
			type(w, "hush");
		g->quiet_until = 60;
		if (i == 2)
			answer(w, LOGIN_PROVED);
		else
			type(w, i == 0 ? "guest" : "hush");
		ck_assert_msg(vty_closed(w->vty), "%s", asked[i]);
		ck_assert_ptr_nonnull(strstr(out_text(&w->out), "% Too many failed logins: "));
		ck_assert_uint_eq(w->asked, i == 2);
		ck_assert_ptr_null(strstr(out_text(&w->log), "SUCCESS"));
		world_free(w);
	}
}
END_TEST

/* Each method in turn takes some of the time after which a refusal is answered, not the whole of it again;
 * and who has a password that nobody can open is no other than nobody. */
START_TEST(a_refusal_takes_as_long_whatever_was_asked)
{
	struct world *w =
	    world_new(LOCAL "username closed password 6 AGMAScA`PBCfOaR_SJ`EUUQAOiQ[VeOeFaYI\n"
			    "aaa new-model\naaa authentication login default group radius local\n"
			    "aaa authentication login LOCAL local\n"
			    "line vty 3\n default login\nline vty 4\n login authentication LOCAL\n");

	w->now = 1000;
	begin(w, "carol");
	type(w, "alice");
	type(w, "guess");
	ck_assert_int_eq(w->delay_ms, 1000);
	w->now += 300;
	answer(w, LOGIN_ERROR);
	ck_assert_int_eq(w->delay_ms, 700);
	ck_assert_str_eq(w->hash, HASH);
	w->now += 5000;
	answer(w, LOGIN_REFUSED);
	type(w, "closed");
	type(w, "guess");
	answer(w, LOGIN_ERROR);
	ck_assert(!w->pam);
	ck_assert_ptr_null(w->hash);
	ck_assert_ptr_null(w->clear);
	ck_assert_int_eq(w->delay_ms, 1000);
	answer(w, LOGIN_REFUSED);
	ck_assert_str_eq(vty_prompt(w->vty), "Username: ");
	world_free(w);
}
END_TEST

/* What is answered by each method in turn, and how often one is asked. */
static const struct {
	const char *lines;
	int answers[4];
	unsigned asked;
	const char *prompt;
} lists[] = {
	{ "group tacacs+ local", { LOGIN_PROVED }, 1, "Router>" },
	{ "group tacacs+ local", { LOGIN_ERROR, LOGIN_PROVED }, 2, "Router>" },
	{ "group tacacs+ local", { LOGIN_REFUSED }, 1, "Username: " },
	{ "group tacacs+ local", { LOGIN_ERROR, LOGIN_REFUSED }, 2, "Username: " },
	{ "group tacacs+", { LOGIN_ERROR, LOGIN_REFUSED }, 2, "Username: " }, /* nobody's: for the time */
	{ "group tacacs+", { LOGIN_ERROR, LOGIN_ERROR }, 2, "Username: " },
	{ "group tacacs+ none", { LOGIN_ERROR }, 1, "Router>" },
	{ "group tacacs+ none", { LOGIN_REFUSED }, 1, "Username: " },
	{ "group tacacs+ enable", { LOGIN_ERROR, LOGIN_REFUSED }, 2, "Username: " }, /* no enable secret */
	{ "group a group b line local", { LOGIN_ERROR, LOGIN_ERROR, LOGIN_PROVED }, 3,
	    "Router>" }, /* no line password */
	{ "local-case group tacacs+", { LOGIN_REFUSED }, 1, "Username: " },
};

START_TEST(the_next_method_answers_where_one_cannot)
{
	char *lines = xasprintf(LOCAL
	    "aaa new-model\naaa authentication login default %s\nline vty 0 4\n default login\n",
	    lists[_i].lines);
	struct world *w = world_new(lines);

	begin(w, "carol");
	type(w, "alice");
	type(w, "hush");
	for (unsigned i = 0; i < lists[_i].asked; i++)
		answer(w, lists[_i].answers[i]);
	ck_assert_ptr_null(w->done);
	ck_assert_uint_eq(w->asked, lists[_i].asked);
	ck_assert_str_eq(vty_prompt(w->vty), lists[_i].prompt);
	world_free(w);
	free(lines);
}
END_TEST

START_TEST(pam_is_asked_for_the_user_that_was_typed)
{
	struct world *w = world_new("aaa new-model\naaa authentication login default group radius\n");

	begin(w, "carol");
	type(w, "  dave ");
	type(w, "hush");
	ck_assert(w->pam);
	ck_assert_str_eq(w->user, "dave");
	answer(w, LOGIN_PROVED);
	ck_assert_str_eq(vty_user(w->vty), "dave");
	world_free(w);
}
END_TEST

/* A password of the line proves no name. */
START_TEST(only_who_proved_to_be_a_user_gets_his_level)
{
	struct world *w =
	    world_new(LOCAL "aaa new-model\naaa authentication login default group radius line\n"
			    "aaa authorization exec default local\n"
			    "line vty 0 4\n default login\n password 0 Sesame\n");

	begin(w, "carol");
	type(w, "alice");
	type(w, "Sesame");
	answer(w, LOGIN_ERROR);
	ck_assert_str_eq(w->clear, "Sesame");
	answer(w, LOGIN_PROVED);
	ck_assert_uint_eq(vty_level(w->vty), 1);
	world_free(w);
}
END_TEST

START_TEST(enable_waits_too_and_ends_after_three_failures)
{
	struct world *w = world_new("enable secret 9 " HASH "\n");

	begin(w, "carol");
	for (int n = 0; n < 3; n++) {
		if (n == 0)
			type(w, "enable");
		ck_assert_str_eq(vty_prompt(w->vty), "Password: ");
		type(w, "wrong");
		ck_assert_str_eq(w->hash, HASH);
		ck_assert_int_eq(vty_wants(w->vty), VTY_NOTHING);
		answer(w, LOGIN_REFUSED);
	}
	ck_assert_str_eq(vty_prompt(w->vty), "Router>");
	ck_assert_ptr_nonnull(strstr(out_text(&w->out), "% Bad secrets\n"));
	ck_assert_ptr_nonnull(strstr(out_text(&w->log),
	    "%SYS-5-PRIV_AUTH_FAIL: Authentication to privilege level 15 failed by carol on vty3\n"));
	type(w, "enable");
	type(w, "right");
	answer(w, LOGIN_PROVED);
	ck_assert_str_eq(vty_prompt(w->vty), "Router#");
	world_free(w);
}
END_TEST

/* Nothing but an answer leads past the questions. */
START_TEST(no_key_leads_past_the_login)
{
	struct world *w = world_new(LOCAL);

	begin(w, "carol");
	vty_interrupt(w->vty);
	ck_assert_str_eq(vty_prompt(w->vty), "Username: ");
	vty_end(w->vty);
	ck_assert_str_eq(vty_prompt(w->vty), "Username: ");
	type(w, "alice");
	vty_interrupt(w->vty);
	ck_assert_str_eq(vty_prompt(w->vty), "Username: ");
	type(w, "alice");
	out_free(&w->out);
	vty_help(w->vty, "");
	ck_assert_ptr_null(vty_complete(w->vty, "ena"));
	ck_assert_str_eq(out_text(&w->out), "");
	type(w, "hush");
	vty_interrupt(w->vty);
	vty_end(w->vty);
	vty_help(w->vty, "");
	type(w, "enable");
	ck_assert_uint_eq(vty_level(w->vty), 1);
	ck_assert_str_eq(out_text(&w->out), "% Not logged in\n");
	ck_assert_int_eq(vty_wants(w->vty), VTY_NOTHING);
	answer(w, LOGIN_REFUSED);
	ck_assert_str_eq(vty_prompt(w->vty), "Username: ");
	world_free(w);
}
END_TEST

/* Lines from a pipe: nobody can be asked, and nobody is greeted. */
static const struct {
	const char *peer;
	bool trusted, console, closed;
	unsigned level;
} pipes[] = {
	{ "carol", false, false, true, 1 },
	{ "alice", false, false, false, 15 },
	{ "root", true, false, false, 1 },
	{ NULL, true, true, false, 1 },
};

START_TEST(a_pipe_is_let_in_or_turned_away)
{
	struct world *w =
	    world_new(LOCAL "enable secret 9 " HASH "\nbanner motd # Hello #\nbanner exec # Hello #\n"
			    "line con 0\n login local\n");
	struct login_entry e = { .kind = pipes[_i].console ? LINE_CONSOLE : LINE_VTY,
		.peer = pipes[_i].peer,
		.trusted = pipes[_i].trusted };

	vty_free(w->vty);
	w->vty = vty_new(w->cli, &w->out, false);
	login_begin(w->vty, &e);
	ck_assert_int_eq(vty_closed(w->vty), pipes[_i].closed);
	ck_assert_uint_eq(vty_level(w->vty), pipes[_i].level);
	ck_assert_ptr_null(strstr(out_text(&w->out), "Hello"));
	type(w, "enable");
	ck_assert_uint_eq(vty_level(w->vty), pipes[_i].closed ? 1 : 15);
	ck_assert_uint_eq(w->asked, 0);
	world_free(w);
}
END_TEST

START_TEST(a_pipe_of_a_stranger_cannot_enable)
{
	struct world *w = world_new("enable secret 9 " HASH "\n");

	vty_free(w->vty);
	w->vty = vty_new(w->cli, &w->out, false);
	begin(w, "carol");
	type(w, "enable");
	ck_assert_uint_eq(vty_level(w->vty), 1);
	ck_assert_uint_eq(w->asked, 0);
	world_free(w);
}
END_TEST

START_TEST(a_name_cannot_forge_a_log_line)
{
	struct world *w = world_new(LOCAL);
	struct login_entry e = { .kind = LINE_VTY, .number = 3, .peer = "carol" };

	vty_set_line(w->vty, "vty3", "192.0.2.7] [user: root");
	login_begin(w->vty, &e);
	type(w, "alice]\xff\x9b[user:");
	type(w, "wrong");
	answer(w, LOGIN_REFUSED);
	ck_assert_ptr_nonnull(strstr(out_text(&w->log),
	    "[user: alice\\x5d\\xff\\x9b[user:] [Source: 192.0.2.7\\x5d [user: root] [localport: 0] "));
	world_free(w);
}
END_TEST

/* Nor does it drive the terminal of who looks at `show users`: a password of the line lets any name in. */
START_TEST(a_name_that_nobody_configured_is_shown_escaped)
{
	struct world *w = world_new("aaa new-model\naaa authentication login default group radius line\n"
				    "line vty 0 4\n password 0 Sesame\n");

	begin(w, "carol");
	type(w, "ev\x9bil");
	type(w, "Sesame");
	answer(w, LOGIN_ERROR);
	answer(w, LOGIN_PROVED);
	ck_assert_str_eq(vty_user(w->vty), "ev\\x9bil");
	world_free(w);
}
END_TEST

/* What was saved before min-length was configured is read again. */
START_TEST(a_saved_password_may_be_short)
{
	struct world *w = world_new("security passwords min-length 8\nusername bob password 0 Sesame\n"
				    "enable password 0 Sesame\nline vty 0\n password 0 Sesame\n");

	ck_assert_ptr_nonnull(conf_user(w->conf, "bob", false));
	world_free(w);
}
END_TEST

/* A user who is removed while his password is checked is nobody. */
START_TEST(a_user_who_is_gone_has_no_level)
{
	struct world *w = world_new(LOCAL);

	begin(w, NULL);
	type(w, "alice");
	type(w, "hush");
	load(w, "no username alice\n");
	answer(w, LOGIN_PROVED);
	ck_assert_uint_eq(vty_level(w->vty), 1);
	world_free(w);
}
END_TEST

static const struct {
	struct login_claim claim;
	int result;
} proofs[] = {
	{ { .password = "cisco123", .hash = "$9$ihSswXDbk0kaVK$o.uyR2nMrWtjMkrQwBXUR5lVuVt/KzG23rmYvshODXI" },
	    LOGIN_PROVED },
	{ { .password = "cisco124", .hash = "$9$ihSswXDbk0kaVK$o.uyR2nMrWtjMkrQwBXUR5lVuVt/KzG23rmYvshODXI" },
	    LOGIN_REFUSED },
	{ { .password = "Sesame", .clear = "Sesame" }, LOGIN_PROVED },
	{ { .password = "Sesam", .clear = "Sesame" }, LOGIN_REFUSED },
	{ { .password = "", .clear = "Sesame" }, LOGIN_REFUSED },
	{ { .password = "" }, LOGIN_REFUSED },
	{ { .password = "anything" }, LOGIN_REFUSED },
	{ { .password = "Sesame", .clear = "Sesame", .pam = true }, LOGIN_ERROR },
};

START_TEST(a_password_is_held_against_what_is_stored)
{
	ck_assert_int_eq(login_prove(&proofs[_i].claim), proofs[_i].result);
}
END_TEST

/* Statements for a range of lines. */
START_TEST(a_line_keeps_what_its_range_said)
{
	struct world *w =
	    world_new("line vty 0 4\n exec-timeout 5 30\nline vty 3 6\n exec-timeout 0 0\n length 0\n");
	struct conf *next = conf_share(w->conf);

	ck_assert_uint_eq(conf_line(w->conf, LINE_VTY, 2)->timeout_s, 330);
	ck_assert_uint_eq(conf_line(w->conf, LINE_VTY, 3)->timeout_s, 0);
	ck_assert_uint_eq(conf_line(w->conf, LINE_VTY, 6)->length, 0);
	ck_assert_uint_eq(conf_line(w->conf, LINE_VTY, 7)->timeout_s, 600);
	ck_assert_uint_eq(conf_line(w->conf, LINE_VTY, VTY_LINES_MAX - 1)->privilege, 1);
	ck_assert_uint_eq(conf_line(w->conf, LINE_CONSOLE, 0)->width, 80);
	ck_assert_uint_eq(conf_line_of_console(w->conf, LINE_VTY, 99)->length, 0); /* as line 6 */
	ck_assert_uint_eq(conf_line_of_console(w->conf, LINE_VTY, 1)->timeout_s, 330);
	conf_reset_line(next, LINE_VTY, 0);
	ck_assert_uint_eq(conf_line_of_console(next, LINE_VTY, 0)->timeout_s, 600);
	conf_edit_line(next, LINE_VTY, 2)->timeout_s = 7;
	conf_edit_user(next, "alice")->nopassword = true;
	ck_assert_uint_eq(conf_line(w->conf, LINE_VTY, 2)->timeout_s, 330);
	ck_assert_ptr_null(conf_user(w->conf, "alice", true));
	conf_release(next);
	world_free(w);
}
END_TEST

/* Another text for each password that it is given. */
static bool
other_text(void *arg, struct secret *s, const struct secret_owner *owner)
{
	unsigned *n = arg;

	ck_assert_ptr_nonnull(owner->statement);
	free(s->stored);
	s->type = SECRET_TYPE6;
	s->stored = xasprintf("TEXT%u", (*n)++);
	return true;
}

START_TEST(lines_with_one_password_stay_together)
{
	struct world *w = world_new("line vty 0 4\n password 0 Sesame\nline vty 2\n password 0 Other\n");
	struct conf *next = conf_share(w->conf);
	unsigned n = 0;

	conf_change_secrets(next, other_text, &n);
	ck_assert_uint_eq(n, 3);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_str_eq(conf_line(next, LINE_VTY, i)->password.stored, i < 2    ? "TEXT0"
										: i == 2 ? "TEXT1"
											 : "TEXT2");
	ck_assert_ptr_null(strstr(conf_line(w->conf, LINE_VTY, 1)->password.stored, "TEXT"));
	conf_release(next);
	world_free(w);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("login");
	TCase *t = tcase_create("login");
	SRunner *r;
	int failed;

	tcase_add_test(t, a_console_waits_for_the_answer);
	tcase_add_test(t, an_unknown_user_looks_like_a_wrong_password);
	tcase_add_test(t, a_console_that_ends_cancels_its_check);
	tcase_add_test(t, who_hangs_up_before_the_answer_has_failed);
	tcase_add_test(t, quiet_time_is_for_those_who_are_asked_already);
	tcase_add_test(t, a_refusal_takes_as_long_whatever_was_asked);
	tcase_add_loop_test(t, the_next_method_answers_where_one_cannot, 0, COUNT(lists));
	tcase_add_test(t, pam_is_asked_for_the_user_that_was_typed);
	tcase_add_test(t, only_who_proved_to_be_a_user_gets_his_level);
	tcase_add_test(t, enable_waits_too_and_ends_after_three_failures);
	tcase_add_test(t, no_key_leads_past_the_login);
	tcase_add_loop_test(t, a_pipe_is_let_in_or_turned_away, 0, COUNT(pipes));
	tcase_add_test(t, a_pipe_of_a_stranger_cannot_enable);
	tcase_add_test(t, a_name_cannot_forge_a_log_line);
	tcase_add_test(t, a_name_that_nobody_configured_is_shown_escaped);
	tcase_add_test(t, a_saved_password_may_be_short);
	tcase_add_test(t, a_user_who_is_gone_has_no_level);
	tcase_add_loop_test(t, a_password_is_held_against_what_is_stored, 0, COUNT(proofs));
	tcase_add_test(t, lines_with_one_password_stay_together);
	tcase_add_test(t, a_line_keeps_what_its_range_said);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
