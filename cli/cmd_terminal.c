/* What a console shows and remembers, and who else is here. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/recall.h"
#include "cli/vty.h"

enum { CONSOLE_LINE = 0, FIRST_VTY = 1 }; /* numbers among all lines */

/* "vty3": the kind, its number, and its number among all lines. */
static unsigned
line_number(const char *line, char kind[4], unsigned *number)
{
	uint64_t n = 0;

	snprintf(kind, 4, "%.3s", line);
	if (strlen(line) > 3)
		str_uint(line + 3, 0, 9999, &n);
	*number = (unsigned)n;
	return str_starts(line, "vty") ? FIRST_VTY + *number : CONSOLE_LINE;
}

/* Of the console itself, among all lines. */
static unsigned
line_of(const struct cmd_call *c)
{
	unsigned number;
	char kind[4];

	return line_number(vty_line_name(c->vty), kind, &number);
}

/* terminal */

static int
set_length(struct cmd_call *c)
{
	struct vty_terminal *t = vty_terminal(c->vty);

	t->length_set = cmd_given(c, "lines");
	t->length = (unsigned)cmd_uint(c, "lines", 0);
	vty_window(c->vty, 0, 0);
	return 0;
}

static int
set_width(struct cmd_call *c)
{
	struct vty_terminal *t = vty_terminal(c->vty);

	t->width_set = cmd_given(c, "columns");
	t->width = (unsigned)cmd_uint(c, "columns", 0);
	vty_window(c->vty, 0, 0);
	return 0;
}

static int
set_monitor(struct cmd_call *c)
{
	if (line_of(c) == CONSOLE_LINE && !cmd_given(c, "no"))
		out_str(c->out, "% Console already monitors\n");
	vty_terminal(c->vty)->monitor = !cmd_given(c, "no");
	return 0;
}

static int
set_history(struct cmd_call *c)
{
	vty_keep_history(c->vty, cmd_given(c, "off") ? 0 : (unsigned)cmd_uint(c, "lines", RECALL_DEFAULT));
	return 0;
}

/* show */

static int
show_history(struct cmd_call *c)
{
	const struct recall *r = vty_recall(c->vty, vty_configuring(c->vty));

	for (size_t i = 0; i < r->lines.n; i++)
		out_printf(c->out, "  %s\n", r->lines.v[i]);
	return 0;
}

static int
show_history_json(struct cmd_call *c)
{
	const struct recall *r = vty_recall(c->vty, vty_configuring(c->vty));
	struct json j;

	json_begin(&j, c->out);
	json_array(&j, "history");
	for (size_t i = 0; i < r->lines.n; i++)
		json_string(&j, NULL, r->lines.v[i]);
	json_close(&j);
	json_end(&j);
	return 0;
}

struct users {
	struct cmd_call *call;
	bool wide;
};

static bool
print_user(void *arg, const struct console_row *row)
{
	const struct users *u = arg;
	bool own = str_eq(row->line, vty_line_name(u->call->vty));
	unsigned number, absolute;
	char kind[4];

	absolute = line_number(row->line, kind, &number);
	out_printf(u->call->out,
	    u->wide ? "%c%3u %s %-4u  %-24s idle                 %02u:%02u:%02u   %s\n"
		    : "%c%3u %s %-4u  %-10.10s idle                 %02u:%02u:%02u   %s\n",
	    own ? '*' : ' ', absolute, kind, number, row->user, (unsigned)(row->idle_s / 3600),
	    (unsigned)(row->idle_s / 60 % 60), (unsigned)(row->idle_s % 60), row->location);
	return true;
}

static int
show_users(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	struct users u = { c, cmd_given(c, "wide") };

	out_printf(c->out, "    Line       %-*s Host(s)              Idle       Location\n", u.wide ? 24 : 10,
	    "User");
	h->consoles(h->arg, print_user, &u);
	return 0;
}

struct users_json {
	struct json j;
	const char *own;
};

