/* Configurations and files: write, copy, erase, dir, more, delete. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/conceal.h"
#include "cli/config_text.h"
#include "cli/file_name.h"
#include "cli/life.h"
#include "cli/vty_internal.h"

/* What a question in between must not forget. */
struct job {
	char *from_text, *to_text; /* as typed */
	struct file_name from, to;
};

static void
job_free(void *arg)
{
	struct job *j = arg;

	free(j->from_text);
	free(j->to_text);
	file_name_free(&j->from);
	file_name_free(&j->to);
	free(j);
}

static const struct cli_host *
host_of(struct vty *v)
{
	return cli_host(vty_cli(v));
}

/* As vty_ask; after `file prompt quiet` the question has its default for an answer. */
static int
ask(struct vty *v, const char *question, enum vty_wants wants, vty_answer *fn, void *arg)
{
	if (vty_conf(v)->system->file_prompt == FILE_PROMPT_QUIET)
		return fn(v, "", arg);
	return vty_ask(v, question, wants, fn, arg);
}

static int
say_error(struct vty *v, const char *err)
{
	out_printf(vty_out(v), "%% Error: %s\n", err);
	return -1;
}

static bool
is_yes(const char *answer)
{
	return answer[0] == 'y' || answer[0] == 'Y';
}

/* Answers to [confirm]: Enter is yes. */
static bool
confirmed(const char *answer)
{
	return *answer == '\0' || is_yes(answer);
}

/* Into files. */

static int
write_text(struct vty *v, const struct file_name *to, const char *text, size_t len)
{
	const struct cli_host *h = host_of(v);
	char err[400];

	if (h->write_file(h->arg, to->path, text, len, err, sizeof err) != 0)
		return say_error(v, err);
	return 0;
}

static int64_t
now(struct vty *v)
{
	return host_of(v)->now == NULL ? 0 : host_of(v)->now(host_of(v)->arg);
}

/* "1030 bytes copied in 0.036 secs (28611 bytes/sec)" */
static void
say_copied(struct vty *v, size_t bytes, int64_t since)
{
	int64_t ms = now(v) - since;

	if (ms < 1)
		ms = 1;
	out_printf(vty_out(v), "%zu bytes copied in %" PRId64 ".%03d secs (%.0f bytes/sec)\n", bytes,
	    ms / 1000, (int)(ms % 1000), (double)bytes * 1000 / (double)ms);
}

static int
save(struct vty *v, const struct file_name *to)
{
	const struct cli_host *h = host_of(v);
	int64_t since = now(v);
	struct out text = OUT_MEMORY;
	char err[400];
	size_t len;
	int rc;

	out_str(vty_out(v), "Building configuration...\n");
	config_text(vty_cli(v), h->running(h->arg), &text);
	len = text.len;
	rc = write_text(v, to, out_text(&text), len);
	out_free(&text);
	if (rc != 0)
		return -1;
	out_str(vty_out(v), "[OK]\n");
	if (to->kind == FILE_PATH)
		say_copied(v, len, since);
	else if (h->saved != NULL)
		h->saved(h->arg);
	if (to->kind == FILE_STARTUP && h->running(h->arg)->archive->write_memory &&
	    archive_save(vty_cli(v), err, sizeof err) != 0)
		return say_error(v, err);
	return 0;
}

static const struct file_name startup = { FILE_STARTUP, NULL };

static int
save_anyway(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	if (is_yes(answer))
		return save(v, &startup);
	out_str(vty_out(v), "% Not saved.\n");
	return -1;
}

/* Lines that were refused at start are in the file only: saving would lose them. */
int
files_save_startup(struct vty *v)
{
	const struct cli_host *h = host_of(v);
	const char *lost = h->rejected == NULL ? NULL : h->rejected(h->arg);

	if (lost == NULL || *lost == '\0')
		return save(v, &startup);
	out_printf(vty_out(v), "These lines of %s were refused at start and would be lost:\n%s",
	    h->startup_path(h->arg), lost);
	return vty_ask(v, "Save without them? [no]: ", VTY_LINE, save_anyway, NULL);
}

