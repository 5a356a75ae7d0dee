/* The manual page of commands, from the rows. */
#include "cli/cli.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/filter.h"

/* Text for troff: no line begins with a control character, backslashes and hyphens are themselves. */
static void
troff_part(struct out *o, const char *text, bool form)
{
	if (*text == '.' || *text == '\'')
		out_str(o, "\\&");
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			out_str(o, "\\e");
		else if (*text == '-')
			out_str(o, "\\-");
		else if (form && *text == '$')
			while (text[1] != '\0' && strchr(" ])}|", text[1]) == NULL)
				text++; /* names are for the handlers */
		else
			out_char(o, *text);
	}
}

static void
troff(struct out *o, const char *text)
{
	troff_part(o, text, false);
}

static void
troff_form(struct out *o, const char *text)
{
	troff_part(o, text, true);
}

static void
write_command(struct out *o, const struct cmd *c)
{
	out_str(o, ".TP\n.B ");
	troff_form(o, c->form);
	out_str(o, (c->flags & CMD_GW) != 0 ? " (gw)\n" : "\n");
	for (const struct word *w = c->words; w != NULL && w->name != NULL; w++) {
		out_str(o, w == c->words ? "" : ".br\n");
		troff(o, w->name);
		out_str(o, ": ");
		troff(o, w->help);
		out_char(o, '\n');
	}
	out_str(o, ".br\nExample: ");
	troff(o, c->example);
	out_char(o, '\n');
}

static void
write_kept_commands(struct out *o, const struct table *t)
{
	bool any = false;

	for (size_t i = 0; i < t->n; i++) {
		if (t->rows[i].accept == NULL)
			continue;
		if (!any)
			out_str(o, ".TP\nKept and written back, without effect:\n");
		else
			out_str(o, ",\n");
		any = true;
		troff_form(o, t->rows[i].form);
	}
	if (any)
		out_char(o, '\n');
}

static void
write_filter(void *arg, const char *name, const char *help, bool keyword)
{
	(void)keyword;
	out_str(arg, ".TP\n.B ");
	troff(arg, name);
	out_str(arg, str_eq(name, "json") ? " (gw)\n" : "\n");
	troff(arg, help);
	out_char(arg, '\n');
}

/* What may stand behind commands that print. */
static void
write_filters(struct out *o)
{
	const char *prefix;
	bool end;

	out_printf(o,
	    ".SH FILTERS\nBehind a command that prints, a blank and | begin a filter of what it prints;\n"
	    "up to %d in a row. A | without a blank before it belongs to the expression. Expressions\n"
	    "are those of POSIX (extended). Files are written whole or not at all; nothing follows\n"
	    "append and redirect. json comes first, and only files follow it.\n",
	    FILTERS_MAX);
	filter_next("", &prefix, &end, write_filter, o);
}

void
cli_write_manual(const struct cli *cli, struct out *o)
{
	const struct mode *last = NULL;

	out_printf(o,
	    ".TH GW-COMMANDS 7 \"\" \"gw %s\"\n.ad l\n.SH NAME\ngw-commands \\- commands and configuration "
	    "of "
	    "gw(1)\n",
	    cli_host(cli)->version);
	out_str(o, ".SH DESCRIPTION\n[ ] may be left out, ( | ) is a choice, { | } are given in any order. "
		   "Words may be "
		   "shortened as long as they stay unique. Every configuration statement takes\n.B "
		   "no\nand\n.B default\n"
		   "in front;\n.B do\nin front of a privileged EXEC command runs it in a configuration mode. "
		   "Rows marked (gw) are not in Cisco IOS.\n");
	write_filters(o);
	for (size_t i = 0; command_tables[i] != NULL; i++) {
		const struct table *t = command_tables[i];

		if (t->mode != last && t->mode != NULL) {
			out_str(o, ".SH ");
			troff(o, t->mode->name);
			out_char(o, '\n');
		}
		last = t->mode == NULL ? last : t->mode;
		for (size_t r = 0; r < t->n; r++)
			if (t->rows[r].accept == NULL && (t->rows[r].flags & CMD_HIDDEN) == 0)
				write_command(o, &t->rows[r]);
		write_kept_commands(o, t);
	}
}
