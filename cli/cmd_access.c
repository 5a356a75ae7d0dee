/* aaa, login, security: how whoever types is known. */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/login.h"

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->access;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_access(c);
}

/* aaa authentication, aaa authorization */

static const char *const kind_names[] = { [AAA_LOCAL] = "local",
	[AAA_LOCAL_CASE] = "local-case",
	[AAA_ENABLE_SECRET] = "enable",
	[AAA_LINE] = "line",
	[AAA_NONE] = "none",
	[AAA_GROUP] = "group",
	[AAA_IF_AUTHENTICATED] = "if-authenticated" };

static enum aaa_kind
kind_of(const char *name)
{
	size_t i = 0;

	while (i + 1 < COUNT(kind_names) && !str_eq(kind_names[i], name))
		i++;
	return (enum aaa_kind)i;
}

static int
list_set(struct cmd_call *c, enum aaa_service service)
{
	const char *name = cmd_arg(c, "list");
	const struct parse *p = c->parse;
	struct aaa_list *l = access_put_list(cmd_object(c), service, name);

	if (l == NULL)
		return cmd_error(
		    c, "%d lists are the limit: remove one before '%s' is added", AAA_LISTS_MAX, name);
	for (size_t i = 0; i < p->nargs; i++) {
		struct aaa_method m = { 0 };

		if (!str_eq(p->args[i].name, "method"))
			continue;
		m.kind = kind_of(p->args[i].text);
		if (m.kind == AAA_GROUP)
			m.group = xstrdup(p->args[++i].text);
		vec_push(&l->methods, m);
	}
	return 0;
}

static int
list_unset(struct cmd_call *c, enum aaa_service service)
{
	const char *name = cmd_arg(c, "list");

	if (name == NULL)
		return cmd_error(c, "Which list? 'default' or its name is missing");
	access_remove_list(cmd_object(c), service, name);
	return 0;
}

static void
lists_write(struct writer *w, const struct access *a, enum aaa_service service, const char *words)
{
	for (size_t i = 0; i < a->lists.n; i++) {
		const struct aaa_list *l = &a->lists.v[i];
		struct out o = OUT_MEMORY;

		if (l->service != service)
			continue;
		out_printf(&o, "%s %s", words, l->name);
		for (size_t m = 0; m < l->methods.n; m++)
			out_printf(&o, " %s%s%s", kind_names[l->methods.v[m].kind],
			    l->methods.v[m].group == NULL ? "" : " ",
			    l->methods.v[m].group == NULL ? "" : l->methods.v[m].group);
		write_line(w, "%s", out_text(&o));
		out_free(&o);
	}
}

static int
login_list_set(struct cmd_call *c)
{
	return list_set(c, AAA_LOGIN);
}

static int
login_list_unset(struct cmd_call *c)
{
	return list_unset(c, AAA_LOGIN);
}

static void
login_list_write(struct writer *w, const void *o)
{
	lists_write(w, o, AAA_LOGIN, "aaa authentication login");
}

static int
enable_list_set(struct cmd_call *c)
{
	return list_set(c, AAA_ENABLE);
}

static int
enable_list_unset(struct cmd_call *c)
{
	access_remove_list(cmd_object(c), AAA_ENABLE, "default");
	return 0;
}

static void
enable_list_write(struct writer *w, const void *o)
{
	lists_write(w, o, AAA_ENABLE, "aaa authentication enable");
}

static int
exec_list_set(struct cmd_call *c)
{
	return list_set(c, AAA_EXEC);
}

static int
exec_list_unset(struct cmd_call *c)
{
	return list_unset(c, AAA_EXEC);
}

static void
exec_list_write(struct writer *w, const void *o)
{
	lists_write(w, o, AAA_EXEC, "aaa authorization exec");
}

/* login */

static int
block_for_set(struct cmd_call *c)
{
	struct access *a = cmd_object(c);

	a->block_for_s = (unsigned)cmd_uint(c, "seconds", 0);
	a->block_attempts = (unsigned)cmd_uint(c, "attempts", 0);
	a->block_within_s = (unsigned)cmd_uint(c, "within", 0);
	return 0;
}

static int
block_for_unset(struct cmd_call *c)
{
	struct access *a = cmd_object(c);

	a->block_for_s = a->block_attempts = a->block_within_s = 0;
	return 0;
}

static void
block_for_write(struct writer *w, const void *o)
{
	const struct access *a = o;

	if (a->block_for_s > 0)
		write_line(w, "login block-for %u attempts %u within %u", a->block_for_s, a->block_attempts,
		    a->block_within_s);
}

/* clang-format off */
#define METHODS_4(methods) methods " [" methods " [" methods " [" methods "]]]"
#define GROUP_WORDS { "group", "PAM service 'gw', which brings TACACS+ and RADIUS" }, { "GROUP", "tacacs+, radius or a name" }