bool
files_saved(const struct cli *cli)
{
	const struct cli_host *h = cli_host(cli);
	struct script_report report;
	struct out run = OUT_MEMORY;
	struct conf *conf;
	char err[400];
	size_t len;
	bool same;
	char *text = h->read_file(h->arg, NULL, &len, err, sizeof err);

	if (text == NULL)
		return false;
	config_text(cli, h->running(h->arg), &run);
	same = str_eq(text, out_text(&run));
	if (!same) { /* somebody's own spelling, or another configuration */
		conf = conf_new();
		script_load(cli, conf, "startup-config", text, len, &report);
		same = report.nerrors == 0 && conf_rebase(conf, h->running(h->arg));
		script_report_free(&report);
		conf_release(conf);
	}
	out_free(&run);
	mem_wipe(text, len);
	free(text);
	return same;
}

/* Loading. */

/* name: for reports; from: what to merge. All lines or none. */
static int
load(struct vty *v, const char *name, const struct file_name *from)
{
	const struct cli_host *h = host_of(v);
	int64_t since = now(v);
	struct script_report report;
	struct conf *draft;
	char err[400];
	size_t len, refused, lines;
	char *text = file_name_read(vty_cli(v), from, &len, err, sizeof err);

	if (text == NULL)
		return say_error(v, err);
	draft = conf_share(h->running(h->arg));
	script_load(
	    vty_cli(v), draft, from->kind == FILE_STARTUP ? "startup-config" : name, text, len, &report);
	mem_wipe(text, len);
	free(text);
	refused = report.nerrors;
	lines = report.nlines;
	out_str(vty_out(v), out_text(&report.all));
	script_report_free(&report);
	if (refused > 0) {
		out_printf(vty_out(v), "%% %zu of %zu lines refused; nothing was changed\n", refused, lines);
		conf_release(draft);
		return -1;
	}
	if (conf_rebase(draft, h->running(h->arg))) {
		conf_release(draft);
	} else if (h->publish(h->arg, draft, err, sizeof err) != 0) {
		return say_error(v, err);
	}
	life_changed(vty_cli(v));
	say_copied(v, len, since);
	return 0;
}

/* A startup configuration with an error would not come up whole: refused. */
static int
check(struct vty *v, const char *name, const char *text, size_t len)
{
	struct conf *draft = conf_new();
	struct script_report report;
	size_t refused, lines;

	script_load(vty_cli(v), draft, name, text, len, &report);
	conf_release(draft);
	refused = report.nerrors;
	lines = report.nlines;
	out_str(vty_out(v), out_text(&report.errors));
	script_report_free(&report);
	if (refused == 0)
		return 0;
	out_printf(
	    vty_out(v), "%% %zu of %zu lines refused; startup-config stays as it is\n", refused, lines);
	return -1;
}

/* From file to file, as it is. */
static int
duplicate(struct vty *v, const struct job *j)
{
	const struct cli_host *h = host_of(v);
	int64_t since = now(v);
	char err[400];
	size_t len;
	char *text = file_name_read(vty_cli(v), &j->from, &len, err, sizeof err);
	int rc = -1;

	if (text == NULL)
		return say_error(v, err);
	if (j->to.kind == FILE_PATH || check(v, j->from_text, text, len) == 0)
		rc = write_text(v, &j->to, text, len);
	mem_wipe(text, len);
	free(text);
	if (rc != 0)
		return -1;
	if (j->to.kind == FILE_STARTUP && h->saved != NULL)
		h->saved(h->arg);
	out_str(vty_out(v), "[OK]\n");
	say_copied(v, len, since);
	return 0;
}

/* copy */

static int
carry_out(struct vty *v, const struct job *j)
{
	if (j->to.kind == FILE_RUNNING)
		return load(v, j->from_text, &j->from);
	if (j->from.kind == FILE_RUNNING)
		return j->to.kind == FILE_STARTUP ? files_save_startup(v) : save(v, &j->to);
	return duplicate(v, j);
}

static int
answered_overwrite(struct vty *v, const char *answer, void *arg)
{
	if (confirmed(answer))
		return carry_out(v, arg);
	out_str(vty_out(v), "% Not copied.\n");
	return -1;
}

