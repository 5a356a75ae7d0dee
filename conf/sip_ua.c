#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

/* Registrars. */

struct registrar *
registrar_new(void)
{
	struct registrar *r = xcalloc(1, sizeof *r);

	r->refs = 1;
	r->expires = 3600;
	r->refresh_ratio = 80;
	return r;
}

struct registrar *
registrar_hold(struct registrar *r)
{
	if (r != NULL)
		r->refs++;
	return r;
}

void
registrar_release(struct registrar *r)
{
	if (r == NULL || --r->refs > 0)
		return;
	host_free(&r->host);
	free(r->auth_realm);
	free(r->type);
	free(r);
}

bool
registrar_equal(const struct registrar *a, const struct registrar *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return host_identical(&a->host, &b->host) && a->expires == b->expires &&
	       a->refresh_ratio == b->refresh_ratio && a->transport == b->transport && a->sips == b->sips &&
	       a->random_contact == b->random_contact && str_eq(a->auth_realm, b->auth_realm) &&
	       str_eq(a->type, b->type);
}

bool
sip_ua_indexed(const struct sip_ua *s)
{
	for (size_t i = 0; i < REGISTRARS_MAX; i++)
		if (s->registrars[i] != NULL)
			return true;
	return false;
}

const struct registrar *
sip_ua_registrar(const struct sip_ua *s, unsigned slot)
{
	if (s->primary != NULL || s->secondary != NULL)
		return slot == 0 ? s->primary : slot == 1 ? s->secondary : NULL;
	return slot < REGISTRARS_MAX ? s->registrars[slot] : NULL;
}

/* Authentication. */

static size_t
auth_index(const struct auth_list *l, const char *realm)
{
	size_t i = 0;

	while (i < l->list.n && !str_eq(l->list.v[i].realm, realm))
		i++;
	return i;
}

const struct auth *
auth_list_find(const struct auth_list *l, const char *realm)
{
	size_t i = auth_index(l, realm);

	return i < l->list.n ? &l->list.v[i] : NULL;
}

void
auth_list_put(struct auth_list *l, const char *username, const char *realm, struct secret secret)
{
	size_t i = auth_index(l, realm);

	if (!str_eq(l->username, username)) {
		free(l->username);
		l->username = xstrdup(username);
	}
	if (i < l->list.n) {
		secret_free(&l->list.v[i].secret);
		l->list.v[i].secret = secret;
	} else {
		struct auth a = { xstrdup(realm), secret };

		vec_push(&l->list, a);
	}
}

static void
auth_free(struct auth *a)
{
	free(a->realm);
	secret_free(&a->secret);
}

bool
auth_list_remove(struct auth_list *l, const char *realm)
{
	size_t i = auth_index(l, realm);

	if (i == l->list.n)
		return false;
	auth_free(&l->list.v[i]);
	vec_remove(&l->list, i);
	if (l->list.n == 0)
		auth_list_clear(l);
	return true;
}

void
auth_list_clear(struct auth_list *l)
{
	for (size_t i = 0; i < l->list.n; i++)
		auth_free(&l->list.v[i]);
	vec_free(&l->list);
	free(l->username);
	l->username = NULL;
}

static bool
compare_lists(const struct auth_list *a, const struct auth_list *b,
    bool (*equal)(const struct secret *, const struct secret *))
{
	if (!str_eq(a->username, b->username) || a->list.n != b->list.n)
		return false;
	for (size_t i = 0; i < a->list.n; i++)
		if (!str_eq(a->list.v[i].realm, b->list.v[i].realm) ||
		    !equal(&a->list.v[i].secret, &b->list.v[i].secret))
			return false;
	return true;
}

bool
auth_list_equal(const struct auth_list *a, const struct auth_list *b)
{
	return compare_lists(a, b, secret_equal);
}

bool
auth_list_same(const struct auth_list *a, const struct auth_list *b)
{
	return compare_lists(a, b, secret_alike);
}

struct auth_list
auth_list_copy(const struct auth_list *from)
{
	struct auth_list l = { .username = xstrdup(from->username) };

	for (size_t i = 0; i < from->list.n; i++) {
		struct auth a = { xstrdup(from->list.v[i].realm), secret_copy(&from->list.v[i].secret) };

		vec_push(&l.list, a);
	}
	return l;
}

/* Localhost. */

void
localhost_set(struct localhost *l, enum localhost_kind kind, const char *name, bool preferred)
{
	char *copy = xstrdup(name);

	free(l->name);
	*l = (struct localhost){ kind, copy, preferred };
}

struct localhost
localhost_copy(const struct localhost *from)
{
	return (struct localhost){ from->kind, xstrdup(from->name), from->preferred };
}

bool
localhost_equal(const struct localhost *a, const struct localhost *b)
{
	return a->kind == b->kind && str_eq(a->name, b->name) && a->preferred == b->preferred;
}

