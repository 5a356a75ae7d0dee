/* Configuration in and out of the running program: what commands may do to the world. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"
#include "gw/console.h"
#include "gw/file.h"
#include "gw/gw.h"
#include "gw/verify.h"

enum { STOP_MS = 4500 }; /* promised are 5 s to the end of the program */

static struct conf *
running(void *arg)
{
	return ((struct gw *)arg)->conf;
}

/* The log as the running configuration says. */
static void
configure_log(struct gw *gw)
{
	journal_configure(gw->journal, gw->conf);
	syslog_configure(gw->syslog, gw->conf);
}

static int
publish(void *arg, struct conf *next, char *err, size_t errsz)
{
	struct gw *gw = arg;
	struct conf *before = gw->conf;

	(void)err, (void)errsz; /* what a configuration may not say was refused before */
	gw->conf = next;
	configure_log(gw);
	if (gw->agent != NULL && !gw->stopping)
		agent_apply(gw->agent, before, next);
	conf_release(before);
	return 0;
}

/* The files of consoles are those of the service, but for the one that is never shown. */
static int
may_use(const struct gw *gw, const char *path, char *err, size_t errsz)
{
	if (path == NULL || !master_key_is(&gw->master_key, path))
		return 0;
	snprintf(err, errsz, "%s: it holds the master key", path);
	return -1;
}

static char *
read_config(void *arg, const char *path, size_t *len, char *err, size_t errsz)
{
	struct gw *gw = arg;

	if (may_use(gw, path, err, errsz) != 0)
		return NULL;
	return file_read(path == NULL ? gw->startup_path : path, CONFIG_TEXT_MAX, len, NULL, err, errsz);
}

static int
write_config(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	struct gw *gw = arg;

	if (may_use(gw, path, err, errsz) != 0)
		return -1;
	return file_write(path == NULL ? gw->startup_path : path, text, len, err, errsz);
}

static int
append_file(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	if (may_use(arg, path, err, errsz) != 0)
		return -1;
	return file_append(path, text, len, err, errsz);
}

static const char *
startup_path(void *arg)
{
	return ((struct gw *)arg)->startup_path;
}

static const char *
rejected(void *arg)
{
	return out_text(&((struct gw *)arg)->rejected);
}

static void
saved(void *arg)
{
	struct gw *gw = arg;
	char err[400];

	out_free(&gw->rejected);
	if (master_key_saved(&gw->master_key, err, sizeof err) != 0)
		log_at(
		    LOG_LEVEL_ERROR, "SYS", "MASTER_KEY", "The old master key could not be removed: %s", err);
}

static const char *
master_key(void *arg)
{
	return ((struct gw *)arg)->master_key.key;
}

static const char *
old_master_key(void *arg)
{
	return ((struct gw *)arg)->master_key.old;
}

static int
set_master_key(void *arg, const char *key, char *err, size_t errsz)
{
	return master_key_set(&((struct gw *)arg)->master_key, key, err, errsz);
}

static void
random_bytes(void *arg, void *buf, size_t len)
{
	(void)arg;
	loop_random(buf, len);
}

static void
each_console(void *arg, console_visit *visit, void *visit_arg)
{
	consoles_each(((struct gw *)arg)->consoles, visit, visit_arg);
}

static void
clear_line(void *arg, const char *line)
{
	consoles_clear(((struct gw *)arg)->consoles, line);
}

static void
log_lines(void *arg, log_visit *visit, void *visit_arg)
{
	journal_each(((struct gw *)arg)->journal, visit, visit_arg);
}

static void
log_clear(void *arg)
{
	journal_clear(((struct gw *)arg)->journal);
}

static void
log_status(void *arg, struct log_status *s)
{
	const struct gw *gw = arg;
	const struct journal_counters *n = journal_counters(gw->journal);

	*s = (struct log_status){ .dropped = n->lost,
		.flushes = n->flushes,
		.console = n->console,
		.monitor = n->monitor,
		.buffer = n->buffer,
		.trap = n->trap };
	syslog_status(gw->syslog, s);
}

static int64_t
uptime(void *arg)
{
	return (loop_now() - ((struct gw *)arg)->started) / 1000;
}

static const char *
state_dir(void *arg)
{
	return ((struct gw *)arg)->state_dir;
}

struct listing {
	const struct gw *gw;
	file_visit *visit;
	void *arg;
};

static bool
on_file(void *arg, const char *path, size_t size, int64_t changed)
{
	const struct listing *l = arg;
	struct file_info info = { .path = path, .size = size };
	time_t seconds = (time_t)changed;
	char date[64], text[80];
	struct tm tm;
	size_t n;

	if (master_key_is(&l->gw->master_key, path))
		return true;
	localtime_r(&seconds, &tm);
	n = strftime(date, sizeof date, "%b %e %Y %H:%M:%S %z", &tm);
	snprintf(text, sizeof text, "%.*s:%s", (int)n - 2, date, date + n - 2); /* +0000 as IOS has it */
	info.changed = text;
	return l->visit(l->arg, &info);
}

static void
list_files(void *arg, const char *prefix, file_visit *visit, void *visit_arg)
{
	struct listing l = { arg, visit, visit_arg };

	file_list(prefix, on_file, &l);
}

static int
remove_file(void *arg, const char *path, char *err, size_t errsz)
{
	if (may_use(arg, path, err, errsz) != 0)
		return -1;
	return file_remove(path, err, errsz);
}

static bool
file_exists(void *arg, const char *path)
{
	(void)arg;
	return file_is(path);
}

static void
disk_space(void *arg, uint64_t *total, uint64_t *left)
{
	file_space(((struct gw *)arg)->state_dir, total, left);
}