static bool
same_file(const struct file_name *a, const struct file_name *b)
{
	return a->kind == b->kind && str_eq(a->path, b->path);
}

static int
answered_name(struct vty *v, const char *answer, void *arg)
{
	const struct cli_host *h = host_of(v);
	struct job *j = arg;
	char err[400];

	answer += strspn(answer, " \t");
	/* The proposal names what was typed; only another answer is another place. */
	if (*answer != '\0' && !str_eq(answer, file_name_base(j->to_text))) {
		file_name_free(&j->to);
		if (file_name_parse(vty_cli(v), answer, &j->to, err, sizeof err) != 0)
			return say_error(v, err);
	}
	if (same_file(&j->from, &j->to) || j->to.kind == FILE_ROLLBACK) {
		out_str(vty_out(v),
		    "% Nothing to copy: source and destination are the same, or to be read only\n");
		return -1;
	}
	if (j->to.kind != FILE_PATH || h->file_exists == NULL || !h->file_exists(h->arg, j->to.path))
		return carry_out(v, j);
	out_str(vty_out(v), "%Warning:There is a file already existing with this name\n");
	return ask(v, "Do you want to over write? [confirm]", VTY_KEY, answered_overwrite, j);
}

/* Into a directory: under the name it has. */
static char *
whole_name(const char *to, const char *from)
{
	return xasprintf("%s%s", to, *file_name_base(to) == '\0' ? file_name_base(from) : "");
}

static int
copy(struct cmd_call *c)
{
	struct job *j = xcalloc(1, sizeof *j);
	char err[400], *question;
	int rc;

	j->from_text = xstrdup(cmd_arg(c, "from"));
	j->to_text = whole_name(cmd_arg(c, "to"), j->from_text);
	if (file_name_parse(vty_cli(c->vty), j->from_text, &j->from, err, sizeof err) != 0 ||
	    file_name_parse(vty_cli(c->vty), j->to_text, &j->to, err, sizeof err) != 0) {
		job_free(j);
		return cmd_error(c, "%s", err);
	}
	vty_attach(c->vty, j, job_free);
	question = xasprintf("Destination filename [%s]? ", file_name_base(j->to_text));
	rc = ask(c->vty, question, VTY_LINE, answered_name, j);
	free(question);
	return rc;
}

static int
write_memory(struct cmd_call *c)
{
	return files_save_startup(c->vty);
}

int
files_configure_memory(struct vty *v)
{
	return load(v, "startup-config", &startup);
}

static int
configure_memory(struct cmd_call *c)
{
	return files_configure_memory(c->vty);
}

/* Erasing. The file stays, empty: a service that is told to load it starts. */

static int
answered_erase(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	if (!confirmed(answer)) {
		out_str(vty_out(v), "% Not erased.\n");
		return -1;
	}
	if (write_text(v, &startup, "", 0) != 0)
		return -1;
	if (host_of(v)->saved != NULL)
		host_of(v)->saved(host_of(v)->arg);
	out_str(vty_out(v), "[OK]\nErase of nvram: complete\n");
	return 0;
}

static int
erase(struct cmd_call *c)
{
	return vty_ask(c->vty,
	    "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]", VTY_KEY,
	    answered_erase, NULL);
}

/* delete */

static int
remove_file(struct vty *v, const struct job *j)
{
	const struct cli_host *h = host_of(v);
	char err[400];

	if (!h->file_exists(h->arg, j->to.path)) {
		out_printf(vty_out(v), "%% Error: %s: No such file or directory\n", j->to_text);
		return -1;
	}
	if (h->remove_file(h->arg, j->to.path, err, sizeof err) != 0)
		return say_error(v, err);
	return 0;
}

static int
answered_delete(struct vty *v, const char *answer, void *arg)
{
	if (confirmed(answer))
		return remove_file(v, arg);
	out_str(vty_out(v), "Delete of file aborted\n");
	return -1;
}

