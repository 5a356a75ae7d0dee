#include "cli/life.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/account.h"
#include "cli/conceal.h"
#include "cli/vty_internal.h"

enum { MINUTE = 60000, CLOCK_MAX = 64 };
#define NEVER INT64_MAX
#define ROLLBACK_NAME "system:rollback-config"

/* One line of the record. */
struct record {
	unsigned index, session, indent;
	char *user, *line_name, *line;
};

struct life {
	struct cli *cli;
	struct {
		struct conf *before; /* NULL: nothing is pending */
		int64_t due;
		unsigned minutes;
		bool idle, warned;
		char set_at[CLOCK_MAX], *user;
	} guard;
	struct {
		int64_t due; /* NEVER: none */
		char at[CLOCK_MAX];
	} reload;
	struct {
		unsigned period; /* minutes; 0: none */
		int64_t due;
	} archive;
	VEC(struct record) records; /* a ring once it is full: the oldest at `oldest` */
	size_t oldest;
	unsigned last_index, last_session;
};

struct life *
life_new(struct cli *cli)
{
	struct life *l = xcalloc(1, sizeof *l);

	l->cli = cli;
	l->guard.due = l->reload.due = l->archive.due = NEVER;
	return l;
}

static void
record_free(struct record *r)
{
	free(r->user);
	free(r->line_name);
	str_wipe_free(r->line);
}

void
life_free(struct life *l)
{
	if (l == NULL)
		return;
	conf_release(l->guard.before);
	free(l->guard.user);
	for (size_t i = 0; i < l->records.n; i++)
		record_free(&l->records.v[i]);
	vec_free(&l->records);
	free(l);
}

static const struct cli_host *
host(const struct life *l)
{
	return cli_host(l->cli);
}

static void
wake(const struct life *l)
{
	if (host(l)->wake != NULL)
		host(l)->wake(host(l)->arg);
}

static int64_t
now(const struct life *l)
{
	return host(l)->now(host(l)->arg);
}

/* Now, or ms later, as `show clock` says it. */
static void
clock_text(const struct life *l, int64_t ms, char text[CLOCK_MAX])
{
	const struct cli_host *h = host(l);

	text[0] = '\0';
	if (h->clock_in != NULL)
		h->clock_in(h->arg, ms, text, CLOCK_MAX);
}

/* Timed changes. */

static void
drop_guard(struct life *l)
{
	conf_release(l->guard.before);
	free(l->guard.user);
	l->guard.before = NULL;
	l->guard.user = NULL;
	l->guard.due = NEVER;
}

static void
start_timer(struct life *l, const char *user, unsigned minutes, bool idle)
{
	l->guard.minutes = minutes;
	l->guard.idle = idle;
	l->guard.warned = minutes <= 1; /* the warning comes a minute before */
	l->guard.due = now(l) + (int64_t)minutes * MINUTE;
	clock_text(l, 0, l->guard.set_at);
	log_at(LOG_LEVEL_NOTICE, "ARCHIVE_DIFF",
	    idle ? "ROLLBK_CNFMD_CHG_START_IDLETIMER" : "ROLLBK_CNFMD_CHG_START_ABSTIMER",
	    idle ? "User: %s: Scheduled to rollback to config " ROLLBACK_NAME
		   " if session has been idle for %u minutes"
		 : "User: %s: Scheduled to rollback to config " ROLLBACK_NAME " in %u minutes",
	    user, minutes);
	wake(l);
}

bool
life_guard(struct vty *v, struct conf *before, unsigned minutes, bool idle)
{
	struct life *l = cli_life(vty_cli(v));

	if (l->guard.before != NULL || host(l)->now == NULL)
		return false;
	l->guard.before = conf_hold(before);
	l->guard.user = xstrdup(vty_user(v));
	out_str(vty_out(v),
	    "Rollback Confirmed Change: Backing up current running config to " ROLLBACK_NAME "\n\n");
	log_at(LOG_LEVEL_NOTICE, "ARCHIVE_DIFF", "ROLLBK_CNFMD_CHG_BACKUP",
	    "Backing up current running config to " ROLLBACK_NAME);
	start_timer(l, vty_user(v), minutes, idle);
	return true;
}

