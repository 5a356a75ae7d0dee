/* login.h - who may type and what is said to them: users, lines, AAA method lists, banners, aliases. Part of
 * struct conf, and frozen like the rest of it. */
#ifndef GW_CONF_LOGIN_H
#define GW_CONF_LOGIN_H

#include "conf/conf.h"

enum {
	VTY_LINES_MAX = 1000, /* line vty 0-999 */
	AAA_LISTS_MAX = 100,
	AAA_METHODS_MAX = 4, /* in one list */
	ALIASES_MAX = 1000,
};

/* `username NAME ...`: what all its statements say together. */
struct user {
	unsigned refs;
	char *name;
	bool has_privilege;
	unsigned privilege; /* 0-15; has_privilege only */
	bool nopassword;
	char *hash; /* secret, "$9$..."; NULL: none */
	struct secret password; /* stored NULL: none; never beside hash or nopassword */
};

enum line_kind { LINE_CONSOLE, LINE_AUX, LINE_VTY };
/* What a line asks for. NOT_SAID is `default login`: nothing, or with `aaa new-model` its default list. */
enum line_login {
	LINE_LOGIN_NOT_SAID,
	LINE_LOGIN_NONE,
	LINE_LOGIN_PASSWORD,
	LINE_LOGIN_LOCAL,
	LINE_LOGIN_LIST
};
struct line_conf {
	unsigned refs;
	enum line_login login;
	char *list; /* LINE_LOGIN_LIST only, else NULL */
	struct secret password; /* stored NULL: none */
	unsigned timeout_s; /* exec-timeout; 0: never; 600 */
	unsigned privilege; /* of who logs in here without a level of his own, 0-15, 1 */
	unsigned history; /* lines remembered, 0-256, 10 */
	unsigned length, width; /* of the terminal, 0-512; 24 and 80; length 0: no pausing */
	bool synchronous; /* log lines do not tear what is being typed */
	struct kept_list kept;
};

/* Methods are tried in order; the next one only where one cannot answer. */
enum aaa_service { AAA_LOGIN, AAA_ENABLE, AAA_EXEC };
enum aaa_kind {
	AAA_LOCAL,
	AAA_LOCAL_CASE,
	AAA_ENABLE_SECRET,
	AAA_LINE,
	AAA_NONE,
	AAA_GROUP, /* PAM service "gw" */
	AAA_IF_AUTHENTICATED
};
struct aaa_method {
	enum aaa_kind kind;
	char *group; /* AAA_GROUP only: "tacacs+"; else NULL */
};
struct aaa_list {
	enum aaa_service service;
	char *name; /* "default" */
	VEC(struct aaa_method) methods;
};

enum banner_kind { BANNER_EXEC, BANNER_INCOMING, BANNER_LOGIN, BANNER_MOTD, BANNERS };

/* What concerns every login. */
struct access {
	unsigned refs;
	bool new_model; /* aaa new-model */
	VEC(struct aaa_list) lists;
	unsigned min_length; /* of new clear passwords, 0-16, 0 */
	unsigned block_for_s, block_attempts, block_within_s; /* login block-for; 0: not configured */
	unsigned delay_s; /* login delay: before a failure is answered, 1-10, 1 */
	bool log_failures, log_successes; /* as typed; both are always logged */
	char *banners[BANNERS]; /* between the delimiters; NULL: none */
};

/* `alias exec NAME COMMAND`. */
struct alias {
	unsigned refs;
	char *name, *command;
};

/* Users; any_case: a name that differs in the case of its letters only will do, where none is equal. */
const struct user *conf_user(const struct conf *, const char *name, bool any_case); /* NULL: none */
struct user *conf_edit_user(struct conf *, const char *name); /* made if need be */
bool conf_remove_user(struct conf *, const char *name);

/* Lines; one that was never configured has the defaults. number: below VTY_LINES_MAX, 0 for the others. */
const struct line_conf *conf_line(const struct conf *, enum line_kind, unsigned number);
/* What a console on the line goes by: a vty line that nobody named is as the nearest named one below it, so
 * that no login is passed by keeping the lines busy that have one. */
const struct line_conf *conf_line_of_console(const struct conf *, enum line_kind, unsigned number);
struct line_conf *conf_edit_line(struct conf *, enum line_kind, unsigned number);
/* It was named since the defaults, though perhaps with no statement of its own: it is written back. */
bool conf_line_named(const struct conf *, enum line_kind, unsigned number);
void conf_reset_line(struct conf *, enum line_kind, unsigned number);
unsigned conf_vty_lines(const struct conf *); /* one above the last that was configured */
void line_set_login(struct line_conf *, enum line_login, const char *list);

struct access *conf_edit_access(struct conf *);
const struct aaa_list *access_list(
    const struct access *, enum aaa_service, const char *name); /* NULL: none */
/* An empty list for filling in, in place of the one of that name. NULL: AAA_LISTS_MAX are there. */
struct aaa_list *access_put_list(struct access *, enum aaa_service, const char *name);
bool access_remove_list(struct access *, enum aaa_service, const char *name);

const struct alias *conf_alias(const struct conf *, const char *name);
/* False: ALIASES_MAX are there. */
bool conf_put_alias(struct conf *, const char *name, const char *command);
bool conf_remove_alias(struct conf *, const char *name);

#endif
