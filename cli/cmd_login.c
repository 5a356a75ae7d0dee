/* enable, disable, login, show privilege, show login, show aliases */
#include "cli/commands.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/alias.h"
#include "cli/login.h"

static int
enable(struct cmd_call *c)
{
	return login_enable(c, (unsigned)cmd_uint(c, "level", LEVEL_PRIVILEGED));
}

static int
disable(struct cmd_call *c)
{
	unsigned level = (unsigned)cmd_uint(c, "level", LEVEL_USER);

	if (level > vty_level(c->vty))
		return cmd_error(
		    c, "Level %u is above the present one, %u: 'enable %u'", level, vty_level(c->vty), level);
	vty_set_level(c->vty, level);
	return 0;
}

static int
show_privilege(struct cmd_call *c)
{
	out_printf(c->out, "Current privilege level is %u\n", vty_level(c->vty));
	return 0;
}

static int
show_privilege_json(struct cmd_call *c)
{
	struct json j;

	json_begin(&j, c->out);
	json_object(&j, "privilege");
	json_uint(&j, "level", vty_level(c->vty));
	json_close(&j);
	json_end(&j);
	return 0;
}

/* In the words of IOS. */
static int
show_login(struct cmd_call *c)
{
	const struct access *a = c->conf->access;
	struct login_watch w = login_watch(vty_cli(c->vty), c->conf);

	out_printf(c->out, "     A %slogin delay of %u seconds is applied.\n",
	    a->delay_s == 1 ? "default " : "", a->delay_s);
	out_str(c->out, "     No Quiet-Mode access list has been configured.\n     All successful login is "
			"logged.\n     All failed login is logged.\n\n");
	if (a->block_for_s == 0) {
		out_str(c->out, "     Router NOT enabled to watch for login Attacks\n");
		return 0;
	}
	out_printf(c->out,
	    "     Router enabled to watch for login Attacks.\n"
	    "     If more than %u login failures occur in %u seconds or less,\n"
	    "     logins will be disabled for %u seconds.\n\n",
	    a->block_attempts, a->block_within_s, a->block_for_s);
	if (w.quiet_s > 0)
		out_printf(c->out,
		    "     Router presently in Quiet-Mode.\n"
		    "     Will remain in Quiet-Mode for %" PRId64 " seconds.\n"
		    "     Denying logins from all sources.\n",
		    w.quiet_s);
	else
		out_printf(c->out,
		    "     Router presently in Normal-Mode.\n"
		    "     Current Watch Window\n"
		    "         Time remaining: %" PRId64 " seconds.\n"
		    "         Login failures for current window: %zu.\n"
		    "     Total login failures: %" PRIu64 ".\n",
		    w.window_s, w.failures, w.total);
	return 0;
}

static int
show_login_json(struct cmd_call *c)
{
	const struct access *a = c->conf->access;
	struct login_watch w = login_watch(vty_cli(c->vty), c->conf);
	struct json j;

	json_begin(&j, c->out);
	json_object(&j, "login");
	json_uint(&j, "delay_s", a->delay_s);
	json_bool(&j, "watching", a->block_for_s > 0);
	json_uint(&j, "block_for_s", a->block_for_s);
	json_uint(&j, "attempts", a->block_attempts);
	json_uint(&j, "within_s", a->block_within_s);
	json_uint(&j, "quiet_left_s", (uint64_t)w.quiet_s);
	json_uint(&j, "failures", w.failures);
	json_uint(&j, "window_left_s", (uint64_t)w.window_s);
	json_uint(&j, "total_failures", w.total);
	json_close(&j);
	json_end(&j);
	return 0;
}

static void
print_alias(void *arg, const char *name, const char *command)
{
	out_printf(arg, "  %-22s%s\n", name, command);
}

static int
show_aliases(struct cmd_call *c)
{
	out_str(c->out, "Exec mode aliases:\n");
	alias_each(c->vty, print_alias, c->out);
	return 0;
}

static void
add_alias(void *arg, const char *name, const char *command)
{
	json_object(arg, NULL);
	json_string(arg, "mode", "exec");
	json_string(arg, "name", name);
	json_string(arg, "command", command);
	json_close(arg);
}

static int
show_aliases_json(struct cmd_call *c)
{
	struct json j;

	json_begin(&j, c->out);
	json_array(&j, "aliases");
	alias_each(c->vty, add_alias, &j);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* clang-format off */
static const struct cmd rows[] = {
	{ .form = "enable [<0-15>$level]", .flags = CMD_USER,
	    .words = WORDS({ "enable", "Turn on privileged commands" }, { "<0-15>", "Enable level" }), .run = enable,
	    .example = "enable" },
	{ .form = "disable [<0-15>$level]", .flags = CMD_USER,
	    .words = WORDS({ "disable", "Turn off privileged commands" }, { "<0-15>", "Privilege level to go to" }),
	    .run = disable, .example = "disable" },
	{ .form = "login", .flags = CMD_USER, .words = WORDS({ "login", "Log in as somebody else" }), .run = login_again,
	    .example = "login" },
	{ .form = "show login", .words = WORDS({ "show", "Show running system information" },
	    { "login", "Delay, failures and quiet time of logins" }), .run = show_login, .json = show_login_json,
	    .flags = CMD_PIPE, .example = "show login" },
	{ .form = "show privilege", .words = WORDS({ "show", "Show running system information" },
	    { "privilege", "Privilege level of this console" }), .run = show_privilege, .json = show_privilege_json, .flags = CMD_PIPE | CMD_USER,
	    .example = "show privilege" },
	{ .form = "show aliases", .words = WORDS({ "show", "Show running system information" },
	    { "aliases", "Other names of commands" }), .run = show_aliases, .json = show_aliases_json, .flags = CMD_PIPE | CMD_USER,
	    .example = "show aliases" },
};
/* clang-format on */

const struct table login_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
