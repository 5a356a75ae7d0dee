/* configure: terminal, replace, confirm, revert. A replacement is loaded whole before anything happens; what
 * is applied is the difference. */
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/config_text.h"
#include "cli/diff.h"
#include "cli/file_name.h"
#include "cli/life.h"
#include "cli/vty.h"

enum { WARNINGS_SHOWN = 20 }; /* of a file that replaces the configuration */

static const struct cli_host *
host_of(struct vty *v)
{
	return cli_host(vty_cli(v));
}

/* As IOS says it. */
static int
nothing_pending(struct cmd_call *c)
{
	out_str(c->error, "%No Rollback Confirmed Change pending");
	return -1;
}

static int
already_pending(struct cmd_call *c)
{
	return cmd_error(c,
	    "A Rollback Confirmed Change is pending already: 'configure confirm' or 'configure revert now' "
	    "first");
}

/* terminal */

static void
begin(struct vty *v)
{
	vty_configure(v);
	out_str(vty_out(v), "Enter configuration commands, one per line.  End with CNTL/Z.\n");
}

static int
terminal(struct cmd_call *c)
{
	unsigned idle = (unsigned)cmd_uint(c, "idle", 0), minutes = (unsigned)cmd_uint(c, "minutes", idle);

	if (minutes > 0 && life_guarded(vty_cli(c->vty)))
		return already_pending(c);
	if (minutes > 0 && !life_guard(c->vty, c->conf, minutes, idle > 0))
		return cmd_error(c, "No clock runs here that could take changes back");
	begin(c->vty);
	return 0;
}

/* configure alone */

static bool
means(const char *answer, const char *word)
{
	size_t len = strcspn(answer, " \t");

	return len <= strlen(word) && strncasecmp(answer, word, len) == 0;
}

static int
answered_where(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	answer += strspn(answer, " \t");
	if (means(answer, "terminal")) {
		begin(v);
		return 0;
	}
	if (means(answer, "memory"))
		return files_configure_memory(v);
	out_str(vty_out(v), "% Must be \"terminal\" or \"memory\"\n");
	return -1;
}

static int
configure(struct cmd_call *c)
{
	return vty_ask(c->vty, "Configuring from terminal, memory, or network [terminal]? ", VTY_LINE,
	    answered_where, NULL);
}

/* replace */

struct replacement {
	struct conf *next;
	unsigned minutes; /* 0: for good */
	bool list;
};

static void
replacement_free(void *arg)
{
	struct replacement *r = arg;

	conf_release(r->next);
	free(r);
}

static void
list_changes(struct vty *v, const struct conf *before, const struct conf *after)
{
	struct out a = OUT_MEMORY, b = OUT_MEMORY;
	struct diff *d;

	config_text(vty_cli(v), before, &a);
	config_text(vty_cli(v), after, &b);
	d = diff_new(out_text(&a), a.len, out_text(&b), b.len);
	out_str(vty_out(v), "!Pass 1\n\n!List of Rollback Commands:\n");
	diff_print_removals(d, vty_out(v));
	diff_print_additions(d, vty_out(v));
	out_str(vty_out(v), "end\n\n");
	diff_free(d);
	out_free(&a);
	out_free(&b);
}

static int
apply(struct vty *v, struct replacement *r)
{
	const struct cli_host *h = host_of(v);
	struct conf *running = h->running(h->arg), *next = conf_hold(r->next);
	char err[300];
	bool same;

	passwords_follow_key(vty_cli(v), next); /* another console may have changed it while this one asked */
	same = conf_rebase(next, running);
	if (r->minutes > 0 && !life_guard(v, running, r->minutes, false)) {
		conf_release(next);
		out_str(
		    vty_out(v), "% A Rollback Confirmed Change is pending already, or no clock runs here\n");
		return -1;
	}
	if (same) {
		conf_release(next);
	} else {
		if (r->list)
			list_changes(v, running, next);
		if (h->publish(h->arg, next, err, sizeof err) != 0) {
			out_printf(vty_out(v), "%% Rollback aborted: %s\n", err);
			return -1;
		}
		life_changed(vty_cli(v));
	}
	out_printf(vty_out(v), "Total number of passes: %d\nRollback Done\n\n", same ? 0 : 1);
	return 0;
}

static int
answered_replace(struct vty *v, const char *answer, void *arg)
{
	int rc = -1;

	if (answer[0] == 'y' || answer[0] == 'Y')
		rc = apply(v, arg);
	else
		out_str(vty_out(v), "% Rollback aborted: not confirmed ('force' asks nothing)\n");
	vty_attach(v, NULL, NULL);
	return rc;
}

