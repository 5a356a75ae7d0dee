/* A file of lines on one draft: every refusal is reported with its place, the good lines stand. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/conceal.h"
#include "cli/vty_internal.h"

struct script {
	const struct cli *cli;
	const char *name;
	struct script_report *report;
	struct vty *vty;
	size_t number;
	size_t banner; /* the line that began a banner whose end has not come; 0: none */
};

/* FILE:LINE:COLUMN, columns in bytes from 1. */
static void
place(const struct script *s, struct out *o, size_t line, size_t offset)
{
	out_printf(o, "%s:%zu:%zu: ", s->name, line, offset + 1);
}

static void
say_error(struct script *s, const char *line)
{
	const struct line_error *e = vty_error(s->vty);
	struct out *o = &s->report->errors;
	size_t first = strspn(line, " \t"), word = e->column, n;
	const char *said;

	s->report->nerrors++;
	switch (e->kind) {
	case LINE_FINE:
	case LINE_BYTE:
	case LINE_SAID:
		place(s, o, s->number, e->column > 0 ? e->column : first);
		/* One line for each error, without the '%' of the console. */
		said = out_text((struct out *)(uintptr_t)&e->text);
		for (said += str_starts(said, "% ") ? 2 : 0; *said != '\0'; said += n) {
			if ((n = strcspn(said, "\n")) == 0)
				out_char(o, ' '), n = 1;
			else
				out_escaped(o, said, n);
		}
		break;
	case LINE_INCOMPLETE:
		place(s, o, s->number, first);
		line += first;
		out_str(o, "Incomplete command: '");
		if (may_hold_secret(line, strlen(line)))
			out_escaped(o, line, strcspn(line, " \t"));
		else
			out_escaped(o, line, strlen(line));
		out_str(o, "'");
		break;
	case LINE_AMBIGUOUS:
	case LINE_INVALID:
	case LINE_UNKNOWN:
		while (word > 0 && strchr(" \t", line[word - 1]) == NULL)
			word--;
		place(s, o, s->number, word);
		out_str(o, e->kind == LINE_AMBIGUOUS ? "Ambiguous command" : "Invalid input");
		if (!may_hold_secret(line, word) && (word == strspn(line, " \t") || !takes_secret(line))) {
			out_str(o, ": '");
			out_escaped(o, line + word, strcspn(line + word, " \t"));
			out_str(o, "'");
		}
		break;
	}
	out_char(o, '\n');
}

static void
run_line(struct script *s, const char *line, size_t len)
{
	const char *nul = memchr(line, '\0', len);
	size_t blanks = 0;
	char *text;

	s->report->nlines++;
	if (nul != NULL) {
		s->report->nerrors++;
		place(s, &s->report->errors, s->number, (size_t)(nul - line));
		out_str(&s->report->errors, "NUL byte in the line\n");
		return;
	}
	if (vty_try(s->vty, line, len) != 0) {
		text = xstrndup(line, len > 0 && line[len - 1] == '\r' ? len - 1 : len);
		say_error(s, text);
		str_wipe_free(text);
	}
	if (s->vty->banner.delimiter == NULL)
		s->banner = 0;
	else if (s->banner == 0)
		s->banner = s->number;
	while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'))
		blanks++;
	for (const char *w = vty_warning(s->vty); *w != '\0';) {
		size_t n = strcspn(w, "\n");

		s->report->nwarnings++;
		place(s, &s->report->warnings, s->number, blanks);
		out_str(&s->report->warnings, "warning: ");
		out_escaped(&s->report->warnings, w, n);
		out_char(&s->report->warnings, '\n');
		w += n + (w[n] == '\n');
	}
}

/* What was reported from these lengths on joins the whole. */
static void
gather(struct script_report *r, size_t errors, size_t warnings)
{
	out_write(&r->all, out_text(&r->errors) + errors, r->errors.len - errors);
	out_write(&r->all, out_text(&r->warnings) + warnings, r->warnings.len - warnings);
}

static void
take_line(struct script *s, const char *line, size_t len)
{
	size_t errors = s->report->errors.len, warnings = s->report->warnings.len;

	run_line(s, line, len);
	gather(s->report, errors, warnings);
}

/* What the file is, if it is no text we can read. */
static const char *
foreign_encoding(const char *text, size_t len)
{
	const char *cr;

	if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return "UTF-16 text: save it as UTF-8 or ASCII";
	cr = memchr(text, '\r', len);
	if (cr != NULL && cr != text + len - 1 && memchr(text, '\n', len) == NULL)
		return "lines end with CR alone: save it with LF or CRLF";
	return NULL;
}

void
script_load(const struct cli *cli, struct conf *draft, const char *name, const char *text, size_t len,
    struct script_report *report)
{
	struct out nowhere = OUT_MEMORY;
	struct script s = { .cli = cli, .name = name, .report = report };
	const char *why = foreign_encoding(text, len);

	*report = (struct script_report){ 0 };
	if (why != NULL) {
		report->nerrors++;
		out_printf(&report->errors, "%s:1:1: %s\n", name, why);
		gather(report, 0, 0);
		return;
	}
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	s.vty = vty_new_script(cli, &nowhere, draft);
	while (len > 0) {
		const char *feed = memchr(text, '\n', len);
		size_t part = feed == NULL ? len : (size_t)(feed - text);

		s.number++;
		take_line(&s, text, part);
		part += feed != NULL;
		text += part;
		len -= part;
	}
	if (s.banner != 0) {
		size_t errors = report->errors.len;

		report->nerrors++;
		place(&s, &report->errors, s.banner, 0);
		out_str(&report->errors, "The banner has no end\n");
		gather(report, errors, report->warnings.len);
	}
	vty_free(s.vty);
	out_free(&nowhere);
}

void
script_report_free(struct script_report *r)
{
	out_free(&r->errors);
	out_free(&r->warnings);
	out_free(&r->all);
}
