/* reload: the program ends in good order and starts again, now or later. */
#include "cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/life.h"
#include "cli/vty.h"

enum { DAY_MS = 86400000, IN_MAX = 24 * 24 * 60 /* minutes, as in IOS */ };

/* A reload that waits for its answers. */
struct reload {
	int64_t in_ms; /* 0: now */
};

static int
answered_confirm(struct vty *v, const char *answer, void *arg)
{
	const struct reload *r = arg;
	char err[200];

	if (*answer != '\0' && *answer != 'y' && *answer != 'Y')
		return 0;
	if (life_reload(v, r->in_ms, err, sizeof err) != 0) {
		out_printf(vty_out(v), "%% %s\n", err);
		return -1;
	}
	if (r->in_ms == 0)
		vty_close(v); /* what is typed from here on is for the one that comes */
	else
		out_printf(vty_out(v), "\n\n***\n*** --- SHUTDOWN in %d:%02d:%02d ---\n***\n\n",
		    (int)(r->in_ms / 3600000), (int)(r->in_ms / 60000 % 60), (int)(r->in_ms / 1000 % 60));
	return 0;
}

static int
ask_confirm(struct vty *v, void *arg)
{
	const struct reload *r = arg;

	if (r->in_ms > 0)
		out_printf(vty_out(v),
		    "Reload scheduled in %d minutes by %s\nReload reason: Reload Command\n",
		    (int)((r->in_ms + 59999) / 60000), vty_user(v));
	return vty_ask(v, "Proceed with reload? [confirm]", VTY_KEY, answered_confirm, arg);
}

static int
answered_save(struct vty *v, const char *answer, void *arg)
{
	size_t n = strlen(answer);

	if (n > 0 && strncasecmp(answer, "yes", n) == 0) {
		/* It may ask something itself: nothing restarts unsaved. */
		if (files_save_startup(v) != 0 || !files_saved(vty_cli(v))) {
			out_str(vty_out(v), "% Not reloaded: the configuration is not saved\n");
			return -1;
		}
	} else if (vty_interactive(v) && (n == 0 || strncasecmp(answer, "no", n) != 0)) {
		out_str(vty_out(v), "% Please answer 'yes' or 'no'.\n");
		return vty_ask(v, "System configuration has been modified. Save? [yes/no]: ", VTY_LINE,
		    answered_save, arg);
	}
	return ask_confirm(v, arg);
}

static int
begin(struct cmd_call *c, int64_t in_ms)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	struct reload *r;

	if (h->restart == NULL)
		return cmd_error(c, "There is nothing to reload here");
	r = xcalloc(1, sizeof *r);
	r->in_ms = in_ms;
	vty_attach(c->vty, r, free);
	if (files_saved(vty_cli(c->vty)))
		return ask_confirm(c->vty, r);
	return vty_ask(
	    c->vty, "System configuration has been modified. Save? [yes/no]: ", VTY_LINE, answered_save, r);
}

static int
reload_now(struct cmd_call *c)
{
	return begin(c, 0);
}

/* "[hhh:]mmm" */
static int
reload_in(struct cmd_call *c)
{
	const char *typed = cmd_arg(c, "in"), *colon = strchr(typed, ':');
	char *hours = colon == NULL ? xstrdup("0") : xstrndup(typed, (size_t)(colon - typed));
	uint64_t h = 0, m = 0;
	bool fits = str_uint(hours, 0, 999, &h) == 0 &&
		    str_uint(colon == NULL ? typed : colon + 1, 0, IN_MAX, &m) == 0 && h * 60 + m > 0 &&
		    h * 60 + m <= IN_MAX;

	free(hours);
	if (!fits)
		return cmd_error(c, "Not a time: '%s'; minutes or hours:minutes, %d days at the most", typed,
		    IN_MAX / 60 / 24);
	return begin(c, (int64_t)(h * 60 + m) * 60000);
}

/* "hh:mm", the next time the clock says so. */
static int
reload_at(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	const char *typed = cmd_arg(c, "at"), *colon = strchr(typed, ':');
	unsigned hour, minute, second;
	char *hours = colon == NULL ? xstrdup("") : xstrndup(typed, (size_t)(colon - typed)), clock[64];
	uint64_t at_hour = 0, at_minute = 0;
	bool fits = str_uint(hours, 0, 23, &at_hour) == 0 && str_uint(colon + 1, 0, 59, &at_minute) == 0;
	int64_t ms;

	free(hours);
	if (!fits)
		return cmd_error(c, "Not a time of day: '%s'; HH:MM expected", typed);
	h->clock(h->arg, clock, sizeof clock);
	if (sscanf(clock, "%2u:%2u:%2u", &hour, &minute, &second) != 3)
		return cmd_error(c, "The clock is not set");
	ms =
	    ((int64_t)(at_hour * 60 + at_minute) * 60 - (int64_t)((hour * 60 + minute) * 60 + second)) * 1000;
	return begin(c, ms > 0 ? ms : ms + DAY_MS);
}

static int
reload_cancel(struct cmd_call *c)
{
	if (!life_cancel_reload(vty_cli(c->vty))) {
		out_str(c->out, "%No reload is scheduled.\n");
		return 0;
	}
	out_str(c->out, "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\n");
	return 0;
}

static int
show_reload(struct cmd_call *c)
{
	life_show_reload(vty_cli(c->vty), c->out);
	return 0;
}

static int
show_reload_json(struct cmd_call *c)
{
	struct json j;

	json_begin(&j, c->out);
	life_json_reload(vty_cli(c->vty), &j);
	json_end(&j);
	return 0;
}

/* clang-format off */
#define RELOAD { "reload", "End in good order and start again" }

static const struct cmd rows[] = {
	{ .form = "reload", .words = WORDS(RELOAD), .run = reload_now, .example = "reload" },
	{ .form = "reload in TIME$in", .words = WORDS(RELOAD, { "in", "After a time" }, { "TIME", "Minutes, or hours:minutes" }),
	    .run = reload_in, .example = "reload in 10" },
	{ .form = "reload at TIME$at", .words = WORDS(RELOAD, { "at", "At a time of day" }, { "TIME", "HH:MM" }),
	    .run = reload_at, .example = "reload at 23:30" },
	{ .form = "reload cancel", .words = WORDS(RELOAD, { "cancel", "Not any more" }), .run = reload_cancel,
	    .example = "reload cancel" },
	{ .form = "show reload", .words = WORDS({ "show", "Show running system information" }, { "reload", "Scheduled reload" }),
	    .run = show_reload, .json = show_reload_json, .flags = CMD_PIPE, .example = "show reload" },
};
/* clang-format on */

const struct table reload_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
