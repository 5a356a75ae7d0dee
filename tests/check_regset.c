/* check_regset.c - the set of registrations against scripted registrars, in virtual time. Every registrar
 * checks, in every test: CSeq rises within a Call-ID, no (nonce, cnonce, nc) twice, the digest is right where
 * the password is, the user part and the tags are where they belong. */
#include "ua/regset.h"

#include <arpa/inet.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pmap.h"
#include "base/str.h"
#include "base/vec.h"
#include "ua/digest.h"
#include "ua/reply.h"

enum { FAKES = 8, SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* One request as a registrar saw it. */
struct seen {
	msec at;
	char number[40], call_id[40], user[40], realm[60], algorithm[24];
	uint32_t cseq;
	unsigned expires, nc;
	size_t credentials;
	bool good; /* the credential for our realm is right */
	int status; /* the answer */
};

/* A registrar: what it does is a matter of these switches. */
struct fake {
	const char *realm, *user, *password; /* realm NULL: nobody is challenged; user NULL: the number */
	const char *challenge; /* format of the challenge with realm and nonce; NULL: plain MD5 with qop */
	const char *first; /* another challenge, sent above */
	bool one_line; /* both in one header */
	bool proxy; /* 407 */
	bool one_time; /* nonces serve once, then stale */
	bool stale_once; /* the first credential is stale */
	bool next_nonce;
	bool no_challenge; /* 401 without any */
	int always; /* this status to everything */
	int after; /* this status to a right credential */
	int first_status; /* this one to the first request only */
	const char *retry_after;
	int64_t grant; /* seconds; 0: as asked */
	const char *contacts; /* instead of the own one; "": none */
	bool header; /* the grant stands in Expires */
	bool refuse_zero; /* 200 with expires=0 */
	unsigned min_expires; /* 423 below */
	bool mute, refuses; /* no answer; connection refused */
	unsigned hangs_up; /* that many requests find the connection closed behind an earlier answer */
	const char *mute_number;
	msec delay;
	unsigned generation; /* of nonces: another one forgets the old */
	unsigned serial;
	/* What it saw. */
	VEC(struct seen) log;
	size_t ok, zero, credentials, flying, peak;
	struct pmap bindings; /* number -> until */
};

struct transaction {
	struct transaction *next;
	msec due;
	struct session *session;
	struct fake *fake;
	struct sip_reply reply;
	char www[2][300], contacts[200], expires[24], min_expires[24], info[100];
};

struct query {
	struct query *next;
	msec due;
	struct reg_server *server;
	char name[100];
	uint16_t port;
};

struct net {
	msec now;
	struct regset *set;
	struct conf *conf;
	struct fake fake[FAKES]; /* at port 5090 + index */
	struct transaction *transactions;
	struct query *queries;
	const char *dns_error;
	unsigned dns_targets, dns_ttl; /* a name has so many addresses: ports 5090, 5091, ... */
	size_t dns_asked;
	char local[40];
	uint16_t port;
	uint16_t dns_first; /* port of the first address of a name */
	struct pmap cseqs, nonces;
	size_t changed, registrar_changed, unregistrable;
	enum reg_state last_state;
	char registrar_state[40];
};

static void
release(void *value)
{
	free(value);
}

static void
no_hold(void *value)
{
	(void)value;
}

static const struct pmap_kind heap_values = { no_hold, release };

/* The wire. */

static char *
between(const char *text, const char *from, const char *to)
{
	const char *at = text == NULL ? NULL : strstr(text, from);

	if (at == NULL)
		return xstrdup("");
	at += strlen(from);
	return xstrndup(at, strcspn(at, to));
}

static void
once_rising(struct net *n, const struct sip_request *r)
{
	uint32_t *last = pmap_get(&n->cseqs, r->call_id, strlen(r->call_id));

	if (last != NULL)
		ck_assert_uint_gt(r->cseq, *last);
	last = xmalloc(sizeof *last);
	*last = r->cseq;
	pmap_put(&n->cseqs, r->call_id, strlen(r->call_id), last);
}

/* Checks one credential. True: right password for the registrar's realm with its current nonce. */
static bool
credential(
    struct net *n, struct fake *f, const char *value, const char *uri, struct seen *seen, bool *current)
{
	struct digest_challenges c = { .n = 0 };
	struct digest_answer a;
	char hex[DIGEST_HEX];
	char *user = between(value, "username=\"", "\""), *response = between(value, "response=\"", "\"");
	char *cnonce = between(value, "cnonce=\"", "\""), *nc = between(value, "nc=", ",");
	char *used = between(value, ",uri=\"", "\""), *key, generation[16];
	bool good = false;

