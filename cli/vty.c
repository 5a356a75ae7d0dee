/* One console. A line is read in the mode it is typed in; what that mode does not know is tried in the modes
 * above it (IOS: a global command leaves the sub-mode). One line is one transaction, a script is one
 * transaction. */
#include "cli/vty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/alias.h"
#include "cli/call.h"
#include "cli/file_name.h"
#include "cli/filter.h"
#include "cli/life.h"
#include "cli/login.h"
#include "cli/vty_internal.h"

enum { PROMPT_HOST_MAX = 20, ETX = 3 };
/* Bytes that the written form of a line may have beyond LINE_MAX_BYTES: blanks before it, a password encoded.
 * It must be read again. */
enum { WRITTEN_MORE = 512 };

struct vty *
vty_new(const struct cli *cli, struct out *out, bool interactive)
{
	struct vty *v = xcalloc(1, sizeof *v);

	v->cli = cli;
	v->out = out;
	v->interactive = interactive;
	v->level = LEVEL_USER;
	v->user = xstrdup("console");
	v->terminal.history = RECALL_DEFAULT;
	v->terminal.timeout_s = VTY_TIMEOUT_S;
	vty_window(v, VTY_LENGTH, VTY_WIDTH);
	vty_set_line(v, "console", "");
	return v;
}

static void
context_free(struct context *ctx)
{
	free(ctx->section);
	vec_free(&ctx->indents);
	vec_free(&ctx->open);
}

void
vty_pop_to(struct vty *v, size_t n)
{
	while (v->stack.n > n)
		context_free(&v->stack.v[--v->stack.n]);
}

void
vty_banner_end(struct vty *v)
{
	out_free(&v->banner.text);
	free(v->banner.delimiter);
	v->banner.delimiter = NULL;
}

void
vty_free(struct vty *v)
{
	if (v == NULL)
		return;
	login_end(v);
	vty_pop_to(v, 0);
	vec_free(&v->stack);
	vty_banner_end(v);
	out_free(&v->error.text);
	out_free(&v->warning);
	vty_attach(v, NULL, NULL);
	free(v->question.text);
	str_wipe_free(v->remembered);
	for (size_t i = 0; i < COUNT(v->recall); i++)
		recall_limit(&v->recall[i], 0);
	free(v->prompt);
	free(v->user);
	free(v->line);
	free(v->from);
	free(v);
}

const struct cli *
vty_cli(const struct vty *v)
{
	return v->cli;
}

struct out *
vty_out(struct vty *v)
{
	return v->out;
}

bool
vty_interactive(const struct vty *v)
{
	return v->interactive;
}

bool
vty_closed(const struct vty *v)
{
	return v->closed;
}

void
vty_close(struct vty *v)
{
	v->closed = true;
}

unsigned
vty_level(const struct vty *v)
{
	return v->level;
}

bool
vty_privileged(const struct vty *v)
{
	return v->level == LEVEL_PRIVILEGED;
}

void
vty_set_level(struct vty *v, unsigned level)
{
	v->level = level;
}

const char *
vty_user(const struct vty *v)
{
	return v->user;
}

const char *
vty_line_name(const struct vty *v)
{
	return v->line;
}

const char *
vty_from(const struct vty *v)
{
	return v->from;
}

static void
set_text(char **at, const char *text)
{
	char *copy = xstrdup(text);

	free(*at);
	*at = copy;
}

void
vty_set_user(struct vty *v, const char *user)
{
	set_text(&v->user, user);
}

void
vty_set_line(struct vty *v, const char *line, const char *from)
{
	set_text(&v->line, line);
	set_text(&v->from, from);
}

const struct conf *
vty_conf(const struct vty *v)
{
	const struct cli_host *h = cli_host(v->cli);

	return v->batch != NULL ? v->batch : h->running(h->arg);
}

/* Modes. */

struct context *
vty_top(struct vty *v)
{
	return v->stack.n == 0 ? NULL : &v->stack.v[v->stack.n - 1];
}

static const struct mode *
exec_mode(const struct vty *v)
{
	return vty_privileged(v) ? &mode_exec : &mode_user;
}

const struct mode *
vty_mode(struct vty *v)
{
	return v->stack.n == 0 ? exec_mode(v) : vty_top(v)->mode;
}

void
vty_push(struct vty *v, struct context ctx)
{
	vec_push(&v->stack, ctx);
}

