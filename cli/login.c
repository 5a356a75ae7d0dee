#include "cli/login.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/vty_internal.h"

enum { FAILURES_MAX = 3, LOGGED_NAME_MAX = 64 };

enum purpose { FOR_LOGIN, FOR_ENABLE };

struct login {
	enum line_kind kind;
	unsigned number;
	char *peer;
	bool trusted, pending;
	/* What is being asked, and the methods that decide. */
	enum purpose purpose;
	enum aaa_kind methods[AAA_METHODS_MAX];
	size_t nmethods, method;
	bool by_name; /* a name is asked for, too */
	unsigned level; /* FOR_ENABLE: where to */
	unsigned failures;
	char *user, *password;
	int64_t answered_ms; /* when the password came */
	/* The check that runs. */
	bool checking;
	unsigned check; /* which, to tell an answer that came at once */
	void *job;
};

static void ask(struct vty *);
static void prove(struct vty *);

static const struct cli_host *
host_of(const struct vty *v)
{
	return cli_host(v->cli);
}

static struct login *
login_of(struct vty *v)
{
	if (v->login == NULL) {
		v->login = xcalloc(1, sizeof *v->login);
		v->login->trusted = true;
	}
	return v->login;
}

static const struct line_conf *
line_of(const struct vty *v)
{
	return conf_line_of_console(vty_conf(v), v->login->kind, v->login->number);
}

bool
login_pending(const struct vty *v)
{
	return v->login != NULL && v->login->pending;
}

static void
forget_answers(struct login *l)
{
	free(l->user);
	str_wipe_free(l->password);
	l->user = l->password = NULL;
}

/* What is said. */

static const char *
token_value(const struct vty *v, const char *at, size_t *len, char number[16])
{
	static const char *const names[] = { "$(hostname)", "$(domain)", "$(line)", "$(line-desc)" };
	const struct conf_system *s = vty_conf(v)->system;
	size_t i = 0;

	while (i < COUNT(names) && !str_starts(at, names[i]))
		i++;
	if (i == COUNT(names))
		return NULL;
	*len = strlen(names[i]);
	snprintf(number, 16, "%u", v->login->number);
	return i == 0 ? s->hostname : i == 1 ? (s->domain == NULL ? "" : s->domain) : i == 2 ? number : "";
}

static void
say_banner(struct vty *v, enum banner_kind kind)
{
	const char *text = vty_conf(v)->access->banners[kind], *value;
	char number[16];
	size_t len;

	if (text == NULL)
		return;
	for (const char *p = text; *p != '\0';) {
		value = *p == '$' ? token_value(v, p, &len, number) : NULL;
		if (value != NULL) {
			out_str(v->out, value);
			p += len;
		} else {
			out_char(v->out, *p++);
		}
	}
	out_char(v->out, '\n');
}

/* The log. */

/* "12:34:56.789 UTC ..." without the fraction. */
static void
time_text(const struct vty *v, char *text, size_t size)
{
	const struct cli_host *h = host_of(v);
	char *dot;

	text[0] = '\0';
	if (h->clock == NULL)
		return;
	h->clock(h->arg, text, size);
	dot = strchr(text, '.');
	if (dot != NULL)
		memmove(dot, dot + strcspn(dot, " "), strlen(dot + strcspn(dot, " ")) + 1);
}

/* What somebody typed, or his client said, between brackets: it does not end them. */
static char *
field_text(const char *text)
{
	struct out o = OUT_MEMORY;
	size_t left = text == NULL ? 0 : strnlen(text, LOGGED_NAME_MAX), n;

	for (; left > 0; text += n, left -= n) {
		n = *text == ']' ? 1 : strcspn(text, "]");
		n = n < left ? n : left;
		if (*text == ']')
			out_str(&o, "\\x5d");
		else
			out_escaped(&o, text, n);
	}
	return out_take(&o);
}

/* The fields that all these messages have. */
static char *
fields(const struct vty *v, const char *user)
{
	char *name = field_text(user), *source = field_text(*v->from == '\0' ? "LOCAL" : v->from);
	char *text = xasprintf("[user: %s] [Source: %s] [localport: 0]", name, source);

	free(name);
	free(source);
	return text;
}

static void
log_login(const struct vty *v, bool success, const char *user)
{
	char *who = fields(v, user), at[64];

	time_text(v, at, sizeof at);
	if (success)
		log_at(LOG_LEVEL_NOTICE, "SEC_LOGIN", "LOGIN_SUCCESS", "Login Success %s at %s", who, at);
	else
		log_at(LOG_LEVEL_WARNING, "SEC_LOGIN", "LOGIN_FAILED",
		    "Login failed %s [Reason: Login Authentication Failed] at %s", who, at);
	free(who);
}