	digest_parse(&c, value, false);
	ck_assert_uint_eq(c.n, 1);
	ck_assert_str_eq(used, uri);
	ck_assert_ptr_null(strstr(value, "secret"));
	key = xasprintf("%s %s %s %s", c.v[0].realm, c.v[0].nonce, cnonce, nc);
	if (c.v[0].qop != DIGEST_QOP_NONE) {
		ck_assert_msg(pmap_get(&n->nonces, key, strlen(key)) == NULL, "used twice: %s", key);
		pmap_put(&n->nonces, key, strlen(key), xstrdup(""));
		ck_assert_uint_eq(strlen(nc), 8);
	}
	seen->nc = (unsigned)strtoul(nc, NULL, 16);
	snprintf(seen->user, sizeof seen->user, "%s", user);
	snprintf(seen->realm, sizeof seen->realm, "%s", c.v[0].realm);
	snprintf(seen->algorithm, sizeof seen->algorithm, "%s",
	    c.v[0].algorithm_text != NULL ? c.v[0].algorithm_text : "none");
	snprintf(generation, sizeof generation, "n%u-", f->generation);
	*current = strncmp(c.v[0].nonce, generation, strlen(generation)) == 0;
	if (str_eq(c.v[0].realm, f->realm)) {
		a = (struct digest_answer){ .challenge = &c.v[0],
			.username = user,
			.password = f->password,
			.method = "REGISTER",
			.uri = uri,
			.cnonce = cnonce,
			.nc = seen->nc };
		ck_assert_int_eq(digest_response(&a, hex), 0);
		good = str_eq(hex, response) && str_eq(user, f->user != NULL ? f->user : seen->number);
	}
	digest_challenges_free(&c);
	free(key);
	free(user);
	free(response);
	free(cnonce);
	free(nc);
	free(used);
	return good;
}

static void
challenge(struct fake *f, struct transaction *t, bool stale)
{
	char nonce[40], ours[250];
	const char **to = f->proxy ? t->reply.proxy : t->reply.www;

	t->reply.status = f->proxy ? 407 : 401;
	t->reply.phrase = "Unauthorized";
	if (f->no_challenge)
		return;
	snprintf(nonce, sizeof nonce, "n%u-%u", f->generation, ++f->serial);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(ours, sizeof ours,
	    f->challenge != NULL ? f->challenge
				 : "Digest realm=\"%s\", nonce=\"%s\", algorithm=MD5, qop=\"auth\"",
	    f->realm, nonce);
#pragma GCC diagnostic pop
	if (stale)
		snprintf(ours + strlen(ours), sizeof ours - strlen(ours), ", stale=true");
	if (f->first != NULL && f->one_line) {
		snprintf(t->www[0], sizeof t->www[0], "%s, %s", f->first, ours);
		to[0] = t->www[0];
	} else if (f->first != NULL) {
		to[0] = f->first;
		snprintf(t->www[1], sizeof t->www[1], "%s", ours);
		to[1] = t->www[1];
	} else {
		snprintf(t->www[0], sizeof t->www[0], "%s", ours);
		to[0] = t->www[0];
	}
}

static void
accept_binding(struct net *n, struct fake *f, struct transaction *t, const struct sip_request *r,
    const struct seen *seen)
{
	int64_t grant = f->grant > 0 && r->expires > 0 ? f->grant : r->expires;
	msec *until;

	t->reply.status = 200;
	t->reply.phrase = "OK";
	if (f->refuse_zero)
		grant = 0;
	if (f->contacts != NULL) {
		t->reply.contacts[0] = f->contacts[0] != '\0' ? f->contacts : NULL;
	} else {
		if (f->header)
			snprintf(t->contacts, sizeof t->contacts, "%s", r->contact);
		else
			snprintf(t->contacts, sizeof t->contacts,
			    "<sip:other@198.51.100.7>;expires=7777, %s;q=0.5;expires=%lld", r->contact,
			    (long long)grant);
		t->reply.contacts[0] = t->contacts;
	}
	if (f->header) {
		snprintf(t->expires, sizeof t->expires, "%lld", (long long)grant);
		t->reply.expires = t->expires;
	}
	if (f->next_nonce) {
		snprintf(t->info, sizeof t->info, "nextnonce=\"n%u-next%u\", qop=auth, rspauth=\"0\"",
		    f->generation, ++f->serial);
		t->reply.authentication_info = t->info;
	}
	f->ok++;
	until = xmalloc(sizeof *until);
	*until = n->now + grant * SECOND;
	pmap_put(&f->bindings, seen->number, strlen(seen->number), until);
	if (grant == 0)
		pmap_remove(&f->bindings, seen->number, strlen(seen->number));
}

static void
judge(struct net *n, struct fake *f, struct transaction *t, const struct sip_request *r, struct seen *seen)
{
	bool current = false, fresh;

	for (size_t i = 0; i < 4 && r->authorization[i] != NULL; i++, seen->credentials++)
		seen->good |= !f->proxy && credential(n, f, r->authorization[i], r->uri, seen, &current);
	for (size_t i = 0; i < 4 && r->proxy_authorization[i] != NULL; i++, seen->credentials++)
		seen->good |= f->proxy && credential(n, f, r->proxy_authorization[i], r->uri, seen, &current);
	f->credentials += seen->credentials;
	fresh = current && !(f->one_time && seen->nc > 1);
	if (f->first_status != 0 && f->log.n == 0) {
		t->reply.status = f->first_status;
	} else if (f->always != 0) {
		t->reply.status = f->always;
	} else if (f->no_challenge) {
		challenge(f, t, false);
	} else if (f->realm != NULL && !(seen->good && fresh)) {
		challenge(f, t, seen->good && f->one_time);
	} else if (f->stale_once) {
		f->stale_once = false;
		f->generation++;
		challenge(f, t, true);
	} else if (f->after != 0) {
		t->reply.status = f->after;
	} else if (r->expires > 0 && r->expires < f->min_expires) {
		t->reply.status = 423;
		snprintf(t->min_expires, sizeof t->min_expires, "%u", f->min_expires);
		t->reply.min_expires = t->min_expires;
	} else {
		accept_binding(n, f, t, r, seen);
	}
	if (t->reply.status >= 300)
		t->reply.retry_after = f->retry_after;
}

static void *
net_send(void *arg, const struct sip_request *r, struct session *session)
{
	struct net *n = arg;
	const struct sockaddr_in *to = (const void *)&r->target.sa;
	struct fake *f = &n->fake[ntohs(to->sin_port) - 5090];
	struct transaction *t = xcalloc(1, sizeof *t), **at;
	struct seen seen = { .at = n->now, .cseq = r->cseq, .expires = r->expires };
	char *number = between(r->to, "<sip:", "@"), *tag = between(r->from, ";tag=", ";");

	ck_assert_ptr_null(strstr(r->to, "tag="));
	ck_assert_ptr_null(strchr(r->uri, '@'));
	ck_assert_uint_ge(strlen(tag), 8);
	ck_assert_uint_gt(r->max_forwards, 0);
	ck_assert_ptr_nonnull(strstr(r->contact, number));
	ck_assert_ptr_nonnull(strstr(r->contact, n->local));
	snprintf(seen.number, sizeof seen.number, "%s", number);
	snprintf(seen.call_id, sizeof seen.call_id, "%s", r->call_id);
	free(number);
	free(tag);
	once_rising(n, r);
	t->session = session;
	t->fake = f;
	if (f->mute || str_eq(f->mute_number, seen.number)) {
		t->due = n->now + 15500;
		t->reply.phrase = "no answer";
	} else if (f->hangs_up > 0 && f->log.n > 0) {
		f->hangs_up--;
		t->due = n->now + 1;
		t->reply.phrase = "Connection reset by peer";
		t->reply.lost = true;
	} else if (f->refuses) {
		t->due = n->now + 1;
		t->reply.phrase = "Connection refused";
	} else {
		t->due = n->now + (f->delay > 0 ? f->delay : 5);
		judge(n, f, t, r, &seen);
	}
	seen.status = t->reply.status;
	f->zero += r->expires == 0;
	if (++f->flying > f->peak)
		f->peak = f->flying;
	vec_push(&f->log, seen);
	for (at = &n->transactions; *at != NULL && (*at)->due <= t->due;)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	return t;
}

static void
net_cancel(void *arg, void *transaction)
{
	struct net *n = arg;
	struct transaction **at = &n->transactions;

	while (*at != transaction)
		at = &(*at)->next;
	*at = (*at)->next;
	free(transaction);
}

static void *
net_resolve(void *arg, const struct host *host, enum transport transport, struct reg_server *server)
{
	struct net *n = arg;
	struct query *q = xcalloc(1, sizeof *q);

	(void)transport;
	n->dns_asked++;
	q->next = n->queries;
	n->queries = q;
	q->due = n->now + 1;
	q->server = server;
	q->port = host->port;
	snprintf(q->name, sizeof q->name, "%s", host->kind == HOST_DNS ? host->name : "");
	return q;
}

static void
net_resolve_cancel(void *arg, void *query)
{
	struct net *n = arg;
	struct query **at = &n->queries;

	while (*at != query)
		at = &(*at)->next;
	*at = (*at)->next;
	free(query);
}

static int
net_local_address(void *arg, const struct sip_address *to, char *host, size_t size)
{
	const struct net *n = arg;

	(void)to;
	snprintf(host, size, "%s", n->local);
	return n->local[0] != '\0' ? 0 : -1;
}

static uint16_t
net_local_port(void *arg)
{
	return ((const struct net *)arg)->port;
}

static void
net_changed(void *arg, const struct reg_status *row)
{
	struct net *n = arg;

	n->changed++;
	n->last_state = row->state;
}

static void
net_registrar_changed(void *arg, const struct registrar_status *row)
{
	struct net *n = arg;

	n->registrar_changed++;
	snprintf(n->registrar_state, sizeof n->registrar_state, "%s", row->state);
}

static void
net_unregistrable(void *arg, const struct unregistrable *row)
{
	struct net *n = arg;

	ck_assert_ptr_nonnull(row->reason);
	n->unregistrable++;
}

static struct net *
net_new(void)
{
	static const unsigned char key[32] = "an instance key for the tests..";
	struct net *n = xcalloc(1, sizeof *n);
	struct regset_io io = {
		.arg = n,
		.send = net_send,
		.cancel = net_cancel,
		.resolve = net_resolve,
		.resolve_cancel = net_resolve_cancel,
		.local_address = net_local_address,
		.local_port = net_local_port,
		.changed = net_changed,
		.registrar_changed = net_registrar_changed,
		.unregistrable = net_unregistrable,
	};

	n->now = 12345;
	n->dns_targets = 1;
	n->dns_ttl = 300;
	n->dns_first = 5090;
	n->port = 5070;
	snprintf(n->local, sizeof n->local, "192.0.2.200");
	n->cseqs.kind = n->nonces.kind = &heap_values;
	for (size_t i = 0; i < FAKES; i++) {
		n->fake[i].bindings.kind = &heap_values;
		n->fake[i].realm = "example.com";
		n->fake[i].user = "alice";
		n->fake[i].password = "secret";
	}
	n->set = regset_new(&io, key, 1795000000, n->now);
	n->conf = conf_new();
	return n;
}

static void
net_free(struct net *n)
{
	regset_free(n->set);
	ck_assert_ptr_null(n->transactions);
	ck_assert_ptr_null(n->queries);
	conf_release(n->conf);
	pmap_free(&n->cseqs);
	pmap_free(&n->nonces);
	for (size_t i = 0; i < FAKES; i++) {
		vec_free(&n->fake[i].log);
		pmap_free(&n->fake[i].bindings);
	}
	free(n);
}

static struct sip_address
address(uint16_t port)
{
	struct sip_address a = { 0 };
	struct sockaddr_in *in = (void *)&a.sa;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(0xc0000201);
	in->sin_port = htons(port);
	return a;
}

static void
net_resolved(struct net *n, struct query *q)
{
	struct sip_address addresses[FAKES];
	struct dns_answer answer = { .addresses = addresses, .n = 1, .ttl = n->dns_ttl };

	addresses[0] = address(q->port);
	if (q->name[0] != '\0') {
		answer.error = n->dns_error;
		answer.n = n->dns_error != NULL ? 0 : n->dns_targets;
		for (size_t i = 0; i < answer.n; i++)
			addresses[i] = address((uint16_t)(n->dns_first + i));
	}
	regset_resolved(n->set, q->server, &answer, n->now);
	free(q);
}

static void
net_run(struct net *n, msec until)
{
	for (;;) {
		msec next = regset_next(n->set);

		if (n->transactions != NULL && n->transactions->due < next)
			next = n->transactions->due;
		for (struct query *q = n->queries; q != NULL; q = q->next)
			if (q->due < next)
				next = q->due;
		if (next > until)
			break;
		ck_assert_int_ge(next, n->now - 1000000); /* overdue is fine, nonsense is not */
		if (next > n->now)
			n->now = next;
		if (n->transactions != NULL && n->transactions->due <= n->now) {
			struct transaction *t = n->transactions;

			n->transactions = t->next;
			t->fake->flying--;
			regset_reply(n->set, t->session, &t->reply, n->now);
			free(t);
			continue;
		}
		if (n->queries != NULL) {
			struct query **at = &n->queries, *q;

			while (*at != NULL && (*at)->due > n->now)
				at = &(*at)->next;
			if (*at != NULL) {
				q = *at;
				*at = q->next;
				net_resolved(n, q);
				continue;
			}
		}
		regset_tick(n->set, n->now);
	}
	n->now = until;
	regset_clock(n->set, n->now);
}

static void
net_for(struct net *n, msec time)
{
	net_run(n, n->now + time);
}

/* Configuration. */

static void
edit(struct net *n)
{
	struct conf *next = conf_share(n->conf);

	conf_release(n->conf);
	n->conf = next;
}

static void
apply(struct net *n)
{
	regset_apply(n->set, n->conf, n->now);
	edit(n); /* what is applied is frozen; the next edits go to a new version */
}

static void
peer(struct net *n, uint32_t tag, const char *pattern)
{
	struct dial_peer *p = conf_add_peer(n->conf, tag, PEER_POTS);

	p->pattern = xstrdup(pattern);
}

static struct secret
secret(const char *text)
{
	struct secret s = { 0 };
	char err[100];

	ck_assert_int_eq(secret_parse(&s, SECRET_CLEAR, text, NULL, err, sizeof err), 0);
	return s;
}

static void
credentials(struct net *n, const char *number, const char *user, const char *password, const char *realm)
{
	struct credential *c = credential_new();

	c->number = xstrdup(number);
	c->username = xstrdup(user);
	c->realm = xstrdup(realm);
	c->has_number = true;
	c->secret = secret(password);
	sip_ua_put_credential(conf_edit_sip_ua(n->conf), c);
}

static void
registrar_at(struct net *n, unsigned slot, const char *host, unsigned expires, enum transport transport)
{
	struct sip_ua *ua = conf_edit_sip_ua(n->conf);
	struct registrar *r = NULL;
	char err[100];

	if (host != NULL) {
		r = registrar_new();
		r->expires = expires;
		r->transport = transport;
		ck_assert_int_eq(host_parse(&r->host, host, err, sizeof err), 0);
	}
	registrar_release(ua->registrars[slot]);
	ua->registrars[slot] = r;
}

static void
registrar(struct net *n, unsigned slot, unsigned expires)
{
	char host[40];

	snprintf(host, sizeof host, "ipv4:192.0.2.1:%u", 5090 + slot);
	registrar_at(n, slot, host, expires, TRANSPORT_UDP);
}

static void
no_registrar(struct net *n, unsigned slot)
{
	registrar_at(n, slot, NULL, 0, TRANSPORT_UDP);
}

/* So many credentials numbers 10001, 10002 ... that all have alice's password. */
static void
fleet(struct net *n, unsigned count)
{
	char number[16];

	for (unsigned i = 1; i <= count; i++) {
		snprintf(number, sizeof number, "%u", 10000 + i);
		credentials(n, number, "alice", "secret", "example.com");
	}
}

/* One row, its strings copied. */
struct got {
	struct reg_status row;
	char realm[60], case_realm[60], user[60], phrase[60], algorithm[30];
	size_t n;
};

static void
copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from != NULL ? from : "-");
}

