/* Forms to graphs. Compiled from the end, since each element needs what follows it. */
#include "cli/form.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct compiler {
	struct form *form;
	char *err;
	size_t errsz;
	bool failed;
};

static size_t sequence(struct compiler *, const char *text, size_t len, const char *name, size_t next);

static void
fail(struct compiler *c, const char *what, const char *text, size_t len)
{
	if (!c->failed)
		snprintf(c->err, c->errsz, "%s: %.*s", what, (int)len, text);
	c->failed = true;
}

static size_t
add(struct compiler *c, struct node node)
{
	vec_push(&c->form->nodes, node);
	return c->form->nodes.n - 1;
}

/* Length of the bracketed text at p, both brackets included; 0 if it does not close. */
static size_t
bracketed(const char *p, size_t len)
{
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (strchr("[({", p[i]) != NULL)
			depth++;
		else if (strchr("])}", p[i]) != NULL && --depth == 0)
			return i + 1;
	}
	return 0;
}

/* Calls for each `|`-separated part. */
static void
alternatives(
    struct compiler *c, const char *text, size_t len, const char *name, size_t split, bool once, size_t next)
{
	int depth = 0;
	size_t from = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && strchr("[({", text[i]) != NULL)
			depth++;
		else if (i < len && strchr("])}", text[i]) != NULL)
			depth--;
		if (i == len || (depth == 0 && text[i] == '|')) {
			size_t way = sequence(c, text + from, i - from, name, next);

			if (once)
				way = add(c,
				    (struct node){ .kind = NODE_ONCE, .bit = c->form->bits++, .next = way });
			vec_push(&c->form->nodes.v[split].ways, way);
			from = i + 1;
		}
	}
}

static enum arg_type
type_of(const char *label)
{
	return str_eq(label, "LINE")         ? ARG_LINE
	       : str_eq(label, "HOST")       ? ARG_HOST
	       : str_eq(label, "A.B.C.D")    ? ARG_IPV4
	       : str_eq(label, "X:X:X:X::X") ? ARG_IPV6
					     : ARG_WORD;
}

static size_t
leaf(struct compiler *c, const char *text, size_t len, const char *name, size_t next)
{
	struct node node = { .kind = NODE_WORD, .next = next };
	const char *dollar = memchr(text, '$', len);

	node.label = xstrndup(text, dollar == NULL ? len : (size_t)(dollar - text));
	node.name = dollar == NULL ? xstrdup(name) : xstrndup(dollar + 1, len - (size_t)(dollar + 1 - text));
	if (node.label[0] == '<') {
		unsigned long long lo, hi;

		node.kind = NODE_ARG;
		node.type = ARG_NUMBER;
		if (sscanf(node.label, "<%llu-%llu>", &lo, &hi) != 2 || lo > hi)
			fail(c, "not a range", text, len);
		else
			node.lo = lo, node.hi = hi;
	} else if (isupper((unsigned char)node.label[0])) {
		node.kind = NODE_ARG;
		node.type = type_of(node.label);
	}
	return add(c, node);
}

/* One element of a sequence, with `next` behind it. */
static size_t
element(struct compiler *c, const char *text, size_t len, const char *name, size_t next)
{
	size_t inner = strchr("[({", text[0]) != NULL ? bracketed(text, len) : 0, split;
	char *own_name;

	if (inner == 0)
		return leaf(c, text, len, name, next);
	split = add(c, (struct node){ .kind = NODE_SPLIT });
	own_name =
	    inner < len && text[inner] == '$' ? xstrndup(text + inner + 1, len - inner - 1) : xstrdup(name);
	alternatives(c, text + 1, inner - 2, own_name, split, text[0] == '{', text[0] == '{' ? split : next);
	free(own_name);
	if (text[0] != '(')
		vec_push(&c->form->nodes.v[split].ways, next);
	return split;
}

/* A sequence of elements, with `next` behind it. Compiled from the end, since each element needs what
 * follows. */
static size_t
sequence(struct compiler *c, const char *text, size_t len, const char *name, size_t next)
{
	struct {
		size_t at, len;
	} parts[64];
	size_t n = 0, i = 0;

	while (i < len) {
		size_t from = i;

		if (text[i] == ' ') {
			i++;
			continue;
		}
		while (i < len && text[i] != ' ') {
			size_t skip = strchr("[({", text[i]) != NULL ? bracketed(text + i, len - i) : 1;

			if (skip == 0) {
				fail(c, "bracket not closed", text + i, len - i);
				return next;
			}
			i += skip;
		}
		if (n == COUNT(parts)) {
			fail(c, "too long", text, len);
			return next;
		}
		parts[n].at = from;
		parts[n++].len = i - from;
	}
	while (n-- > 0)
		next = element(c, text + parts[n].at, parts[n].len, name, next);
	return next;
}

/* Nodes were added from the back; help entries of equal labels belong to them from the front. */
static void
give_help(struct compiler *c, const struct word *words, const char *otherwise)
{
	struct form *f = c->form;
	bool used[64] = { false };
	size_t n = 0;

	while (words != NULL && words[n].name != NULL && n < COUNT(used))
		n++;
	for (size_t i = f->nodes.n; i-- > 0;) {
		struct node *node = &f->nodes.v[i];

		for (size_t w = 0; node->label != NULL && w < n; w++) {
			bool again = false;

			if (!str_eq(words[w].name, node->label))
				continue;
			for (size_t later = w + 1; later < n; later++)
				again |= used[w] && str_eq(words[later].name, node->label);
			if (again)
				continue;
			node->help = words[w].help;
			used[w] = true;
			break;
		}
		if (node->label != NULL && node->help == NULL && otherwise == NULL)
			fail(c, "no help for", node->label, strlen(node->label));
		if (node->help == NULL)
			node->help = otherwise;
	}
	for (size_t w = 0; otherwise == NULL && w < n; w++)
		if (!used[w])
			fail(c, "unused help", words[w].name, strlen(words[w].name));
}

struct form *
form_compile(const char *text, const struct word *words, const char *otherwise, char *err, size_t errsz)
{
	struct form *f = xcalloc(1, sizeof *f);
	struct compiler c = { f, err, errsz, false };

	add(&c, (struct node){ .kind = NODE_END });
	f->start = sequence(&c, text, strlen(text), NULL, 0);
	for (size_t i = f->start; f->nodes.v[i].kind == NODE_WORD; i = f->nodes.v[i].next)
		f->lead++;
	if (f->bits > 32)
		fail(&c, "too many { } alternatives", text, strlen(text));
	give_help(&c, words, otherwise);
	if (c.failed) {
		form_free(f);
		return NULL;
	}
	return f;
}

void
form_free(struct form *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nodes.n; i++) {
		free(f->nodes.v[i].label);
		free(f->nodes.v[i].name);
		vec_free(&f->nodes.v[i].ways);
	}
	vec_free(&f->nodes);
	free(f);
}

unsigned
form_lead(const struct form *f)
{
	return f->lead;
}