static void
log_enable(const struct vty *v, bool success)
{
	log_at(LOG_LEVEL_NOTICE, "SYS", success ? "PRIV_AUTH_PASS" : "PRIV_AUTH_FAIL",
	    success ? "Privilege level set to %u by %s on %s"
		    : "Authentication to privilege level %u failed by %s on %s",
	    v->login->level, v->user, v->line);
}

/* login block-for */

static int64_t
now_ms(const struct vty *v)
{
	const struct cli_host *h = host_of(v);

	return h->now == NULL ? 0 : h->now(h->arg);
}

struct login_watch
login_watch(const struct cli *cli, const struct conf *c)
{
	const struct cli_host *h = cli_host(cli);
	const struct login_guard *g = cli_guard(cli);
	const struct access *a = c->access;
	int64_t now = h->now == NULL ? 0 : h->now(h->arg) / 1000;
	struct login_watch w = { .total = g->total };

	if (a->block_for_s == 0)
		return w;
	if (g->quiet_until > now)
		w.quiet_s = g->quiet_until - now;
	for (size_t i = g->failures.n; i-- > 0 && g->failures.v[i] + (int64_t)a->block_within_s >= now;) {
		w.failures++;
		w.window_s = g->failures.v[i] + (int64_t)a->block_within_s - now;
	}
	return w;
}

/* Seconds of quiet that are left. */
static int64_t
quiet_left(const struct vty *v)
{
	return v->login->kind == LINE_VTY ? login_watch(v->cli, vty_conf(v)).quiet_s : 0;
}

static void
count_failure(const struct vty *v)
{
	const struct access *a = vty_conf(v)->access;
	struct login_guard *g = cli_guard(v->cli);
	int64_t now = now_ms(v) / 1000;
	struct login_watch w;
	char *who, at[64];

	g->total++;
	if (a->block_for_s == 0 || v->login->kind != LINE_VTY || quiet_left(v) > 0)
		return;
	vec_push(&g->failures, now);
	w = login_watch(v->cli, vty_conf(v));
	if (w.failures > a->block_attempts)
		w.failures = a->block_attempts;
	memmove(
	    g->failures.v, g->failures.v + g->failures.n - w.failures, w.failures * sizeof g->failures.v[0]);
	g->failures.n = w.failures;
	if (w.failures < a->block_attempts)
		return;
	time_text(v, at, sizeof at);
	who = fields(v, v->login->user);
	log_at(LOG_LEVEL_ALERT, "SEC_LOGIN", "QUIET_MODE_ON",
	    "Still timeleft for watching failures is %" PRId64
	    " secs, %s [Reason: Login Authentication Failed] at %s",
	    w.window_s, who, at);
	free(who);
	g->quiet_until = now + (int64_t)a->block_for_s;
	vec_free(&g->failures);
}

/* Who hangs up before the answer has guessed, too. */
static void
count_abandoned(const struct vty *v)
{
	if (v->login->purpose == FOR_ENABLE) {
		log_enable(v, false);
	} else {
		log_login(v, false, v->login->user);
		count_failure(v);
	}
}

void
login_end(struct vty *v)
{
	struct login *l = v->login;

	if (l == NULL)
		return;
	if (l->job != NULL)
		host_of(v)->verify_cancel(host_of(v)->arg, l->job);
	if (l->checking)
		count_abandoned(v);
	forget_answers(l);
	free(l->peer);
	free(l);
	v->login = NULL;
}

/* Method lists. */

static void
add_method(struct login *l, enum aaa_kind kind)
{
	l->methods[l->nmethods++] = kind;
	l->by_name |=
	    kind == AAA_LOCAL || kind == AAA_LOCAL_CASE || (kind == AAA_GROUP && l->purpose == FOR_LOGIN);
}

static void
take_list(struct login *l, const struct aaa_list *list)
{
	for (size_t i = 0; i < list->methods.n; i++)
		add_method(l, list->methods.v[i].kind);
}

static void
begin_purpose(struct login *l, enum purpose purpose)
{
	l->purpose = purpose;
	l->nmethods = l->method = 0;
	l->by_name = false;
	l->failures = 0;
}

/* What the line demands of somebody who is not known; no method: nothing. A list that does not exist is no
 * open door: usernames are asked for. */