static bool
take_row(void *arg, const struct reg_status *row)
{
	struct got *got = arg;

	got->row = *row;
	got->n++;
	copy(got->realm, sizeof got->realm, row->realm);
	copy(got->case_realm, sizeof got->case_realm, row->case_realm);
	copy(got->user, sizeof got->user, row->username);
	copy(got->phrase, sizeof got->phrase, row->phrase);
	copy(got->algorithm, sizeof got->algorithm, row->algorithm);
	return true;
}

static struct got
status(struct net *n, const char *number, int slot)
{
	struct got got = { .n = 0 };

	regset_clock(n->set, n->now);
	regset_registrations(n->set, number, slot, take_row, &got);
	return got;
}

struct tally {
	size_t rows, registered, states[REG_STATE_LEAVING + 1];
	unsigned slot;
	char number[40];
};

static bool
tally_row(void *arg, const struct reg_status *row)
{
	struct tally *t = arg;

	/* By slot, then number. */
	ck_assert(row->slot > t->slot || (row->slot == t->slot && strcmp(row->number, t->number) >= 0));
	t->slot = row->slot;
	copy(t->number, sizeof t->number, row->number);
	t->rows++;
	t->registered += row->registered;
	t->states[row->state]++;
	return true;
}

static struct tally
tally(struct net *n)
{
	struct tally t = { 0 };

	regset_clock(n->set, n->now);
	regset_registrations(n->set, NULL, -1, tally_row, &t);
	return t;
}

static size_t
requests(const struct net *n)
{
	size_t sum = 0;

	for (size_t i = 0; i < FAKES; i++)
		sum += n->fake[i].log.n;
	return sum;
}

/* Who registers where, with which account. */

START_TEST(three_sources_of_accounts_at_two_registrars)
{
	struct net *n = net_new();
	static const struct {
		const char *number;
		unsigned slot;
		const char *user;
		enum cred_from from;
		int64_t peer;
	} want[] = {
		{ "1001", 0, "peer-a", CRED_PEER, 1 },
		{ "1001", 1, "peer-a", CRED_PEER, 1 },
		{ "1002", 0, "cred-a", CRED_CREDENTIALS, -1 },
		{ "1002", 1, "cred-b", CRED_CREDENTIALS, -1 },
		{ "1003", 0, "global", CRED_SIP_UA, -1 },
		{ "1003", 1, "global", CRED_SIP_UA, -1 },
	};

	n->fake[0].realm = "a.example";
	n->fake[1].realm = "b.example";
	peer(n, 1, "1001");
	auth_list_put(&conf_edit_peer(n->conf, 1)->auth, "peer-a", "a.example", secret("secret"));
	auth_list_put(&conf_edit_peer(n->conf, 1)->auth, "peer-a", "b.example", secret("secret"));
	credentials(n, "1002", "cred-a", "secret", "a.example");
	credentials(n, "1002", "cred-b", "secret", "b.example");
	peer(n, 3, "1003$");
	auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "global", "a.example", secret("secret"));
	auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "global", "b.example", secret("secret"));
	registrar(n, 0, 3600);
	registrar(n, 1, 600);
	apply(n);
	net_for(n, SECOND);
	for (size_t i = 0; i < COUNT(want); i++) {
		struct got got = status(n, want[i].number, (int)want[i].slot);

		ck_assert_uint_eq(got.n, 1);
		ck_assert_str_eq(got.user, want[i].user);
		ck_assert_int_eq(got.row.from, want[i].from);
		ck_assert_int_eq(got.row.auth_peer, want[i].peer);
		ck_assert(got.row.indexed);
	}
	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < n->fake[i].log.n; j++) {
			const struct seen *s = &n->fake[i].log.v[j];

			if (s->credentials == 0)
				continue;
			for (size_t k = 0; k < COUNT(want); k++)
				if (want[k].slot == i && str_eq(want[k].number, s->number))
					ck_assert_str_eq(s->user, want[k].user);
		}
		ck_assert_uint_eq(n->fake[i].log.n, 6);
	}
	net_free(n);
}
END_TEST

START_TEST(realm_without_account_ends_there_and_a_new_account_wakes_only_its_endpoint)
{
	struct net *n = net_new();
	struct got got;

	n->fake[0].realm = "Example.COM";
	credentials(n, "1001", "alice", "secret", "example.com");
	credentials(n, "1002", "alice", "secret", "other.example");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	got = status(n, "1001", 0);
	ck_assert_int_eq(got.row.state, REG_STATE_NO_CREDENTIAL);
	ck_assert_str_eq(got.realm, "Example.COM");
	ck_assert_str_eq(got.case_realm, "example.com");
	ck_assert_int_eq(got.row.status, 401);
	ck_assert_int_ge(got.row.next_ms, 14 * MINUTE);
	ck_assert_str_eq(status(n, "1002", 0).case_realm, "-");
	ck_assert_uint_eq(n->fake[0].log.n, 2);
	net_for(n, 14 * MINUTE);
	ck_assert_uint_eq(n->fake[0].log.n, 2);
	ck_assert_uint_eq(n->fake[0].credentials, 0);

	credentials(n, "1001", "alice", "secret", "third.example");
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 2);

	credentials(n, "1001", "alice", "secret", "Example.COM");
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 4);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	ck_assert_int_eq(status(n, "1002", 0).row.state, REG_STATE_NO_CREDENTIAL);

	auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "alice", NULL, secret("secret"));
	apply(n);
	net_for(n, SECOND);
	got = status(n, "1002", 0);
	ck_assert_int_eq(got.row.state, REG_STATE_REGISTERED);
	ck_assert(got.row.any_realm);
	ck_assert_uint_eq(n->fake[0].log.n, 6);
	net_free(n);
}
END_TEST

/* V17 */
START_TEST(registrar_comes_and_goes_alone)
{
	struct net *n = net_new();
	size_t before;

	fleet(n, 20);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 40);
	registrar(n, 3, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 40);
	ck_assert_uint_eq(n->fake[3].ok, 20);
	ck_assert_uint_eq(tally(n).registered, 40);
	before = n->fake[3].log.n;
	no_registrar(n, 0);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].zero, 20);
	ck_assert_uint_eq(n->fake[0].bindings.n, 0);
	ck_assert_uint_eq(n->fake[3].log.n, before);
	ck_assert_uint_eq(tally(n).rows, 20);
	ck_assert_uint_eq(regset_count(n->set, "10001"), 1);
	net_free(n);
}
END_TEST

START_TEST(registrar_that_moves_unregisters_there_and_registers_here)
{
	struct net *n = net_new();

	fleet(n, 3);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	registrar_at(n, 0, "ipv4:192.0.2.1:5092", 3600, TRANSPORT_UDP);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].zero, 3);
	ck_assert_uint_eq(n->fake[2].bindings.n, 3);
	net_free(n);
}
END_TEST

START_TEST(only_expires_changed_waits_for_the_refresh)
{
	struct net *n = net_new();

	fleet(n, 3);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	registrar(n, 0, 600);
	apply(n);
	net_for(n, 10 * MINUTE);
	ck_assert_uint_eq(n->fake[0].log.n, 6);
	net_for(n, HOUR);
	ck_assert_uint_eq(n->fake[0].log.v[n->fake[0].log.n - 1].expires, 600);
	ck_assert_uint_eq(n->fake[0].zero, 0);
	net_free(n);
}
END_TEST

START_TEST(registrar_that_changes_its_index_sends_nothing)
{
	struct net *n = net_new();

	fleet(n, 3);
	registrar_at(n, 0, "ipv4:192.0.2.1:5090", 3600, TRANSPORT_UDP);
	apply(n);
	net_for(n, SECOND);
	no_registrar(n, 0);
	registrar_at(n, 4, "ipv4:192.0.2.1:5090", 3600, TRANSPORT_UDP);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 6);
	ck_assert_uint_eq(status(n, "10001", 4).n, 1);
	net_free(n);
}
END_TEST

static void
same_again(struct net *n)
{
	struct conf *before = n->conf;

	n->conf = conf_new();
	peer(n, 1, "1001");
	peer(n, 7, "12..");
	auth_list_put(&conf_edit_peer(n->conf, 1)->auth, "alice", "example.com", secret("secret"));
	auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "alice", NULL, secret("wrong"));
	fleet(n, 5);
	registrar(n, 0, 3600);
	registrar(n, 1, 3600);
	conf_release(before);
}

