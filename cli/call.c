#include "cli/call.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/conceal.h"
#include "cli/vty.h"

static const struct parse_arg *
find(const struct cmd_call *c, const char *name)
{
	for (size_t i = 0; i < c->parse->nargs; i++)
		if (str_eq(c->parse->args[i].name, name))
			return &c->parse->args[i];
	return NULL;
}

const char *
cmd_arg(const struct cmd_call *c, const char *name)
{
	const struct parse_arg *a = find(c, name);

	return a == NULL ? NULL : a->text;
}

bool
cmd_given(const struct cmd_call *c, const char *name)
{
	return find(c, name) != NULL;
}

uint64_t
cmd_uint(const struct cmd_call *c, const char *name, uint64_t otherwise)
{
	const struct parse_arg *a = find(c, name);

	return a == NULL ? otherwise : a->number;
}

int
cmd_error(struct cmd_call *c, const char *format, ...)
{
	va_list ap;

	out_str(c->error, "% ");
	va_start(ap, format);
	out_vprintf(c->error, format, ap);
	va_end(ap);
	return -1;
}

int
cmd_error_at(struct cmd_call *c, const char *name, const char *format, ...)
{
	va_list ap;

	c->blamed = find(c, name);
	out_str(c->error, "% ");
	va_start(ap, format);
	out_vprintf(c->error, format, ap);
	va_end(ap);
	return -1;
}

void
cmd_warn(struct cmd_call *c, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	out_vprintf(c->warning, format, ap);
	va_end(ap);
	out_char(c->warning, '\n');
}

void *
cmd_object(struct cmd_call *c)
{
	return cli_table_of(c->cmd)->edit(c->conf, c->context);
}

/* Fields. */

static int
set_field(struct cmd_call *c)
{
	const struct field *f = &c->cmd->field;
	char *at = (char *)cmd_object(c) + f->offset;
	const struct parse_arg *last = c->parse->nargs > 0 ? &c->parse->args[c->parse->nargs - 1] : NULL;

	switch (f->kind) {
	case FIELD_UINT:
		*(unsigned *)at = c->op == CMD_SET ? (unsigned)last->number : f->otherwise;
		break;
	case FIELD_BOOL:
		*(bool *)at = c->op == CMD_DEFAULT ? f->otherwise != 0 : c->op == CMD_SET;
		break;
	case FIELD_TEXT:
		free(*(char **)at);
		*(char **)at = c->op == CMD_SET ? xstrdup(last->text) : NULL;
		break;
	case FIELD_NONE:
		break;
	}
	return 0;
}

/* Kept statements. `X` and `no X` replace each other; `no X` of nothing is kept itself, since it may switch
 * off what is on by default in IOS. */

struct kept_at {
	struct conf *conf; /* list NULL: kept by the configuration itself */
	struct kept_list *list;
};

static struct kept_at
kept_place(struct cmd_call *c)
{
	const struct table *t = cli_table_of(c->cmd);

	return (struct kept_at){ c->conf, t->kept == NULL ? NULL : t->kept(t->edit(c->conf, c->context)) };
}

static bool
remove_kept(struct kept_at at, const char *line)
{
	return at.list != NULL ? kept_list_remove(at.list, line) : conf_remove_kept(at.conf, line);
}

struct beginning {
	const char *text;
	VEC(char *) lines;
};

static bool
gather_beginning(void *arg, const void *key, size_t keylen, void *value)
{
	struct beginning *b = arg;
	const struct kept *k = value;
	size_t len = strlen(b->text);

	(void)key, (void)keylen;
	if (!str_starts(k->line, b->text))
		return false;
	if (k->line[len] == '\0' || k->line[len] == ' ')
		vec_push(&b->lines, xstrdup(k->line));
	return true;
}

/* Removes every statement that is `line` or begins with it. */
static bool
remove_beginning(struct kept_at at, const char *line)
{
	struct beginning b = { .text = line };
	size_t n;

	if (at.list == NULL)
		pmap_walk(&at.conf->kept_lines, line, strlen(line), gather_beginning, &b);
	for (size_t i = 0; at.list != NULL && i < at.list->list.n; i++)
		gather_beginning(&b, NULL, 0, at.list->list.v[i]);
	n = b.lines.n;
	for (size_t i = 0; i < n; i++) {
		remove_kept(at, b.lines.v[i]);
		free(b.lines.v[i]);
	}
	vec_free(&b.lines);
	return n > 0;
}

/* Removes `no` and line, and `no` and each beginning of it. */
static void
remove_negations(struct kept_at at, const char *line)
{
	for (size_t n = strcspn(line, " "); n > 0;) {
		char *no = xasprintf("no %.*s", (int)n, line);

		remove_kept(at, no);
		str_wipe_free(no);
		n = line[n] == '\0' ? 0 : n + 1 + strcspn(line + n + 1, " ");
	}
}

static struct kept *
edit_kept(struct kept_at at, const struct cmd *row, const char *line)
{
	return at.list != NULL ? kept_list_edit(at.list, cli_rank(row), line)
			       : conf_edit_kept(at.conf, cli_rank(row), line);
}

/* The warning shows keywords only: what stands behind them may be a secret, even behind a mistyped word. */
static void
warn_of_kept(struct cmd_call *c, enum cmd_op op)
{
	cmd_warn(c, "'%s%.*s' is kept, but %s", op == CMD_NO ? "no " : "", (int)c->parse->keywords,
	    c->parse->canonical, c->cmd->accept);
}

