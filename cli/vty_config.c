/* Configuration lines: the mode a line is meant for, the draft it changes, what is published. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/call.h"
#include "cli/life.h"
#include "cli/vty_internal.h"

enum { TAB_STOP = 8, BANNER_MAX = 65536 };

size_t
skip_blanks(const char *line, size_t *columns)
{
	size_t i = 0, column = 0;

	for (; line[i] == ' ' || line[i] == '\t'; i++)
		column = line[i] == '\t' ? (column / TAB_STOP + 1) * TAB_STOP : column + 1;
	if (columns != NULL)
		*columns = column;
	return i;
}

/* The word at line, if it is `word` (or for `default` a beginning that nothing else has): length with the
 * blanks behind it; 0: no. */
size_t
leading_word(const char *line, const char *word, size_t at_least)
{
	size_t len = strcspn(line, " \t");

	if (len < at_least || !str_casestarts(word, "") || str_common(line, word) < len || len > strlen(word))
		return 0;
	return line[len] == '\0' ? len : len + skip_blanks(line + len, NULL);
}

/* `no` and `default` before a statement; *line moves behind them. */
enum cmd_op
take_op(const char **line)
{
	size_t n;

	if ((n = leading_word(*line, "no", 2)) > 0) {
		*line += n;
		return CMD_NO;
	}
	if ((n = leading_word(*line, "default", 3)) > 0) {
		*line += n;
		return CMD_DEFAULT;
	}
	return CMD_SET;
}

void
vty_parse(struct vty *v, const struct mode *mode, const char *line, enum cmd_op op, struct parse *p)
{
	size_t n;
	const struct choice *choices = cli_choices(v->cli, mode, op != CMD_SET, &n);

	grammar_parse(choices, n, line, p);
	if (p->status == PARSE_EMPTY)
		p->status = PARSE_INCOMPLETE; /* `no` alone */
}

struct cmd_call
vty_call(struct vty *v, const struct parse *p, struct context *ctx, enum cmd_op op)
{
	return (struct cmd_call){ .vty = v,
		.cmd = p == NULL ? NULL : p->row,
		.parse = p,
		.context = ctx,
		.op = op,
		.out = v->out,
		.error = &v->error.text,
		.warning = &v->warning };
}

/* Publishes what the call did to its draft, or throws it away. */
static int
finish(struct vty *v, struct conf *draft, int rc)
{
	const struct cli_host *h = cli_host(v->cli);
	char err[300] = "";

	if (rc != 0) {
		v->error.kind = LINE_SAID;
		if (v->batch == NULL)
			conf_release(draft);
		return -1;
	}
	if (v->batch != NULL)
		return 0;
	if (h->publish(h->arg, draft, err, sizeof err) != 0) {
		vty_refuse(v, LINE_SAID, 0, 0);
		out_printf(&v->error.text, "%% %s", err);
		return -1;
	}
	life_changed(v->cli);
	return 0;
}

static const char *
op_words(enum cmd_op op)
{
	return op == CMD_NO ? "no " : op == CMD_DEFAULT ? "default " : "";
}

char *
banner_goes_on(const char *line)
{
	const char *text = strchr(line, ' ');
	size_t n;

	text = text == NULL ? NULL : strchr(text + 1, ' ');
	if (text == NULL)
		return NULL;
	n = str_starts(++text, "^C") ? 2 : 1;
	return strstr(text + n, n == 2 ? "^C" : (char[]){ text[0], '\0' }) != NULL ? NULL : xstrndup(text, n);
}

static bool
begin_banner(struct vty *v, const struct parse *p)
{
	v->banner.delimiter = banner_goes_on(p->canonical);
	if (v->banner.delimiter == NULL)
		return false;
	v->banner.row = p->row;
	v->banner.keywords = p->keywords;
	out_str(&v->banner.text, p->canonical);
	if (v->batch == NULL)
		out_printf(
		    v->out, "Enter TEXT message.  End with the character '%s'.\n", v->banner.delimiter);
	return true;
}

/* offset: where what was parsed begins in the typed line. */
static int
run_statement(
    struct vty *v, const struct parse *p, size_t depth, enum cmd_op op, size_t indent, size_t offset)
{
	const struct cmd *row = p->row;
	struct conf *draft;
	struct cmd_call c;

	if (op == CMD_SET && (row->flags & CMD_BANNER) != 0 && v->banner.delimiter == NULL &&
	    begin_banner(v, p)) {
		vty_pop_to(v, depth + 1);
		return 0;
	}
	c = vty_call(v, p, &v->stack.v[depth], op);
	if (row->run != NULL) {
		c.conf = (struct conf *)(uintptr_t)vty_conf(v); /* EXEC rows only look */
		if (row->run(&c) == 0)
			return 0;
		v->error.kind = LINE_SAID;
		return -1;
	}
	draft = v->batch != NULL ? v->batch : conf_share(vty_conf(v));
	c.conf = draft;
	if (finish(v, draft, call_config(&c)) != 0) {
		if (c.blamed != NULL)
			v->error.column = c.blamed->column + offset;
		free(c.section);
		return -1;
	}
	if (v->batch == NULL)
		life_record(v, depth, NULL, op_words(op), p->canonical);
	vty_pop_to(v, depth + 1);
	if (op == CMD_SET && row->enter != NULL)
		vty_push(v, (struct context){ .mode = row->enter,
				.tag = c.enter_tag,
				.last = c.enter_last,
				.row = row,
				.indent = indent });
	if (row->section != NULL && c.section != NULL)
		vty_push(v, (struct context){
				.mode = &mode_section, .section = c.section, .row = row, .indent = indent });
	else
		free(c.section);
	return 0;
}