/* Leaves the modes whose object is gone: another console may have removed it. */
void
vty_leave_vanished(struct vty *v)
{
	for (size_t i = 1; i < v->stack.n; i++) {
		const struct context *ctx = &v->stack.v[i];
		bool there = ctx->section != NULL        ? section_find(vty_conf(v), ctx - 1, ctx) != NULL
			     : ctx->mode->exists != NULL ? ctx->mode->exists(vty_conf(v), ctx)
							 : true;

		if (!there) {
			vty_pop_to(v, i);
			return;
		}
	}
}

static void
left_configuration(struct vty *v)
{
	bool console = str_eq(v->line, "console") || str_starts(v->line, "con");

	if (v->batch == NULL)
		log_at(LOG_LEVEL_NOTICE, "SYS", "CONFIG_I", "Configured from console by %s%s%s%s%s%s",
		    v->user, console ? "" : " on ", console ? "" : v->line, *v->from == '\0' ? "" : " (",
		    v->from, *v->from == '\0' ? "" : ")");
}

void
vty_configure(struct vty *v)
{
	vty_pop_to(v, 0);
	vty_push(v, (struct context){ .mode = &mode_config });
	if (v->batch == NULL)
		v->session = life_session(v->cli);
}

void
vty_end(struct vty *v)
{
	vty_banner_end(v);
	if (v->batch != NULL) {
		vty_pop_to(v, 1); /* a script stays in global configuration */
	} else if (v->stack.n > 0) {
		vty_pop_to(v, 0);
		left_configuration(v);
	}
}

/* `exit` in configuration: one mode up. */
void
vty_leave(struct vty *v)
{
	if (v->stack.n > 1)
		vty_pop_to(v, v->stack.n - 1);
	else
		vty_end(v);
}

void
vty_interrupt(struct vty *v)
{
	if (v->question.fn != NULL) {
		free(v->question.text);
		memset(&v->question, 0, sizeof v->question);
		vty_remember(v, NULL);
		vty_attach(v, NULL, NULL);
		login_interrupted(v);
	} else {
		vty_end(v);
	}
}

const char *
vty_prompt(struct vty *v)
{
	const char *host = vty_conf(v)->system->hostname;

	free(v->prompt);
	if (v->question.fn != NULL)
		v->prompt = xstrdup(v->question.text);
	else if (v->banner.delimiter != NULL)
		v->prompt = xstrdup("");
	else if (v->stack.n == 0)
		v->prompt =
		    xasprintf("%s%s", host, v->level > LEVEL_USER ? mode_exec.prompt : mode_user.prompt);
	else
		v->prompt = xasprintf("%.*s%s", PROMPT_HOST_MAX, host,
		    vty_top(v)->section != NULL ? vty_top(v)->row->section : vty_mode(v)->prompt);
	return v->prompt;
}

enum vty_wants
vty_wants(const struct vty *v)
{
	return v->held ? VTY_NOTHING : v->question.fn != NULL ? v->question.wants : VTY_LINE;
}

void
vty_hold(struct vty *v)
{
	v->held = true;
}

void
vty_go_on(struct vty *v)
{
	v->held = false;
	if (v->go_on != NULL)
		v->go_on(v->go_on_arg);
}

void
vty_on_go_on(struct vty *v, void (*fn)(void *arg), void *arg)
{
	v->go_on = fn;
	v->go_on_arg = arg;
}

/* Settings and history. */

struct vty_terminal *
vty_terminal(struct vty *v)
{
	return &v->terminal;
}

void
vty_window(struct vty *v, unsigned rows, unsigned columns)
{
	v->rows = rows > 0 ? rows : v->rows;
	v->columns = columns > 0 ? columns : v->columns;
	if (!v->terminal.length_set)
		v->terminal.length = v->rows;
	if (!v->terminal.width_set)
		v->terminal.width = v->columns;
}

bool
vty_configuring(const struct vty *v)
{
	return v->stack.n > 0;
}

void
vty_keep_history(struct vty *v, unsigned lines)
{
	v->terminal.history = lines;
	for (size_t i = 0; i < COUNT(v->recall); i++)
		recall_limit(&v->recall[i], lines);
}

const struct recall *
vty_recall(const struct vty *v, bool configuring)
{
	return &v->recall[configuring];
}

/* Answers and the text of a banner are no commands. */
static void
remember(struct vty *v, const char *line, size_t len)
{
	char *text;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	if (!v->interactive || v->question.fn != NULL || v->banner.delimiter != NULL || len > LINE_MAX_BYTES)
		return;
	text = xstrndup(line, len);
	recall_add(&v->recall[vty_configuring(v)], text, v->terminal.history);
	str_wipe_free(text);
}

