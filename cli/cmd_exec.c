/* EXEC commands that do something: counters, debug. */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/vty.h"

static const struct cli_host *
host_of(const struct cmd_call *c)
{
	return cli_host(vty_cli(c->vty));
}

/* exit */

static int
leave(struct cmd_call *c)
{
	vty_close(c->vty);
	return 0;
}

/* clear */

static int
clear_statistics(struct cmd_call *c)
{
	host_of(c)->clear_counters(host_of(c)->arg);
	return 0;
}

static int
clear_register(struct cmd_call *c)
{
	const struct cli_host *h = host_of(c);
	const char *number = cmd_arg(c, "number");

	if (number != NULL && (h->ua == NULL || h->ua->count(h->ua->arg, number) == 0))
		return cmd_error(c, "No endpoint '%s' registers here", number);
	h->retry(h->arg, number, (int)cmd_uint(c, "registrar", 0) - 1);
	return 0;
}

static int
nothing(struct cmd_call *c)
{
	(void)c;
	return 0;
}

/* clang-format off */
static const struct cmd rows[] = {
	{ .form = "exit", .words = WORDS({ "exit", "Exit from the EXEC" }), .run = leave, .flags = CMD_USER, .example = "exit" },
	{ .form = "logout", .words = WORDS({ "logout", "Exit from the EXEC" }), .run = leave, .flags = CMD_USER, .example = "logout" },
	{ .form = "help", .words = WORDS({ "help", "Description of the interactive help system" }), .run = print_help,
	    .flags = CMD_USER, .example = "help" },
	{ .form = "quit", .words = WORDS({ "quit", "Exit from the EXEC" }), .run = leave, .flags = CMD_USER | CMD_HIDDEN,
	    .example = "quit" },
	{ .form = "end", .words = WORDS({ "end", "Exit from configure mode" }), .run = nothing,
	    .flags = CMD_HIDDEN, /* a pasted configuration ends with it */ .example = "end" },
	{ .form = "clear sip-ua statistics", .words = WORDS({ "clear", "Reset functions" }, { "sip-ua", "SIP user agent" },
	    { "statistics", "Counters of messages" }), .run = clear_statistics, .example = "clear sip-ua statistics" },
	{ .form = "clear sip-ua register [number NUMBER$number] [registrar <1-6>$registrar]", .flags = CMD_GW,
	    .words = WORDS({ "clear", "Reset functions" }, { "sip-ua", "SIP user agent" }, { "register", "Register again now" },
	    { "number", "One number only" }, { "NUMBER", "Number" }, { "registrar", "At one registrar only" },
	    { "<1-6>", "Registrar index" }), .run = clear_register, .example = "clear sip-ua register number 5100 registrar 2" },
};
/* clang-format on */

const struct table exec_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };

/* debug */

/* Each console sees what it has asked for; whoever drives it acts on that. */
static void
set_debug(struct cmd_call *c, bool on)
{
	vty_terminal(c->vty)->debug_messages = on;
}

static int
debug_messages(struct cmd_call *c)
{
	bool on = cmd_given(c, "debug");

	set_debug(c, on);
	out_printf(c->out, "SIP Call messages tracing is %s\n", on ? "enabled" : "disabled");
	return 0;
}

static int
undebug_all(struct cmd_call *c)
{
	set_debug(c, false);
	out_str(c->out, "All possible debugging has been turned off\n");
	return 0;
}

static int
show_debugging(struct cmd_call *c)
{
	if (vty_terminal(c->vty)->debug_messages)
		out_str(c->out, "CCSIP SPI: SIP Call Message tracing is enabled\n");
	return 0;
}

static int
show_debugging_json(struct cmd_call *c)
{
	struct json j;

	json_begin(&j, c->out);
	json_object(&j, "debugging");
	json_bool(&j, "ccsip_messages", vty_terminal(c->vty)->debug_messages);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* clang-format off */
static const struct cmd debug_rows[] = {
	{ .form = "debug$debug ccsip messages", .words = WORDS({ "debug", "Debugging functions" }, { "ccsip", "SIP" },
	    { "messages", "SIP messages as sent and received, secrets masked" }), .run = debug_messages,
	    .example = "debug ccsip messages" },
	{ .form = "no debug ccsip messages", .words = WORDS({ "no", "Disable debugging functions" },
	    { "debug", "Debugging functions" }, { "ccsip", "SIP" }, { "messages", "SIP messages" }),
	    .run = debug_messages, .example = "no debug ccsip messages" },
	{ .form = "undebug ccsip messages", .words = WORDS({ "undebug", "Disable debugging functions" }, { "ccsip", "SIP" },
	    { "messages", "SIP messages" }), .run = debug_messages, .example = "undebug ccsip messages" },
	{ .form = "undebug all", .words = WORDS({ "undebug", "Disable debugging functions" }, { "all", "All debugging" }),
	    .run = undebug_all, .example = "undebug all" },
	{ .form = "no debug all", .words = WORDS({ "no", "Disable debugging functions" }, { "debug", "Debugging functions" },
	    { "all", "All debugging" }), .run = undebug_all, .example = "no debug all" },
	{ .form = "show debugging", .words = WORDS({ "show", "Show running system information" },
	    { "debugging", "State of each debugging option" }), .run = show_debugging, .json = show_debugging_json, .flags = CMD_PIPE | CMD_USER,
	    .example = "show debugging" },
};
/* clang-format on */

const struct table debug_table = { &mode_exec, debug_rows, COUNT(debug_rows), NULL, NULL, NULL };