static void
login_methods(struct vty *v)
{
	const struct access *a = vty_conf(v)->access;
	const struct line_conf *line = line_of(v);
	struct login *l = v->login;
	const struct aaa_list *list;

	begin_purpose(l, FOR_LOGIN);
	if (a->new_model) {
		list = access_list(a, AAA_LOGIN, line->login == LINE_LOGIN_LIST ? line->list : "default");
		if (list != NULL)
			take_list(l, list);
		else if (line->login == LINE_LOGIN_LIST || l->kind == LINE_VTY)
			add_method(l, AAA_LOCAL);
	} else if (line->login == LINE_LOGIN_LOCAL || line->login == LINE_LOGIN_LIST) {
		add_method(l, AAA_LOCAL);
	} else if (line->login == LINE_LOGIN_PASSWORD) {
		add_method(l, AAA_LINE);
	}
	if (l->nmethods > 0 && l->methods[0] == AAA_NONE)
		l->nmethods = 0;
}

/* The level to begin with. With `aaa new-model` a user's own counts only where `aaa authorization exec` says
 * so. */
static unsigned
first_level(const struct vty *v, const struct user *u)
{
	const struct access *a = vty_conf(v)->access;
	const struct aaa_list *list = access_list(a, AAA_EXEC, "default");

	if (u == NULL || !u->has_privilege ||
	    (a->new_model && (list == NULL || list->methods.v[0].kind == AAA_NONE)))
		return line_of(v)->privilege;
	return u->privilege;
}

/* Ends of it. */

static void
let_in(struct vty *v, const char *name, const struct user *u, bool logged)
{
	struct login *l = v->login;

	l->pending = false;
	vty_set_user(v, name);
	vty_set_level(v, first_level(v, u));
	if (logged)
		log_login(v, true, name);
	if (v->interactive)
		say_banner(v, BANNER_EXEC);
}

static void
turn_away(struct vty *v)
{
	v->login->pending = true; /* for good: no line is taken any more */
	vty_close(v);
}

static void
refuse(struct vty *v, const char *why)
{
	struct login *l = v->login;

	out_printf(v->out, "%% %s\n", why);
	log_login(v, false, l->user != NULL ? l->user : l->peer);
	forget_answers(l);
	turn_away(v);
}

/* Whether nobody is let in now: also not who was asked before the quiet time began. */
static bool
refuse_while_quiet(struct vty *v)
{
	int64_t left = v->login->purpose == FOR_LOGIN ? quiet_left(v) : 0;
	char *why;

	if (left == 0)
		return false;
	why = xasprintf("Too many failed logins: nobody is let in for another %" PRId64 " seconds", left);
	refuse(v, why);
	free(why);
	return true;
}

static void
passed(struct vty *v)
{
	struct login *l = v->login;
	const struct user *u = NULL;
	enum aaa_kind kind;
	char *name;

	if (l->purpose == FOR_ENABLE) {
		vty_set_level(v, l->level);
		log_enable(v, true);
		forget_answers(l);
		return;
	}
	/* Only who proved to be the user gets his level; a password of the line says nothing about the name.
	 */
	kind = l->method < l->nmethods ? l->methods[l->method] : AAA_NONE;
	if (l->user != NULL && (kind == AAA_LOCAL || kind == AAA_LOCAL_CASE || kind == AAA_GROUP))
		u = conf_user(vty_conf(v), l->user, kind == AAA_LOCAL);
	name = u != NULL         ? xstrdup(u->name)
	       : l->user != NULL ? field_text(l->user)
				 : xstrdup(l->peer != NULL ? l->peer : v->user);
	forget_answers(l);
	let_in(v, name, u, true);
	free(name);
}

static void
failed(struct vty *v)
{
	struct login *l = v->login;
	bool over = ++l->failures >= FAILURES_MAX, by_name = l->by_name;

	if (l->purpose == FOR_ENABLE) {
		log_enable(v, false);
		forget_answers(l);
		if (!over)
			ask(v);
		else
			out_str(v->out, vty_conf(v)->access->new_model ? "% Error in authentication.\n\n"
								       : "% Bad secrets\n\n");
		return;
	}
	log_login(v, false, l->user);
	count_failure(v);
	forget_answers(l);
	if (by_name)
		out_str(v->out, "% Login invalid\n\n");
	else if (over)
		out_str(v->out, "% Bad passwords\n\n");
	if (over || quiet_left(v) > 0)
		turn_away(v);
	else
		ask(v);
}

/* Checking. */

