#include "cli/grammar.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/form.h"

enum { PREFER_PREFIX = ARG_NUMBER + 1, PREFER_EXACT };

/* Matching. All forms are followed at once, word by word; `threads` keeps every place reached, each with the
 * one before it, so that the winner's words are found again at the end. */

enum { NOWHERE = -1, TOKENS_MAX = 128 };

struct thread {
	size_t choice, node;
	uint32_t mask; /* { } alternatives already taken */
	int before; /* index of the thread one word earlier */
	size_t token;
	uint64_t number;
};

struct token {
	size_t at, len;
};

struct match {
	const struct choice *choices;
	size_t nchoices;
	const char *line;
	struct token tokens[TOKENS_MAX];
	size_t ntokens;
	VEC(struct thread) threads;
	size_t from, to; /* the threads alive now */
};

/* A place where the next word could go. */
struct place {
	size_t choice, node;
	uint32_t mask;
	int before;
};
typedef VEC(struct place) places;

static void
spread(const struct match *m, places *to, size_t choice, size_t node, uint32_t mask, int before)
{
	const struct node *n = &m->choices[choice].form->nodes.v[node];
	struct place p = { choice, node, mask, before };

	switch (n->kind) {
	case NODE_SPLIT:
		for (size_t i = 0; i < n->ways.n; i++)
			spread(m, to, choice, n->ways.v[i], mask, before);
		break;
	case NODE_ONCE:
		if ((mask & (1u << n->bit)) == 0)
			spread(m, to, choice, n->next, mask | (1u << n->bit), before);
		break;
	case NODE_WORD:
	case NODE_ARG:
	case NODE_END:
		vec_push(to, p);
	}
}

/* Every place that can follow what has been read. */
static places
next_places(const struct match *m)
{
	places to = { 0 };

	if (m->threads.n == 0)
		for (size_t i = 0; i < m->nchoices; i++)
			spread(m, &to, i, m->choices[i].form->start, 0, NOWHERE);
	for (size_t i = m->from; i < m->to; i++) {
		const struct thread *t = &m->threads.v[i];

		spread(m, &to, t->choice, m->choices[t->choice].form->nodes.v[t->node].next, t->mask, (int)i);
	}
	return to;
}