bool
life_guarded(const struct cli *cli)
{
	return life_rollback(cli) != NULL;
}

const struct conf *
life_rollback(const struct cli *cli)
{
	return cli_life(cli)->guard.before;
}

bool
life_set_guard(struct vty *v, unsigned minutes, bool idle)
{
	struct life *l = cli_life(vty_cli(v));

	if (l->guard.before == NULL)
		return false;
	start_timer(l, vty_user(v), minutes, idle);
	return true;
}

bool
life_confirm(struct vty *v)
{
	struct life *l = cli_life(vty_cli(v));

	if (l->guard.before == NULL)
		return false;
	drop_guard(l);
	log_at(LOG_LEVEL_NOTICE, "ARCHIVE_DIFF", "ROLLBK_CNFMD_CHG_CONFIRM",
	    "User: %s: Confirm the configuration change", vty_user(v));
	return true;
}

bool
life_revert(const struct cli *cli)
{
	struct life *l = cli_life(cli);
	const struct cli_host *h = host(l);
	struct conf *before;
	char err[300];

	if (l->guard.before == NULL)
		return false;
	before = conf_share(l->guard.before);
	drop_guard(l);
	log_at(LOG_LEVEL_NOTICE, "ARCHIVE_DIFF", "ROLLBK_CNFMD_CHG_ROLLBACK_START",
	    "Start rolling to: " ROLLBACK_NAME);
	passwords_follow_key(cli, before); /* it may have been changed since */
	if (conf_rebase(before, h->running(h->arg)))
		conf_release(before); /* nothing was changed */
	else if (h->publish(h->arg, before, err, sizeof err) != 0)
		log_at(LOG_LEVEL_ERROR, "ARCHIVE_DIFF", "ROLLBK_CNFMD_CHG_FAILED", "%s", err);
	life_changed(cli);
	return true;
}

void
life_show_guard(const struct cli *cli, struct out *o)
{
	const struct life *l = cli_life(cli);

	if (l->guard.before == NULL) {
		out_str(o, "%No Rollback Confirmed Change pending\n");
		return;
	}
	out_printf(o,
	    "Time configured(or reconfigured): %s\nTimer type: %s timer\nTimer value: %u min\nUser: %s\n",
	    l->guard.set_at, l->guard.idle ? "idle" : "absolute", l->guard.minutes, l->guard.user);
}

static int64_t
tick_guard(struct life *l, int64_t at)
{
	int64_t warn = l->guard.due - MINUTE;

	if (l->guard.before == NULL)
		return NEVER;
	if (at >= l->guard.due) {
		life_revert(l->cli);
		return NEVER;
	}
	if (!l->guard.warned && at >= warn) {
		l->guard.warned = true;
		log_at(LOG_LEVEL_NOTICE, "ARCHIVE_DIFF",
		    l->guard.idle ? "ROLLBK_CNFMD_CHG_WARNING_IDLETIMER"
				  : "ROLLBK_CNFMD_CHG_WARNING_ABSTIMER",
		    "System will rollback to config " ROLLBACK_NAME
		    " in one minute. Enter \"configure confirm\" if you wish to keep what you've configured");
	}
	return l->guard.warned ? l->guard.due : warn;
}

/* Reload. */

static int
restart(struct life *l, const char *user)
{
	log_at(LOG_LEVEL_NOTICE, "SYS", "RELOAD", "Reload requested by %s. Reload Reason: Reload Command.",
	    user);
	host(l)->restart(host(l)->arg);
	return 0;
}

int
life_reload(struct vty *v, int64_t in_ms, char *err, size_t errsz)
{
	struct life *l = cli_life(vty_cli(v));

	if (host(l)->restart == NULL || host(l)->now == NULL) {
		snprintf(err, errsz, "There is nothing to reload here");
		return -1;
	}
	if (in_ms == 0)
		return restart(l, vty_user(v));
	l->reload.due = now(l) + in_ms;
	clock_text(l, in_ms, l->reload.at);
	log_at(LOG_LEVEL_NOTICE, "SYS", "SCHEDULED_RELOAD",
	    "Reload requested for %s by %s. Reload Reason: Reload Command.", l->reload.at, vty_user(v));
	wake(l);
	return 0;
}

