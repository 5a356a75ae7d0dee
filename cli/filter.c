/* Filters at work. */
#include "cli/filter_internal.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The library's compiler copies what a `+` repeats, so that nested ones multiply. */
enum { REGEX_MAX = 256, REPEATS_MAX = 6 };
/* Its matcher remembers a state for every set of places it met in the expression, up to one for each byte it
 * read, and searches them all: bytes after which it is made to forget them. */
enum { FRESH_AFTER = 4096 };
/* Nobody may hold up the gateway with an expression: all of them together may take so long, looked at when
 * the matcher forgets. */
enum { PATIENCE_MS = 5000 };

/* One filter at work. */
struct stage {
	enum filter_kind kind;
	bool inverted; /* section exclude */
	bool append; /* tee /append */
	char *path;
	char *pattern; /* of regex; NULL: it takes none */
	regex_t regex;
	size_t fed; /* bytes that regex has read */
	bool given_up; /* it took too long */
	const struct filter *filter;
	struct out in, *to;
	struct out text; /* the line not yet complete; what goes to the file */
	bool open; /* begin: seen; section: inside one */
	size_t indent, count;
};

struct filter {
	struct stage stages[FILTERS_MAX];
	size_t n;
	bool json;
	struct out *to;
	struct filter_host host;
	int64_t began;
};

/* Lines and text on their way. */

static size_t
indent_of(const char *line)
{
	return strspn(line, " ");
}

static int
make_regex(struct stage *f)
{
	f->fed = 0;
	return regcomp(&f->regex, f->pattern, REG_EXTENDED | REG_NOSUB);
}

static bool
too_long(const struct filter *f)
{
	return f->host.now != NULL && f->host.now(f->host.arg) - f->began > PATIENCE_MS;
}

static bool
match(struct stage *f, const char *line)
{
	f->fed += strlen(line);
	if (f->fed > FRESH_AFTER) {
		f->given_up = too_long(f->filter);
		regfree(&f->regex);
		if (make_regex(f) != 0) /* it was good before: no memory */
			abort();
	}
	return regexec(&f->regex, line, 0, NULL, 0) == 0;
}

static void
take_line(struct stage *f, const char *line)
{
	bool matches = !f->given_up && match(f, line), show = false;

	if (f->given_up)
		return;
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
	case FILTER_APPEND:
	case FILTER_JSON:
	case FILTER_REDIRECT:
	case FILTER_TEE:
		break;
	}
	if (show)
		out_printf(f->to, "%s\n", line);
}

static void
take(void *arg, const char *text, size_t len)
{
	struct stage *f = arg;

	for (;;) {
		const char *feed = memchr(text, '\n', len);
		size_t part = feed == NULL ? len : (size_t)(feed - text);

		out_write(&f->text, text, part);
		if (feed == NULL)
			return;
		take_line(f, out_text(&f->text));
		out_free(&f->text);
		text += part + 1;
		len -= part + 1;
	}
}

static void
gather(void *arg, const char *text, size_t len)
{
	struct stage *f = arg;

	out_write(&f->text, text, len);
	if (f->kind == FILTER_TEE)
		out_write(f->to, text, len);
}

/* Reading what was typed. */

static int
refuse(struct filter_error *error, enum parse_status status, size_t column)
{
	error->status = status;
	error->column = column;
	return -1;
}

static int __attribute__((format(printf, 2, 3))) say(struct filter_error *error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(error->text, sizeof error->text, format, ap);
	va_end(ap);
	return refuse(error, PARSE_OK, 0);
}

static int
compile(struct stage *f, const char *text, struct filter_error *error)
{
	struct out pattern = OUT_MEMORY;
	int rc, repeats = 0;

	if (strlen(text) > REGEX_MAX)
		return say(error, "A regular expression of 1 to %d characters is expected behind '%s'",
		    REGEX_MAX, filter_kinds[f->kind].word.name);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\\' && p[1] >= '1' && p[1] <= '9') { /* a back-reference can take for ever */
			out_free(&pattern);
			return say(error, "Back-references are not supported: '%.64s'", text);
		}
		if (*p == '+' && ++repeats > REPEATS_MAX) {
			out_free(&pattern);
			return say(
			    error, "More than %d '+' in a regular expression: '%.64s'", REPEATS_MAX, text);
		}
		if (*p == '\\' && p[1] != '\0')
			out_char(&pattern, *p++);
		else if (*p == '{' || *p == '}')
			out_char(&pattern, '\\');
		out_char(&pattern, *p);
	}
	f->pattern = out_take(&pattern);
	rc = make_regex(f);
	if (rc != 0) {
		char why[80];

		free(f->pattern);
		regerror(rc, &f->regex, why, sizeof why);
		return say(error, "Bad regular expression '%.64s': %s", text, why);
	}
	return 0;
}

/* `exclude` or `include` of a section, where an expression stands behind it; else the word is the expression.
 */
static int
take_expression(struct stage *f, struct filter_element e, struct filter_error *error)
{
	size_t len = filter_word_length(e.rest, e.end);
	char *text;
	int rc;

	for (size_t i = 0; f->kind == FILTER_SECTION && i < COUNT(filter_section_words); i++)
		if (filter_begins(filter_section_words[i].name, e.rest, len) && e.rest + len < e.end) {
			f->inverted = i == 0;
			e.rest += len + 1;
			break;
		}
	if (e.rest == e.end)
		return refuse(error, PARSE_INCOMPLETE, 0);
	text = xstrndup(e.rest, (size_t)(e.end - e.rest));
	rc = compile(f, text, error);
	free(text);
	return rc;
}

