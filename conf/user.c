#include "conf/login.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

static void
user_hold(void *value)
{
	((struct user *)value)->refs++;
}

static void
user_release(void *value)
{
	struct user *u = value;

	if (--u->refs > 0)
		return;
	free(u->name);
	str_wipe_free(u->hash);
	secret_free(&u->password);
	free(u);
}

const struct pmap_kind user_kind = { user_hold, user_release };

static struct user *
user_copy(const struct user *from)
{
	struct user *u = xmalloc(sizeof *u);

	*u = *from;
	u->refs = 1;
	u->name = xstrdup(from->name);
	u->hash = xstrdup(from->hash);
	u->password = secret_copy(&from->password);
	return u;
}

struct search {
	const char *name;
	const struct user *found;
};

static bool
same_letters(void *arg, const void *key, size_t keylen, void *value)
{
	struct search *s = arg;
	const struct user *u = value;

	(void)key, (void)keylen;
	if (str_caseeq(u->name, s->name))
		s->found = u;
	return s->found == NULL;
}

const struct user *
conf_user(const struct conf *c, const char *name, bool any_case)
{
	struct search s = { name, pmap_get(&c->users, name, strlen(name)) };

	if (s.found == NULL && any_case)
		pmap_walk(&c->users, NULL, 0, same_letters, &s);
	return s.found;
}

struct user *
conf_edit_user(struct conf *c, const char *name)
{
	struct user *u = pmap_get_own(&c->users, name, strlen(name));

	if (u != NULL && u->refs == 1)
		return u;
	if (u != NULL) {
		u = user_copy(u);
	} else {
		u = xcalloc(1, sizeof *u);
		u->refs = 1;
		u->name = xstrdup(name);
	}
	pmap_put(&c->users, name, strlen(name), u);
	return u;
}

bool
conf_remove_user(struct conf *c, const char *name)
{
	return pmap_remove(&c->users, name, strlen(name));
}

bool
user_equal(const struct user *a, const struct user *b)
{
	return str_eq(a->name, b->name) && a->has_privilege == b->has_privilege &&
	       a->privilege == b->privilege && a->nopassword == b->nopassword && str_eq(a->hash, b->hash) &&
	       secret_equal(&a->password, &b->password);
}