static bool
write_user(void *arg, const struct console_row *row)
{
	struct users_json *u = arg;
	unsigned number;
	char kind[4];

	json_object(&u->j, NULL);
	json_uint(&u->j, "number", line_number(row->line, kind, &number));
	json_string(&u->j, "line", row->line);
	json_bool(&u->j, "own", str_eq(row->line, u->own));
	json_string(&u->j, "user", *row->user == '\0' ? NULL : row->user);
	json_string(&u->j, "location", *row->location == '\0' ? NULL : row->location);
	json_int(&u->j, "idle_s", row->idle_s);
	json_close(&u->j);
	return true;
}

static int
show_users_json(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	struct users_json u = { .own = vty_line_name(c->vty) };

	json_begin(&u.j, c->out);
	json_array(&u.j, "users");
	h->consoles(h->arg, write_user, &u);
	json_close(&u.j);
	json_end(&u.j);
	return 0;
}

static int
show_terminal(struct cmd_call *c)
{
	const struct vty_terminal *t = vty_terminal(c->vty);

	out_printf(
	    c->out, "Line %u, Location: \"%s\", Type: \"%s\"\n", line_of(c), vty_from(c->vty), t->type);
	out_printf(c->out, "Length: %u lines, Width: %u columns\n", t->length, t->width);
	out_str(c->out, "Timeouts:      Idle EXEC\n");
	if (t->timeout_s == 0)
		out_str(c->out, "               never\n");
	else
		out_printf(c->out, "               %02u:%02u:%02u\n", t->timeout_s / 3600,
		    t->timeout_s / 60 % 60, t->timeout_s % 60);
	out_str(c->out, "Editing is enabled.\n");
	if (t->history == 0)
		out_str(c->out, "History is disabled.\n");
	else
		out_printf(c->out, "History is enabled, history size is %u.\n", t->history);
	return 0;
}

