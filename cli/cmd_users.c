/* username */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/call.h"
#include "cli/vty.h"
#include "conf/login.h"

enum { USERNAME_MAX = 64 };

static void
forget_password(struct user *u)
{
	str_wipe_free(u->hash);
	secret_free(&u->password);
	u->hash = NULL;
	u->password = (struct secret){ 0 };
	u->nopassword = false;
}

static int
username_set(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name"), *text = cmd_arg(c, "secret");
	const struct user *there = conf_user(c->conf, name, false);
	struct secret password = { 0 };
	char *hash = NULL;
	struct user *u;

	if (strlen(name) > USERNAME_MAX)
		return cmd_error(
		    c, "Username too long: %zu characters, %d at the most", strlen(name), USERNAME_MAX);
	if (cmd_given(c, "password") && there != NULL && there->hash != NULL)
		return cmd_error(c,
		    "Can not have both a user password and a user secret: 'no username %s' removes the user "
		    "with his secret",
		    name);
	if (cmd_given(c, "password") &&
	    login_password_take(c, there == NULL ? NULL : &there->password, &password) != 0)
		return -1;
	if (text != NULL && (hash = login_secret_take(c)) == NULL)
		return -1;
	u = conf_edit_user(c->conf, name);
	if (cmd_given(c, "privilege")) {
		u->has_privilege = true;
		u->privilege = (unsigned)cmd_uint(c, "privilege", 0);
	}
	if (hash != NULL || password.stored != NULL || cmd_given(c, "nopassword")) {
		forget_password(u);
		u->hash = hash;
		u->password = password;
		u->nopassword = cmd_given(c, "nopassword");
	}
	return 0;
}

/* However much of the line stands behind the name: the whole user goes. */
static int
username_unset(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");
	char *line;
	bool was;

	if (name == NULL)
		return cmd_error(c, "Which user? 'no username NAME'");
	line = xasprintf("username %s", name);
	was = call_forget(c->conf, line);
	free(line);
	if (!conf_remove_user(c->conf, name) && !was)
		return cmd_error(c, "No username '%s' is configured", name);
	return 0;
}

static bool
write_user(void *arg, const void *key, size_t keylen, void *value)
{
	const struct user *u = value;
	struct writer *w = arg;
	struct out o = OUT_MEMORY;
	char *password;

	(void)key, (void)keylen;
	out_printf(&o, "username %s", u->name);
	if (u->has_privilege)
		out_printf(&o, " privilege %u", u->privilege);
	if (u->nopassword)
		out_str(&o, " nopassword");
	if (u->hash != NULL)
		out_printf(&o, " secret %c %s", login_type(u->hash), u->hash);
	if (u->password.stored != NULL) {
		password = password_text(w->conf, &u->password);
		out_printf(&o, " password %s", password);
		str_wipe_free(password);
	}
	write_line(w, "%s", out_text(&o));
	out_free(&o);
	return true;
}

static void
username_write(struct writer *w, const void *o)
{
	(void)o;
	pmap_walk(&w->conf->users, NULL, 0, write_user, w);
}

/* clang-format off */
static const struct cmd rows[] = {
	{
		.form = "username NAME$name [privilege <0-15>$privilege] [(nopassword$nopassword|" PASSWORD_FORM "|" SECRET_FORM
		    "|" ALGORITHM_FORM ")]",
		.words = WORDS({ "username", "Who may log in" }, { "NAME", "Name of the user" },
		    { "privilege", "Level the user has after logging in" }, { "<0-15>", "1 for user, 15 for privileged commands" },
		    { "nopassword", "No password is asked for" }, PASSWORD_WORDS, SECRET_WORDS, ALGORITHM_WORDS),
		.no = "username [NAME$name [LINE]]",
		.set = username_set, .unset = username_unset, .write = username_write,
		.example = "username admin privilege 15 secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM",
	},
	KEPT_EXACT("username NAME (access-class|autocommand|callback-dialstring|callback-line|callback-rotary|"
	    "common-criteria-policy|description|dnis|mac|nocallback-verify|noescape|nohangup|one-time|serial-number|user-maxlinks|"
	    "view) [LINE]", "username admin autocommand show users"),
};
/* clang-format on */

const struct table users_table = { &mode_config, rows, COUNT(rows), whole_conf, edit_whole_conf, NULL };