int
vty_ask(struct vty *v, const char *question, enum vty_wants wants, vty_answer *fn, void *arg)
{
	if (!v->interactive)
		return fn(v, "", arg);
	free(v->question.text);
	v->question.text = xstrdup(question);
	v->question.wants = wants;
	v->question.fn = fn;
	v->question.arg = arg;
	return 0;
}

void
vty_attach(struct vty *v, void *state, void (*release)(void *state))
{
	if (v->attached != NULL)
		v->release(v->attached);
	v->attached = state;
	v->release = release;
}

static int
answer(struct vty *v, const char *text)
{
	vty_answer *fn = v->question.fn;
	void *arg = v->question.arg;

	free(v->question.text);
	memset(&v->question, 0, sizeof v->question);
	return fn(v, text, arg);
}

void
vty_remember(struct vty *v, const char *text)
{
	str_wipe_free(v->remembered);
	v->remembered = xstrdup(text);
}

const char *
vty_remembered(const struct vty *v)
{
	return v->remembered;
}

bool
vty_script(const struct vty *v)
{
	return v->batch != NULL;
}

bool
vty_say_no_key(struct vty *v)
{
	bool told = v->told_no_key;

	v->told_no_key = v->batch != NULL;
	return !told;
}

/* Errors. */

void
vty_refuse(struct vty *v, enum line_error_kind kind, size_t column, size_t token)
{
	out_free(&v->error.text);
	v->error.kind = kind;
	v->error.column = column;
	v->error.token = token;
}

void
vty_refuse_parse(struct vty *v, const struct parse *p, size_t offset)
{
	vty_refuse(v,
	    p->status == PARSE_AMBIGUOUS    ? LINE_AMBIGUOUS
	    : p->status == PARSE_INCOMPLETE ? LINE_INCOMPLETE
					    : LINE_INVALID,
	    p->column + offset, p->token);
}

int
vty_refuse_length(struct vty *v, size_t len)
{
	vty_refuse(v, LINE_SAID, 0, 0);
	out_printf(&v->error.text, "%% Line too long: %zu bytes, %d at the most", len, LINE_MAX_BYTES);
	return -1;
}

/* As a terminal shows it: the caret stands below the typed line, so the prompt counts. */
static void
show_error(struct vty *v, const char *line)
{
	size_t len = strlen(line);
	const char *word = line + strspn(line, " \t");

	switch (v->error.kind) {
	case LINE_FINE:
		break;
	case LINE_INVALID:
		out_printf(v->out, "%*s^\n%% Invalid input detected at '^' marker.\n\n",
		    (int)(strlen(vty_prompt(v)) + v->error.column), "");
		break;
	case LINE_INCOMPLETE:
		out_str(v->out, "% Incomplete command.\n\n");
		break;
	case LINE_AMBIGUOUS:
		while (len > 0 && strchr(" \t", line[len - 1]) != NULL)
			len--;
		out_printf(v->out, "%% Ambiguous command:  \"%.*s\"\n", (int)len, line);
		break;
	case LINE_UNKNOWN:
		out_printf(v->out,
		    "Translating \"%.*s\"\n%% Unknown command or computer name, or unable to find computer "
		    "address\n\n",
		    (int)strcspn(word, " \t"), word);
		break;
	case LINE_BYTE:
		out_printf(v->out, "%s at position %zu\n", out_text(&v->error.text), v->error.column + 1);
		break;
	case LINE_SAID:
		if (v->error.text.len > 0) /* else the command has printed it */
			out_printf(v->out, "%s\n", out_text(&v->error.text));
		break;
	}
}

/* EXEC. */

/* Output goes into files as IOS names them. */
static int
store(const struct cli *cli, filter_store *to_host, const char *name, const char *text, size_t len, char *err,
    size_t errsz)
{
	struct file_name file;
	int rc = -1;

	if (file_name_parse(cli, name, &file, err, errsz) != 0)
		return -1;
	if (file.kind == FILE_PATH)
		rc = to_host(cli_host(cli)->arg, file.path, text, len, err, errsz);
	else
		snprintf(err, errsz, "%s: Not a file for output", name);
	file_name_free(&file);
	return rc;
}

static int
store_new(void *arg, const char *name, const char *text, size_t len, char *err, size_t errsz)
{
	return store(arg, cli_host(arg)->write_file, name, text, len, err, errsz);
}

