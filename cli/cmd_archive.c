/* archive: numbered copies of the configuration, and the record of configuration lines. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/archive_files.h"
#include "cli/cli.h"
#include "cli/conceal.h"
#include "cli/diff.h"
#include "cli/file_name.h"
#include "cli/life.h"
#include "cli/vty.h"

enum { ARCHIVE_PATH_MAX = 200, ARCHIVE_SLOTS = 14 };

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->archive;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_archive(c);
}

static struct kept_list *
kept(void *o)
{
	return &((struct archive_conf *)o)->kept;
}

static struct kept_list *
log_kept(void *o)
{
	return &((struct archive_conf *)o)->log_kept;
}

/* The section. */

static int
section_unset(struct cmd_call *c)
{
	conf_reset_archive(c->conf);
	return 0;
}

static void
section_write(struct writer *w, const void *o)
{
	(void)o;
	write_section(w, "archive", &mode_archive);
}

/* clang-format off */
static const struct cmd section_rows[] = {
	{ .form = "archive", .words = WORDS({ "archive", "Copies of the configuration, record of its lines" }),
	    .enter = &mode_archive, .set = enter_only, .unset = section_unset, .write = section_write, .example = "archive" },
};
/* clang-format on */

const struct table archive_section_table = { &mode_config, section_rows, COUNT(section_rows), whole_conf,
	edit_whole_conf, NULL };

/* Statements. */

static int
path_set(struct cmd_call *c)
{
	const char *path = cmd_arg(c, "path");
	struct archive_conf *a;
	struct file_name name;
	char err[400];

	if (strlen(path) > ARCHIVE_PATH_MAX)
		return cmd_error(c, "Path of %zu characters, %d at the most", strlen(path), ARCHIVE_PATH_MAX);
	/* It loads, since routers have such lines; but nothing is ever written there. */
	if (cli_host(vty_cli(c->vty))->state_dir != NULL) {
		char *first = xasprintf("%s-1", path);

		if (file_name_parse(vty_cli(c->vty), first, &name, err, sizeof err) != 0)
			cmd_warn(c, "'path %s' will not take copies: %s", path, err);
		else
			file_name_free(&name);
		free(first);
	}
	a = cmd_object(c);
	free(a->path);
	a->path = xstrdup(path);
	return 0;
}

static int
path_unset(struct cmd_call *c)
{
	struct archive_conf *a = cmd_object(c);

	free(a->path);
	a->path = NULL;
	return 0;
}

static void
path_write(struct writer *w, const void *o)
{
	const struct archive_conf *a = o;

	if (a->path != NULL)
		write_line(w, "path %s", a->path);
}

static int
time_period_set(struct cmd_call *c)
{
	((struct archive_conf *)cmd_object(c))->time_period = (unsigned)cmd_uint(c, "minutes", 0);
	return 0;
}

static int
time_period_unset(struct cmd_call *c)
{
	((struct archive_conf *)cmd_object(c))->time_period = 0;
	return 0;
}

static void
time_period_write(struct writer *w, const void *o)
{
	if (((const struct archive_conf *)o)->time_period != 0)
		write_line(w, "time-period %u", ((const struct archive_conf *)o)->time_period);
}

static int
log_unset(struct cmd_call *c)
{
	archive_conf_reset_log(cmd_object(c));
	return 0;
}

static void
log_write(struct writer *w, const void *o)
{
	(void)o;
	write_section(w, "log config", &mode_archive_log);
}

static int
notify_set(struct cmd_call *c)
{
	struct archive_conf *a = cmd_object(c);

	a->notify = true;
	a->notify_xml = str_eq(cmd_arg(c, "type"), "xml");
	return 0;
}

static int
notify_unset(struct cmd_call *c)
{
	struct archive_conf *a = cmd_object(c);

	a->notify = a->notify_xml = false;
	return 0;
}

static void
notify_write(struct writer *w, const void *o)
{
	const struct archive_conf *a = o;

	if (a->notify)
		write_line(w, "notify syslog contenttype %s", a->notify_xml ? "xml" : "plaintext");
}

