/* The words of filters: how a chain of them is read, and what `?` and Tab say. */
#include "cli/filter_internal.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

static const char to_append[] = "Append redirected output to URL (URLs supporting append operation only)";

const struct filter_word filter_kinds[FILTER_KINDS] = {
	[FILTER_APPEND] = { { "append", to_append }, TAKES_FILE, true },
	[FILTER_BEGIN] = { { "begin", "Begin with the line that matches" }, TAKES_EXPRESSION, false },
	[FILTER_COUNT] = { { "count", "Count number of lines which match regexp" }, TAKES_EXPRESSION, false },
	[FILTER_EXCLUDE] = { { "exclude", "Exclude lines that match" }, TAKES_EXPRESSION, false },
	[FILTER_INCLUDE] = { { "include", "Include lines that match" }, TAKES_EXPRESSION, false },
	[FILTER_JSON] = { { "json", "Print one JSON document" }, TAKES_NOTHING, false },
	[FILTER_REDIRECT] = { { "redirect", "Redirect output to URL" }, TAKES_FILE, true },
	[FILTER_SECTION] = { { "section", "Filter a section of output" }, TAKES_EXPRESSION, false },
	[FILTER_TEE] = { { "tee", "Copy output to URL" }, TAKES_FILE, false },
};

const struct word filter_section_words[2] = {
	{ "exclude", "Exclude entire section(s) of output" },
	{ "include", "Include entire section(s) of output" },
};
const struct word filter_tee_word = { "/append", to_append };

const char *
pipe_in(const char *line)
{
	const char *bar = strchr(line, '|');

	while (bar != NULL && (bar == line || strchr(" \t", bar[-1]) == NULL))
		bar = strchr(bar + 1, '|');
	return bar;
}

size_t
filter_word_length(const char *text, const char *end)
{
	size_t n = strcspn(text, " \t");

	return text >= end ? 0 : n < (size_t)(end - text) ? n : (size_t)(end - text);
}

struct filter_element
filter_element_at(const char *text)
{
	struct filter_element e = { .bar = pipe_in(text) };

	e.end = e.bar != NULL ? e.bar : text + strlen(text);
	e.word = text + strspn(text, " \t");
	while (e.end > e.word && strchr(" \t", e.end[-1]) != NULL)
		e.end--;
	e.len = filter_word_length(e.word, e.end);
	e.rest = e.word + e.len < e.end ? e.word + e.len + 1 : e.end;
	return e;
}

bool
filter_begins(const char *word, const char *typed, size_t len)
{
	return len > 0 && strncasecmp(word, typed, len) == 0;
}

static bool
allowed(enum filter_kind kind, size_t before, bool json)
{
	return json ? filter_kinds[kind].takes == TAKES_FILE : before == 0 || kind != FILTER_JSON;
}

enum parse_status
filter_kind_of(
    const struct filter_element *e, size_t before, bool json, enum filter_kind *kind, size_t *common)
{
	size_t fit = 0;

	*common = 0;
	for (size_t i = 0; i < FILTER_KINDS; i++) {
		const char *name = filter_kinds[i].word.name;
		size_t same = str_common(name, e->word);

		if (!allowed((enum filter_kind)i, before, json))
			continue;
		if (same < e->len) {
			*common = same > *common ? same : *common;
			continue;
		}
		*kind = (enum filter_kind)i;
		if (name[e->len] == '\0')
			return PARSE_OK;
		fit += e->len > 0;
	}
	return fit == 1 ? PARSE_OK : fit > 1 ? PARSE_AMBIGUOUS : PARSE_INVALID;
}

/* Help. */

struct asked {
	const char **prefix;
	bool *end, more; /* more: another filter may follow */
	grammar_visit *visit;
	void *arg;
};

static void
suggest(struct asked *a, const struct word *w, const char *typed)
{
	if (str_casestarts(w->name, typed))
		a->visit(a->arg, w->name, w->help, true);
}

static void
suggest_end(struct asked *a)
{
	*a->end = true;
	if (a->more)
		a->visit(a->arg, "|", "Output modifiers", true);
}

/* An expression is the rest: it is never a word of which only a part is there. */
static void
next_expression(struct asked *a, enum filter_kind kind, const char *typed)
{
	bool word = kind == FILTER_SECTION && strpbrk(typed, " \t") == NULL, section = *typed == '\0';

	for (size_t i = 0; word && !section && i < COUNT(filter_section_words); i++)
		section = str_casestarts(filter_section_words[i].name, typed);
	if (word && section)
		*a->prefix = typed;
	if (*a->prefix[0] == '\0')
		a->visit(a->arg, "LINE", "Regular Expression", false);
	for (size_t i = 0; word && i < COUNT(filter_section_words); i++)
		suggest(a, &filter_section_words[i], typed);
	if (*a->prefix[0] == '\0' && typed[strspn(typed, " \t")] != '\0')
		suggest_end(a);
}

static void
next_file(struct asked *a, enum filter_kind kind, const char *typed)
{
	size_t len;
	bool option = kind == FILTER_TEE;

	for (;; option = false) {
		typed += strspn(typed, " \t");
		len = strcspn(typed, " \t");
		if (typed[len] == '\0') { /* begun, or nothing yet */
			*a->prefix = typed;
			if (len == 0)
				a->visit(a->arg, "FILE", "File to write", false);
			if (option)
				suggest(a, &filter_tee_word, typed);
			return;
		}
		if (!option || !filter_begins(filter_tee_word.name, typed, len))
			break;
		typed += len;
	}
	if (typed[len + strspn(typed + len, " \t")] == '\0')
		suggest_end(a);
	else
		*a->prefix = typed + len;
}

void
filter_next(const char *text, const char **prefix, bool *end, grammar_visit *visit, void *arg)
{
	struct asked a = { prefix, end, false, visit, arg };
	bool json = false;

	*end = false;
	*prefix = "";
	for (size_t before = 0;; before++) {
		struct filter_element e = filter_element_at(text);
		enum filter_kind kind;
		size_t common;

		if (e.bar == NULL && e.word[e.len] == '\0') {
			*prefix = e.word;
			for (size_t i = 0; i < FILTER_KINDS; i++)
				if (allowed((enum filter_kind)i, before, json))
					suggest(&a, &filter_kinds[i].word, *prefix);
			return;
		}
		if (filter_kind_of(&e, before, json, &kind, &common) != PARSE_OK ||
		    (kind == FILTER_JSON && e.rest < e.end)) {
			*prefix = e.word;
			return;
		}
		a.more = !filter_kinds[kind].last && before + 1 < FILTERS_MAX;
		json |= kind == FILTER_JSON;
		if (e.bar != NULL && !a.more) {
			*prefix = e.bar;
			return;
		}
		if (e.bar != NULL) {
			text = e.bar + 1;
		} else {
			const char *typed = e.word + e.len + 1;

			if (kind == FILTER_JSON)
				suggest_end(&a);
			else if (filter_kinds[kind].takes == TAKES_FILE)
				next_file(&a, kind, typed);
			else
				next_expression(&a, kind, typed);
			return;
		}
	}
}

struct help {
	VEC(struct word) words;
};

static void
gather_word(void *arg, const char *name, const char *help, bool keyword)
{
	struct help *h = arg;
	struct word w = { name, help };

	(void)keyword;
	vec_push(&h->words, w);
}

bool
filter_help(const char *text, struct out *o)
{
	struct help h = { 0 };
	const char *prefix;
	bool end, known;

	filter_next(text, &prefix, &end, gather_word, &h);
	known = help_words(o, prefix, h.words.v, h.words.n, end);
	vec_free(&h.words);
	return known;
}