static int
store_more(void *arg, const char *name, const char *text, size_t len, char *err, size_t errsz)
{
	return store(arg, cli_host(arg)->append_file, name, text, len, err, errsz);
}

static int64_t
filter_now(void *arg)
{
	const struct cli_host *h = cli_host(arg);

	return h->now(h->arg);
}

/* The filters behind a command; text: behind the bar; offset: where it begins in the typed line. */
static struct filter *
open_filter(struct vty *v, const struct parse *p, const char *text, size_t offset)
{
	const struct cli_host *h = cli_host(v->cli);
	struct filter_host host = { (void *)(uintptr_t)v->cli, h->write_file == NULL ? NULL : store_new,
		h->append_file == NULL ? NULL : store_more,
		vty_privileged(v) ? NULL : "Permission denied; type 'enable' first",
		h->now == NULL ? NULL : filter_now };
	struct filter_error error;
	struct filter *f = filter_new(text, v->out, &host, &error);

	if (f == NULL && error.status != PARSE_OK) {
		vty_refuse_parse(
		    v, &(struct parse){ .status = error.status, .column = error.column }, offset);
	} else if (f == NULL) {
		vty_refuse(v, LINE_SAID, 0, 0);
		out_printf(&v->error.text, "%% %s", error.text);
	} else if (filter_json(f) && ((const struct cmd *)p->row)->json == NULL) {
		vty_refuse(v, LINE_SAID, 0, 0);
		out_printf(&v->error.text, "%% '%s' has no JSON form", p->canonical);
		filter_finish(f, false, &v->error.text);
		return NULL;
	}
	return f;
}

static int
exec_words(struct vty *v, const struct mode *mode, const char *line, size_t offset)
{
	const char *bar = pipe_in(line);
	char *left = bar == NULL ? xstrdup(line) : xstrndup(line, (size_t)(bar - line));
	struct filter *filter = NULL;
	struct out *out = v->out;
	struct cmd_call c;
	struct parse p;
	int rc = -1;

	vty_parse(v, mode, left, CMD_SET, &p);
	if (bar != NULL && (p.status != PARSE_OK || (((const struct cmd *)p.row)->flags & CMD_PIPE) == 0)) {
		parse_free(&p); /* not a command with output: the bar is part of the line */
		vty_parse(v, mode, line, CMD_SET, &p);
		bar = NULL;
	}
	if (p.status != PARSE_OK) {
		vty_refuse_parse(v, &p, offset);
		if (p.status == PARSE_INVALID && p.token == 0 && strpbrk(line, " \t") == NULL &&
		    v->stack.n == 0)
			v->error.kind = LINE_UNKNOWN;
		goto out;
	}
	if (bar != NULL) {
		filter = open_filter(v, &p, bar + 1, offset + (size_t)(bar + 1 - line));
		if (filter == NULL)
			goto out;
		v->out = filter_in(filter);
	}
	c = vty_call(v, &p, NULL, CMD_SET);
	c.conf = conf_hold((struct conf *)(uintptr_t)vty_conf(v));
	rc = filter != NULL && filter_json(filter) ? c.cmd->json(&c) : c.cmd->run(&c);
	conf_release(c.conf);
	v->out = out;
	if (filter != NULL && filter_finish(filter, rc == 0, &v->error.text) != 0)
		rc = -1;
	if (rc != 0 && v->error.kind == LINE_FINE)
		v->error.kind = LINE_SAID;
	if (rc != 0 && v->error.kind == LINE_INVALID)
		v->error.column += offset; /* the command counts from its own first word */
out:
	parse_free(&p);
	str_wipe_free(left);
	return rc;
}

/* A name of `alias exec` stands for its command; where the line is refused, the caret stands below what was
 * typed. */
static int
exec_line(struct vty *v, const struct mode *mode, const char *line, size_t offset)
{
	size_t name, command;
	char *meant = alias_expand(v, line, &name, &command);
	int rc = exec_words(v, mode, meant == NULL ? line : meant, offset);

	if (meant != NULL && rc != 0 && v->error.kind == LINE_INVALID)
		v->error.column =
		    v->error.column - offset < command ? offset : v->error.column - command + name;
	str_wipe_free(meant);
	return rc;
}

/* Lines. */

/* A character that has no place in a line, since it drives terminals: where it is (its first byte), or -1.
 * The controls U+0080 to U+009F are two bytes of UTF-8. */
