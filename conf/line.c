#include "conf/login.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

/* Every line there is; NULL: with the defaults. Shared between versions as a whole and line by line. */
struct lines {
	unsigned refs;
	struct line_conf *console, *aux;
	VEC(struct line_conf *) vty;
};

static const struct line_conf line_defaults = {
	.timeout_s = 600, .privilege = 1, .history = 10, .length = 24, .width = 80
};

static struct line_conf *
line_copy(const struct line_conf *from)
{
	struct line_conf *l = xmalloc(sizeof *l);

	*l = *from;
	l->refs = 1;
	l->list = xstrdup(from->list);
	l->password = secret_copy(&from->password);
	l->kept = kept_list_copy(&from->kept);
	return l;
}

static void
line_release(struct line_conf *l)
{
	if (l == NULL || --l->refs > 0)
		return;
	free(l->list);
	secret_free(&l->password);
	kept_list_free(&l->kept);
	free(l);
}

struct lines *
lines_new(void)
{
	struct lines *l = xcalloc(1, sizeof *l);

	l->refs = 1;
	return l;
}

struct lines *
lines_hold(struct lines *l)
{
	l->refs++;
	return l;
}

void
lines_release(struct lines *l)
{
	if (--l->refs > 0)
		return;
	line_release(l->console);
	line_release(l->aux);
	for (size_t i = 0; i < l->vty.n; i++)
		line_release(l->vty.v[i]);
	vec_free(&l->vty);
	free(l);
}

static struct line_conf *
shared(struct line_conf *l)
{
	if (l != NULL)
		l->refs++;
	return l;
}

/* Where the line stands, in lines that this version alone owns. */
static struct line_conf **
own_place(struct conf *c, enum line_kind kind, unsigned number)
{
	struct lines *l = c->lines;

	if (l->refs > 1) {
		l = lines_new();
		l->console = shared(c->lines->console);
		l->aux = shared(c->lines->aux);
		for (size_t i = 0; i < c->lines->vty.n; i++)
			vec_push(&l->vty, shared(c->lines->vty.v[i]));
		lines_release(c->lines);
		c->lines = l;
	}
	if (kind != LINE_VTY)
		return kind == LINE_CONSOLE ? &l->console : &l->aux;
	while (l->vty.n <= number)
		vec_push(&l->vty, NULL);
	return &l->vty.v[number];
}

const struct line_conf *
conf_line(const struct conf *c, enum line_kind kind, unsigned number)
{
	const struct lines *l = c->lines;
	const struct line_conf *line = kind == LINE_CONSOLE ? l->console
				       : kind == LINE_AUX   ? l->aux
				       : number < l->vty.n  ? l->vty.v[number]
							    : NULL;

	return line == NULL ? &line_defaults : line;
}

const struct line_conf *
conf_line_of_console(const struct conf *c, enum line_kind kind, unsigned number)
{
	if (kind == LINE_VTY)
		while (number > 0 && !conf_line_named(c, kind, number))
			number--;
	return conf_line(c, kind, number);
}

struct line_conf *
conf_edit_line(struct conf *c, enum line_kind kind, unsigned number)
{
	struct line_conf **at = own_place(c, kind, number), *before = *at;

	if (before == NULL || before->refs > 1) {
		*at = line_copy(before == NULL ? &line_defaults : before);
		line_release(before);
	}
	return *at;
}

bool
conf_line_named(const struct conf *c, enum line_kind kind, unsigned number)
{
	return conf_line(c, kind, number) != &line_defaults;
}

void
conf_reset_line(struct conf *c, enum line_kind kind, unsigned number)
{
	struct line_conf **at;

	if (!conf_line_named(c, kind, number))
		return;
	at = own_place(c, kind, number);
	line_release(*at);
	*at = NULL;
}

unsigned
conf_vty_lines(const struct conf *c)
{
	return (unsigned)c->lines->vty.n;
}

void
line_set_login(struct line_conf *l, enum line_login login, const char *list)
{
	char *copy = xstrdup(list);

	free(l->list);
	l->login = login;
	l->list = copy;
}

static bool
line_equal(const struct line_conf *a, const struct line_conf *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->login == b->login && str_eq(a->list, b->list) && secret_equal(&a->password, &b->password) &&
	       a->timeout_s == b->timeout_s && a->privilege == b->privilege && a->history == b->history &&
	       a->length == b->length && a->width == b->width && a->synchronous == b->synchronous &&
	       kept_list_equal(&a->kept, &b->kept);
}

bool
lines_equal(const struct lines *a, const struct lines *b)
{
	size_t n = a->vty.n > b->vty.n ? a->vty.n : b->vty.n;

	if (!line_equal(a->console, b->console) || !line_equal(a->aux, b->aux))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!line_equal(i < a->vty.n ? a->vty.v[i] : NULL, i < b->vty.n ? b->vty.v[i] : NULL))
			return false;
	return true;
}