/* The line as it may be kept: without a clear password or login secret; `no` needs none. *behind: where the
 * word `secret` ends if one was hashed, else 0. */
static char *
without_secrets(struct cmd_call *c, size_t *behind)
{
	char *line = conceal(NULL, c->parse->canonical), *clear, *hash, *whole;
	size_t end, from;

	*behind = 0;
	if (!clear_login(line, &end, &from))
		return line;
	clear = xstrndup(line + from, strcspn(line + from, " "));
	hash = c->op == CMD_SET ? login_new(vty_cli(c->vty), 9, clear) : NULL;
	if (hash != NULL)
		*behind = end;
	whole = hash != NULL ? xasprintf("%.*s 9 %s", (int)end, line, hash) : xstrndup(line, end);
	free(hash);
	str_wipe_free(clear);
	str_wipe_free(line);
	return whole;
}

static int
keep(struct cmd_call *c)
{
	struct kept_at at = kept_place(c);
	bool was = false; /* it stood there, and is gone now */
	size_t behind;
	char *line = without_secrets(c, &behind), *no = xasprintf("no %s", line);

	if ((c->cmd->flags & CMD_BANNER) == 0 && strlen(line) > LINE_MAX_BYTES) {
		str_wipe_free(no);
		str_wipe_free(line);
		return cmd_error(
		    c, "Line too long with its keywords in full: %d bytes at the most", LINE_MAX_BYTES);
	}
	if (behind > 0) { /* another secret of the same user */
		char *user = xstrndup(line, behind);

		remove_beginning(at, user);
		free(user);
	}
	if (c->op == CMD_SET) {
		remove_negations(at, line);
		edit_kept(at, c->cmd, line);
	} else {
		was = remove_beginning(at, line);
		if (c->op == CMD_DEFAULT)
			remove_kept(at, no);
		else if (!was)
			edit_kept(at, c->cmd, no);
	}
	if (c->op == CMD_SET)
		c->section = xstrdup(line);
	if (c->op != CMD_DEFAULT && !was)
		warn_of_kept(c, c->op);
	str_wipe_free(no);
	str_wipe_free(line);
	return 0;
}

bool
call_forget(struct conf *conf, const char *line)
{
	return remove_beginning((struct kept_at){ conf, NULL }, line);
}

static int
change_one(struct cmd_call *c)
{
	if (c->cmd->accept != NULL)
		return keep(c);
	if (c->cmd->field.kind != FIELD_NONE)
		return set_field(c);
	return c->op == CMD_SET ? c->cmd->set(c) : c->cmd->unset(c);
}

/* A statement of `line vty 0 4` goes to each of them; what it warns of is said once. */
int
call_config(struct cmd_call *c)
{
	struct context *whole = c->context, one = *whole;
	int rc = change_one(c);

	c->context = &one;
	while (rc == 0 && one.tag < whole->last) {
		one.tag++;
		out_free(c->warning);
		free(c->section);
		c->section = NULL;
		rc = change_one(c);
	}
	c->context = whole;
	return rc;
}

/* The lines of a kept statement. */

const struct kept *
section_find(const struct conf *conf, const struct context *parent, const struct context *ctx)
{
	const struct table *t = cli_table_of(ctx->row);
	struct conf *any = (struct conf *)(uintptr_t)conf; /* only looked at */

	if (t->kept == NULL)
		return conf_kept(conf, ctx->section);
	return kept_list_find(t->kept((void *)(uintptr_t)t->object(any, parent)), ctx->section);
}

int
section_line(struct cmd_call *c, enum cmd_op op, const char *text, size_t indent)
{
	struct context *ctx = c->context;
	struct cmd_call parent = *c;
	char *whole = xasprintf("%s%s", op == CMD_NO ? "no " : "", text),
	     *line = conceal(ctx->section, whole);
	struct kept *k;
	size_t level, at;
	int rc = 0;

	parent.cmd = ctx->row;
	parent.context = ctx - 1; /* a section is never at the bottom of the stack */
	/* How deep: below the last line that stands further left. Without blanks everything is one level
	 * deep. */
	if (indent <= ctx->indent)
		ctx->indents.n = 0;
	while (ctx->indents.n > 0 && ctx->indents.v[ctx->indents.n - 1] >= indent)
		ctx->indents.n--;
	level = ctx->indents.n;
	ctx->open.n = level;
	k = edit_kept(kept_place(&parent), ctx->row, ctx->section);
	/* Another console may have removed lines since. */
	for (size_t i = 0; i < level; i++)
		if (ctx->open.v[i] >= k->lines.n || k->lines.v[ctx->open.v[i]].level != i + 1)
			ctx->indents.n = ctx->open.n = level = i;
	if (strlen(line) > LINE_MAX_BYTES) {
		rc = cmd_error(c, "Line too long: %d bytes at the most", LINE_MAX_BYTES);
	} else if (op == CMD_DEFAULT) {
		if (level == 0)
			kept_remove_lines(k, line);
	} else if (op == CMD_SET || level > 0 || !kept_remove_lines(k, line + strlen("no "))) {
		if (op == CMD_SET && level == 0)
			kept_remove_negations(k, line);
		at = kept_put_line(k, level == 0 ? KEPT_TOP : (long)ctx->open.v[level - 1], line);
		vec_push(&ctx->indents, indent);
		vec_push(&ctx->open, at);
	}
	str_wipe_free(line);
	str_wipe_free(whole);
	return rc;
}