static bool
is_address(int family, const char *text, size_t len)
{
	unsigned char binary[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return inet_pton(family, copy, binary) == 1;
}

/* How well a word fits a place; -1: not at all. */
static int
fit(const struct node *n, const char *text, size_t len, uint64_t *number)
{
	char digits[24];

	if (n->kind == NODE_WORD)
		return strncasecmp(n->label, text, len) != 0 ? -1
		       : n->label[len] == '\0'               ? PREFER_EXACT
							     : PREFER_PREFIX;
	if (n->kind != NODE_ARG)
		return -1;
	switch (n->type) {
	case ARG_NUMBER:
		if (len >= sizeof digits)
			return -1;
		memcpy(digits, text, len);
		digits[len] = '\0';
		return str_uint(digits, n->lo, n->hi, number) == 0 ? ARG_NUMBER : -1;
	case ARG_IPV4:
		return is_address(AF_INET, text, len) ? ARG_IPV4 : -1;
	case ARG_IPV6:
		return is_address(AF_INET6, text, len) ? ARG_IPV6 : -1;
	case ARG_HOST:
		return (len >= 4 && strncasecmp(text, "dns:", 4) == 0) ||
			       (len >= 5 && (strncasecmp(text, "ipv4:", 5) == 0 ||
						strncasecmp(text, "ipv6:", 5) == 0)) ||
			       (isdigit((unsigned char)text[0]) && memchr(text, '.', len) != NULL)
			   ? ARG_HOST
			   : -1;
	case ARG_WORD:
	case ARG_LINE:
		break;
	}
	return (int)n->type;
}

static const struct node *
node_of(const struct match *m, const struct place *p)
{
	return &m->choices[p->choice].form->nodes.v[p->node];
}

/* Whether a keyword stands in a form that is not minor, too. */
static bool
same_word(const struct match *m, const places *to, const char *label)
{
	for (size_t i = 0; i < to->n; i++)
		if (!m->choices[to->v[i].choice].minor && str_eq(node_of(m, &to->v[i])->label, label))
			return true;
	return false;
}

/* Reads one word. *column is where it stops to match, or where an ambiguous one begins. A LINE swallows all
 * words behind it too. */
static enum parse_status
read_word(struct match *m, size_t token, size_t *column, bool *rest)
{
	const char *text = m->line + m->tokens[token].at;
	size_t len = m->tokens[token].len, common = 0, first = m->threads.n;
	places to = next_places(m);
	enum parse_status status = PARSE_OK;
	int best = -1;
	const char *meant = NULL;
	uint64_t number = 0;
	bool major = false;

	for (size_t i = 0; i < to.n; i++) {
		const struct node *n = node_of(m, &to.v[i]);
		int how = fit(n, text, len, &number);

		major |= how == PREFER_PREFIX && !m->choices[to.v[i].choice].minor;
		best = how > best ? how : best;
		if (n->kind == NODE_WORD) {
			size_t same = str_common(text, n->label);

			common = same > common ? same : common;
		}
	}
	for (size_t i = 0; best >= 0 && i < to.n; i++) {
		const struct node *n = node_of(m, &to.v[i]);
		struct thread t = { to.v[i].choice, to.v[i].node, to.v[i].mask, to.v[i].before, token, 0 };

		if (fit(n, text, len, &number) != best)
			continue;
		if (best == PREFER_PREFIX && major && m->choices[to.v[i].choice].minor &&
		    !same_word(m, &to, n->label))
			continue;
		if (best == PREFER_PREFIX && meant != NULL && !str_eq(meant, n->label))
			status = PARSE_AMBIGUOUS;
		meant = n->label;
		t.number = best == ARG_NUMBER ? number : 0;
		vec_push(&m->threads, t);
	}
	if (status == PARSE_AMBIGUOUS)
		*column = m->tokens[token].at;
	if (best < 0) {
		*column = m->tokens[token].at + (common < len ? common : 0);
		status = PARSE_INVALID;
	}
	m->from = first;
	m->to = m->threads.n;
	*rest = best == ARG_LINE;
	vec_free(&to);
	return status;
}

static void
tokenize(struct match *m)
{
	const char *p = m->line;

	for (;;) {
		p += strspn(p, " \t");
		if (*p == '\0' || m->ntokens == TOKENS_MAX)
			return;
		m->tokens[m->ntokens].at = (size_t)(p - m->line);
		m->tokens[m->ntokens].len = strcspn(p, " \t");
		p += m->tokens[m->ntokens++].len;
	}
}

/* The words that thread `t` was reached by, oldest first, as arguments and as a line of full keywords. */
static void
trace_back(const struct match *m, int t, struct parse *p)
{
	VEC(struct parse_arg) args = { 0 };
	struct out canonical = OUT_MEMORY;
	int path[TOKENS_MAX];
	bool argument = false;
	size_t n = 0;

	for (; t != NOWHERE; t = m->threads.v[t].before)
		path[n++] = t;
	while (n-- > 0) {
		const struct thread *th = &m->threads.v[path[n]];
		const struct node *node = &m->choices[th->choice].form->nodes.v[th->node];
		const char *typed = m->line + m->tokens[th->token].at;
		size_t len = m->tokens[th->token].len;
		struct parse_arg a = {
			.name = node->name, .number = th->number, .column = m->tokens[th->token].at
		};

		if (node->kind == NODE_ARG && node->type == ARG_LINE) {
			len = strlen(typed);
			while (len > 0 && strchr(" \t", typed[len - 1]) != NULL)
				len--;
		}
		a.text = node->kind == NODE_WORD ? xstrdup(node->label) : xstrndup(typed, len);
		out_printf(&canonical, "%s%s", canonical.len > 0 ? " " : "", a.text);
		if (node->kind == NODE_WORD && !argument)
			p->keywords = canonical.len;
		argument |= node->kind != NODE_WORD;
		if (node->name != NULL)
			vec_push(&args, a);
		else
			str_wipe_free(a.text);
	}
	p->args = args.v;
	p->nargs = args.n;
	p->canonical = out_take(&canonical);
}

void
grammar_parse(const struct choice *choices, size_t n, const char *line, struct parse *p)
{
	struct match m = { .choices = choices, .nchoices = n, .line = line };
	bool rest = false;

	*p = (struct parse){ .status = PARSE_OK };
	tokenize(&m);
	if (m.ntokens == 0)
		p->status = PARSE_EMPTY;
	for (size_t i = 0; i < m.ntokens && !rest && p->status == PARSE_OK; i++) {
		p->token = i;
		p->status = read_word(&m, i, &p->column, &rest);
	}
	if (p->status == PARSE_OK && m.ntokens == TOKENS_MAX && !rest) {
		p->status = PARSE_INVALID;
		p->column = m.tokens[TOKENS_MAX - 1].at;
	}
	if (p->status == PARSE_OK) {
		places to = next_places(&m);

		p->status = PARSE_INCOMPLETE;
		for (size_t i = 0; i < to.n && p->status != PARSE_OK; i++) {
			const struct choice *c = &choices[to.v[i].choice];

			if (node_of(&m, &to.v[i])->kind == NODE_END ||
			    (c->brief && m.ntokens >= c->form->lead)) {
				p->status = PARSE_OK;
				p->row = c->row;
				trace_back(&m, to.v[i].before, p);
			}
		}
		vec_free(&to);
	}
	vec_free(&m.threads);
}

void
parse_free(struct parse *p)
{
	for (size_t i = 0; i < p->nargs; i++)
		str_wipe_free(p->args[i].text);
	free(p->args);
	str_wipe_free(p->canonical);
	*p = (struct parse){ 0 };
}

/* Help. */

struct suggestion {
	const char *name, *help;
	bool keyword, minor;
};

/* Arguments before keywords, keywords by alphabet. */
static int
by_name(const void *a, const void *b)
{
	const struct suggestion *x = a, *y = b;

	return x->keyword != y->keyword ? (x->keyword ? 1 : -1) : strcmp(x->name, y->name);
}

int
grammar_next(const struct choice *choices, size_t n, const char *line, const char **prefix, bool *end,
    grammar_visit *visit, void *arg)
{
	struct match m = { .choices = choices, .nchoices = n, .line = line };
	VEC(struct suggestion) found = { 0 };
	size_t len = strlen(line), column, whole;
	bool begun = len > 0 && strchr(" \t", line[len - 1]) == NULL, rest = false;
	places to;
	int rc = 0;

	*end = false;
	tokenize(&m);
	whole = m.ntokens - (begun && m.ntokens > 0 ? 1 : 0);
	*prefix = begun && m.ntokens > 0 ? line + m.tokens[whole].at : "";
	for (size_t i = 0; i < whole && rc == 0 && !rest; i++)
		if (read_word(&m, i, &column, &rest) != PARSE_OK)
			rc = -1;
	if (rc == 0) {
		to = rest ? (places){ 0 } : next_places(&m);
		for (size_t i = 0; i < to.n; i++) {
			const struct node *node = node_of(&m, &to.v[i]);
			const struct choice *c = &choices[to.v[i].choice];
			struct suggestion s = { node->label, node->help, node->kind == NODE_WORD, c->minor };
			bool bar = node->kind == NODE_END && c->pipe && !begun;
			size_t known = 0;

			if (bar)
				s = (struct suggestion){ "|", "Output modifiers", true, false };
			*end |= node->kind == NODE_END || (c->brief && whole >= c->form->lead);
			if ((node->kind == NODE_END && !bar) || c->hidden ||
			    (s.keyword && !str_casestarts(s.name, *prefix)) || (!s.keyword && begun))
				continue;
			while (known < found.n && !str_eq(found.v[known].name, s.name))
				known++;
			if (known == found.n)
				vec_push(&found, s);
			else if (found.v[known].minor && !s.minor)
				found.v[known] = s; /* what the other row does says more */
		}
		vec_free(&to);
		if (found.n > 0)
			qsort(found.v, found.n, sizeof found.v[0], by_name);
		for (size_t i = 0; i < found.n; i++)
			visit(arg, found.v[i].name, found.v[i].help, found.v[i].keyword);
		*end |= rest;
		vec_free(&found);
	}
	vec_free(&m.threads);
	return rc;
}

enum { HELP_WIDTH = 79 };

/* Help text behind its name, wrapped, continuation lines aligned with the first. */
static void
help_text(struct out *o, const char *text, size_t column)
{
	size_t at = column;

	while (*text != '\0') {
		size_t word = strcspn(text, " ");

		if (at > column && at + 1 + word > HELP_WIDTH) {
			out_printf(o, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			out_char(o, ' ');
			at++;
		}
		out_write(o, text, word);
		at += word;
		text += word;
		text += strspn(text, " ");
	}
	out_char(o, '\n');
}

void
help_table(struct out *o, const struct word *words, size_t n, bool end)
{
	size_t width = 0;

	for (size_t i = 0; i < n; i++)
		width = strlen(words[i].name) > width ? strlen(words[i].name) : width;
	if (end)
		width = width < 4 ? 4 : width;
	for (size_t i = 0; i < n; i++) {
		out_printf(o, "  %-*s  ", (int)width, words[i].name);
		help_text(o, words[i].help, width + 4);
	}
	if (end)
		out_printf(o, "  %-*s  <cr>\n", (int)width, "<cr>");
}

struct help {
	VEC(struct word) words;
};

static void
gather(void *arg, const char *name, const char *help, bool keyword)
{
	struct help *h = arg;
	struct word w = { name, help };

	(void)keyword;
	vec_push(&h->words, w);
}

bool
help_words(struct out *o, const char *prefix, const struct word *words, size_t n, bool end)
{
	size_t width = 0, per_line, column = 0;

	if (*prefix == '\0') {
		help_table(o, words, n, end);
		return true;
	}
	if (n == 0)
		out_str(o, "% Unrecognized command\n");
	for (size_t i = 0; i < n; i++)
		width = strlen(words[i].name) > width ? strlen(words[i].name) : width;
	per_line = HELP_WIDTH / (width + 2);
	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n || ++column == (per_line > 0 ? per_line : 1);

		out_printf(o, "%-*s%s", last ? 0 : (int)width + 2, words[i].name, last ? "\n" : "");
		column = last ? 0 : column;
	}
	return n > 0;
}

bool
grammar_help(const struct choice *choices, size_t n, const char *line, struct out *o)
{
	struct help h = { 0 };
	const char *prefix;
	bool end, known = false;

	if (grammar_next(choices, n, line, &prefix, &end, gather, &h) != 0)
		out_str(o, "% Unrecognized command\n");
	else
		known = help_words(o, prefix, h.words.v, h.words.n, end);
	vec_free(&h.words);
	return known;
}