static void
on_result(void *arg, int result)
{
	struct vty *v = arg;
	struct login *l = v->login;

	l->checking = false;
	l->job = NULL;
	if (refuse_while_quiet(v)) {
		/* whatever the answer is */
	} else if (result == LOGIN_PROVED) {
		passed(v);
	} else if (result == LOGIN_REFUSED || l->method == l->nmethods) {
		failed(v);
	} else {
		if (l->methods[l->method] == AAA_GROUP)
			log_at(LOG_LEVEL_WARNING, "AAA", "GROUP", "PAM service 'gw' gives no answer%s",
			    l->method + 1 < l->nmethods ? "; the next method is tried" : "");
		l->method++;
		prove(v);
	}
	/* Last of all: whoever drives the console goes on at once. */
	if (v->held && !l->checking)
		vty_go_on(v);
}

static void
check(struct vty *v, struct login_claim *claim)
{
	const struct cli_host *h = host_of(v);
	struct login *l = v->login;
	int64_t until = l->answered_ms + (int64_t)vty_conf(v)->access->delay_s * 1000, now = now_ms(v);
	unsigned number = ++l->check;
	void *job;

	claim->password = l->password;
	claim->line = v->line;
	claim->from = v->from;
	claim->delay_ms = until > now ? (int)(until - now) : 0;
	l->checking = true;
	vty_hold(v);
	if (h->verify == NULL) {
		on_result(v, login_prove(claim));
		return;
	}
	job = h->verify(h->arg, claim, on_result, v);
	if (l->checking && l->check == number) /* else it was answered at once */
		l->job = job;
}

/* What the method holds the password against; false: it cannot say. */
static bool
claim_of(const struct vty *v, enum aaa_kind kind, struct login_claim *claim, bool *free_pass)
{
	const struct conf *c = vty_conf(v);
	const struct secret *line = &line_of(v)->password;
	const struct user *u;

	switch (kind) {
	case AAA_LOCAL:
	case AAA_LOCAL_CASE:
		u = conf_user(c, v->login->user, kind == AAA_LOCAL);
		if (u == NULL)
			return true;
		claim->hash = u->hash;
		claim->clear = u->password.clear;
		*free_pass = u->nopassword;
		return u->password.stored == NULL || u->password.clear != NULL;
	case AAA_ENABLE_SECRET:
		claim->hash = c->system->enable_hash;
		claim->clear = claim->hash == NULL ? c->system->enable_password.clear : NULL;
		return claim->hash != NULL || claim->clear != NULL;
	case AAA_LINE:
		claim->clear = line->clear;
		return claim->clear != NULL;
	case AAA_GROUP:
		claim->pam = true;
		claim->user = v->login->user != NULL ? v->login->user : v->user;
		return true;
	case AAA_NONE:
	case AAA_IF_AUTHENTICATED:
		break;
	}
	*free_pass = true;
	return true;
}

static void
prove(struct vty *v)
{
	struct login *l = v->login;

	for (; l->method < l->nmethods; l->method++) {
		struct login_claim claim = { 0 };
		bool free_pass = false;

		if (!claim_of(v, l->methods[l->method], &claim, &free_pass))
			continue;
		if (free_pass)
			passed(v);
		else
			check(v, &claim);
		return;
	}
	check(v, &(struct login_claim){ 0 }); /* nobody's: it takes as long as any refusal */
}

/* Questions. */

static int
on_password(struct vty *v, const char *answer, void *arg)
{
	struct login *l = v->login;

	(void)arg;
	if (refuse_while_quiet(v))
		return 0;
	str_wipe_free(l->password);
	l->password = xstrdup(answer);
	l->answered_ms = now_ms(v);
	l->method = 0;
	prove(v);
	return 0;
}

static int
on_username(struct vty *v, const char *answer, void *arg)
{
	struct login *l = v->login;
	const struct user *u;

	(void)arg;
	if (refuse_while_quiet(v))
		return 0;
	answer += strspn(answer, " \t");
	if (*answer == '\0') {
		ask(v);
		return 0;
	}
	free(l->user);
	l->method = 0;
	l->user = xstrndup(answer, strcspn(answer, " \t"));
	u = conf_user(vty_conf(v), l->user, l->methods[0] == AAA_LOCAL);
	if (u != NULL && u->nopassword && (l->methods[0] == AAA_LOCAL || l->methods[0] == AAA_LOCAL_CASE))
		passed(v);
	else
		vty_ask(v, "Password: ", VTY_SECRET, on_password, NULL);
	return 0;
}

static void
ask(struct vty *v)
{
	if (v->login->by_name)
		vty_ask(v, "Username: ", VTY_LINE, on_username, NULL);
	else
		vty_ask(v, "Password: ", VTY_SECRET, on_password, NULL);
}