/* Credentials. */

struct credential *
credential_new(void)
{
	struct credential *c = xcalloc(1, sizeof *c);

	c->refs = 1;
	return c;
}

static void
credential_hold(void *value)
{
	((struct credential *)value)->refs++;
}

static void
release_credential(void *value)
{
	struct credential *c = value;

	if (--c->refs > 0)
		return;
	free(c->number);
	free(c->username);
	free(c->realm);
	secret_free(&c->secret);
	free(c);
}

void
credential_release(struct credential *c)
{
	if (c != NULL)
		release_credential(c);
}

bool
credential_same(const struct credential *a, const struct credential *b)
{
	return str_eq(a->number, b->number) && str_eq(a->username, b->username) &&
	       str_eq(a->realm, b->realm) && secret_alike(&a->secret, &b->secret);
}

bool
credential_equal(const struct credential *a, const struct credential *b)
{
	return credential_same(a, b) && a->has_number == b->has_number &&
	       secret_equal(&a->secret, &b->secret);
}

const struct pmap_kind credential_kind = { credential_hold, release_credential };

/* The number, a byte 0, and the realm with a leading '=' where there is one: entries of a number stand
 * together, the one without realm first. */
char *
credential_key(const char *number, const char *realm, size_t *len)
{
	size_t n = strlen(number), r = realm == NULL ? 0 : strlen(realm) + 1;
	char *key = xmalloc(n + 1 + r + 1);

	memcpy(key, number, n + 1);
	if (realm != NULL) {
		key[n + 1] = '=';
		memcpy(key + n + 2, realm, r);
	}
	*len = n + 1 + r;
	return key;
}

void
sip_ua_put_credential(struct sip_ua *s, struct credential *c)
{
	size_t len;
	char *key = credential_key(c->number, c->realm, &len);

	pmap_put(&s->credentials, key, len, c);
	free(key);
}

bool
sip_ua_remove_credential(struct sip_ua *s, const char *number, const char *realm)
{
	size_t len;
	char *key = credential_key(number, realm, &len);
	bool was = pmap_remove(&s->credentials, key, len);

	free(key);
	return was;
}

struct credential *
sip_ua_credential(const struct sip_ua *s, const char *number, const char *realm)
{
	size_t len;
	char *key = credential_key(number, realm, &len);
	struct credential *c = pmap_get(&s->credentials, key, len);

	free(key);
	return c;
}

struct number_walk {
	const char *number;
	bool (*visit)(void *arg, const struct credential *);
	void *arg;
};

static bool
visit_number(void *arg, const void *key, size_t keylen, void *value)
{
	struct number_walk *w = arg;
	struct credential *c = value;

	(void)key, (void)keylen;
	return str_eq(c->number, w->number) && w->visit(w->arg, c);
}

void
sip_ua_each_credential(const struct sip_ua *s, const char *number,
    bool (*visit)(void *arg, const struct credential *), void *arg)
{
	struct number_walk w = { number, visit, arg };

	pmap_walk(&s->credentials, number, strlen(number) + 1, visit_number, &w);
}

static bool
count_realm(void *arg, const struct credential *c)
{
	*(unsigned *)arg += c->realm != NULL;
	return true;
}

unsigned
sip_ua_count_realms(const struct sip_ua *s, const char *number)
{
	unsigned n = 0;

	sip_ua_each_credential(s, number, count_realm, &n);
	return n;
}

/* The whole. */

struct sip_ua *
sip_ua_new(void)
{
	struct sip_ua *s = xcalloc(1, sizeof *s);

	s->refs = 1;
	s->credentials.kind = &credential_kind;
	s->retry_register = 6;
	s->timer_register = 500;
	s->max_forwards = 70;
	s->transport_udp = s->transport_tcp = true;
	return s;
}

struct sip_ua *
sip_ua_copy(const struct sip_ua *from)
{
	struct sip_ua *s = xmalloc(sizeof *s);

	*s = *from;
	s->refs = 1;
	for (size_t i = 0; i < REGISTRARS_MAX; i++)
		registrar_hold(s->registrars[i]);
	registrar_hold(s->primary);
	registrar_hold(s->secondary);
	s->auth = auth_list_copy(&from->auth);
	s->credentials = pmap_share(&from->credentials);
	s->localhost = localhost_copy(&from->localhost);
	s->kept = kept_list_copy(&from->kept);
	return s;
}

void
sip_ua_release(struct sip_ua *s)
{
	if (--s->refs > 0)
		return;
	for (size_t i = 0; i < REGISTRARS_MAX; i++)
		registrar_release(s->registrars[i]);
	registrar_release(s->primary);
	registrar_release(s->secondary);
	auth_list_clear(&s->auth);
	pmap_free(&s->credentials);
	free(s->localhost.name);
	kept_list_free(&s->kept);
	free(s);
}
