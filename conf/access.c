#include "conf/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

/* Method lists. */

static void
list_clear(struct aaa_list *l)
{
	for (size_t i = 0; i < l->methods.n; i++)
		free(l->methods.v[i].group);
	vec_free(&l->methods);
	free(l->name);
}

static size_t
list_index(const struct access *a, enum aaa_service service, const char *name)
{
	size_t i = 0;

	while (i < a->lists.n && (a->lists.v[i].service != service || !str_eq(a->lists.v[i].name, name)))
		i++;
	return i;
}

const struct aaa_list *
access_list(const struct access *a, enum aaa_service service, const char *name)
{
	size_t i = list_index(a, service, name);

	return i < a->lists.n ? &a->lists.v[i] : NULL;
}

bool
access_remove_list(struct access *a, enum aaa_service service, const char *name)
{
	size_t i = list_index(a, service, name);

	if (i == a->lists.n)
		return false;
	list_clear(&a->lists.v[i]);
	vec_remove(&a->lists, i);
	return true;
}

struct aaa_list *
access_put_list(struct access *a, enum aaa_service service, const char *name)
{
	size_t i = list_index(a, service, name);
	struct aaa_list l = { .service = service, .name = xstrdup(name) };

	if (i < a->lists.n) {
		list_clear(&a->lists.v[i]);
		a->lists.v[i] = l;
	} else if (i < AAA_LISTS_MAX) {
		vec_push(&a->lists, l);
	} else {
		list_clear(&l);
		return NULL;
	}
	return &a->lists.v[i];
}

/* The whole. */

struct access *
access_new(void)
{
	struct access *a = xcalloc(1, sizeof *a);

	a->refs = 1;
	a->delay_s = 1;
	return a;
}

static struct access *
access_copy(const struct access *from)
{
	struct access *a = xmalloc(sizeof *a);

	*a = *from;
	a->refs = 1;
	memset(&a->lists, 0, sizeof a->lists);
	for (size_t i = 0; i < from->lists.n; i++) {
		const struct aaa_list *l = &from->lists.v[i];
		struct aaa_list copy = { .service = l->service, .name = xstrdup(l->name) };

		for (size_t m = 0; m < l->methods.n; m++) {
			struct aaa_method method = { l->methods.v[m].kind, xstrdup(l->methods.v[m].group) };

			vec_push(&copy.methods, method);
		}
		vec_push(&a->lists, copy);
	}
	for (int i = 0; i < BANNERS; i++)
		a->banners[i] = xstrdup(from->banners[i]);
	return a;
}

void
access_release(struct access *a)
{
	if (--a->refs > 0)
		return;
	for (size_t i = 0; i < a->lists.n; i++)
		list_clear(&a->lists.v[i]);
	vec_free(&a->lists);
	for (int i = 0; i < BANNERS; i++)
		free(a->banners[i]);
	free(a);
}

struct access *
conf_edit_access(struct conf *c)
{
	if (c->access->refs > 1) {
		struct access *mine = access_copy(c->access);

		access_release(c->access);
		c->access = mine;
	}
	return c->access;
}

/* The order of lists is the one in which they are written. */
bool
access_equal(const struct access *a, const struct access *b)
{
	if (a->new_model != b->new_model || a->lists.n != b->lists.n || a->min_length != b->min_length ||
	    a->block_for_s != b->block_for_s || a->block_attempts != b->block_attempts ||
	    a->block_within_s != b->block_within_s || a->delay_s != b->delay_s ||
	    a->log_failures != b->log_failures || a->log_successes != b->log_successes)
		return false;
	for (int i = 0; i < BANNERS; i++)
		if (!str_eq(a->banners[i], b->banners[i]))
			return false;
	for (size_t i = 0; i < a->lists.n; i++) {
		const struct aaa_list *x = &a->lists.v[i], *y = &b->lists.v[i];

		if (x->service != y->service || !str_eq(x->name, y->name) || x->methods.n != y->methods.n)
			return false;
		for (size_t m = 0; m < x->methods.n; m++)
			if (x->methods.v[m].kind != y->methods.v[m].kind ||
			    !str_eq(x->methods.v[m].group, y->methods.v[m].group))
				return false;
	}
	return true;
}

/* Aliases. */

static void
alias_hold(void *value)
{
	((struct alias *)value)->refs++;
}

static void
alias_release(void *value)
{
	struct alias *a = value;

	if (--a->refs > 0)
		return;
	free(a->name);
	str_wipe_free(a->command);
	free(a);
}

const struct pmap_kind alias_kind = { alias_hold, alias_release };

const struct alias *
conf_alias(const struct conf *c, const char *name)
{
	return pmap_get(&c->aliases, name, strlen(name));
}

bool
conf_put_alias(struct conf *c, const char *name, const char *command)
{
	struct alias *a;

	if (c->aliases.n >= ALIASES_MAX && conf_alias(c, name) == NULL)
		return false;
	a = xcalloc(1, sizeof *a);
	*a = (struct alias){ 1, xstrdup(name), xstrdup(command) };
	pmap_put(&c->aliases, name, strlen(name), a);
	return true;
}

bool
conf_remove_alias(struct conf *c, const char *name)
{
	return pmap_remove(&c->aliases, name, strlen(name));
}

bool
alias_equal(const struct alias *a, const struct alias *b)
{
	return str_eq(a->name, b->name) && str_eq(a->command, b->command);
}