static const char *
past_blanks(const char *text, const char *end)
{
	while (text < end && strchr(" \t", *text) != NULL)
		text++;
	return text;
}

static int
take_path(struct stage *f, const struct filter_host *host, const struct filter_element *e, const char *text,
    struct filter_error *error)
{
	const char *path = past_blanks(e->rest, e->end), *behind;
	size_t len = filter_word_length(path, e->end);

	behind = past_blanks(path + len, e->end);
	if (f->kind == FILTER_TEE && filter_begins(filter_tee_word.name, path, len) &&
	    (behind < e->end || filter_tee_word.name[len] == '\0')) {
		f->append = true;
		path = behind;
		len = filter_word_length(path, e->end);
		behind = past_blanks(path + len, e->end);
	}
	if (len == 0)
		return refuse(error, PARSE_INCOMPLETE, 0);
	if (behind < e->end)
		return refuse(error, PARSE_INVALID, (size_t)(behind - text));
	f->append |= f->kind == FILTER_APPEND;
	if (host->forbidden != NULL)
		return say(error, "Error: %.*s: %s", (int)(len < 200 ? len : 200), path, host->forbidden);
	if ((f->append ? host->append : host->write) == NULL)
		return say(
		    error, "Error: %.*s: no files can be written here", (int)(len < 200 ? len : 200), path);
	f->path = xstrndup(path, len);
	return 0;
}

static void
stage_free(struct stage *f)
{
	if (f->pattern != NULL)
		regfree(&f->regex);
	free(f->pattern);
	free(f->path);
	out_free(&f->text);
}

static void
filter_free(struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		stage_free(&f->stages[i]);
	free(f);
}

/* Adds one filter; text is the whole chain. */
static int
add(struct filter *f, size_t before, const struct filter_element *e, const char *text,
    struct filter_error *error)
{
	struct stage *s = &f->stages[f->n];
	size_t common;
	enum parse_status status = filter_kind_of(e, before, f->json, &s->kind, &common);

	if (e->len == 0 && e->bar == NULL)
		return refuse(error, PARSE_INCOMPLETE, 0);
	if (status != PARSE_OK)
		return refuse(error, status, (size_t)(e->word - text) + common);
	if (filter_kinds[s->kind].last && e->bar != NULL)
		return refuse(error, PARSE_INVALID, (size_t)(e->bar - text));
	if (s->kind == FILTER_JSON) {
		f->json = true;
		return e->rest == e->end
			   ? 0
			   : refuse(error, PARSE_INVALID, (size_t)(past_blanks(e->rest, e->end) - text));
	}
	if (filter_kinds[s->kind].takes == TAKES_FILE ? take_path(s, &f->host, e, text, error) != 0
						      : take_expression(s, *e, error) != 0)
		return -1;
	s->in = OUT_TO(filter_kinds[s->kind].takes == TAKES_FILE ? gather : take, s);
	s->to = f->to;
	s->filter = f;
	if (f->n > 0)
		f->stages[f->n - 1].to = &s->in;
	f->n++;
	return 0;
}

struct filter *
filter_new(const char *text, struct out *to, const struct filter_host *host, struct filter_error *error)
{
	struct filter *f = xcalloc(1, sizeof *f);
	const char *at = text;

	f->to = to;
	f->host = *host;
	f->began = host->now == NULL ? 0 : host->now(host->arg);
	for (size_t before = 0;; before++) {
		struct filter_element e = filter_element_at(at);

		if (before == FILTERS_MAX)
			say(error, "More than %d filters behind a command", FILTERS_MAX);
		if (before == FILTERS_MAX || add(f, before, &e, text, error) != 0) {
			filter_free(f);
			return NULL;
		}
		if (e.bar == NULL)
			return f;
		at = e.bar + 1;
	}
}

bool
filter_json(const struct filter *f)
{
	return f->json;
}

struct out *
filter_in(struct filter *f)
{
	return f->n > 0 ? &f->stages[0].in : f->to;
}

static int
store(const struct stage *s, const struct filter_host *host, const char *text, size_t len, struct out *errors)
{
	filter_store *fn = s->append ? host->append : host->write;
	char err[400];

	if (fn(host->arg, s->path, text, len, err, sizeof err) == 0)
		return 0;
	out_printf(errors, "%s%% Error: %s", errors->len > 0 ? "\n" : "", err);
	return -1;
}

int
filter_finish(struct filter *f, bool done, struct out *errors)
{
	int rc = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct stage *s = &f->stages[i];

		out_free(&s->in);
		if (s->path == NULL) {
			if (s->text.len > 0)
				take_line(s, out_text(&s->text));
			if (s->given_up) {
				out_printf(errors,
				    "%s%% '%s' takes too long on this output: use a simpler expression",
				    errors->len > 0 ? "\n" : "", s->pattern);
				done = false;
				rc = -1;
			} else if (s->kind == FILTER_COUNT)
				out_printf(s->to, "Number of lines which match regexp = %zu\n", s->count);
		} else if (done) {
			rc |= store(s, &f->host, out_text(&s->text), s->text.len, errors);
		} else if (s->kind != FILTER_TEE) {
			out_write(s->to, out_text(&s->text), s->text.len);
		}
	}
	filter_free(f);
	return rc;
}