bool
life_cancel_reload(const struct cli *cli)
{
	struct life *l = cli_life(cli);

	if (l->reload.due == NEVER)
		return false;
	l->reload.due = NEVER;
	return true;
}

static void
print_span(struct out *o, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = { { 3600000, "hour" }, { 60000, "minute" }, { 1000, "second" } };
	const char *between = "";

	if (ms < 1000)
		ms = 1000;
	for (size_t i = 0; i < COUNT(units); i++) {
		int64_t n = ms / units[i].ms;

		ms %= units[i].ms;
		if (n == 0)
			continue;
		out_printf(o, "%s%" PRId64 " %s%s", between, n, units[i].name, n == 1 ? "" : "s");
		between = " and ";
	}
}

void
life_show_reload(const struct cli *cli, struct out *o)
{
	const struct life *l = cli_life(cli);

	if (l->reload.due == NEVER) {
		out_str(o, "No reload is scheduled.\n");
		return;
	}
	out_printf(o, "Reload scheduled for %s (in ", l->reload.at);
	print_span(o, l->reload.due - now(l));
	out_str(o, ")\n");
}

static int64_t
tick_reload(struct life *l, int64_t at)
{
	if (at < l->reload.due)
		return l->reload.due;
	l->reload.due = NEVER;
	restart(l, "schedule");
	return NEVER;
}

/* Copies every so often. */

static void
set_period(struct life *l, int64_t at)
{
	const struct archive_conf *a = host(l)->running(host(l)->arg)->archive;
	unsigned period = a->path == NULL ? 0 : a->time_period;

	if (period == l->archive.period)
		return;
	l->archive.period = period;
	l->archive.due = period == 0 ? NEVER : at + (int64_t)period * MINUTE;
}

static int64_t
tick_archive(struct life *l, int64_t at)
{
	char err[400];

	set_period(l, at);
	if (at < l->archive.due)
		return l->archive.due;
	l->archive.due = at + (int64_t)l->archive.period * MINUTE;
	if (archive_save(l->cli, err, sizeof err) != 0)
		log_at(LOG_LEVEL_ERROR, "ARCHIVE", "CONFIG_FAILED", "%s", err);
	return l->archive.due;
}

int64_t
life_tick(struct life *l, int64_t at)
{
	int64_t next = tick_guard(l, at), due;

	due = tick_archive(l, at);
	next = due < next ? due : next;
	due = tick_reload(l, at);
	return due < next ? due : next;
}

void
life_changed(const struct cli *cli)
{
	struct life *l = cli_life(cli);
	unsigned period = l->archive.period;

	if (host(l)->now == NULL)
		return;
	if (l->guard.before != NULL && l->guard.idle) {
		l->guard.due = now(l) + (int64_t)l->guard.minutes * MINUTE;
		l->guard.warned = l->guard.minutes <= 1;
	}
	set_period(l, now(l));
	if (period != l->archive.period)
		wake(l);
}

/* The record. */

unsigned
life_session(const struct cli *cli)
{
	return ++cli_life(cli)->last_session;
}

/* In order of entry. */
static struct record *
record_at(struct life *l, size_t i)
{
	return &l->records.v[(l->oldest + i) % l->records.n];
}

/* As many places as the configuration says: the newest stay. */
static void
resize(struct life *l, size_t size)
{
	VEC(struct record) kept = { 0 };

	for (size_t i = 0; i < l->records.n; i++)
		if (l->records.n - i <= size)
			vec_push(&kept, *record_at(l, i));
		else
			record_free(record_at(l, i));
	vec_free(&l->records);
	l->records.v = kept.v;
	l->records.n = kept.n;
	l->records.cap = kept.cap;
	l->oldest = 0;
}

/* Text in XML, on one line. */
static void
print_xml(struct out *o, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			out_str(o, "&lt;");
			break;
		case '>':
			out_str(o, "&gt;");
			break;
		case '&':
			out_str(o, "&amp;");
			break;
		default:
			out_char(o, *text);
		}
	}
}