static const struct cmd rows[] = {
	{
		.form = "security passwords min-length <0-16>$length",
		.words = WORDS({ "security", "Security" }, { "passwords", "New clear passwords of logins" },
		    { "min-length", "Characters they have at the least" }, { "<0-16>", "Number of characters" }),
		.field = FIELD_UINT_OF(struct access, min_length, 0), .example = "security passwords min-length 8",
	},
	KEPT("security authentication"),
	{
		.form = "aaa new-model",
		.words = WORDS({ "aaa", "Authentication, authorization, accounting" },
		    { "new-model", "Lists of methods decide how a login is checked" }),
		.field = FIELD_BOOL_OF(struct access, new_model, false), .example = "aaa new-model",
	},
	SECTION("aaa group server", "(config-sg)#"), SECTION("aaa common-criteria policy", "(config-cc-policy)#"),
	{
		.form = "aaa authentication login (default|LIST)$list "
		    METHODS_4("(local|local-case|enable|line|none|group GROUP)$method"),
		.words = WORDS({ "aaa", "Authentication, authorization, accounting" }, { "authentication", "Who is it" },
		    { "login", "Methods for logging in" }, { "default", "For every line without a list of its own" },
		    { "LIST", "Name of the list" }, { "local", "username ... secret" },
		    { "local-case", "The same, names with their case" }, { "enable", "enable secret" },
		    { "line", "Password of the line" }, { "none", "Nothing is asked" }, GROUP_WORDS),
		.no = "aaa authentication login [(default|LIST)$list] [LINE]",
		.set = login_list_set, .unset = login_list_unset, .write = login_list_write,
		.example = "aaa authentication login default group tacacs+ local",
	},
	{
		.form = "aaa authentication enable default$list " METHODS_4("(enable|line|none|group GROUP)$method"),
		.words = WORDS({ "aaa", "Authentication, authorization, accounting" }, { "authentication", "Who is it" },
		    { "enable", "Methods for 'enable'" }, { "default", "For every line" }, { "enable", "enable secret" },
		    { "line", "Password of the line" }, { "none", "Nothing is asked" }, GROUP_WORDS),
		.no = "aaa authentication enable [default] [LINE]",
		.set = enable_list_set, .unset = enable_list_unset, .write = enable_list_write,
		.example = "aaa authentication enable default group tacacs+ enable",
	},
	KEPT("aaa authentication (arap|attempts|banner|dot1x|eou|fail-message|nasi|onep|password-prompt|ppp|sgbp|suppress|token|"
	    "username-prompt)"),
	{
		.form = "aaa authorization exec (default|LIST)$list "
		    METHODS_4("(local|if-authenticated|none|group GROUP)$method"),
		.words = WORDS({ "aaa", "Authentication, authorization, accounting" }, { "authorization", "What may he do" },
		    { "exec", "Level he begins with" }, { "default", "For every line" }, { "LIST", "Name of the list" },
		    { "local", "username ... privilege" }, { "if-authenticated", "As 'local', for whom there is one" },
		    { "none", "privilege level of the line" }, GROUP_WORDS),
		.no = "aaa authorization exec [(default|LIST)$list] [LINE]",
		.set = exec_list_set, .unset = exec_list_unset, .write = exec_list_write,
		.example = "aaa authorization exec default group tacacs+ local",
	},
	KEPT("aaa authorization (auth-proxy|cache|commands|config-commands|configuration|console|credential-download|ipmobile|"
	    "multicast|network|policy-if|prepaid|radius-proxy|reverse-access|subscriber-service|template)"),
	KEPT("aaa (accounting|attribute|cache|configuration|dnis|intercept|local|max-sessions|memory|nas|password|pod|policy|"
	    "server|service-profile|session-duration|session-id|session-mib|traceback|user)"),
	{
		.form = "login block-for <1-65535>$seconds attempts <1-65535>$attempts within <1-65535>$within",
		.words = WORDS({ "login", "Logging in" }, { "block-for", "Quiet time after too many failures" },
		    { "<1-65535>", "Seconds of quiet" }, { "attempts", "Failures that begin it" },
		    { "<1-65535>", "Number of failures" }, { "within", "Time in which they are counted" },
		    { "<1-65535>", "Seconds" }),
		.no = "login block-for [LINE]",
		.set = block_for_set, .unset = block_for_unset, .write = block_for_write,
		.example = "login block-for 60 attempts 3 within 30",
	},
	{
		.form = "login delay <1-10>$seconds",
		.words = WORDS({ "login", "Logging in" }, { "delay", "Before a failure is answered" },
		    { "<1-10>", "Seconds; 1 if it is not configured" }),
		.field = FIELD_UINT_OF(struct access, delay_s, 1), .example = "login delay 3",
	},
	KEPT("login quiet-mode"),
	{ .form = "login (on-failure|on-success) trap", .no = "login (on-failure|on-success) trap", .accept = KEPT_BECAUSE,
	    .example = "login on-failure trap" },
	{ .form = "login (on-failure|on-success) log every <1-65535>", .no = "login (on-failure|on-success) log every [<1-65535>]",
	    .accept = KEPT_BECAUSE, .example = "login on-failure log every 5" },
	{
		.form = "login on-failure log",
		.words = WORDS({ "login", "Logging in" }, { "on-failure", "What a failure does" },
		    { "log", "A log line (always written)" }),
		.field = FIELD_BOOL_OF(struct access, log_failures, false), .example = "login on-failure log",
	},
	{
		.form = "login on-success log",
		.words = WORDS({ "login", "Logging in" }, { "on-success", "What a success does" },
		    { "log", "A log line (always written)" }),
		.field = FIELD_BOOL_OF(struct access, log_successes, false), .example = "login on-success log",
	},
};
/* clang-format on */

const struct table access_table = { &mode_config, rows, COUNT(rows), object, edit, NULL };
