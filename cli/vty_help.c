/* `?` and Tab: what could follow on the line as it stands. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/alias.h"
#include "cli/filter.h"
#include "cli/login.h"
#include "cli/vty_internal.h"

struct asked {
	const struct choice *choices;
	size_t n;
	const char *line; /* behind do, no, default */
	const char *title; /* of the mode asked about */
	bool negated, pipe, exec;
	char *meant; /* the line with its alias replaced; NULL: there was none */
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
		const char *bar;
		size_t name, command;

		a.exec = true;
		if (strpbrk(a.line, " \t") != NULL &&
		    (a.meant = alias_expand(v, a.line, &name, &command)) != NULL)
			a.line = a.meant;
		bar = pipe_in(a.line);

		if (bar != NULL && takes_pipe(v, mode, a.line, bar)) {
			a.pipe = true;
			a.line = bar + 1;
		}
	}
	a.title = mode->title;
	a.choices = cli_listed(v->cli, mode, a.negated, &a.n);
	return a;
}

/* "*sr=show running-config", for what begins with the word. */
struct names {
	struct out *out;
	const char *prefix;
	size_t n;
};

static void
help_alias(void *arg, const char *name, const char *command)
{
	struct names *names = arg;

	if (str_casestarts(name, names->prefix))
		out_printf(names->out, "%s*%s=%s", names->n++ > 0 ? "  " : "", name, command);
}

static void
count_name(void *arg, const char *name, const char *help, bool keyword)
{
	(void)name, (void)help, (void)keyword;
	++*(size_t *)arg;
}

/* The aliases that begin with the word; true when no command does. */
static bool
help_aliases(struct vty *v, const struct asked *a)
{
	struct names names = { v->out, a->line, 0 };
	const char *prefix;
	size_t commands = 0;
	bool end;

	if (!a->exec || *a->line == '\0' || strpbrk(a->line, " \t") != NULL)
		return false;
	alias_each(v, help_alias, &names);
	if (names.n == 0)
		return false;
	out_char(v->out, '\n');
	return grammar_next(a->choices, a->n, a->line, &prefix, &end, count_name, &commands) != 0 ||
	       commands == 0;
}

/* Behind a word of a section that is only kept anything can follow. */
static bool
help_section(struct vty *v, const struct asked *a)
{
	static const struct word any = { "LINE", "Kept in the configuration; gw does not act on it" };
	const char *prefix;
	size_t commands = 0;
	bool end;

	if (a->exec || v->stack.n == 0 || vty_top(v)->section == NULL || strpbrk(a->line, " \t") == NULL ||
	    (grammar_next(a->choices, a->n, a->line, &prefix, &end, count_name, &commands) == 0 &&
		(commands > 0 || end)))
		return false;
	help_table(v->out, &any, 1, true);
	return true;
}

void
vty_help(struct vty *v, const char *line)
{
	struct asked a;
	bool known;

	if (v->question.fn != NULL || login_pending(v))
		return;
	a = ask(v, line);
	if (a.pipe) {
		known = filter_help(a.line, v->out);
	} else {
		if (*a.line == '\0' && !a.negated)
			out_printf(v->out, "%s\n", a.title);
		known = help_aliases(v, &a) || help_section(v, &a) ||
			grammar_help(a.choices, a.n, a.line, v->out);
	}
	if (known)
		out_char(v->out, '\n');
	str_wipe_free(a.meant);
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
	struct completion c = { 0 };
	const char *prefix;
	struct asked a;
	char *rest;
	bool end;

	if (v->question.fn != NULL || login_pending(v))
		return NULL;
	a = ask(v, line);
	if (a.pipe)
		filter_next(a.line, &prefix, &end, complete, &c);
	else if (grammar_next(a.choices, a.n, a.line, &prefix, &end, complete, &c) != 0)
		c.n = 0;
	rest = c.n == 1 && *prefix != '\0' ? xasprintf("%s ", c.name + strlen(prefix)) : NULL;
	str_wipe_free(a.meant);
	return rest;
}
