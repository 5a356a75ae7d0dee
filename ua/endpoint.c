#include "ua/regset_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "dialpeer/pattern.h"

struct endpoint *
endpoint_find(const struct regset *set, const char *number)
{
	return pmap_get(&set->endpoints, number, strlen(number));
}

bool
endpoint_wanted(const struct endpoint *e)
{
	return e->peers > 0 || e->credentials > 0;
}

void
endpoint_check(struct regset *set, struct endpoint *e)
{
	if (e->empty || e->sessions != NULL || endpoint_wanted(e))
		return;
	e->empty = true;
	vec_push(&set->empty, e);
}

void
endpoint_free(struct endpoint *e)
{
	free(e->number);
	free(e);
}

static struct endpoint *
touch(struct regset *set, const char *number, bool account)
{
	struct endpoint *e = endpoint_find(set, number);

	if (e == NULL) {
		e = xcalloc(1, sizeof *e);
		e->number = xstrdup(number);
		pmap_put(&set->endpoints, number, strlen(number), e);
	}
	if (!e->touched) {
		e->touched = true;
		vec_push(&set->touched, e);
	}
	e->account |= account;
	return e;
}

/* A POTS peer in service that may register. */
static bool
may_register(const struct dial_peer *p)
{
	return p != NULL && p->kind == PEER_POTS && !p->shutdown && p->sip_register && p->pattern != NULL;
}

/* The number a dial peer registers; false: none. */
static bool
peer_number(const struct dial_peer *p, char number[PATTERN_MAX + 1])
{
	return may_register(p) && pattern_is_number(p->pattern) &&
	       pattern_number(p->pattern, number, PATTERN_MAX + 1) == 0;
}

const char *
peer_refused(const struct dial_peer *p)
{
	return may_register(p) && !pattern_is_number(p->pattern) ? pattern_not_registrable(p->pattern) : NULL;
}

static void
add_peer(struct regset *set, const char *number, uint32_t tag)
{
	struct endpoint *e = touch(set, number, true);

	if (e->peers == 0 || tag < e->peer)
		e->peer = tag;
	e->peers++;
}

static void
remove_peer(struct regset *set, const char *number, uint32_t tag)
{
	struct endpoint *e = touch(set, number, true);

	e->peers--;
	if (e->peer == tag && e->peers > 0)
		e->rescan = true;
}

static void
peer_changed(void *arg, const void *key, size_t keylen, void *was, void *is)
{
	struct regset *set = arg;
	const struct dial_peer *before = was, *after = is;
	char old[PATTERN_MAX + 1], new[PATTERN_MAX + 1];
	bool had = peer_number(before, old), has = peer_number(after, new);
	const char *refused = peer_refused(after);

	(void)key, (void)keylen;
	if (had && has && strcmp(old, new) == 0) {
		if (!auth_list_same(&before->auth, &after->auth))
			touch(set, new, true);
	} else {
		if (had)
			remove_peer(set, old, before->tag);
		if (has)
			add_peer(set, new, after->tag);
	}
	if (refused != NULL && set->io.unregistrable != NULL &&
	    (peer_refused(before) == NULL || !str_eq(before->pattern, after->pattern)))
		set->io.unregistrable(
		    set->io.arg, &(struct unregistrable){
				     .peer = after->tag, .pattern = after->pattern, .reason = refused });
}

static void
credential_changed(void *arg, const void *key, size_t keylen, void *was, void *is)
{
	struct regset *set = arg;
	const struct credential *before = was, *after = is;

	(void)key, (void)keylen;
	if (before != NULL && after != NULL) { /* the key holds the number */
		if (!credential_same(before, after))
			touch(set, after->number, true);
	} else if (after != NULL) {
		touch(set, after->number, true)->credentials++;
	} else {
		touch(set, before->number, true)->credentials--;
	}
}

/* The lowest tag owns a number. Keys stand in the order of tags, so the first one met is it. */
static bool
rescan(void *arg, const void *key, size_t keylen, void *value)
{
	struct regset *set = arg;
	const struct dial_peer *p = value;
	char number[PATTERN_MAX + 1];
	struct endpoint *e;

	(void)key, (void)keylen;
	if (peer_number(p, number)) {
		e = endpoint_find(set, number);
		if (e != NULL && e->rescan) {
			e->peer = p->tag;
			e->rescan = false;
		}
	}
	return true;
}