static int
show_terminal_json(struct cmd_call *c)
{
	const struct vty_terminal *t = vty_terminal(c->vty);
	struct json j;

	json_begin(&j, c->out);
	json_object(&j, "terminal");
	json_string(&j, "line", vty_line_name(c->vty));
	json_string(&j, "type", t->type[0] == '\0' ? NULL : t->type);
	json_uint(&j, "length", t->length);
	json_uint(&j, "width", t->width);
	json_uint(&j, "history_size", t->history);
	json_uint(&j, "exec_timeout_s", t->timeout_s);
	json_bool(&j, "monitor", t->monitor);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* clear line */

static int
clear_confirmed(struct vty *v, const char *answer, void *arg)
{
	const struct cli_host *h = cli_host(vty_cli(v));
	unsigned number = (unsigned)(uintptr_t)arg;
	char name[16];

	if (*answer != '\0' && *answer != 'y' && *answer != 'Y')
		return 0;
	if (number == CONSOLE_LINE)
		snprintf(name, sizeof name, "con0");
	else
		snprintf(name, sizeof name, "vty%u", number - FIRST_VTY);
	h->clear_line(h->arg, name);
	out_str(vty_out(v), " [OK]\n");
	return 0;
}

struct in_use {
	unsigned number;
	bool yes;
};

static bool
is_in_use(void *arg, const struct console_row *row)
{
	struct in_use *u = arg;
	unsigned number;
	char kind[4];

	u->yes = u->yes || line_number(row->line, kind, &number) == u->number;
	return !u->yes;
}

static int
clear_line(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	unsigned number = cmd_given(c, "vty") ? FIRST_VTY + (unsigned)cmd_uint(c, "number", 0)
					      : (unsigned)cmd_uint(c, "number", CONSOLE_LINE);
	struct in_use u = { number, false };

	if (line_of(c) == number)
		return cmd_error(c, "Not allowed to clear current line");
	h->consoles(h->arg, is_in_use, &u);
	if (!u.yes)
		return cmd_error(c, "Nobody is on line %u: 'show users' lists those in use", number);
	return vty_ask(c->vty, "[confirm]", VTY_KEY, clear_confirmed, (void *)(uintptr_t)number);
}

/* clang-format off */
#define TERMINAL { "terminal", "Set terminal line parameters" }
#define NO { "no", "Negate a command or set its defaults" }
#define SHOW { "show", "Show running system information" }
#define CLEAR { "clear", "Reset functions" }, { "line", "Reset a terminal line" }

static const struct cmd rows[] = {
	{ .form = "terminal length <0-512>$lines", .flags = CMD_USER, .words = WORDS(TERMINAL,
	    { "length", "Set number of lines on a screen" }, { "<0-512>", "Number of lines on screen (0 for no pausing)" }),
	    .run = set_length, .example = "terminal length 0" },
	{ .form = "terminal no length", .flags = CMD_USER, .words = WORDS(TERMINAL, NO,
	    { "length", "As many lines as the window has" }), .run = set_length, .example = "terminal no length" },
	{ .form = "terminal width <0-512>$columns", .flags = CMD_USER, .words = WORDS(TERMINAL,
	    { "width", "Set width of the display terminal" }, { "<0-512>", "Number of characters on a screen line" }),
	    .run = set_width, .example = "terminal width 132" },
	{ .form = "terminal no width", .flags = CMD_USER, .words = WORDS(TERMINAL, NO,
	    { "width", "As many columns as the window has" }), .run = set_width, .example = "terminal no width" },
	{ .form = "terminal monitor", .words = WORDS(TERMINAL,
	    { "monitor", "Copy the log to the current terminal line" }), .run = set_monitor, .example = "terminal monitor" },
	{ .form = "terminal no$no monitor", .words = WORDS(TERMINAL, NO,
	    { "monitor", "Copy the log to the current terminal line" }), .run = set_monitor,
	    .example = "terminal no monitor" },
	{ .form = "terminal history [size <0-256>$lines]", .flags = CMD_USER, .words = WORDS(TERMINAL,
	    { "history", "Enable and control the command history function" }, { "size", "Set history buffer size" },
	    { "<0-256>", "Size of history buffer" }), .run = set_history, .example = "terminal history size 100" },
	{ .form = "terminal no history$off", .flags = CMD_USER, .words = WORDS(TERMINAL, NO,
	    { "history", "Keep no history" }), .run = set_history, .example = "terminal no history" },
	{ .form = "terminal no history size", .flags = CMD_USER, .words = WORDS(TERMINAL, NO,
	    { "history", "Keep no history" }, { "size", "Back to 10 lines" }), .run = set_history,
	    .example = "terminal no history size" },
	{ .form = "show history", .flags = CMD_PIPE | CMD_USER, .words = WORDS(SHOW,
	    { "history", "Display the session command history" }), .run = show_history, .json = show_history_json, .example = "show history" },
	{ .form = "show users [wide$wide]", .flags = CMD_PIPE | CMD_USER, .words = WORDS(SHOW,
	    { "users", "Display information about terminal lines" }, { "wide", "Use wide format" }), .run = show_users, .json = show_users_json,
	    .example = "show users" },
	{ .form = "systat", .flags = CMD_USER, .words = WORDS({ "systat", "Display information about terminal lines" }),
	    .run = show_users, .example = "systat" },
	{ .form = "who", .flags = CMD_USER | CMD_HIDDEN, .words = WORDS({ "who", "Display information about terminal lines" }),
	    .run = show_users, .example = "who" },
	{ .form = "show terminal", .flags = CMD_PIPE | CMD_USER, .words = WORDS(SHOW,
	    { "terminal", "Display terminal configuration parameters" }), .run = show_terminal, .json = show_terminal_json,
	    .example = "show terminal" },
	{ .form = "clear line <0-100>$number", .words = WORDS(CLEAR, { "<0-100>", "Line number, as show users has it" }),
	    .run = clear_line, .example = "clear line 3" },
	{ .form = "clear line console <0-0>$number", .words = WORDS(CLEAR, { "console", "Primary terminal line" },
	    { "<0-0>", "Line number" }), .run = clear_line, .example = "clear line console 0" },
	{ .form = "clear line vty$vty <0-99>$number", .words = WORDS(CLEAR, { "vty", "Virtual terminal" },
	    { "<0-99>", "Line number" }), .run = clear_line, .example = "clear line vty 2" },
};
/* clang-format on */

const struct table terminal_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