START_TEST(same_configuration_read_again_sends_nothing)
{
	struct net *n = net_new();
	size_t sent;

	same_again(n);
	n->fake[1].always = 403;
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->unregistrable, 1);
	sent = requests(n);
	same_again(n);
	apply(n);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(requests(n), sent);
	ck_assert_uint_eq(n->unregistrable, 1);
	net_free(n);
}
END_TEST

START_TEST(one_of_ten_thousand_peers_touches_one)
{
	struct net *n = net_new();
	char number[16];
	size_t sent;

	for (uint32_t tag = 1; tag <= 10000; tag++) {
		snprintf(number, sizeof number, "2%05u", tag);
		peer(n, tag, number);
	}
	auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "alice", "example.com", secret("secret"));
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 10 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 10000);
	ck_assert_uint_le(n->fake[0].peak, REGSET_IN_FLIGHT);
	sent = requests(n);

	conf_edit_peer(n->conf, 5000)->description = xstrdup("a desk");
	apply(n);
	ck_assert_uint_eq(requests(n), sent);

	free(conf_edit_peer(n->conf, 5000)->pattern);
	conf_edit_peer(n->conf, 5000)->pattern = xstrdup("777");
	apply(n);
	net_run(n, n->now + 100);
	ck_assert_uint_eq(requests(n), sent + 3);
	ck_assert_uint_eq(n->fake[0].zero, 1);
	ck_assert_int_eq(status(n, "777", 0).row.state, REG_STATE_REGISTERED);
	ck_assert_int_eq(status(n, "777", 0).row.peer, 5000);
	ck_assert_uint_eq(regset_count(n->set, "205000"), 0);

	conf_edit_peer(n->conf, 5000)->shutdown = true;
	apply(n);
	net_run(n, n->now + 100);
	ck_assert_uint_eq(regset_count(n->set, "777"), 0);
	net_free(n);
}
END_TEST

/* V16 */
START_TEST(number_of_many_sources_is_one_endpoint)
{
	struct net *n = net_new();

	peer(n, 5, "1001");
	peer(n, 3, "1001");
	peer(n, 9, "1001");
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(tally(n).rows, 1);
	ck_assert_int_eq(status(n, "1001", 0).row.peer, 3);
	conf_remove_peer(n->conf, 3);
	apply(n);
	ck_assert_int_eq(status(n, "1001", 0).row.peer, 5);
	conf_edit_peer(n->conf, 5)->sip_register = false;
	apply(n);
	ck_assert_int_eq(status(n, "1001", 0).row.peer, 9);
	conf_remove_peer(n->conf, 9);
	apply(n);
	ck_assert_int_eq(status(n, "1001", 0).row.peer, -1);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 2);
	sip_ua_remove_credential(conf_edit_sip_ua(n->conf), "1001", "example.com");
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].zero, 1);
	ck_assert_uint_eq(n->fake[0].bindings.n, 0);
	ck_assert(regset_idle(n->set));
	net_free(n);
}
END_TEST

/* V17 */
START_TEST(who_leaves_uses_the_account_of_before)
{
	struct net *n = net_new();

	n->fake[0].one_time = true;
	peer(n, 1, "1001");
	auth_list_put(&conf_edit_peer(n->conf, 1)->auth, "alice", "example.com", secret("secret"));
	credentials(n, "1002", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].bindings.n, 2);
	conf_remove_peer(n->conf, 1);
	sip_ua_remove_credential(conf_edit_sip_ua(n->conf), "1002", "example.com");
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].bindings.n, 0);
	ck_assert(regset_idle(n->set));
	net_free(n);
}
END_TEST

static size_t refused_rows;
static bool
refused_row(void *arg, const struct unregistrable *row)
{
	size_t *rows = arg;

	ck_assert_int_eq(row->peer, 2);
	ck_assert_str_eq(row->pattern, "919.......");
	++*rows;
	return true;
}

START_TEST(wildcard_is_listed_and_does_not_register)
{
	struct net *n = net_new();

	peer(n, 1, "+4930123*#");
	peer(n, 2, "919.......");
	peer(n, 3, "92..");
	conf_edit_peer(n->conf, 3)->shutdown = true;
	peer(n, 4, "93..");
	conf_edit_peer(n->conf, 4)->sip_register = false;
	conf_add_peer(n->conf, 5, PEER_VOIP)->pattern = xstrdup("94..");
	conf_add_peer(n->conf, 6, PEER_VOIP)->pattern = xstrdup("9500");
	conf_add_peer(n->conf, 7, PEER_POTS);
	n->fake[0].realm = NULL;
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(tally(n).registered, 1);
	ck_assert_str_eq(n->fake[0].log.v[0].number, "+4930123*%23");
	refused_rows = 0;
	regset_unregistrable(n->set, refused_row, &refused_rows);
	ck_assert_uint_eq(refused_rows, 1);
	ck_assert_uint_eq(n->unregistrable, 1);
	net_free(n);
}
END_TEST

/* Registrars that misbehave: testdata/registrars, as far as answers go. */

struct scenario {
	const char *name;
	struct fake fake; /* what differs from the usual */
	msec watch;
	bool registers;
	size_t most; /* requests within the time watched */
	size_t credentials; /* at most */
	size_t least_ok;
	const char *algorithm;
	enum reg_state state; /* when it does not register */
	msec gap; /* before the second request, at least */
};

#define MD5_ONLY "Digest realm=\"%s\", nonce=\"%s\", algorithm=MD5, qop=\"auth\""
static const char contact_of_others[] = "<sip:1001@192.0.2.77:5060>;expires=3000";

static const struct scenario scenarios[] = {
	{ "plain-200", { .realm = "-" }, 12 * SECOND, true, 1, 0, 1, NULL, 0, 0 },
	{ "md5-noqop", { .challenge = "Digest realm=\"%s\", nonce=\"%s\"" }, 12 * SECOND, true, 2, 1, 1,
	    "none", 0, 0 },
	{ "md5-auth", { .challenge = MD5_ONLY }, 12 * SECOND, true, 2, 1, 1, "MD5", 0, 0 },
	{ "sha256", { .challenge = "Digest realm=\"%s\", nonce=\"%s\", algorithm=SHA-256, qop=\"auth\"" },
	    12 * SECOND, true, 2, 1, 1, "SHA-256", 0, 0 },
	{ "two-sha256-md5",
	    { .first = "Digest realm=\"example.com\", nonce=\"n0-first\", algorithm=SHA-256, qop=\"auth\"",
		.challenge = MD5_ONLY },
	    12 * SECOND, true, 2, 1, 1, "SHA-256", 0, 0 },
	{ "unknown-only", { .challenge = "Digest realm=\"%s\", nonce=\"%s\", algorithm=ROT13, qop=\"auth\"" },
	    20 * SECOND, false, 1, 0, 0, NULL, REG_STATE_REJECTED, 0 },
	{ "realms-two",
	    { .first = "Digest realm=\"elsewhere\", nonce=\"n0-x\", algorithm=MD5, qop=\"auth\"",
		.challenge = MD5_ONLY },
	    12 * SECOND, true, 2, 1, 1, "MD5", 0, 0 },
	{ "realms-one-line",
	    { .first = "Digest realm=\"elsewhere\", nonce=\"n0-x\", algorithm=MD5, qop=\"auth\"",
		.challenge = MD5_ONLY,
		.one_line = true },
	    12 * SECOND, true, 2, 1, 1, "MD5", 0, 0 },
	{ "md5-407", { .proxy = true }, 12 * SECOND, true, 2, 1, 1, "MD5", 0, 0 },
	{ "stale", { .stale_once = true }, 12 * SECOND, true, 3, 2, 1, "MD5", 0, 0 },
	{ "one-time nonces", { .one_time = true, .grant = 10 }, 60 * SECOND, true, 30, 30, 6, "MD5", 0, 0 },
	{ "nextnonce", { .next_nonce = true, .one_time = true, .grant = 10 }, 16 * SECOND, true, 3, 2, 2,
	    "MD5", 0, 0 },
	{ "wrong-password", { .password = "another" }, 30 * SECOND, false, 2, 1, 0, "MD5", REG_STATE_REJECTED,
	    0 },
	{ "wrong-password, an hour", { .password = "another" }, HOUR, false, 24, 12, 0, "MD5",
	    REG_STATE_REJECTED, 0 },
	{ "no-challenge", { .no_challenge = true }, 30 * SECOND, false, 1, 0, 0, NULL, REG_STATE_REJECTED,
	    0 },
	{ "quoting-odd",
	    { .challenge = "DIGEST  realm = \"%s\",nonce=\"%s\" , QOP=auth,algorithm=\"MD5\",x-odd=\"a,b\"" },
	    12 * SECOND, true, 2, 1, 1, "MD5", 0, 0 },
	{ "403", { .after = 403 }, 30 * SECOND, false, 2, 1, 0, "MD5", REG_STATE_REJECTED, 0 },
	{ "404", { .always = 404 }, 30 * SECOND, false, 1, 0, 0, NULL, REG_STATE_REJECTED, 0 },
	{ "423-120", { .min_expires = 120 }, 12 * SECOND, true, 4, 3, 1, "MD5", 0, 0 },
	{ "500", { .always = 500 }, 30 * SECOND, false, 1, 0, 0, NULL, REG_STATE_REJECTED, 0 },
	{ "503", { .always = 503 }, 30 * SECOND, false, 1, 0, 0, NULL, REG_STATE_REJECTED, 0 },
	{ "503-ra20", { .first_status = 503, .retry_after = "20" }, 30 * SECOND, true, 3, 1, 1, "MD5", 0,
	    20 * SECOND },
	{ "503-ra-comment", { .first_status = 503, .retry_after = "10 (maintenance);duration=60" },
	    25 * SECOND, true, 3, 1, 1, "MD5", 0, 10 * SECOND },
	{ "200-short", { .grant = 10 }, 18 * SECOND, true, 6, 5, 2, "MD5", 0, 0 },
	{ "200-header", { .grant = 10, .header = true }, 18 * SECOND, true, 6, 5, 2, "MD5", 0, 0 },
	{ "200-none", { .realm = "-", .contacts = "" }, 20 * SECOND, true, 1, 0, 1, NULL, 0, 0 },
	{ "200-foreign", { .realm = "-", .contacts = contact_of_others }, 55 * SECOND, true, 2, 0, 1, NULL, 0,
	    0 },
	{ "200-nothing granted", { .realm = "-", .refuse_zero = true }, 20 * SECOND, false, 1, 0, 1, NULL,
	    REG_STATE_REJECTED, 0 },
	{ "302-other", { .always = 302 }, 30 * SECOND, false, 1, 0, 0, NULL, REG_STATE_REJECTED, 0 },
	{ "slow-3s", { .delay = 3 * SECOND }, 12 * SECOND, true, 2, 1, 1, "MD5", 0, 0 },
	{ "silence", { .mute = true }, 45 * SECOND, false, 2, 0, 0, NULL, REG_STATE_TRYING, 0 },
	{ "unreachable", { .refuses = true }, 40 * SECOND, false, 5, 0, 0, NULL, REG_STATE_REGISTRAR_DEAD,
	    0 },
};