void
login_interrupted(struct vty *v)
{
	if (!login_pending(v) || v->closed || v->login->checking)
		return;
	forget_answers(v->login);
	ask(v);
}

/* Beginnings. */

/* gw -c: privileged at once, unless the configuration has something to say about this user. */
static void
begin_command(struct vty *v, const struct user *u)
{
	struct login *l = v->login;

	if (u == NULL && !l->trusted && l->nmethods > 0) {
		refuse(v, "A login is configured for this line, and 'gw -c' cannot ask for it: add a "
			  "'username' of your "
			  "Linux name, or use 'gw -a'");
		return;
	}
	vty_set_user(v, l->peer == NULL ? v->line : l->peer);
	vty_set_level(v, u == NULL ? LEVEL_PRIVILEGED : first_level(v, u));
	log_login(v, true, v->user);
}

static void
begin_questions(struct vty *v)
{
	if (refuse_while_quiet(v))
		return;
	if (!v->interactive) {
		refuse(v,
		    "A login is configured for this line, and nobody can be asked: attach from a terminal");
		return;
	}
	if (v->login->nmethods == 1 && v->login->methods[0] == AAA_LINE &&
	    line_of(v)->password.stored == NULL) {
		refuse(v, "Password required, but none set");
		return;
	}
	v->login->pending = true;
	say_banner(v, BANNER_LOGIN);
	out_str(v->out, "\nUser Access Verification\n\n");
	ask(v);
}

void
login_begin(struct vty *v, const struct login_entry *e)
{
	struct login *l = login_of(v);
	const struct user *u =
	    e->peer == NULL || e->kind != LINE_VTY ? NULL : conf_user(vty_conf(v), e->peer, false);

	l->kind = e->kind;
	l->number = e->number;
	l->peer = xstrdup(e->peer);
	l->trusted = e->trusted;
	if (e->kind == LINE_CONSOLE && e->trusted && !v->interactive)
		return; /* lines from whoever started the program and owns its file */
	login_methods(v);
	if (e->command) {
		begin_command(v, u);
		return;
	}
	if (v->interactive)
		say_banner(v, BANNER_MOTD);
	/* Nobody asks root for a password that nobody can type. */
	if (u == NULL && l->nmethods > 0 && (v->interactive || !l->trusted))
		begin_questions(v);
	else
		let_in(v,
		    e->kind == LINE_CONSOLE ? v->user
		    : e->peer == NULL       ? v->line
					    : e->peer,
		    u, e->kind == LINE_VTY);
}

int
login_again(struct cmd_call *c)
{
	struct vty *v = c->vty;
	struct login *l = login_of(v);

	if (!v->interactive)
		return cmd_error(c, "Nobody can be asked here: attach from a terminal");
	login_methods(v);
	if (l->nmethods == 0)
		add_method(l, AAA_LOCAL);
	l->pending = true;
	vty_set_level(v, LEVEL_USER);
	ask(v);
	return 0;
}

/* enable */

int
login_enable(struct cmd_call *c, unsigned level)
{
	struct vty *v = c->vty;
	struct login *l = login_of(v);
	const struct access *a = c->conf->access;
	const struct aaa_list *list = a->new_model ? access_list(a, AAA_ENABLE, "default") : NULL;

	begin_purpose(l, FOR_ENABLE);
	l->level = level;
	if (list != NULL)
		take_list(l, list);
	else if (enable_asks(c->conf->system))
		add_method(l, AAA_ENABLE_SECRET);
	else if (!l->trusted && level > vty_level(v))
		return cmd_error(c, a->new_model ? "Error in authentication." : "No password set");
	/* Without a terminal the lines come from whoever started the program and owns its file: nobody to
	 * ask. */
	if (level <= vty_level(v) || l->nmethods == 0 || l->methods[0] == AAA_NONE ||
	    (l->trusted && !v->interactive)) {
		vty_set_level(v, level);
		return 0;
	}
	if (!v->interactive)
		return cmd_error(c, "Error in authentication: nobody can be asked for the password");
	ask(v);
	return 0;
}

/* Proofs. */

int
login_prove(const struct login_claim *claim)
{
	/* Of a secret that was thrown away. */
	static const char nobody[] = "$9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM";
	bool same;

	if (claim->pam)
		return LOGIN_ERROR;
	same = login_check(claim->hash == NULL ? nobody : claim->hash, claim->password);
	if (claim->hash == NULL)
		same = claim->clear != NULL && secret_same(claim->clear, claim->password);
	return same ? LOGIN_PROVED : LOGIN_REFUSED;
}