/* clang-format off */
static const struct cmd log_rows[] = {
	{ .form = "logging enable", .words = WORDS({ "logging", "Record configuration lines" }, { "enable", "With user and line" }),
	    .field = FIELD_BOOL_OF(struct archive_conf, log, false), .example = "logging enable" },
	{ .form = "logging size <1-1000>$size", .words = WORDS({ "logging", "Record configuration lines" },
	    { "size", "So many, the newest" }, { "<1-1000>", "Lines" }),
	    .field = FIELD_UINT_OF(struct archive_conf, log_size, ARCHIVE_LOG_SIZE), .example = "logging size 200" },
	{ .form = "notify syslog [contenttype (plaintext|xml)$type]",
	    .words = WORDS({ "notify", "Tell of configuration lines" }, { "syslog", "In the log" },
	    { "contenttype", "As what" }, { "plaintext", "Text" }, { "xml", "XML" }),
	    .no = "notify syslog [contenttype (plaintext|xml)]",
	    .set = notify_set, .unset = notify_unset, .write = notify_write, .example = "notify syslog contenttype plaintext" },
	{ .form = "hidekeys", .words = WORDS({ "hidekeys", "Encoded passwords are masked too; clear ones never show" }),
	    .field = FIELD_BOOL_OF(struct archive_conf, hidekeys, false), .example = "hidekeys" },
	KEPT("record"), KEPT("persistent"),
};

static const struct cmd rows[] = {
	{ .form = "log config", .words = WORDS({ "log", "Record" }, { "config", "Of configuration lines" }),
	    .enter = &mode_archive_log, .set = enter_only, .unset = log_unset, .write = log_write, .example = "log config" },
	{ .form = "path PATH$path", .words = WORDS({ "path", "Where copies go" },
	    { "PATH", "flash:NAME; $h is the host name, $t the time; -1, -2... follow" }),
	    .no = "path [PATH]", .set = path_set, .unset = path_unset, .write = path_write, .example = "path flash:$h-config" },
	{ .form = "maximum <1-14>$copies", .words = WORDS({ "maximum", "Copies that are kept" }, { "<1-14>", "Copies" }),
	    .field = FIELD_UINT_OF(struct archive_conf, maximum, ARCHIVE_MAXIMUM), .example = "maximum 5" },
	{ .form = "write-memory", .words = WORDS({ "write-memory", "A copy with each 'write memory'" }),
	    .field = FIELD_BOOL_OF(struct archive_conf, write_memory, false), .example = "write-memory" },
	{ .form = "time-period <1-525600>$minutes", .words = WORDS({ "time-period", "A copy every so often" },
	    { "<1-525600>", "Minutes" }), .set = time_period_set, .unset = time_period_unset, .write = time_period_write,
	    .example = "time-period 1440" },
	KEPT("rollback"),
};
/* clang-format on */

const struct table archive_log_table = { &mode_archive_log, log_rows, COUNT(log_rows), object, edit,
	log_kept };
const struct table archive_table = { &mode_archive, rows, COUNT(rows), object, edit, kept };

/* EXEC. */

static int
archive_config(struct cmd_call *c)
{
	char err[400];

	if (c->conf->archive->path == NULL)
		return cmd_error(c, "Archive feature not enabled: 'archive' and 'path flash:NAME' first");
	if (archive_save(vty_cli(c->vty), err, sizeof err) != 0)
		return cmd_error(c, "Error: %s", err);
	return 0;
}