START_TEST(registrars_of_all_kinds)
{
	const struct scenario *s = &scenarios[_i];
	struct net *n = net_new();
	struct fake *f = &n->fake[1], usual = *f;
	struct got got;

	*f = s->fake;
	f->bindings = usual.bindings;
	f->user = usual.user;
	f->password = f->password != NULL ? f->password : usual.password;
	f->realm = f->realm == NULL ? usual.realm : NULL;
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 1, 60);
	apply(n);
	net_for(n, s->watch);
	got = status(n, "1001", 1);
	ck_assert_msg(got.row.registered == s->registers, "%s: registered %d, state %d, %d %s", s->name,
	    got.row.registered, got.row.state, got.row.status, got.phrase);
	ck_assert_msg(f->log.n <= s->most, "%s: %zu requests", s->name, f->log.n);
	ck_assert_msg(f->credentials <= s->credentials, "%s: %zu credentials", s->name, f->credentials);
	ck_assert_msg(f->ok >= s->least_ok, "%s: %zu times registered", s->name, f->ok);
	if (!s->registers)
		ck_assert_msg(got.row.state == s->state, "%s: state %d", s->name, got.row.state);
	if (s->algorithm != NULL)
		for (size_t i = 0; i < f->log.n; i++)
			if (f->log.v[i].credentials > 0)
				ck_assert_str_eq(f->log.v[i].algorithm, s->algorithm);
	if (s->gap > 0)
		ck_assert_int_ge(f->log.v[1].at - f->log.v[0].at, s->gap);
	if (f->grant == 10) /* refreshed in time, and not in a loop */
		for (size_t i = 1, last = 0; i < f->log.n; i++) {
			if (f->log.v[i].status != 200)
				continue;
			if (f->log.v[last].status == 200)
				ck_assert(f->log.v[i].at - f->log.v[last].at >= 3 * SECOND &&
					  f->log.v[i].at - f->log.v[last].at <= 9 * SECOND);
			last = i;
		}
	net_free(n);
}
END_TEST

START_TEST(restarted_registrar_is_answered_once)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];

	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 50 * MINUTE);
	ck_assert_uint_eq(f->log.n, 3); /* the refresh was one round trip, nc 2 */
	ck_assert_uint_eq(f->log.v[2].nc, 2);
	f->generation++;
	net_for(n, 50 * MINUTE);
	ck_assert_uint_eq(f->log.n, 5);
	ck_assert_uint_eq(f->log.v[4].nc, 1);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	ck_assert_str_eq(f->log.v[0].call_id, f->log.v[4].call_id);
	net_free(n);
}
END_TEST

START_TEST(nonce_offered_again_goes_on_counting)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];

	f->challenge = "Digest realm=\"%s\", nonce=\"n0-same\", x=\"%s\", qop=\"auth\"";
	f->one_time = true;
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 60);
	apply(n);
	net_for(n, MINUTE);
	ck_assert_uint_eq(f->log.n, 5); /* the refresh, its answer, and once more for stale */
	for (unsigned i = 1; i < 5; i++)
		ck_assert_uint_eq(f->log.v[i].nc, i);
	net_free(n);
}
END_TEST

START_TEST(sha_is_not_followed_by_md5)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];

	f->challenge = "Digest realm=\"%s\", nonce=\"%s\", algorithm=SHA-256, qop=\"auth\"";
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 600);
	apply(n);
	net_for(n, MINUTE);
	ck_assert_str_eq(status(n, "1001", 0).algorithm, "SHA-256");
	f->challenge = NULL;
	f->generation++;
	net_for(n, 10 * MINUTE);
	for (size_t i = 0; i < f->log.n; i++)
		ck_assert_str_ne(f->log.v[i].algorithm, "MD5");
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REJECTED);
	net_free(n);
}
END_TEST

START_TEST(password_mended_in_the_configuration_acts_at_once)
{
	struct net *n = net_new();

	credentials(n, "1001", "alice", "mistyped", "example.com");
	credentials(n, "1002", "alice", "mistyped", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 2 * SECOND);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REJECTED);
	ck_assert_uint_eq(n->fake[0].log.n, 4);
	credentials(n, "1001", "alice", "secret", "example.com");
	apply(n);
	net_for(n, SECOND);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	ck_assert_int_eq(status(n, "1002", 0).row.state, REG_STATE_REJECTED);
	ck_assert_uint_eq(n->fake[0].log.n, 6);
	net_free(n);
}
END_TEST

START_TEST(password_mended_while_the_wrong_one_is_under_way)
{
	struct net *n = net_new();

	n->fake[0].delay = 2 * SECOND;
	credentials(n, "1001", "alice", "mistyped", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 3 * SECOND); /* the credential is on its way */
	ck_assert_uint_eq(n->fake[0].log.n, 2);
	credentials(n, "1001", "alice", "secret", "example.com");
	apply(n);
	net_for(n, 7 * SECOND);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	net_free(n);
}
END_TEST

START_TEST(password_toggled_in_a_paste_does_not_lock_the_account)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];

	f->password = "nobody knows";
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	for (int i = 0; i < 300; i++) {
		credentials(n, "1001", "alice", i % 2 ? "secret" : "secret2", "example.com");
		apply(n);
		net_for(n, 100);
	}
	ck_assert_uint_le(f->credentials, 3);
	ck_assert_uint_le(f->log.n, 40);
	net_free(n);
}
END_TEST

static bool
seal(void *arg, struct secret *s, const struct secret_owner *owner)
{
	(void)owner;
	return secret_seal(s, arg, (const unsigned char *)"saltsalt") == 0;
}

/* The master key was set or changed: the passwords are the same. */
START_TEST(password_stored_in_another_way_does_not_lock_the_account)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];
	char key[] = "master-key-0";
	unsigned asked;
	size_t sent;

	f->password = "nobody knows";
	if (_i == 0)
		credentials(n, "1001", "alice", "secret", "example.com");
	peer(n, 5, "1001");
	if (_i == 1)
		auth_list_put(&conf_edit_peer(n->conf, 5)->auth, "alice", "example.com", secret("secret"));
	if (_i == 2)
		auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "alice", "example.com", secret("secret"));
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 1000);
	asked = f->credentials;
	sent = f->log.n;
	ck_assert_uint_gt(asked, 0);
	for (int i = 0; i < 8; i++) {
		key[sizeof key - 2]++;
		conf_change_secrets(n->conf, seal, key);
		apply(n);
		net_for(n, 1000);
	}
	ck_assert_uint_eq(f->credentials, asked);
	ck_assert_uint_eq(f->log.n, sent);
	net_free(n);
}
END_TEST

START_TEST(type_6_password_without_key_waits_for_it)
{
	struct net *n = net_new();
	struct credential *c = credential_new();

	c->number = xstrdup("1001");
	c->username = xstrdup("alice");
	c->realm = xstrdup("example.com");
	c->secret = (struct secret){ .type = SECRET_TYPE6, .stored = xstrdup("ABCDEFGH") };
	sip_ua_put_credential(conf_edit_sip_ua(n->conf), c);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 10 * MINUTE);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_NO_MASTER_KEY);
	ck_assert_uint_eq(n->fake[0].log.n, 1);
	credentials(n, "1001", "alice", "secret", "example.com");
	apply(n);
	net_for(n, SECOND);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	net_free(n);
}
END_TEST

START_TEST(transport_that_is_not_there_sends_nothing)
{
	struct net *n = net_new();

	credentials(n, "1001", "alice", "secret", "example.com");
	registrar_at(n, 0, "ipv4:192.0.2.1:5090", 3600, TRANSPORT_TLS);
	registrar_at(n, 1, "ipv4:192.0.2.1:5091", 3600, TRANSPORT_TCP);
	conf_edit_sip_ua(n->conf)->transport_tcp = false;
	apply(n);
	net_for(n, HOUR);
	ck_assert_uint_eq(requests(n), 0);
	ck_assert_uint_eq(tally(n).states[REG_STATE_NO_TRANSPORT], 2);
	conf_edit_sip_ua(n->conf)->transport_tcp = true;
	apply(n);
	net_for(n, SECOND);
	ck_assert_int_eq(status(n, "1001", 1).row.state, REG_STATE_REGISTERED);
	no_registrar(n, 0);
	apply(n);
	ck_assert_uint_eq(tally(n).rows, 1);
	net_free(n);
}
END_TEST