/* A file of kept statements says the same of each: the first tell enough. */
static void
print_warnings(struct out *o, const char *lines, size_t n)
{
	size_t shown = 0;

	for (; *lines != '\0' && shown < WARNINGS_SHOWN; shown++) {
		size_t len = strcspn(lines, "\n");

		out_printf(o, "%.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
	if (n > shown)
		out_printf(o, "%% Warning: %zu more warnings; 'gw -t FILE' prints all of them\n", n - shown);
}

/* The configuration that the text describes; NULL with the refused lines said. */
static struct conf *
load(struct cmd_call *c, const char *name, const char *text, size_t len)
{
	struct conf *next = conf_new();
	struct script_report report;

	script_load(vty_cli(c->vty), next, name, text, len, &report);
	print_warnings(c->out, out_text(&report.warnings), report.nwarnings);
	out_str(c->out, out_text(&report.errors));
	if (report.nerrors > 0) {
		cmd_error(c, "Rollback aborted: %zu of %zu lines refused; nothing was changed",
		    report.nerrors, report.nlines);
		conf_release(next);
		next = NULL;
	}
	script_report_free(&report);
	return next;
}

static int
replace(struct cmd_call *c)
{
	const char *typed = cmd_arg(c, "file");
	struct replacement *r;
	struct file_name name;
	struct conf *next;
	char err[400], *text;
	size_t len;
	int rc;

	if (cmd_given(c, "minutes") && life_guarded(vty_cli(c->vty)))
		return already_pending(c);
	if (file_name_parse(vty_cli(c->vty), typed, &name, err, sizeof err) != 0)
		return cmd_error(c, "%s", err);
	text = file_name_read(vty_cli(c->vty), &name, &len, err, sizeof err);
	file_name_free(&name);
	if (text == NULL)
		return cmd_error(c, "Error: %s", err);
	next = load(c, typed, text, len);
	mem_wipe(text, len);
	free(text);
	if (next == NULL)
		return -1;
	if (cmd_given(c, "ignorecase"))
		cmd_warn(c, "'ignorecase' has no effect: names and numbers are compared as they are meant");
	r = xcalloc(1, sizeof *r);
	*r = (struct replacement){ next, (unsigned)cmd_uint(c, "minutes", 0), cmd_given(c, "list") };
	vty_attach(c->vty, r, replacement_free);
	if (cmd_given(c, "force")) {
		rc = apply(c->vty, r);
		vty_attach(c->vty, NULL, NULL);
		return rc;
	}
	out_str(c->out, "This will apply all necessary additions and deletions\n"
			"to replace the current running configuration with the\n"
			"contents of the specified configuration file, which is\n"
			"assumed to be a complete configuration, not a partial\n");
	return vty_ask(c->vty,
	    "configuration. Enter Y if you are sure you want to proceed. ? [no]: ", VTY_LINE,
	    answered_replace, r);
}

/* confirm, revert */

static int
confirm(struct cmd_call *c)
{
	return life_confirm(c->vty) ? 0 : nothing_pending(c);
}

static int
revert_now(struct cmd_call *c)
{
	if (!life_revert(vty_cli(c->vty)))
		return nothing_pending(c);
	out_str(c->out, "Rollback Confirmed Change: rolling to:system:rollback-config\n\n"
			"Total number of passes: 1\nRollback Done\n\n");
	return 0;
}

static int
revert_timer(struct cmd_call *c)
{
	unsigned idle = (unsigned)cmd_uint(c, "idle", 0), minutes = (unsigned)cmd_uint(c, "minutes", idle);

	return life_set_guard(c->vty, minutes, idle > 0) ? 0 : nothing_pending(c);
}

static int
show_timer(struct cmd_call *c)
{
	life_show_guard(vty_cli(c->vty), c->out);
	return 0;
}

static int
show_timer_json(struct cmd_call *c)
{
	struct json j;

	json_begin(&j, c->out);
	life_json_guard(vty_cli(c->vty), &j);
	json_end(&j);
	return 0;
}

/* clang-format off */
#define CONFIGURE { "configure", "Enter configuration mode" }
#define TIMES { "<1-120>", "Minutes" }, { "idle", "Count from the last configuration line on" }, { "<1-120>", "Minutes" }

static const struct cmd rows[] = {
	{ .form = "configure", .words = WORDS(CONFIGURE), .run = configure, .example = "configure" },
	{ .form = "configure terminal [revert timer (<1-120>$minutes|idle <1-120>$idle)]",
	    .words = WORDS(CONFIGURE, { "terminal", "Configure from the terminal" },
	    { "revert", "Take all changes back unless they are confirmed" }, { "timer", "Time to confirm them" }, TIMES),
	    .run = terminal, .example = "configure terminal" },
	{ .form = "configure replace FILE$file [{list$list|force$force|nolock|ignorecase$ignorecase|time <1-120>$minutes|"
	    "revert trigger [error] [timer <1-120>$minutes]}]",
	    .words = WORDS(CONFIGURE, { "replace", "Replace the running configuration: the difference and only that" },
	    { "FILE", "A complete configuration: flash:NAME, nvram:startup-config, /absolute/path" },
	    { "list", "Print the lines that are applied" }, { "force", "Without a question" },
	    { "nolock", "Lock nothing; gw never does, a replacement is one step" },
	    { "ignorecase", "Letters of either case are alike" },
	    { "time", "Take it back unless it is confirmed" }, { "<1-120>", "Minutes" },
	    { "revert", "When to take it back" }, { "trigger", "What makes it go back" },
	    { "error", "A line in error; gw changes nothing then in any case" }, { "timer", "No 'configure confirm' in time" },
	    { "<1-120>", "Minutes" }),
	    .run = replace, .example = "configure replace nvram:startup-config list force time 5" },
	{ .form = "configure confirm", .words = WORDS(CONFIGURE, { "confirm", "Keep a timed change" }),
	    .run = confirm, .example = "configure confirm" },
	{ .form = "configure revert now", .words = WORDS(CONFIGURE, { "revert", "Take a timed change back" },
	    { "now", "At once" }), .run = revert_now, .example = "configure revert now" },
	{ .form = "configure revert timer (<1-120>$minutes|idle <1-120>$idle)",
	    .words = WORDS(CONFIGURE, { "revert", "Take a timed change back" }, { "timer", "At another time" }, TIMES),
	    .run = revert_timer, .example = "configure revert timer idle 5" },
	{ .form = "show archive config rollback timer", .words = WORDS({ "show", "Show running system information" },
	    { "archive", "Copies of the configuration" }, { "config", "What they say" }, { "rollback", "The timed change" },
	    { "timer", "When it is taken back" }), .run = show_timer, .json = show_timer_json, .flags = CMD_PIPE,
	    .example = "show archive config rollback timer" },
};
/* clang-format on */

const struct table replace_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
