#include "ua/regset_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static struct cred_query
query(const struct session *s)
{
	const struct conf *conf = s->conf != NULL ? s->conf : s->server->set->conf;
	const struct endpoint *e = s->endpoint;

	return (struct cred_query){
		/* Who leaves asks the configuration of before, under the tag its number had there. */
		.peer = e->peers > 0 || s->conf != NULL ? conf_peer(conf, e->peer) : NULL,
		.number = e->number,
		.global = conf->sip_ua,
		.is_register = true,
	};
}

struct cred
session_account(const struct session *s, const char *realm)
{
	struct cred_query q = query(s);

	return cred_find(&q, realm);
}

const char *
session_case_realm(const struct session *s)
{
	struct cred_query q = query(s);

	return s->realm == NULL ? NULL : cred_case_realm(&q, s->realm);
}

static struct held_nonce **
held(struct session *s, const char *realm, bool proxy)
{
	struct held_nonce **at = &s->nonces;

	while (*at != NULL && ((*at)->proxy != proxy || !str_eq((*at)->realm, realm)))
		at = &(*at)->next;
	return at;
}

static void
drop(struct session *s, struct held_nonce **at)
{
	struct held_nonce *h = *at;

	*at = h->next;
	intern_put(&s->server->set->intern, h->realm);
	free(h);
}

void
session_nonces_free(struct session *s)
{
	while (s->nonces != NULL)
		drop(s, &s->nonces);
}

void
session_fresh(struct session *s, bool forget_nonces)
{
	if (forget_nonces)
		session_nonces_free(s);
	for (struct held_nonce *h = s->nonces; h != NULL; h = h->next)
		h->answered = false;
}

/* Puts what this challenge says in the place of what was held for its realm; newest first. */
static void
hold(struct session *s, const struct digest_challenge *c, const char *nonce)
{
	struct held_nonce **at = held(s, c->realm, c->proxy), *h;
	const char *algorithm = c->algorithm_text, *opaque = c->opaque;
	size_t n = strlen(nonce) + 1, o = opaque == NULL ? 0 : strlen(opaque) + 1;
	size_t a = algorithm == NULL ? 0 : strlen(algorithm) + 1;

	h = xcalloc(1, sizeof *h + n + o + a);
	h->realm = intern_get(&s->server->set->intern, c->realm, SIZE_MAX);
	h->serial = ++s->server->set->serials;
	h->algorithm = (uint8_t)c->algorithm;
	h->qop = (uint8_t)c->qop;
	h->sess = c->sess;
	h->proxy = c->proxy;
	h->userhash = c->userhash;
	memcpy(h->text, nonce, n);
	if (o > 0) {
		h->opaque = (uint16_t)n;
		memcpy(h->text + n, opaque, o);
	}
	if (a > 0) {
		h->algorithm_text = (uint16_t)(n + o);
		memcpy(h->text + n + o, algorithm, a);
	}
	if (*at != NULL) {
		h->answered = (*at)->answered;
		if (strcmp((*at)->text, nonce) == 0) { /* the same nonce: its uses go on counting */
			h->serial = (*at)->serial;
			h->nc = (*at)->nc;
		}
		drop(s, at);
	}
	h->next = s->nonces;
	s->nonces = h;
	at = &h->next;
	for (size_t i = 1; i < NONCES_HELD && *at != NULL; i++)
		at = &(*at)->next;
	while (*at != NULL) /* a registrar that invents realms makes us forget, not grow */
		drop(s, at);
}

/* The challenge as digest.h wants it; the texts stay ours. */
static struct digest_challenge
as_challenge(const struct held_nonce *h)
{
	/* digest_challenge owns its strings and so has no const; digest_answer() only reads them. */
	char *text = (char *)(uintptr_t)h->text;

	return (struct digest_challenge){
		.realm = (char *)(uintptr_t)h->realm,
		.nonce = text,
		.opaque = h->opaque > 0 ? text + h->opaque : NULL,
		.algorithm_text = h->algorithm_text > 0 ? text + h->algorithm_text : NULL,
		.algorithm = (enum digest_algorithm)h->algorithm,
		.sess = h->sess,
		.qop = (enum digest_qop)h->qop,
		.proxy = h->proxy,
		.userhash = h->userhash,
	};
}

/* Higher is better news. */
static int
rank(enum reg_challenge c)
{
	static const int ranks[] = {
		[REG_CHALLENGE_NONE] = 0,
		[REG_CHALLENGE_NO_ACCOUNT] = 1,
		[REG_CHALLENGE_NO_KEY] = 2,
		[REG_CHALLENGE_REFUSED] = 3,
		[REG_CHALLENGE_STALE] = 4,
		[REG_CHALLENGE_NEW] = 5,
	};

	return ranks[c];
}