/* Names. */

START_TEST(name_without_address_is_asked_again)
{
	struct net *n = net_new();
	struct got got;

	n->dns_error = "no such name";
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar_at(n, 0, "dns:sip.example.net", 3600, TRANSPORT_UDP);
	apply(n);
	net_for(n, HOUR);
	got = status(n, "1001", 0);
	ck_assert_int_eq(got.row.state, REG_STATE_NO_ADDRESS);
	ck_assert_ptr_null(got.row.target);
	ck_assert_uint_ge(n->dns_asked, 12);
	ck_assert_uint_le(n->dns_asked, 30);
	ck_assert_str_eq(n->registrar_state, "no address");
	n->dns_error = NULL;
	net_for(n, 5 * MINUTE + SECOND);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	ck_assert_str_eq(n->registrar_state, "up");
	n->dns_error = "name server does not answer"; /* later failures do not take the addresses away */
	net_for(n, 3 * HOUR);
	ck_assert_int_eq(status(n, "1001", 0).row.state, REG_STATE_REGISTERED);
	net_free(n);
}
END_TEST

START_TEST(next_address_is_tried_when_one_is_silent)
{
	struct net *n = net_new();

	n->dns_targets = 3;
	n->fake[0].mute = true;
	n->fake[1].refuses = true;
	fleet(n, 10);
	registrar_at(n, 0, "dns:sip.example.net", 3600, TRANSPORT_UDP);
	apply(n);
	net_for(n, 20 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 10);
	ck_assert_uint_eq(n->fake[2].ok, 10);
	net_for(n, 3 * HOUR); /* stays where it is answered, though the name is asked again */
	ck_assert_uint_eq(tally(n).registered, 10);
	ck_assert_uint_le(n->fake[0].log.n + n->fake[1].log.n, 20);
	net_free(n);
}
END_TEST

START_TEST(lost_connection_is_no_silence_once)
{
	struct net *n = net_new();

	n->fake[0].hangs_up = _i == 0 ? 1 : 1000; /* behind the 401; for ever */
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_uint_eq(tally(n).registered, _i == 0);
	ck_assert_uint_eq(n->fake[0].log.n, 3); /* challenged, lost, and once more */
	ck_assert_str_eq(n->registrar_state, _i == 0 ? "up" : "dead");
	net_for(n, MINUTE);
	ck_assert_uint_le(n->fake[0].log.n, 12);
	net_free(n);
}
END_TEST

/* Outages. */

static size_t
bound(const struct net *n, unsigned fake)
{
	return n->fake[fake].bindings.n;
}

START_TEST(dead_registrar_is_probed_by_one_and_all_come_back)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];
	size_t before;
	struct tally t;

	fleet(n, 1000);
	registrar(n, 0, 120);
	registrar(n, 1, 3600);
	apply(n);
	net_for(n, 5 * MINUTE);
	ck_assert_uint_eq(tally(n).registered, 2000);
	f->mute = _i == 0;
	f->refuses = _i != 0;
	before = f->log.n;
	net_for(n, 2 * MINUTE);
	ck_assert_str_eq(n->registrar_state, "dead");
	t = tally(n);
	ck_assert_uint_ge(t.states[REG_STATE_REGISTRAR_DEAD], 900);
	before = f->log.n;
	net_for(n, 10 * MINUTE);
	/* One probe every 10 to 20 s after the one before has failed. */
	ck_assert_uint_le(f->log.n - before, 62);
	ck_assert_uint_ge(f->log.n - before, 15);
	ck_assert_uint_le(f->flying, 1);

	/* It comes back and has forgotten everything. */
	f->mute = f->refuses = false;
	f->generation++;
	pmap_free(&f->bindings);
	f->bindings.kind = &heap_values;
	f->peak = f->flying;
	net_for(n, 36 * SECOND); /* a probe under way still runs into its 15.5 s */
	ck_assert_uint_eq(bound(n, 0), 1000);
	ck_assert_uint_eq(tally(n).registered, 2000);
	ck_assert_uint_le(f->peak, REGSET_IN_FLIGHT);
	ck_assert_str_eq(n->registrar_state, "up");
	net_free(n);
}
END_TEST

START_TEST(registrations_forgotten_in_an_outage_are_made_anew)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];

	fleet(n, 500);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, HOUR);
	f->refuses = true;
	net_for(n, 5 * MINUTE);
	ck_assert_str_eq(n->registrar_state, "dead");
	f->refuses = false;
	pmap_free(&f->bindings);
	f->bindings.kind = &heap_values;
	net_for(n, 30 * SECOND);
	ck_assert_uint_eq(bound(n, 0), 500);
	net_free(n);
}
END_TEST

START_TEST(number_that_is_never_answered_harms_no_other)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];
	size_t mute = 0;

	f->mute_number = "10003";
	fleet(n, 5);
	registrar(n, 0, 60);
	apply(n);
	net_for(n, 10 * MINUTE);
	for (int i = 0; i < 60; i++) {
		net_for(n, MINUTE);
		ck_assert_uint_eq(tally(n).registered, 4);
	}
	for (size_t i = 0; i < f->log.n; i++)
		mute += str_eq(f->log.v[i].number, f->mute_number);
	ck_assert_uint_le(mute, 20);
	ck_assert_int_eq(status(n, "10003", 0).row.state, REG_STATE_REJECTED);
	ck_assert_str_eq(status(n, "10003", 0).phrase, "no answer");
	net_free(n);
}
END_TEST

START_TEST(load_of_a_fleet_is_level)
{
	struct net *n = net_new();
	struct fake *f = &n->fake[0];
	enum { BIN = 10 * SECOND, BINS = 4 * HOUR / BIN };
	static unsigned bins[BINS];
	unsigned peak = 0;
	size_t first, refreshes = 0;
	msec begin;

	fleet(n, 6000);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, 10 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 6000);
	first = f->log.n;
	begin = n->now;
	net_for(n, 4 * HOUR);
	memset(bins, 0, sizeof bins);
	for (size_t i = first; i < f->log.n; i++) {
		ck_assert_int_eq(f->log.v[i].status, 200); /* one round trip each */
		bins[(f->log.v[i].at - begin - 1) / BIN]++;
		refreshes++;
	}
	for (size_t i = 0; i < BINS; i++)
		peak = bins[i] > peak ? bins[i] : peak;
	ck_assert_msg(peak * BINS < 3 * refreshes, "peak %u, mean %zu", peak, refreshes / BINS);
	ck_assert_uint_lt(refreshes, 6000 * 4 * 14 / 10);
	ck_assert_uint_eq(tally(n).registered, 6000);
	net_free(n);
}
END_TEST

/* The end. */

START_TEST(stop_unregisters_everywhere_at_once)
{
	struct net *n = net_new();

	fleet(n, 500);
	registrar(n, 0, 3600);
	registrar(n, 1, 3600);
	registrar(n, 2, 3600);
	n->fake[0].delay = n->fake[1].delay = 50;
	n->fake[1].one_time = true;
	n->fake[2].mute = true;
	apply(n);
	net_for(n, MINUTE);
	ck_assert_uint_eq(tally(n).registered, 1000);
	regset_stop(n->set, n->now);
	net_for(n, 5 * SECOND);
	ck_assert_uint_eq(bound(n, 0), 0);
	ck_assert_uint_eq(bound(n, 1), 0);
	ck_assert_uint_eq(n->fake[0].zero, 500);
	net_for(n, MINUTE);
	ck_assert(regset_idle(n->set));
	ck_assert_int_eq(regset_next(n->set), INT64_MAX);
	regset_apply(n->set, n->conf, n->now);
	ck_assert(regset_idle(n->set));
	net_free(n);
}
END_TEST

static bool
take_registrar(void *arg, const struct registrar_status *row)
{
	struct registrar_status *got = arg;

	*got = *row;
	return true;
}

START_TEST(leaving_a_dead_registrar_costs_one_try)
{
	struct net *n = net_new();
	struct registrar_status row = { 0 };

	fleet(n, 500);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, MINUTE);
	regset_registrars(n->set, take_registrar, &row);
	ck_assert_uint_eq(row.sessions, 500);
	ck_assert_uint_eq(row.registered, 500);
	ck_assert_str_eq(row.state, "up");
	ck_assert_str_eq(row.local, n->local);
	ck_assert_str_eq(row.text, "ipv4:192.0.2.1:5090");
	n->fake[0].mute = true;
	no_registrar(n, 0);
	apply(n);
	net_for(n, 16 * SECOND);
	ck_assert(regset_idle(n->set));
	ck_assert_uint_eq(n->fake[0].zero, REGSET_IN_FLIGHT);
	net_free(n);
}
END_TEST

START_TEST(stop_at_any_moment_ends)
{
	struct net *n = net_new();

	n->fake[0].delay = 40;
	n->fake[0].stale_once = true;
	fleet(n, 50);
	registrar(n, 0, 3600);
	registrar_at(n, 1, "dns:nowhere.example", 60, TRANSPORT_UDP);
	n->dns_error = "no such name";
	apply(n);
	net_for(n, _i * 17);
	regset_stop(n->set, n->now);
	net_for(n, 4 * SECOND);
	ck_assert(regset_idle(n->set));
	ck_assert_uint_eq(bound(n, 0), 0);
	net_free(n);
}
END_TEST

START_TEST(freeing_it_at_any_moment_leaves_nothing_behind)
{
	struct net *n = net_new();

	fleet(n, 100);
	registrar(n, 0, 60);
	registrar_at(n, 1, "dns:somewhere.example", 60, TRANSPORT_TCP);
	apply(n);
	net_for(n, _i);
	net_free(n);
}
END_TEST