static void
clock_in(void *arg, int64_t ms, char *text, size_t size)
{
	int64_t wall = loop_wall() + ms;
	time_t seconds = (time_t)(wall / 1000);
	char time_of_day[16], date[48];
	struct tm tm;

	(void)arg;
	localtime_r(&seconds, &tm);
	strftime(time_of_day, sizeof time_of_day, "%H:%M:%S", &tm);
	strftime(date, sizeof date, "%Z %a %b %e %Y", &tm);
	snprintf(text, size, "%s.%03d %s", time_of_day, (int)(wall % 1000), date);
}

static bool
clock_synchronized(void *arg)
{
	(void)arg;
	return loop_synchronized();
}

static void
clock_text(void *arg, char *text, size_t size)
{
	clock_in(arg, 0, text, size);
}

static int64_t
now(void *arg)
{
	(void)arg;
	return loop_now();
}

static void
on_life(void *arg)
{
	struct gw *gw = arg;

	loop_timer_set(gw->life, cli_tick(gw->cli, loop_now()));
}

static void
wake(void *arg)
{
	struct gw *gw = arg;

	if (gw->life != NULL)
		loop_timer_set(gw->life, LOOP_SOON);
}

static void
restart(void *arg)
{
	struct gw *gw = arg;

	if (gw->stopping) /* to end, or to do just that */
		return;
	gw->restart = true;
	gw_stop(gw);
}

void
apply_begin(struct gw *gw)
{
	gw->life = loop_timer_new(gw->loop, on_life, gw);
	loop_timer_set(gw->life, LOOP_SOON);
}

static void
again(void *arg, const char *number, int slot)
{
	agent_again(((struct gw *)arg)->agent, number, slot);
}

static void
clear_counters(void *arg)
{
	agent_clear_counters(((struct gw *)arg)->agent);
}

static void *
verify(void *arg, const struct login_claim *claim, login_done *done, void *done_arg)
{
	return verify_ask(((struct gw *)arg)->verify, claim, done, done_arg);
}

static void
cancel_verify(void *arg, void *job)
{
	verify_cancel(((struct gw *)arg)->verify, job);
}

struct cli_host
apply_host(struct gw *gw)
{
	return (struct cli_host){ .arg = gw,
		.running = running,
		.publish = publish,
		.read_file = read_config,
		.write_file = write_config,
		.append_file = append_file,
		.startup_path = startup_path,
		.rejected = rejected,
		.saved = saved,
		.random = random_bytes,
		.master_key = master_key,
		.old_master_key = old_master_key,
		.set_master_key = set_master_key,
		.consoles = each_console,
		.clear_line = clear_line,
		.log_lines = log_lines,
		.log_clear = log_clear,
		.log_status = log_status,
		.uptime = uptime,
		.clock = clock_text,
		.clock_synchronized = clock_synchronized,
		.clock_in = clock_in,
		.now = now,
		.wake = wake,
		.restart = restart,
		.state_dir = state_dir,
		.list_files = list_files,
		.remove_file = remove_file,
		.file_exists = file_exists,
		.disk_space = disk_space,
		.retry = again,
		.clear_counters = clear_counters,
		.verify = verify,
		.verify_cancel = cancel_verify,
		.version = PACKAGE_VERSION,
		.serial = gw->machine.serial[0] == '\0' ? NULL : gw->machine.serial,
		.program = gw->machine.program[0] == '\0' ? NULL : gw->machine.program };
}

/* Each line of the report as a log line of its own. */
static void
log_report(const char *lines, enum log_level level)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		log_at(level, "PARSER", level == LOG_LEVEL_ERROR ? "CFG_REFUSED" : "CFG_WARNING", "%.*s",
		    (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
}

/* Needed by what the startup configuration says. */
static void
load_master_key(struct gw *gw, const char *startup)
{
	char err[400] = "";

	master_key_load(&gw->master_key, master_key_path(startup), err, sizeof err);
	if (err[0] != '\0')
		log_at(gw->master_key.key == NULL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "SYS", "MASTER_KEY",
		    "%s", err);
}

int
apply_startup(struct gw *gw, bool may_be_missing, bool strict)
{
	struct script_report report;
	bool missing;
	char err[400], *text;
	size_t len;
	int rc = 0;

	text = file_read(gw->startup_path, CONFIG_TEXT_MAX, &len, &missing, err, sizeof err);
	if (text == NULL && !(missing && may_be_missing)) {
		fprintf(stderr, "gw: %s\n", err);
		return -1;
	}
	load_master_key(gw, may_be_missing ? NULL : gw->startup_path);
	if (text == NULL)
		return 0;
	script_load(gw->cli, gw->conf, gw->startup_path, text, len, &report);
	mem_wipe(text, len);
	free(text);
	configure_log(gw);
	log_report(out_text(&report.warnings), LOG_LEVEL_WARNING);
	log_report(out_text(&report.errors), LOG_LEVEL_ERROR);
	if (report.nerrors > 0) {
		log_at(LOG_LEVEL_ERROR, "PARSER", "CFG_REFUSED",
		    "%zu of %zu lines of %s were refused; the others act", report.nerrors, report.nlines,
		    gw->startup_path);
		out_str(&gw->rejected, out_text(&report.errors));
		rc = strict ? -1 : 0;
	}
	script_report_free(&report);
	return rc;
}

void
gw_stop(struct gw *gw)
{
	bool again = gw->stopping;

	gw->stopping = true;
	if (again || gw->agent == NULL) {
		loop_stop(gw->loop);
		return;
	}
	consoles_end(gw->consoles, "the gateway is ending");
	gw->stop_by = loop_now() + STOP_MS;
	agent_stop(gw->agent);
}
