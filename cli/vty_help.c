/* `?` and Tab: what could follow on the line as it stands. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/filter.h"
#include "cli/vty_internal.h"

struct asked {
	const struct choice *choices;
	size_t n;
	const char *line; /* behind do, no, default */
	bool negated, pipe;
};

/* Whether the line up to the bar is a command that prints. */
static bool
takes_pipe(struct vty *v, const struct mode *mode, const char *line, const char *bar)
{
	char *left = xstrndup(line, (size_t)(bar - line));
	struct parse p;
	bool takes;

	vty_parse(v, mode, left, CMD_SET, &p);
	takes = p.status == PARSE_OK && (((const struct cmd *)p.row)->flags & CMD_PIPE) != 0;
	parse_free(&p);
	str_wipe_free(left);
	return takes;
}

static struct asked
ask(struct vty *v, const char *line)
{
	struct asked a = { .line = line + skip_blanks(line, NULL) };
	const struct mode *mode;
	size_t n;

	vty_leave_vanished(v);
	mode = vty_mode(v);
	if (v->stack.n > 0 && (n = leading_word(a.line, "do", 2)) > 0 && a.line[2] != '\0') {
		mode = &mode_exec;
		a.line += n;
	} else if (v->stack.n > 0) {
		const char *behind = a.line;

		a.negated =
		    take_op(&behind) != CMD_SET && (behind > a.line && strchr(" \t", behind[-1]) != NULL);
		if (a.negated)
			a.line = behind;
	}
	if (mode == &mode_user || mode == &mode_exec) {
		const char *bar = pipe_in(a.line);

		if (bar != NULL && takes_pipe(v, mode, a.line, bar)) {
			a.pipe = true;
			a.line = bar + 1;
		}
	}
	a.choices = cli_choices(v->cli, mode, a.negated, &a.n);
	return a;
}

void
vty_help(struct vty *v, const char *line)
{
	struct asked a = ask(v, line);

	if (a.pipe) {
		filter_help(a.line, v->out);
	} else {
		if (*a.line == '\0' && !a.negated)
			out_printf(v->out, "%s\n", vty_mode(v)->title);
		grammar_help(a.choices, a.n, a.line, v->out);
	}
	out_char(v->out, '\n');
}

struct completion {
	size_t n;
	const char *name;
};

static void
complete(void *arg, const char *name, const char *help, bool keyword)
{
	struct completion *c = arg;

	(void)help;
	if (!keyword)
		return;
	c->n++;
	c->name = name;
}

char *
vty_complete(struct vty *v, const char *line)
{
	struct asked a = ask(v, line);
	struct completion c = { 0 };
	const char *prefix;
	bool end;

	if (a.pipe)
		filter_next(a.line, &prefix, &end, complete, &c);
	else if (grammar_next(a.choices, a.n, a.line, &prefix, &end, complete, &c) != 0)
		return NULL;
	return c.n == 1 && *prefix != '\0' ? xasprintf("%s ", c.name + strlen(prefix)) : NULL;
}