/* V18 */
START_TEST(ten_thousand_toggles_end_in_the_last_state)
{
	struct net *n = net_new();

	fleet(n, 5);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	for (int i = 0; i < 10000; i++) {
		if (i % 2)
			registrar(n, 0, 3600);
		else
			no_registrar(n, 0);
		apply(n);
		if (i % 100 == 0)
			net_for(n, 1);
	}
	net_for(n, 5 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 5);
	ck_assert_uint_eq(tally(n).rows, 5);
	ck_assert_uint_eq(bound(n, 0), 5);
	ck_assert_uint_le(requests(n), 5 * 120);
	net_free(n);
}
END_TEST

START_TEST(by_hand_means_now)
{
	struct net *n = net_new();

	fleet(n, 3);
	registrar(n, 0, 3600);
	registrar(n, 1, 3600);
	n->fake[1].always = 403;
	apply(n);
	net_for(n, 5 * SECOND);
	ck_assert_uint_eq(n->fake[1].log.n, 3);
	n->fake[1].always = 0;
	ck_assert_uint_eq(regset_again(n->set, "10002", 1, n->now), 1);
	net_for(n, SECOND);
	ck_assert_int_eq(status(n, "10002", 1).row.state, REG_STATE_REGISTERED);
	ck_assert_int_eq(status(n, "10001", 1).row.state, REG_STATE_REJECTED);
	ck_assert_uint_eq(regset_again(n->set, NULL, -1, n->now), 6);
	net_for(n, 3 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 6);
	ck_assert_uint_eq(n->fake[0].ok, 6);
	ck_assert_uint_eq(regset_again(n->set, "999", -1, n->now), 0);
	net_free(n);
}
END_TEST

START_TEST(new_address_registers_anew)
{
	struct net *n = net_new();

	fleet(n, 10);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, MINUTE);
	regset_address_changed(n->set, n->now);
	net_for(n, MINUTE);
	ck_assert_uint_eq(n->fake[0].log.n, 20);
	n->local[0] = '\0'; /* the cable is out */
	regset_address_changed(n->set, n->now);
	net_for(n, MINUTE);
	ck_assert_uint_eq(n->fake[0].log.n, 20);
	snprintf(n->local, sizeof n->local, "198.51.100.9");
	regset_address_changed(n->set, n->now);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].log.n, 30);
	net_free(n);
}
END_TEST

START_TEST(new_port_registers_anew)
{
	struct net *n = net_new();

	fleet(n, 10);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, MINUTE);
	regset_closed(n->set, n->now);
	n->port = 5071;
	regset_opened(n->set, n->now);
	net_for(n, MINUTE);
	ck_assert_uint_eq(n->fake[0].log.n, 30);
	ck_assert_uint_eq(tally(n).registered, 10);
	net_free(n);
}
END_TEST

START_TEST(nothing_is_lost_or_blamed_while_closed)
{
	struct net *n = net_new();

	n->fake[0].mute = true;
	fleet(n, 50);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND);
	ck_assert_ptr_nonnull(n->transactions);
	regset_closed(n->set, n->now);
	ck_assert_ptr_null(n->transactions);
	ck_assert_int_eq(regset_next(n->set), INT64_MAX);
	ck_assert_int_eq(status(n, "10001", 0).row.state, REG_STATE_NO_TRANSPORT);
	credentials(n, "20001", "alice", "secret", "example.com");
	apply(n);
	ck_assert_ptr_null(n->transactions);
	n->fake[0].mute = false;
	regset_opened(n->set, n->now);
	net_for(n, SECOND);
	ck_assert_uint_eq(tally(n).registered, 51);
	ck_assert_str_eq(n->registrar_state, "up");
	net_free(n);
}
END_TEST

START_TEST(what_was_under_way_when_it_closed_is_unregistered_too)
{
	struct net *n = net_new();

	n->fake[0].realm = NULL;
	n->fake[0].delay = SECOND;
	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, SECOND / 2); /* the registrar has the binding, its answer is on the way */
	regset_closed(n->set, n->now);
	no_registrar(n, 0);
	apply(n);
	ck_assert(!regset_idle(n->set));
	regset_opened(n->set, n->now);
	net_for(n, 5 * SECOND);
	ck_assert_uint_eq(n->fake[0].zero, 1);
	ck_assert(regset_idle(n->set));
	net_free(n);
}
END_TEST

START_TEST(stop_while_closed_leaves_when_open_again)
{
	struct net *n = net_new();

	fleet(n, 10);
	registrar(n, 0, 3600);
	apply(n);
	net_for(n, MINUTE);
	regset_closed(n->set, n->now);
	regset_stop(n->set, n->now);
	ck_assert(!regset_idle(n->set));
	regset_opened(n->set, n->now);
	net_for(n, SECOND);
	ck_assert_uint_eq(n->fake[0].zero, 10);
	ck_assert(regset_idle(n->set));
	net_free(n);
}
END_TEST

START_TEST(silence_of_the_old_address_is_not_blamed_on_the_new)
{
	struct net *n = net_new();

	n->dns_ttl = 30;
	fleet(n, 3);
	registrar_at(n, 0, "dns:sip.example.net", 3600, TRANSPORT_UDP);
	apply(n);
	net_for(n, 25 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 3);
	n->fake[0].mute = true;
	regset_again(n->set, NULL, -1, n->now);
	n->dns_first = 5091; /* at 30 s: moved while three requests are under way */
	net_for(n, 20 * SECOND);
	ck_assert_uint_eq(tally(n).registered, 3);
	ck_assert_uint_eq(n->fake[1].ok, 3);
	ck_assert_str_eq(n->registrar_state, "up");
	net_free(n);
}
END_TEST

/* L7 */
START_TEST(rows_are_fit_for_a_terminal)
{
	static const struct sip_reply evil = { .status = 403, .phrase = "No\033[2J\a" };
	struct net *n = net_new();
	struct transaction *t;

	credentials(n, "1001", "alice", "secret", "example.com");
	registrar(n, 0, 3600);
	n->fake[0].delay = SECOND;
	apply(n);
	net_for(n, SECOND / 2);
	t = n->transactions;
	n->transactions = t->next;
	regset_reply(n->set, t->session, &evil, n->now);
	free(t);
	ck_assert_str_eq(status(n, "1001", 0).phrase, "No\\x1b[2J\\x07");
	net_free(n);
}
END_TEST

START_TEST(call_id_is_the_same_after_a_restart_and_cseq_rises)
{
	struct net *a = net_new(), *b = net_new();

	credentials(a, "1001", "alice", "secret", "example.com");
	registrar(a, 0, 60);
	apply(a);
	credentials(b, "1001", "alice", "secret", "example.com");
	registrar(b, 0, 60);
	apply(b);
	net_for(a, HOUR);
	net_for(b, SECOND);
	ck_assert_str_eq(a->fake[0].log.v[0].call_id, b->fake[0].log.v[0].call_id);
	ck_assert_uint_lt(a->fake[0].log.v[a->fake[0].log.n - 1].cseq, a->fake[0].log.v[0].cseq + 3600);
	net_free(a);
	net_free(b);
}
END_TEST

static uint32_t
draw(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % n;
}

/* Whatever is configured in whatever order at registrars of any mood: in the end everybody is where he
 * belongs. */
START_TEST(any_history_ends_well)
{
	struct net *n = net_new();
	uint32_t seed = 77u + (uint32_t)_i;
	struct tally t;
	size_t endpoints = 0, registrars = 0;

	for (int i = 0; i < 400; i++) {
		struct fake *f = &n->fake[draw(&seed, 4)];
		char number[16];
		unsigned slot = draw(&seed, 4);
		uint32_t tag = 1 + draw(&seed, 20);

		snprintf(number, sizeof number, "%u", 100 + draw(&seed, 12));
		switch (draw(&seed, 12)) {
		case 0:
			registrar(n, slot, draw(&seed, 2) ? 60 : 3600);
			break;
		case 1:
			no_registrar(n, slot);
			break;
		case 2:
			registrar_at(n, slot, draw(&seed, 2) ? "dns:a.example" : "ipv4:192.0.2.1:5090", 60,
			    draw(&seed, 3) ? TRANSPORT_UDP : TRANSPORT_TCP);
			break;
		case 3:
		case 4:
			credentials(n, number, "alice", draw(&seed, 3) ? "secret" : "wrong", "example.com");
			break;
		case 5:
			sip_ua_remove_credential(conf_edit_sip_ua(n->conf), number, "example.com");
			break;
		case 6:
		case 7:
			peer(n, tag, draw(&seed, 6) ? number : "1..");
			if (draw(&seed, 2))
				auth_list_put(&conf_edit_peer(n->conf, tag)->auth, "alice", "example.com",
				    secret("secret"));
			break;
		case 8:
			conf_remove_peer(n->conf, tag);
			break;
		case 9:
			f->mute = draw(&seed, 2);
			f->refuses = draw(&seed, 2);
			break;
		case 10:
			f->always = draw(&seed, 2) ? 0 : 503;
			f->one_time = draw(&seed, 2);
			f->generation++;
			break;
		case 11:
			n->dns_error = draw(&seed, 2) ? "no such name" : NULL;
			conf_edit_sip_ua(n->conf)->transport_tcp = draw(&seed, 3);
			break;
		}
		apply(n);
		net_for(n, draw(&seed, 4) ? (msec)draw(&seed, 50) : (msec)draw(&seed, 40 * SECOND));
	}
	for (unsigned i = 0; i < FAKES; i++) {
		n->fake[i].mute = n->fake[i].refuses = n->fake[i].one_time = false;
		n->fake[i].always = 0;
	}
	n->dns_error = NULL;
	conf_edit_sip_ua(n->conf)->transport_tcp = true;
	auth_list_put(&conf_edit_sip_ua(n->conf)->auth, "alice", "example.com", secret("secret"));
	for (unsigned i = 0; i < 12; i++) {
		char number[16];

		snprintf(number, sizeof number, "%u", 100 + i);
		if (sip_ua_credential(n->conf->sip_ua, number, "example.com") != NULL)
			credentials(n, number, "alice", "secret", "example.com");
	}
	for (unsigned slot = 0; slot < REGISTRARS_MAX; slot++)
		registrars += n->conf->sip_ua->registrars[slot] != NULL;
	for (unsigned i = 0; i < 12; i++) {
		char number[16];
		bool wanted;

		snprintf(number, sizeof number, "%u", 100 + i);
		wanted = sip_ua_credential(n->conf->sip_ua, number, "example.com") != NULL;
		for (uint32_t tag = 1; tag <= 20; tag++)
			wanted |= conf_peer(n->conf, tag) != NULL &&
				  str_eq(conf_peer(n->conf, tag)->pattern, number);
		endpoints += wanted;
	}
	apply(n);
	net_for(n, 6 * MINUTE);
	t = tally(n);
	ck_assert_uint_eq(t.rows, endpoints * registrars);
	ck_assert_uint_eq(t.registered, endpoints * registrars);
	regset_apply(n->set, NULL, n->now);
	net_for(n, MINUTE);
	ck_assert(regset_idle(n->set));
	net_free(n);
}
END_TEST

