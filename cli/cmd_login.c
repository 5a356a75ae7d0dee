/* enable, disable, show privilege, show aliases */
#include "cli/commands.h"

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
	{ .form = "show privilege", .words = WORDS({ "show", "Show running system information" },
	    { "privilege", "Privilege level of this console" }), .run = show_privilege, .json = show_privilege_json, .flags = CMD_PIPE | CMD_USER,
	    .example = "show privilege" },
	{ .form = "show aliases", .words = WORDS({ "show", "Show running system information" },
	    { "aliases", "Other names of commands" }), .run = show_aliases, .json = show_aliases_json, .flags = CMD_PIPE | CMD_USER,
	    .example = "show aliases" },
};
/* clang-format on */

const struct table login_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