static void
notify(const struct archive_conf *a, const char *user, const char *line)
{
	struct out text = OUT_MEMORY, escaped = OUT_MEMORY;
	char *masked = conceal_masked(line);

	if (!a->notify_xml) {
		out_printf(&text, "User:%s  logged command:%s", user, masked);
	} else {
		out_str(&text, "<configLog><user>");
		print_xml(&text, user);
		out_str(&text, "</user><loggedCommand>");
		print_xml(&text, masked);
		out_str(&text, "</loggedCommand></configLog>");
	}
	out_escaped(&escaped, out_text(&text), text.len);
	log_at(LOG_LEVEL_NOTICE, "PARSER", "CFGLOG_LOGGEDCMD", "%s", out_text(&escaped));
	out_free(&escaped);
	out_free(&text);
	str_wipe_free(masked);
}

void
life_record(struct vty *v, size_t depth, const char *section, const char *no, const char *line)
{
	struct life *l = cli_life(vty_cli(v));
	const struct archive_conf *a = host(l)->running(host(l)->arg)->archive;
	struct record r = { .session = v->session, .indent = (unsigned)depth };
	char *whole;

	if (!a->log)
		return;
	whole = xasprintf("%s%s", no, line);
	r.index = ++l->last_index;
	r.user = xstrdup(vty_user(v));
	r.line_name = xstrdup(vty_line_name(v));
	r.line = a->hidekeys ? conceal_masked(whole) : conceal_shown(section, whole);
	if (l->records.n > a->log_size || (l->oldest > 0 && l->records.n < a->log_size))
		resize(l, a->log_size);
	if (l->records.n < a->log_size) {
		vec_push(&l->records, r);
	} else {
		record_free(&l->records.v[l->oldest]);
		l->records.v[l->oldest] = r;
		l->oldest = (l->oldest + 1) % l->records.n;
	}
	if (a->notify)
		notify(a, r.user, whole);
	str_wipe_free(whole);
}

static bool
passes(const struct record *r, const struct record_filter *f)
{
	return r->index >= f->first && r->index <= f->last && (f->user == NULL || str_eq(f->user, r->user));
}

void
life_show_record(const struct cli *cli, const struct record_filter *f, struct out *o)
{
	struct life *l = cli_life(cli);

	if (!f->provisioning)
		out_str(o, " idx   sess           user@line      Logged command\n");
	for (size_t i = 0; i < l->records.n; i++) {
		const struct record *r = record_at(l, i);

		if (!passes(r, f))
			continue;
		if (!f->provisioning)
			out_printf(o, "%5u %5u %14s@%-8s |", r->index, r->session, r->user, r->line_name);
		out_printf(o, "%*s", (int)r->indent, "");
		out_escaped(o, r->line, strlen(r->line));
		out_char(o, '\n');
	}
}

void
life_clear_record(const struct cli *cli)
{
	resize(cli_life(cli), 0);
}

/* JSON. */

void
life_json_guard(const struct cli *cli, struct json *j)
{
	const struct life *l = cli_life(cli);
	bool pending = l->guard.before != NULL;

	json_object(j, "rollback");
	json_bool(j, "pending", pending);
	json_string(j, "set_at", pending ? l->guard.set_at : NULL);
	json_bool(j, "idle", pending && l->guard.idle);
	json_maybe(j, "timer_min", pending, l->guard.minutes);
	json_string(j, "user", l->guard.user);
	json_close(j);
}

void
life_json_reload(const struct cli *cli, struct json *j)
{
	const struct life *l = cli_life(cli);
	bool due = l->reload.due != NEVER;

	json_object(j, "reload");
	json_bool(j, "scheduled", due);
	json_string(j, "at", due ? l->reload.at : NULL);
	json_maybe(j, "in_s", due, due ? (l->reload.due - now(l)) / 1000 : 0);
	json_close(j);
}

void
life_json_record(const struct cli *cli, const struct record_filter *f, struct json *j)
{
	struct life *l = cli_life(cli);

	json_array(j, "lines");
	for (size_t i = 0; i < l->records.n; i++) {
		const struct record *r = record_at(l, i);

		if (!passes(r, f))
			continue;
		json_object(j, NULL);
		json_uint(j, "index", r->index);
		json_uint(j, "session", r->session);
		json_string(j, "user", r->user);
		json_string(j, "terminal_line", r->line_name);
		json_uint(j, "depth", r->indent);
		json_string(j, "command", r->line);
		json_close(j);
	}
	json_close(j);
}