static long
bad_character(const char *line, size_t len, unsigned *what)
{
	for (size_t i = 0; i < len; i++) {
		const unsigned char *c = (const unsigned char *)line + i;
		bool c1 = c[0] == 0xc2 && i + 1 < len && c[1] >= 0x80 && c[1] < 0xa0;

		if (c1 || c[0] == 0x7f || (c[0] < 0x20 && c[0] != '\t')) {
			*what = c1 ? c[1] : c[0];
			return (long)i;
		}
	}
	return -1;
}

/* What `show running-config` prints around the statements; it comes along when its output is pasted. */
static bool
is_decoration(const char *line)
{
	return str_starts(line, "Building configuration...") || str_starts(line, "Current configuration :") ||
	       (str_starts(line, "Using ") && strstr(line, " out of ") != NULL &&
		   strstr(line, " bytes") != NULL);
}

static int
text_line(struct vty *v, const char *text)
{
	size_t indent, at = skip_blanks(text, &indent), n;
	const char *line = text + at;

	if (v->question.fn != NULL)
		return answer(v, text);
	if (login_pending(v)) { /* turned away, or being checked */
		vty_refuse(v, LINE_SAID, 0, 0);
		out_str(&v->error.text, "% Not logged in");
		return -1;
	}
	if (v->banner.delimiter != NULL)
		return vty_banner_line(v, text);
	if (*line == '\0' || *line == '!' || (v->stack.n > 0 && is_decoration(line)))
		return 0;
	vty_leave_vanished(v);
	if (v->stack.n == 0)
		return exec_line(v, exec_mode(v), line, at);
	if (v->batch == NULL && (n = leading_word(line, "do", 2)) > 0)
		return exec_line(v, &mode_exec, line + n, at + n);
	return vty_config_line(v, line, indent, at);
}

/* A saved configuration of a router has this byte around its banners, where it shows ^C. */
static char *
with_etx_shown(const struct vty *v, char *text)
{
	size_t blanks = skip_blanks(text, NULL);
	struct out o = OUT_MEMORY;

	if (strchr(text, ETX) == NULL ||
	    (v->banner.delimiter == NULL && leading_word(text + blanks, "banner", strlen("banner")) == 0))
		return text;
	for (const char *p = text; *p != '\0'; p++)
		out_str(&o, *p == ETX ? "^C" : (char[]){ *p, '\0' });
	str_wipe_free(text);
	return out_take(&o);
}

int
vty_try(struct vty *v, const char *line, size_t len)
{
	unsigned what = 0;
	char *text;
	long bad;
	int rc;

	vty_refuse(v, LINE_FINE, 0, 0);
	out_free(&v->warning);
	while (len > 0 && strchr("\r\t ", line[len - 1]) != NULL && line[len - 1] != '\0')
		len--;
	if (len > LINE_MAX_BYTES + WRITTEN_MORE)
		return vty_refuse_length(v, len);
	text = xstrndup(line, len);
	bad = bad_character(line, len, &what);
	if (bad >= 0 && line[bad] == ETX && strlen(text) == len) {
		text = with_etx_shown(v, text);
		bad = bad_character(text, strlen(text), &what);
	}
	if (bad < 0) {
		rc = text_line(v, text);
	} else {
		vty_refuse(v, LINE_BYTE, (size_t)bad, 0);
		out_printf(&v->error.text, "%% Control character 0x%02x", what);
		rc = -1;
	}
	str_wipe_free(text);
	if (rc != 0 && v->error.kind == LINE_FINE)
		v->error.kind = LINE_SAID;
	return rc;
}

const struct line_error *
vty_error(const struct vty *v)
{
	return &v->error;
}

const char *
vty_warning(struct vty *v)
{
	return out_text(&v->warning);
}

struct vty *
vty_new_script(const struct cli *cli, struct out *out, struct conf *draft)
{
	struct vty *v = vty_new(cli, out, false);

	v->batch = draft;
	vty_configure(v);
	return v;
}

int
vty_line(struct vty *v, const char *line, size_t len)
{
	char *text = xstrndup(line, len);
	int rc;

	remember(v, line, len);
	rc = vty_try(v, line, len);
	if (rc != 0)
		show_error(v, text);
	for (const char *w = vty_warning(v); *w != '\0';) {
		size_t n = strcspn(w, "\n");

		out_printf(v->out, "%% Warning: %.*s\n", (int)n, w);
		w += n + (w[n] == '\n');
	}
	str_wipe_free(text);
	return rc;
}