static int
show_archive(struct cmd_call *c)
{
	const struct archive_conf *a = c->conf->archive;
	struct archive_files files;
	size_t skip;
	char err[400];

	if (a->path == NULL) {
		out_str(c->out, " Archive feature not enabled\n");
		return 0;
	}
	if (archive_files_read(vty_cli(c->vty), &files, err, sizeof err) != 0)
		return cmd_error(c, "%s", err);
	out_printf(c->out,
	    "The maximum archive configurations allowed is %u.\n"
	    "There are currently %zu archive configurations saved.\n"
	    "The next archive file will be named %s\n Archive #  Name\n",
	    a->maximum, files.list.n, files.next);
	/* Older files than are kept, where the maximum was lowered, go with the next copy. */
	skip = files.list.n > ARCHIVE_SLOTS ? files.list.n - ARCHIVE_SLOTS : 0;
	for (size_t i = 0; i < a->maximum || i + skip < files.list.n; i++) {
		bool there = i + skip < files.list.n;

		out_printf(c->out, " %3zu        %s%s\n", i + 1, there ? files.list.v[i + skip].shown : "",
		    i + skip + 1 == files.list.n ? " <- Most Recent" : "");
	}
	archive_files_free(&files);
	return 0;
}

static int
show_archive_json(struct cmd_call *c)
{
	const struct archive_conf *a = c->conf->archive;
	struct archive_files files = { 0 };
	char err[400];
	struct json j;

	if (a->path != NULL && archive_files_read(vty_cli(c->vty), &files, err, sizeof err) != 0)
		return cmd_error(c, "%s", err);
	json_begin(&j, c->out);
	json_object(&j, "archive");
	json_bool(&j, "enabled", a->path != NULL);
	json_uint(&j, "maximum", a->maximum);
	json_string(&j, "next", files.next);
	json_array(&j, "files");
	for (size_t i = 0; i < files.list.n; i++) {
		json_object(&j, NULL);
		json_uint(&j, "number", files.list.v[i].number);
		json_string(&j, "name", files.list.v[i].shown);
		json_close(&j);
	}
	json_close(&j);
	json_close(&j);
	json_end(&j);
	archive_files_free(&files);
	return 0;
}

/* The text of a file as it may be shown. */
static char *
shown_text(struct cmd_call *c, const char *typed, size_t *len)
{
	struct file_name name;
	char err[400], *text, *shown;
	size_t text_len;

	if (file_name_parse(vty_cli(c->vty), typed, &name, err, sizeof err) != 0) {
		cmd_error(c, "%s", err);
		return NULL;
	}
	text = file_name_read(vty_cli(c->vty), &name, &text_len, err, sizeof err);
	file_name_free(&name);
	if (text == NULL) {
		cmd_error(c, "Error: %s", err);
		return NULL;
	}
	shown = conceal_text(text, text_len, len);
	mem_wipe(text, text_len);
	free(text);
	return shown;
}

static void
forget(char *text, size_t len)
{
	if (text != NULL)
		mem_wipe(text, len);
	free(text);
}

/* The lines of the text as strings. */
static void
print_json(struct cmd_call *c, const char *key, const char *text)
{
	struct json j;

	json_begin(&j, c->out);
	json_array(&j, key);
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");

		json_text(&j, NULL, text, n);
		text += n + (text[n] == '\n');
	}
	json_close(&j);
	json_end(&j);
}

/* incremental: only what the second has more, as a configuration. */
static int
compare(struct cmd_call *c, const char *a, const char *b, bool incremental, bool json)
{
	size_t alen = 0, blen = 0;
	char *x = shown_text(c, a, &alen), *y = x == NULL ? NULL : shown_text(c, b, &blen);
	struct diff *d;
	struct out lines = OUT_MEMORY;
	int rc = -1;

	if (x != NULL && y != NULL) {
		d = diff_new(x, alen, y, blen);
		(incremental ? diff_print_additions : diff_print)(d, &lines);
		if (json)
			print_json(c, incremental ? "commands" : "differences", out_text(&lines));
		else
			out_printf(c->out, "%s%s%s%s",
			    incremental ? "!List of Commands:\n" : "!Contextual Config Diffs:\n",
			    out_text(&lines), incremental ? "end\n" : "",
			    lines.len == 0 ? "!No changes were found\n" : "");
		out_free(&lines);
		diff_free(d);
		rc = 0;
	}
	forget(x, alen);
	forget(y, blen);
	return rc;
}

