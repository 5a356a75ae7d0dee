#include "cli/filter.h"

#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

enum filter_kind { FILTER_BEGIN, FILTER_COUNT, FILTER_EXCLUDE, FILTER_INCLUDE, FILTER_SECTION };
/* The library's compiler copies what a `+` repeats, so that nested ones multiply. */
enum { REGEX_MAX = 256, REPEATS_MAX = 6 };

const struct word filter_words[] = {
	{ "begin", "Begin with the line that matches" },
	{ "count", "Count number of lines which match regexp" },
	{ "exclude", "Exclude lines that match" },
	{ "include", "Include lines that match" },
	{ "section", "Filter a section of output" },
	{ NULL, NULL },
};

struct filter {
	enum filter_kind kind;
	bool inverted; /* section exclude */
	regex_t regex;
	struct out in, *to;
	struct out line; /* the line not yet complete */
	bool open; /* begin: seen; section: inside one */
	size_t indent, count;
};

static size_t
indent_of(const char *line)
{
	return strspn(line, " ");
}

static void
take_line(struct filter *f, const char *line)
{
	bool matches = regexec(&f->regex, line, 0, NULL, 0) == 0, show = false;

	switch (f->kind) {
	case FILTER_BEGIN:
		show = f->open = f->open || matches;
		break;
	case FILTER_COUNT:
		f->count += matches;
		break;
	case FILTER_EXCLUDE:
		show = !matches;
		break;
	case FILTER_INCLUDE:
		show = matches;
		break;
	case FILTER_SECTION:
		if (f->open && indent_of(line) <= f->indent)
			f->open = false;
		if (!f->open && matches) {
			f->open = true;
			f->indent = indent_of(line);
		}
		show = f->open != f->inverted;
		break;
	}
	if (show)
		out_printf(f->to, "%s\n", line);
}

static void
take(void *arg, const char *text, size_t len)
{
	struct filter *f = arg;

	for (;;) {
		const char *feed = memchr(text, '\n', len);
		size_t part = feed == NULL ? len : (size_t)(feed - text);

		out_write(&f->line, text, part);
		if (feed == NULL)
			return;
		take_line(f, out_text(&f->line));
		out_free(&f->line);
		text += part + 1;
		len -= part + 1;
	}
}

/* The filter's word, abbreviated as any keyword; what follows one blank is the expression, blanks and all. */
static const char *
keyword(const char *text, int *kind)
{
	size_t len = strcspn(text, " \t");

	*kind = -1;
	for (int i = 0; len > 0 && filter_words[i].name != NULL; i++)
		if (strncasecmp(filter_words[i].name, text, len) == 0)
			*kind = i;
	return text + len + (text[len] != '\0');
}

struct filter *
filter_new(const char *text, struct out *to, char *err, size_t errsz)
{
	struct filter *f;
	struct out pattern = OUT_MEMORY;
	bool inverted = false;
	int kind, rc, repeats = 0;

	text = keyword(text + strspn(text, " \t"), &kind);
	if (kind < 0) {
		snprintf(err, errsz, "begin, count, exclude, include or section expected behind '|'");
		return NULL;
	}
	if (kind == FILTER_SECTION && (str_starts(text, "exclude ") || str_starts(text, "include "))) {
		inverted = text[0] == 'e';
		text += strlen("exclude ");
	}
	if (*text == '\0' || strlen(text) > REGEX_MAX) {
		snprintf(err, errsz, "A regular expression of 1 to %d characters is expected behind '%s'",
		    REGEX_MAX, filter_words[kind].name);
		return NULL;
	}
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\\' && p[1] >= '1' && p[1] <= '9') { /* a back-reference can take for ever */
			snprintf(err, errsz, "Back-references are not supported: '%.64s'", text);
			out_free(&pattern);
			return NULL;
		}
		if (*p == '+' && ++repeats > REPEATS_MAX) {
			snprintf(err, errsz, "More than %d '+' in a regular expression: '%.64s'", REPEATS_MAX,
			    text);
			out_free(&pattern);
			return NULL;
		}
		if (*p == '\\' && p[1] != '\0')
			out_char(&pattern, *p++);
		else if (*p == '{' || *p == '}')
			out_char(&pattern, '\\');
		out_char(&pattern, *p);
	}
	f = xcalloc(1, sizeof *f);
	rc = regcomp(&f->regex, out_text(&pattern), REG_EXTENDED | REG_NOSUB);
	out_free(&pattern);
	if (rc != 0) {
		char why[80];

		regerror(rc, &f->regex, why, sizeof why);
		snprintf(err, errsz, "Bad regular expression '%.64s': %s", text, why);
		free(f);
		return NULL;
	}
	f->kind = (enum filter_kind)kind;
	f->inverted = inverted;
	f->to = to;
	f->in = OUT_TO(take, f);
	return f;
}

struct out *
filter_in(struct filter *f)
{
	return &f->in;
}

void
filter_free(struct filter *f)
{
	out_free(&f->in);
	if (f->line.len > 0)
		take_line(f, out_text(&f->line));
	out_free(&f->line);
	if (f->kind == FILTER_COUNT)
		out_printf(f->to, "Number of lines which match regexp = %zu\n", f->count);
	regfree(&f->regex);
	free(f);
}