static void
join(struct endpoint *e, struct reg_server *server, msec now)
{
	struct session *s = e->sessions;

	while (s != NULL && s->server != server)
		s = s->next;
	if (s == NULL)
		s = session_new(server->set, e, server, now);
	if (s->reg.phase == REG_IDLE || s->reg.phase == REG_LEAVING)
		(void)session_event(s, REG_START, now);
}

static void
settle(struct regset *set, struct endpoint *e, struct conf *before, msec now)
{
	struct session *next;

	if (!endpoint_wanted(e)) {
		endpoint_check(set, e);
		for (struct session *s = e->sessions; s != NULL; s = next) {
			next = s->next;
			(void)session_leave(s, before, now);
		}
		return;
	}
	if (e->peers == 0)
		e->peer = 0;
	for (struct session *s = e->sessions; s != NULL && e->account; s = s->next)
		session_account_changed(s, now);
	for (unsigned slot = 0; slot < SLOTS; slot++)
		if (set->slots[slot] != NULL)
			join(e, set->slots[slot], now);
}

/* Everybody may be answered by another account. */
static void
wake_all(struct regset *set, msec now)
{
	struct session *next;

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		static const enum session_list lists[] = { LIST_FAILING, LIST_FLYING };

		for (size_t i = 0; i < COUNT(lists) && set->slots[slot] != NULL; i++) {
			for (struct session *s = set->slots[slot]->lists[lists[i]].first; s != NULL;
			     s = next) {
				next = s->list_next;
				session_account_changed(s, now);
			}
		}
	}
}

void
endpoints_apply(struct regset *set, struct conf *before, msec now)
{
	const struct sip_ua *was = before->sip_ua, *is = set->conf->sip_ua;
	bool scan = false;

	pmap_diff(&before->peers, &set->conf->peers, peer_changed, set);
	if (was != is)
		pmap_diff(&was->credentials, &is->credentials, credential_changed, set);
	for (size_t i = 0; i < set->touched.n; i++)
		scan |= set->touched.v[i]->rescan;
	if (scan)
		pmap_walk(&set->conf->peers, NULL, 0, rescan, set);
	for (size_t i = 0; i < set->touched.n; i++) {
		struct endpoint *e = set->touched.v[i];

		settle(set, e, before, now);
		e->touched = e->account = e->rescan = false;
	}
	vec_free(&set->touched);
	if (was != is && !auth_list_same(&was->auth, &is->auth))
		wake_all(set, now);
}

struct visit {
	struct regset *set;
	struct reg_server *server;
	const struct reg_server *only;
	void (*use)(struct session *, void *arg);
	void *arg;
	msec now;
};

static bool
visit_join(void *arg, const void *key, size_t keylen, void *value)
{
	const struct visit *v = arg;
	struct endpoint *e = value;

	(void)key, (void)keylen;
	if (endpoint_wanted(e))
		join(e, v->server, v->now);
	return true;
}

void
endpoints_join(struct regset *set, struct reg_server *server, msec now)
{
	struct visit v = { .server = server, .now = now };

	pmap_walk(&set->endpoints, NULL, 0, visit_join, &v);
}

static bool
visit_each(void *arg, const void *key, size_t keylen, void *value)
{
	const struct visit *v = arg;
	const struct endpoint *e = value;
	struct session *next;

	(void)key, (void)keylen;
	for (struct session *s = e->sessions; s != NULL; s = next) {
		next = s->next;
		if (v->only == NULL || s->server == v->only)
			v->use(s, v->arg);
	}
	return true;
}

void
endpoints_each(struct regset *set, const struct reg_server *server,
    void (*visit)(struct session *, void *arg), void *arg)
{
	struct visit v = { .only = server, .use = visit, .arg = arg };

	pmap_walk(&set->endpoints, NULL, 0, visit_each, &v);
}