static int
answered_delete_name(struct vty *v, const char *answer, void *arg)
{
	struct job *j = arg;
	char err[400], *question;
	int rc;

	answer += strspn(answer, " \t");
	if (*answer != '\0' && !str_eq(answer, file_name_base(j->to_text))) {
		file_name_free(&j->to);
		free(j->to_text);
		j->to_text = xstrdup(answer);
		if (file_name_parse(vty_cli(v), answer, &j->to, err, sizeof err) != 0)
			return say_error(v, err);
	}
	if (j->to.kind != FILE_PATH) {
		out_str(vty_out(v), "% Configurations are not deleted: 'erase startup-config'\n");
		return -1;
	}
	question = xasprintf("Delete %s? [confirm]", j->to_text);
	rc = ask(v, question, VTY_KEY, answered_delete, j);
	free(question);
	return rc;
}

static int
delete_file(struct cmd_call *c)
{
	const struct cli_host *h = host_of(c->vty);
	struct job *j;
	char err[400], *question;
	struct file_name name;
	int rc;

	if (file_name_parse(vty_cli(c->vty), cmd_arg(c, "file"), &name, err, sizeof err) != 0)
		return cmd_error(c, "%s", err);
	if (name.kind != FILE_PATH || h->remove_file == NULL) {
		file_name_free(&name);
		return cmd_error(
		    c, "'%s' is not deleted: 'erase startup-config' empties that one", cmd_arg(c, "file"));
	}
	j = xcalloc(1, sizeof *j);
	j->to_text = xstrdup(cmd_arg(c, "file"));
	j->to = name;
	vty_attach(c->vty, j, job_free);
	if (cmd_given(c, "force"))
		return remove_file(c->vty, j);
	question = xasprintf("Delete filename [%s]? ", file_name_base(j->to_text));
	rc = ask(c->vty, question, VTY_LINE, answered_delete_name, j);
	free(question);
	return rc;
}

/* more */

static int
more(struct cmd_call *c)
{
	struct file_name name;
	char err[400], *text, *shown;
	size_t len, shown_len;

	if (file_name_parse(vty_cli(c->vty), cmd_arg(c, "file"), &name, err, sizeof err) != 0)
		return cmd_error(c, "%s", err);
	text = file_name_read(vty_cli(c->vty), &name, &len, err, sizeof err);
	file_name_free(&name);
	if (text == NULL)
		return cmd_error(c, "Error: %s", err);
	/* Clear passwords do not show. */
	shown = conceal_text(text, len, &shown_len);
	for (const char *p = shown; *p != '\0';) {
		size_t n = strcspn(p, "\n");

		out_escaped(c->out, p, n > 0 && p[n - 1] == '\r' ? n - 1 : n);
		out_char(c->out, '\n');
		p += n + (p[n] == '\n');
	}
	mem_wipe(shown, shown_len);
	free(shown);
	mem_wipe(text, len);
	free(text);
	return 0;
}

/* dir */

struct entry {
	char *name, *changed;
	size_t size;
};
struct entries {
	VEC(struct entry) list;
	size_t skip;
	const char *only; /* the one name wanted; NULL: all */
};