static int
differences(struct cmd_call *c, bool json)
{
	const char *a = cmd_arg(c, "a"), *b = cmd_arg(c, "b");

	return compare(
	    c, a == NULL ? "nvram:startup-config" : a, b == NULL ? "system:running-config" : b, false, json);
}

static int
show_differences(struct cmd_call *c)
{
	return differences(c, false);
}

static int
show_differences_json(struct cmd_call *c)
{
	return differences(c, true);
}

static int
show_incremental(struct cmd_call *c)
{
	return compare(c, cmd_arg(c, "a"), "system:running-config", true, false);
}

static int
show_incremental_json(struct cmd_call *c)
{
	return compare(c, cmd_arg(c, "a"), "system:running-config", true, true);
}

static struct record_filter
wanted(const struct cmd_call *c)
{
	return (struct record_filter){ .first = (unsigned)cmd_uint(c, "first", 0),
		.last = (unsigned)cmd_uint(c, "last", cmd_uint(c, "first", UINT32_MAX)),
		.user = cmd_arg(c, "user"),
		.provisioning = cmd_given(c, "provisioning") };
}

static int
show_log(struct cmd_call *c)
{
	struct record_filter f = wanted(c);

	life_show_record(vty_cli(c->vty), &f, c->out);
	return 0;
}

static int
show_log_json(struct cmd_call *c)
{
	struct record_filter f = wanted(c);
	struct json j;

	json_begin(&j, c->out);
	life_json_record(vty_cli(c->vty), &f, &j);
	json_end(&j);
	return 0;
}

static int
clear_log(struct cmd_call *c)
{
	life_clear_record(vty_cli(c->vty));
	return 0;
}

/* clang-format off */
#define SHOW { "show", "Show running system information" }, { "archive", "Copies of the configuration" }
#define FILES "flash:NAME, system:running-config, nvram:startup-config"

static const struct cmd show_rows[] = {
	{ .form = "archive config", .words = WORDS({ "archive", "Copies of the configuration" },
	    { "config", "Copy the running configuration" }), .run = archive_config, .example = "archive config" },
	{ .form = "show archive", .words = WORDS(SHOW), .run = show_archive, .json = show_archive_json, .flags = CMD_PIPE, .example = "show archive" },
	{ .form = "show archive config differences [FILE$a [FILE$b]]",
	    .words = WORDS(SHOW, { "config", "What they say" }, { "differences", "From the startup to the running configuration" },
	    { "FILE", "From this one: " FILES }, { "FILE", "To this one: " FILES }),
	    .run = show_differences, .json = show_differences_json, .flags = CMD_PIPE, .example = "show archive config differences" },
	{ .form = "show archive config incremental-diffs FILE$a",
	    .words = WORDS(SHOW, { "config", "What they say" }, { "incremental-diffs", "What runs and the file has not" },
	    { "FILE", FILES }), .run = show_incremental, .json = show_incremental_json, .flags = CMD_PIPE,
	    .example = "show archive config incremental-diffs nvram:startup-config" },
	{ .form = "show archive log config (all|user USER$user|<1-4294967295>$first [<1-4294967295>$last]) [provisioning$provisioning]",
	    .words = WORDS(SHOW, { "log", "Records" }, { "config", "Of configuration lines" }, { "all", "All lines" },
	    { "user", "Lines of one user" }, { "USER", "User" }, { "<1-4294967295>", "First line" }, { "<1-4294967295>", "Last line" },
	    { "provisioning", "As a configuration" }),
	    .run = show_log, .json = show_log_json, .flags = CMD_PIPE, .example = "show archive log config all" },
	{ .form = "clear archive log config", .words = WORDS({ "clear", "Reset functions" }, { "archive", "Copies of the configuration" },
	    { "log", "Records" }, { "config", "Of configuration lines" }), .run = clear_log, .example = "clear archive log config" },
};
/* clang-format on */

const struct table show_archive_table = { &mode_exec, show_rows, COUNT(show_rows), NULL, NULL, NULL };
