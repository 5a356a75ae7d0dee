#include "ua/cred.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { SCOPES = 2 };

/* Tenant before global; NULL: nothing there. */
static const struct sip_ua *
scope(const struct cred_query *q, size_t i)
{
	return i == 0 ? q->tenant : q->global;
}

static struct cred
none(void)
{
	return (struct cred){ .from = CRED_NONE, .peer = -1 };
}

static struct cred
from_auth(enum cred_from from, const struct auth_list *list, const char *realm, int64_t peer)
{
	const struct auth *a = auth_list_find(list, realm);

	if (a == NULL)
		return none();
	return (struct cred){ from, list->username, &a->secret, a->realm == NULL, peer };
}

static struct cred
from_peer(const struct cred_query *q, const char *realm)
{
	return q->peer == NULL ? none() : from_auth(CRED_PEER, &q->peer->auth, realm, q->peer->tag);
}

static struct cred
from_credential(const struct credential *c)
{
	if (c == NULL)
		return none();
	return (struct cred){ CRED_CREDENTIALS, c->username, &c->secret, c->realm == NULL, -1 };
}

/* The number's own entry. */
static struct cred
own_credential(const struct cred_query *q, const char *realm)
{
	const struct credential *c = NULL;

	for (size_t i = 0; i < SCOPES && c == NULL && q->number != NULL; i++)
		if (scope(q, i) != NULL)
			c = sip_ua_credential(scope(q, i), q->number, realm);
	return from_credential(c);
}

/* The accounts of one realm: each first entry, and whether there is another account beside it. */
struct realm_walk {
	const char *realm;
	const struct credential *pilot, *any; /* pilot: entered without number */
	bool several_pilots, several;
};

static bool
same_account(const struct credential *a, const struct credential *b)
{
	return str_eq(a->username, b->username) && str_eq(a->secret.clear, b->secret.clear);
}

static void
count_account(const struct credential **first, bool *several, const struct credential *c)
{
	if (*first == NULL)
		*first = c;
	else if (!same_account(*first, c))
		*several = true;
}

static bool
visit_realm(void *arg, const void *key, size_t keylen, void *value)
{
	struct realm_walk *w = arg;
	const struct credential *c = value;

	(void)key, (void)keylen;
	if (!str_eq(c->realm, w->realm))
		return true;
	count_account(&w->any, &w->several, c);
	if (!c->has_number)
		count_account(&w->pilot, &w->several_pilots, c);
	return !w->several_pilots;
}

/* A trunk's pilot account, for a call from a number without one: the realm's entry without number, else the
 * realm's only account (which several numbers may share). Where there is a choice we do not guess.
 * Walks all credentials: good for a challenged call, to be replaced by an index when that shows. */
static struct cred
pilot_credential(const struct cred_query *q, const char *realm)
{

	for (size_t i = 0; i < SCOPES && !q->is_register; i++) {
		struct realm_walk w = { .realm = realm };

		if (scope(q, i) == NULL)
			continue;
		pmap_walk(&scope(q, i)->credentials, NULL, 0, visit_realm, &w);
		if (w.pilot != NULL)
			return w.several_pilots ? none() : from_credential(w.pilot);
		if (w.any != NULL)
			return w.several ? none() : from_credential(w.any);
	}
	return none();
}

static struct cred
from_sip_ua(const struct cred_query *q, const char *realm)
{
	struct cred c = none();

	for (size_t i = 0; i < SCOPES && c.from == CRED_NONE; i++)
		if (scope(q, i) != NULL)
			c = from_auth(CRED_SIP_UA, &scope(q, i)->auth, realm, -1);
	return c;
}

struct cred
cred_find(const struct cred_query *q, const char *realm)
{
	const struct {
		struct cred (*source)(const struct cred_query *, const char *realm);
		const char *realm; /* NULL: the entry that answers any */
	} order[] = {
		{ from_peer, realm },
		{ own_credential, realm },
		{ pilot_credential, realm },
		{ from_sip_ua, realm },
		{ from_peer, NULL },
		{ own_credential, NULL },
		{ from_sip_ua, NULL },
	};

	for (size_t i = 0; i < COUNT(order); i++) {
		struct cred c = order[i].source(q, order[i].realm);

		if (c.from != CRED_NONE)
			return c;
	}
	return none();
}

/* Letter case. */

struct case_walk {
	const char *realm, *found;
};

static bool
visit_case(struct case_walk *w, const char *realm)
{
	if (realm != NULL && str_caseeq(realm, w->realm) && strcmp(realm, w->realm) != 0)
		w->found = realm;
	return w->found == NULL;
}

static bool
visit_case_own(void *arg, const struct credential *c)
{
	return visit_case(arg, c->realm);
}

static bool
visit_case_any(void *arg, const void *key, size_t keylen, void *value)
{
	(void)key, (void)keylen;
	return visit_case(arg, ((const struct credential *)value)->realm);
}

static void
case_auth(struct case_walk *w, const struct auth_list *list)
{
	for (size_t i = 0; i < list->list.n && w->found == NULL; i++)
		visit_case(w, list->list.v[i].realm);
}

const char *
cred_case_realm(const struct cred_query *q, const char *realm)
{
	struct case_walk w = { realm, NULL };

	if (q->peer != NULL)
		case_auth(&w, &q->peer->auth);
	for (size_t i = 0; i < SCOPES && w.found == NULL; i++) {
		if (scope(q, i) == NULL)
			continue;
		if (!q->is_register)
			pmap_walk(&scope(q, i)->credentials, NULL, 0, visit_case_any, &w);
		else if (q->number != NULL)
			sip_ua_each_credential(scope(q, i), q->number, visit_case_own, &w);
		if (w.found == NULL)
			case_auth(&w, &scope(q, i)->auth);
	}
	return w.found;
}