static bool
take_entry(void *arg, const struct file_info *info)
{
	struct entries *e = arg;
	const char *name = info->path + e->skip;

	if (e->only == NULL || str_eq(name, e->only))
		vec_push(&e->list, ((struct entry){ xstrdup(name), xstrdup(info->changed), info->size }));
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int
dir(struct cmd_call *c)
{
	const struct cli_host *h = host_of(c->vty);
	const char *typed = cmd_arg(c, "dir");
	struct entries e = { 0 };
	uint64_t total = 0, left = 0;
	struct file_name name;
	char err[400], *probe, *prefix;
	size_t n;

	if (h->list_files == NULL)
		return cmd_error(c, "There are no files here");
	/* A name in the directory tells where it is. */
	n = typed == NULL ? 0 : strlen(typed);
	probe = xasprintf("%s%sx", typed == NULL ? "flash:" : typed,
	    n > 0 && typed[n - 1] != ':' && typed[n - 1] != '/' ? "/" : "");
	if (file_name_parse(vty_cli(c->vty), probe, &name, err, sizeof err) != 0) {
		free(probe);
		return cmd_error(c, "%s", err);
	}
	free(probe);
	if (name.kind != FILE_PATH)
		return cmd_error(c, "'%s' is no directory", typed);
	prefix = xstrndup(name.path, strlen(name.path) - 1);
	e.skip = strlen(prefix);
	h->list_files(h->arg, prefix, take_entry, &e);
	if (e.list.n == 0 && n > 0 && typed[n - 1] != ':' && typed[n - 1] != '/') {
		prefix[e.skip - 1] = '\0'; /* no directory with files, then a file */
		e.only = strrchr(prefix, '/');
		e.only = e.only == NULL ? prefix : e.only + 1;
		e.skip = (size_t)(e.only - prefix);
		h->list_files(h->arg, prefix, take_entry, &e);
		if (e.list.n == 0)
			cmd_error(c, "Error opening %s (No such file or directory)", typed);
	}
	if (c->error->len > 0) {
		free(prefix);
		file_name_free(&name);
		return -1;
	}
	if (e.list.n > 1)
		qsort(e.list.v, e.list.n, sizeof e.list.v[0], by_name);
	/* Tools look for the name in front of the last '/'. */
	out_printf(c->out, "Directory of %s%s\n\n", typed == NULL ? "flash:" : typed,
	    e.only != NULL || (n > 0 && typed[n - 1] == '/') ? "" : "/");
	for (size_t i = 0; i < e.list.n; i++) {
		out_printf(c->out, "%5zu  -rw-  %12zu  %s  ", i + 1, e.list.v[i].size, e.list.v[i].changed);
		out_escaped(c->out, e.list.v[i].name, strlen(e.list.v[i].name));
		out_char(c->out, '\n');
		free(e.list.v[i].name);
		free(e.list.v[i].changed);
	}
	if (e.list.n == 0)
		out_str(c->out, "No files in directory\n");
	if (h->disk_space != NULL)
		h->disk_space(h->arg, &total, &left);
	out_printf(c->out, "\n%" PRIu64 " bytes total (%" PRIu64 " bytes free)\n", total, left);
	vec_free(&e.list);
	free(prefix);
	file_name_free(&name);
	return 0;
}

/* clang-format off */
#define WRITE { "write", "Write running configuration" }
#define FILE_HELP "flash:NAME or NAME: a file of gw; /absolute/path"

static const struct cmd rows[] = {
	{ .form = "write [memory]", .words = WORDS(WRITE, { "memory", "To the startup configuration" }),
	    .run = write_memory, .example = "write memory" },
	{ .form = "write erase", .words = WORDS(WRITE, { "erase", "Erase the startup configuration" }),
	    .run = erase, .example = "write erase" },
	{ .form = "erase (startup-config|nvram:)", .words = WORDS({ "erase", "Erase a configuration" },
	    { "startup-config", "The startup configuration" }, { "nvram:", "The startup configuration" }),
	    .run = erase, .example = "erase startup-config" },
	{ .form = "copy (running-config|startup-config|FILE)$from (running-config|startup-config|FILE)$to",
	    .words = WORDS({ "copy", "Copy from one file to another" }, { "running-config", "From the running configuration" },
	    { "startup-config", "From the startup configuration" }, { "FILE", FILE_HELP },
	    { "running-config", "Merge into the running configuration: all lines or none" },
	    { "startup-config", "To the startup configuration" }, { "FILE", FILE_HELP }),
	    .run = copy, .example = "copy running-config startup-config" },
	{ .form = "configure memory", .words = WORDS({ "configure", "Enter configuration mode" },
	    { "memory", "Merge the startup configuration" }), .run = configure_memory, .example = "configure memory" },
	{ .form = "dir [/all] [FILE$dir]", .words = WORDS({ "dir", "List files" }, { "/all", "All files: the same here" }, { "FILE", "flash:, a directory or a file" }),
	    .run = dir, .flags = CMD_PIPE, .example = "dir flash:" },
	{ .form = "more FILE$file", .words = WORDS({ "more", "Display a file" }, { "FILE", FILE_HELP }),
	    .run = more, .flags = CMD_PIPE, .example = "more flash:site.cfg" },
	{ .form = "delete [/force$force] FILE$file", .words = WORDS({ "delete", "Delete a file" }, { "/force", "Without questions" },
	    { "FILE", FILE_HELP }), .run = delete_file, .example = "delete /force flash:site.cfg" },
};
/* clang-format on */

const struct table files_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