/* Reading answers. */

static const struct {
	const char *contacts, *expires;
	int64_t granted;
} answers[] = {
	{ "<sip:1001@192.0.2.5:5070>;expires=300", NULL, 300 },
	{ "<sip:1001@192.0.2.5:5070>;expires=\"300\"", "20", 300 },
	{ "sip:1001@192.0.2.5:5070;expires=300", NULL, 300 },
	{ "\"a, <b>; expires=1\" <sip:1001@192.0.2.5:5070;transport=udp> ; q=1 ; EXPIRES = 300", NULL, 300 },
	{ "<sip:9@9.9.9.9>;expires=5,<sip:1001@192.0.2.5:5070>;expires=300", NULL, 300 },
	{ "<sip:1001@192.0.2.5:5070>;expires=300,<sip:1001@192.0.2.5:5070;a=b>;expires=200", NULL, 200 },
	{ "<sip:%31001@192.0.2.5:5070>;expires=300", NULL, 300 },
	{ "<sip:1001:pw@192.0.2.5:5070>;expires=300", NULL, 300 },
	{ "<sip:1001@192.0.2.5:5070>", "120", 120 },
	{ "<sip:1001@192.0.2.5:5070>;expires=12x", "120", 120 },
	{ "<sip:1001@192.0.2.5:5070>;expires=-1", NULL, -1 },
	{ "<sip:1001@192.0.2.5:5070>;expires=0", "120", 0 },
	{ "<sip:1001@192.0.2.5:5070>;expires=", " 120 ", 120 },
	{ "<sip:1001@192.0.2.5:5070>;expires=99999999999999999999", NULL, INT32_MAX },
	{ "<sip:1001@192.0.2.77:5060>;expires=3000", NULL, -1 },
	{ "<sip:1001@192.0.2.77:5060>;expires=30", NULL, 30 }, /* ours, rewritten on the way? */
	{ "<sip:1001@192.0.2.77:5060>;expires=0", NULL, -1 },
	{ "<sip:2@192.0.2.77:5060>;expires=30", NULL, -1 },
	{ "<sip:2@192.0.2.77:5060>;expires=30", "40", 40 },
	{ "<sip:1001@192.0.2.5>;expires=3000", NULL, -1 },
	{ NULL, "120", 120 },
	{ NULL, "0", 0 },
	{ NULL, "soon", -1 },
	{ NULL, "", -1 },
	{ NULL, NULL, -1 },
	{ "*", NULL, -1 },
	{ "", NULL, -1 },
	{ "<", NULL, -1 },
	{ "\"", NULL, -1 },
	{ "\"\\", NULL, -1 },
	{ "<sip:1001@[::1", NULL, -1 },
	{ "<sip:1001@>;;;=;expires", NULL, -1 },
	{ "tel:1001;expires=9,,,", NULL, -1 },
	{ "<sip:%3@x>;expires=5", NULL, -1 },
};

START_TEST(grant_is_read_from_our_contact)
{
	struct sip_reply reply = { .status = 200, .expires = answers[_i].expires };
	struct contact own = { "1001", "192.0.2.5", 5070 };

	reply.contacts[0] = answers[_i].contacts;
	ck_assert_int_eq(reply_granted(&reply, &own, 60), answers[_i].granted);
}
END_TEST

START_TEST(grant_of_an_ipv6_contact_is_found_however_written)
{
	struct sip_reply reply = { .contacts = { "<sip:a@[2001:DB8:0:0::1]>;expires=33" } };
	struct contact own = { "a", "2001:db8::1", 5060 };

	ck_assert_int_eq(reply_granted(&reply, &own, 60), 33);
}
END_TEST

static const struct {
	const char *text;
	int64_t seconds;
} waits[] = {
	{ "20", 20 },
	{ " 20 ", 20 },
	{ "10 (maintenance);duration=60", 10 },
	{ "18000;duration=3600", 18000 },
	{ "(x)", -1 },
	{ "Fri, 20 Nov 2026 08:00:00 GMT", -1 },
	{ "", -1 },
	{ "-5", -1 },
	{ NULL, -1 },
};

START_TEST(retry_after_is_read)
{
	struct sip_reply reply = { .retry_after = waits[_i].text };

	ck_assert_int_eq(reply_retry_after(&reply), waits[_i].seconds);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("regset");
	TCase *who = tcase_create("who"), *moods = tcase_create("moods"), *outage = tcase_create("outage"),
	      *end = tcase_create("end"), *read = tcase_create("read");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(who, three_sources_of_accounts_at_two_registrars);
	tcase_add_test(who, realm_without_account_ends_there_and_a_new_account_wakes_only_its_endpoint);
	tcase_add_test(who, registrar_comes_and_goes_alone);
	tcase_add_test(who, registrar_that_moves_unregisters_there_and_registers_here);
	tcase_add_test(who, only_expires_changed_waits_for_the_refresh);
	tcase_add_test(who, registrar_that_changes_its_index_sends_nothing);
	tcase_add_test(who, same_configuration_read_again_sends_nothing);
	tcase_add_test(who, one_of_ten_thousand_peers_touches_one);
	tcase_add_test(who, number_of_many_sources_is_one_endpoint);
	tcase_add_test(who, who_leaves_uses_the_account_of_before);
	tcase_add_test(who, wildcard_is_listed_and_does_not_register);
	tcase_add_loop_test(moods, registrars_of_all_kinds, 0, (int)COUNT(scenarios));
	tcase_add_test(moods, restarted_registrar_is_answered_once);
	tcase_add_test(moods, nonce_offered_again_goes_on_counting);
	tcase_add_test(moods, sha_is_not_followed_by_md5);
	tcase_add_test(moods, password_mended_in_the_configuration_acts_at_once);
	tcase_add_test(moods, password_mended_while_the_wrong_one_is_under_way);
	tcase_add_loop_test(moods, password_stored_in_another_way_does_not_lock_the_account, 0, 3);
	tcase_add_test(moods, password_toggled_in_a_paste_does_not_lock_the_account);
	tcase_add_test(moods, type_6_password_without_key_waits_for_it);
	tcase_add_test(moods, transport_that_is_not_there_sends_nothing);
	tcase_add_loop_test(outage, lost_connection_is_no_silence_once, 0, 2);
	tcase_add_test(outage, name_without_address_is_asked_again);
	tcase_add_test(outage, next_address_is_tried_when_one_is_silent);
	tcase_add_loop_test(outage, dead_registrar_is_probed_by_one_and_all_come_back, 0, 2);
	tcase_add_test(outage, registrations_forgotten_in_an_outage_are_made_anew);
	tcase_add_test(outage, number_that_is_never_answered_harms_no_other);
	tcase_add_test(outage, load_of_a_fleet_is_level);
	tcase_add_test(end, stop_unregisters_everywhere_at_once);
	tcase_add_test(end, leaving_a_dead_registrar_costs_one_try);
	tcase_add_loop_test(end, stop_at_any_moment_ends, 0, 20);
	tcase_add_loop_test(end, freeing_it_at_any_moment_leaves_nothing_behind, 0, 20);
	tcase_add_test(end, ten_thousand_toggles_end_in_the_last_state);
	tcase_add_test(end, by_hand_means_now);
	tcase_add_test(end, new_address_registers_anew);
	tcase_add_test(end, new_port_registers_anew);
	tcase_add_test(end, nothing_is_lost_or_blamed_while_closed);
	tcase_add_test(end, what_was_under_way_when_it_closed_is_unregistered_too);
	tcase_add_test(end, stop_while_closed_leaves_when_open_again);
	tcase_add_test(end, silence_of_the_old_address_is_not_blamed_on_the_new);
	tcase_add_test(end, rows_are_fit_for_a_terminal);
	tcase_add_test(end, call_id_is_the_same_after_a_restart_and_cseq_rises);
	tcase_add_loop_test(end, any_history_ends_well, 0, 30);
	tcase_add_loop_test(read, grant_is_read_from_our_contact, 0, (int)COUNT(answers));
	tcase_add_test(read, grant_of_an_ipv6_contact_is_found_however_written);
	tcase_add_loop_test(read, retry_after_is_read, 0, (int)COUNT(waits));
	tcase_set_timeout(who, 60);
	tcase_set_timeout(outage, 120);
	tcase_set_timeout(end, 60);
	suite_add_tcase(suite, who);
	suite_add_tcase(suite, moods);
	suite_add_tcase(suite, outage);
	suite_add_tcase(suite, end);
	suite_add_tcase(suite, read);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