static enum reg_challenge
judge(struct session *s, const struct digest_challenge *c)
{
	struct cred account = session_account(s, c->realm);
	struct held_nonce **at = held(s, c->realm, c->proxy);
	enum reg_challenge verdict;

	if (account.from == CRED_NONE)
		return REG_CHALLENGE_NO_ACCOUNT;
	if (account.secret->clear == NULL)
		return REG_CHALLENGE_NO_KEY;
	verdict = *at == NULL || !(*at)->answered ? REG_CHALLENGE_NEW
		  : c->stale                      ? REG_CHALLENGE_STALE
						  : REG_CHALLENGE_REFUSED;
	if (verdict == REG_CHALLENGE_REFUSED)
		drop(s, at);
	else
		hold(s, c, c->nonce);
	return verdict;
}

enum reg_challenge
session_challenged(struct session *s, const struct sip_reply *reply)
{
	struct digest_challenges all = { .n = 0 };
	const struct digest_challenge *chosen[DIGEST_CHALLENGES_MAX];
	enum reg_challenge best = REG_CHALLENGE_NONE;
	struct intern *intern = &s->server->set->intern;
	size_t n;

	for (size_t i = 0; i < COUNT(reply->www) && reply->www[i] != NULL; i++)
		digest_parse(&all, reply->www[i], false);
	for (size_t i = 0; i < COUNT(reply->proxy) && reply->proxy[i] != NULL; i++)
		digest_parse(&all, reply->proxy[i], true);
	n = digest_choose(&all, s->strong, DIGEST_SHA256, chosen, COUNT(chosen));
	if (n == 0 && all.n > 0) /* nothing we can compute; at least show the realm */
		intern_set(intern, &s->realm, all.v[0].realm, HEADER_MAX);
	for (size_t i = 0; i < n; i++) {
		enum reg_challenge verdict = judge(s, chosen[i]);

		if (i == 0 || rank(verdict) > rank(best)) {
			best = verdict;
			intern_set(intern, &s->realm, chosen[i]->realm, SIZE_MAX);
		}
	}
	digest_challenges_free(&all);
	if (best == REG_CHALLENGE_NONE || best == REG_CHALLENGE_NO_ACCOUNT) {
		s->from = CRED_NONE;
		s->auth_peer = -1;
		s->algorithm = DIGEST_UNKNOWN;
		s->any_realm = false;
	}
	return best;
}

void
session_next_nonce(struct session *s, const char *authentication_info)
{
	char *nonce;

	if (authentication_info == NULL)
		return;
	nonce = digest_nextnonce(authentication_info);
	for (struct held_nonce *h = s->nonces; h != NULL && nonce != NULL; h = h->next) {
		if (!h->proxy) {
			struct digest_challenge c = as_challenge(h);

			hold(s, &c, nonce);
			break;
		}
	}
	free(nonce);
}

static void
cnonce(struct session *s, const struct held_nonce *h, char hex[IDENT_HEX])
{
	char serial[64];

	/* The start is in it: a key outlives the process, serials do not. */
	snprintf(serial, sizeof serial, "%llu %llu", (unsigned long long)s->server->set->start_seconds,
	    (unsigned long long)h->serial);
	ident_name(s->server->set->ident, "cnonce", serial, hex);
	hex[16] = '\0';
}

/* True: the header stands in value. */
static bool
authorize(struct session *s, struct held_nonce *h, const char *uri, struct out *value)
{
	struct digest_challenge challenge = as_challenge(h);
	struct cred account = session_account(s, h->realm);
	char hex[IDENT_HEX];

	if (account.from == CRED_NONE || account.secret->clear == NULL)
		return false;
	cnonce(s, h, hex);
	if (digest_answer(
		&(struct digest_answer){
		    .challenge = &challenge,
		    .username = account.username,
		    .password = account.secret->clear,
		    .method = "REGISTER",
		    .uri = uri,
		    .cnonce = hex,
		    .nc = h->nc + 1,
		},
		value) != 0) {
		out_free(value);
		return false;
	}
	h->nc++;
	s->from = (uint8_t)account.from;
	s->any_realm = account.any_realm;
	s->auth_peer = account.peer;
	s->algorithm = h->algorithm;
	s->sess = h->sess;
	if (h->algorithm >= DIGEST_SHA256)
		intern_set(&s->server->set->intern, &s->strong, h->realm, SIZE_MAX);
	return true;
}

void
session_authorize(struct session *s, const char *uri, bool answering, struct authorization *a)
{
	*a = (struct authorization){ .n_www = 0 };
	for (struct held_nonce *h = s->nonces; h != NULL; h = h->next) {
		size_t *n = h->proxy ? &a->n_proxy : &a->n_www;
		struct out *value = h->proxy ? &a->proxy[*n] : &a->www[*n];

		if (*n == REALMS_ANSWERED)
			continue;
		if (authorize(s, h, uri, value)) {
			++*n;
			h->answered |= answering;
		}
	}
}

void
authorization_free(struct authorization *a)
{
	for (size_t i = 0; i < REALMS_ANSWERED; i++) {
		out_free(&a->www[i]);
		out_free(&a->proxy[i]);
	}
}