static int
add_section_line(struct vty *v, enum cmd_op op, const char *line, size_t indent)
{
	struct conf *draft = v->batch != NULL ? v->batch : conf_share(vty_conf(v));
	struct cmd_call c = vty_call(v, NULL, vty_top(v), op);

	c.conf = draft;
	if (finish(v, draft, section_line(&c, op, line, indent)) != 0)
		return -1;
	if (v->batch == NULL)
		life_record(v, v->stack.n - 1, vty_top(v)->section, op_words(op), line);
	return 0;
}

static bool
same_first_word(const char *a, const char *b)
{
	size_t n = strcspn(a, " ");

	return strcspn(b, " \t") == n && strncasecmp(a, b, n) == 0;
}

/* Whether the blanks say that the line is not of this mode: earlier lines of the mode had more than the line
 * that opened it, this one has not. What is typed has no blanks and says nothing. */
static bool
stands_outside(const struct context *ctx, size_t indent)
{
	return ctx->indented && indent <= ctx->indent;
}

/* A line that its mode only keeps, or finds incomplete, and that stands outside of it, may be a whole line of
 * a mode above. Then *p is that one. Returns the depth. */
static size_t
prefer_above(struct vty *v, size_t depth, const char *line, enum cmd_op op, size_t indent, struct parse *p)
{
	if ((p->status == PARSE_OK && ((const struct cmd *)p->row)->accept == NULL) ||
	    p->status == PARSE_INVALID)
		return depth;
	for (size_t d = depth; d > 0 && stands_outside(&v->stack.v[d], indent); d--) {
		struct parse above;

		vty_parse(v, v->stack.v[d - 1].mode, line, op, &above);
		if (above.status == PARSE_OK) {
			parse_free(p);
			*p = above;
			return d - 1;
		}
	}
	return depth;
}

/* A configuration line, blanks cut off; offset: where it begins in the typed line. */
int
vty_config_line(struct vty *v, const char *line, size_t indent, size_t offset)
{
	const char *statement = line;
	enum cmd_op op = take_op(&statement);
	struct parse p, worst = { 0 };
	size_t depth = v->stack.n;
	bool in_section = vty_top(v)->section != NULL;
	int rc = -1;

	offset += (size_t)(statement - line);
	if (op != CMD_SET &&
	    (leading_word(statement, "no", 2) > 0 || leading_word(statement, "default", 7) > 0)) {
		vty_refuse(v, LINE_INVALID, offset, 1); /* no no: one is enough */
		return -1;
	}
	if (indent > vty_top(v)->indent)
		vty_top(v)->indented = true;
	if (in_section && indent > vty_top(v)->indent)
		return add_section_line(v, op, statement, indent);
	while (depth-- > 0) {
		vty_parse(v, v->stack.v[depth].mode, statement, op, &p);
		depth = prefer_above(v, depth, statement, op, indent, &p);
		/* A section's own words are unknown: only a global command in full leaves it. */
		if (p.status == PARSE_OK && in_section && depth + 1 < v->stack.n &&
		    !same_first_word(p.canonical, statement)) {
			parse_free(&p);
			p.status = PARSE_INVALID;
		}
		if (p.status == PARSE_OK) {
			rc = strlen(p.canonical) <= LINE_MAX_BYTES
				 ? run_statement(v, &p, depth, op, indent, offset)
				 : vty_refuse_length(v, strlen(p.canonical));
			parse_free(&p);
			break;
		}
		/* The mode that understood most of the line tells what is wrong with it. */
		if (worst.status == PARSE_OK ||
		    (p.status != PARSE_INVALID && worst.status == PARSE_INVALID) || p.token > worst.token)
			worst = p;
		if (p.status != PARSE_INVALID && !in_section) {
			depth = 0;
			rc = -2;
			break;
		}
	}
	if (rc == -1 && v->error.kind == LINE_FINE && worst.status != PARSE_OK)
		rc = -2;
	if (rc == -2 && in_section && !(v->batch != NULL && stands_outside(vty_top(v), indent)))
		return add_section_line(v, op, statement, indent);
	if (rc == -2) {
		vty_refuse_parse(v, &worst, offset);
		rc = -1;
	}
	return rc;
}

int
vty_banner_line(struct vty *v, const char *line)
{
	const char *end = strstr(line, v->banner.delimiter);
	struct parse p = { .status = PARSE_OK, .row = v->banner.row, .keywords = v->banner.keywords };
	int rc;

	out_char(&v->banner.text, '\n');
	out_write(&v->banner.text, line, end == NULL ? strlen(line) : (size_t)(end - line));
	if (end == NULL && v->banner.text.len <= BANNER_MAX)
		return 0;
	if (end == NULL) {
		vty_banner_end(v);
		vty_refuse(v, LINE_SAID, 0, 0);
		out_str(&v->error.text, "% The banner has no end");
		return -1;
	}
	out_str(&v->banner.text, v->banner.delimiter);
	p.canonical = out_take(&v->banner.text);
	rc = run_statement(v, &p, 0, CMD_SET, 0, 0);
	vty_banner_end(v);
	free(p.canonical);
	return rc;
}
