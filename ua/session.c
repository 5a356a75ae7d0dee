#include "ua/regset_internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Lists and life. */

void
session_list(struct session *s, enum session_list list)
{
	struct session_chain *from = &s->server->lists[s->list], *to = &s->server->lists[list];

	if (s->list != LIST_NONE) {
		*(s->list_prev != NULL ? &s->list_prev->list_next : &from->first) = s->list_next;
		*(s->list_next != NULL ? &s->list_next->list_prev : &from->last) = s->list_prev;
		from->n--;
	}
	s->list = (uint8_t)list;
	s->list_next = s->list_prev = NULL;
	if (list != LIST_NONE) {
		s->list_prev = to->last;
		*(to->last != NULL ? &to->last->list_next : &to->first) = s;
		to->last = s;
		to->n++;
	}
}

static uint32_t
seed_of(const char *text, uint32_t h)
{
	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	h = (h ^ (h >> 16)) * 0x85ebca6bu;
	return h ^ (h >> 13);
}

/* CSeq begins with the seconds since a day in 2023, and rises by one with each request, which is less often
 * than once a second in the long run: so it rises over restarts too, and below 2^31 for half a century. */
static uint32_t
first_cseq(struct regset *set, msec now)
{
	uint64_t seconds = set->start_seconds + (uint64_t)(now - set->start) / 1000;
	uint32_t cseq = (uint32_t)((seconds > 1700000000 ? seconds - 1700000000 : seconds) & 0x3fffffff);

	return cseq > set->cseq_floor ? cseq : set->cseq_floor;
}

struct session *
session_new(struct regset *set, struct endpoint *e, struct reg_server *server, msec now)
{
	struct session *s = xcalloc(1, sizeof *s);

	reg_init(&s->reg, seed_of(e->number, seed_of(server->identity, 2166136261u)));
	s->endpoint = e;
	s->server = server;
	s->next = e->sessions;
	e->sessions = s;
	s->cseq = first_cseq(set, now);
	s->auth_peer = -1;
	server->sessions++;
	set->sessions++;
	return s;
}

void
session_free(struct session *s)
{
	struct reg_server *server = s->server;
	struct regset *set = server->set;
	struct session **at = &s->endpoint->sessions;

	if (s->transaction != NULL)
		set->io.cancel(set->io.arg, s->transaction);
	if (server->probe == s)
		server->probe = NULL;
	session_list(s, LIST_NONE);
	s->reg.timer = 0;
	heap_set(set, s);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	endpoint_check(set, s->endpoint);
	server->sessions--;
	set->sessions--;
	if (s->cseq > set->cseq_floor)
		set->cseq_floor = s->cseq;
	session_nonces_free(s);
	intern_put(&set->intern, s->phrase);
	intern_put(&set->intern, s->realm);
	intern_put(&set->intern, s->associated_uri);
	intern_put(&set->intern, s->service_route);
	intern_put(&set->intern, s->strong);
	conf_release(s->conf);
	free(s);
}

/* State. */

enum reg_state
session_state(const struct session *s, msec now)
{
	const struct reg_server *server = s->server;
	enum reg_state state = (enum reg_state)s->reg.state;

	if (s->reg.phase == REG_LEAVING)
		return REG_STATE_LEAVING;
	if (!server->usable || (server->set->closed && s->list == LIST_QUEUE))
		return REG_STATE_NO_TRANSPORT;
	if (s->list == LIST_QUEUE) {
		if (server->n == 0)
			return server->resolve_error != NULL ? REG_STATE_NO_ADDRESS : REG_STATE_WAITING;
		if (server->health == SERVER_DEAD)
			return REG_STATE_REGISTRAR_DEAD;
		return reg_bound(&s->reg, now) ? REG_STATE_REGISTERED : REG_STATE_WAITING;
	}
	if (state == REG_STATE_REGISTERED && !reg_bound(&s->reg, now))
		return REG_STATE_TRYING;
	if (state == REG_STATE_REGISTRAR_DEAD && server->health != SERVER_DEAD)
		return REG_STATE_REJECTED; /* others are answered */
	return state;
}

static void
tell(void *arg, const struct reg_status *row)
{
	const struct regset_io *io = arg;

	io->changed(io->arg, row);
}

void
session_tell(struct session *s, msec now)
{
	struct regset_io *io = &s->server->set->io;
	enum reg_state state = session_state(s, now);
	bool bound = reg_bound(&s->reg, now);

	if (state == REG_STATE_WAITING || state == REG_STATE_TRYING) /* on the way to another */
		return;
	if (s->told == state + 1 && s->told_bound == bound)
		return;
	s->told = (uint8_t)(state + 1);
	s->told_bound = bound;
	if (io->changed != NULL)
		session_row(s, now, tell, io);
}

/* Steps. */

bool
session_step(struct session *s, const struct reg_event *event, msec now)
{
	struct regset *set = s->server->set;
	struct reg_actions out;
	struct reg_terms terms;
	struct reg_event e = *event;

	server_terms(s->server, &terms);
	e.terms = &terms;
	reg_step(&s->reg, &e, now, &out);
	if (out.done) {
		session_free(s);
		return false;
	}
	if (s->conf != NULL && s->reg.phase != REG_LEAVING) { /* wanted again */
		conf_release(s->conf);
		s->conf = NULL;
	}
	if (out.fresh)
		session_fresh(s, out.auth == REG_AUTH_NONE);
	heap_set(set, s);
	if (out.send) {
		s->expires = out.expires;
		s->authorize = (uint8_t)out.auth;
		if (out.auth == REG_AUTH_ANSWER && server_locate(s->server)) /* where the challenge stood */
			session_send(s, now);
		else
			session_list(s, s->reg.phase == REG_LEAVING ? LIST_LEAVE : LIST_QUEUE);
	} else if (reg_failing(&s->reg)) {
		if (s->list != LIST_FAILING)
			session_list(s, LIST_FAILING);
	} else if (!s->reg.waiting) {
		session_list(s, LIST_NONE);
	}
	if (out.report)
		session_tell(s, now);
	return true;
}

bool
session_event(struct session *s, enum reg_event_kind kind, msec now)
{
	return session_step(s, &(struct reg_event){ .kind = kind, .forget = true }, now);
}

/* Another account may answer now: who fails for that tries again, whoever is registered stays as he is. */
void
session_account_changed(struct session *s, msec now)
{
	struct cred account;

	if (s->list == LIST_FLYING)
		s->wake = true;
	if (s->list != LIST_FAILING)
		return;
	if (s->reg.state == REG_STATE_NO_CREDENTIAL || s->reg.state == REG_STATE_NO_MASTER_KEY) {
		account = session_account(s, s->realm);
		if (account.from == CRED_NONE || account.secret->clear == NULL)
			return;
	}
	(void)session_event(s, REG_WAKE, now);
}

bool
session_leave(struct session *s, struct conf *account, msec now)
{
	struct reg_event e = { .kind = REG_STOP, .unsent = s->list == LIST_QUEUE };

	if (s->conf == NULL && account != NULL)
		s->conf = conf_hold(account);
	if (e.unsent)
		session_list(s, LIST_NONE);
	return session_step(s, &e, now);
}

/* Requests. */

const struct sip_ua *
session_sip_ua(const struct session *s)
{
	return s->server->set->conf->sip_ua;
}

/* Call-ID and From tag: the same for the whole life, and after a restart. */
void
session_call_id(const struct session *s, char call_id[33], char tag[17])
{
	char hex[IDENT_HEX];
	char *of = xasprintf("%s %s", s->server->identity, s->endpoint->number);

	ident_name(s->server->set->ident, "session", of, hex);
	free(of);
	snprintf(call_id, 33, "%.32s", hex);
	snprintf(tag, 17, "%.16s", hex + 32);
}

/* RFC 3261 25.1: user = 1*( unreserved / escaped / user-unreserved ) */
static void
out_user(struct out *o, const char *user)
{
	for (; *user != '\0'; user++) {
		unsigned char c = (unsigned char)*user;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    strchr("-_.!~*'()&=+$,;?/", c) != NULL)
			out_char(o, (char)c);
		else
			out_printf(o, "%%%02X", c);
	}
}

/* The user part of Contact; hex holds it where it is made up (random-contact). */
static const char *
contact_user(const struct session *s, char hex[IDENT_HEX])
{
	char call_id[33], tag[17];

	if (!s->server->conf->random_contact)
		return s->endpoint->number;
	session_call_id(s, call_id, tag);
	ident_name(s->server->set->ident, "contact", call_id, hex);
	hex[16] = '\0';
	return hex;
}

void
session_send(struct session *s, msec now)
{
	struct reg_server *server = s->server;
	struct regset *set = server->set;
	char call_id[33], tag[17], hex[IDENT_HEX];
	struct out from = OUT_MEMORY, to = OUT_MEMORY, contact = OUT_MEMORY;
	struct authorization auth = { .n_www = 0 };
	struct sip_request request = {
		.target = server->targets[server->current],
		.transport = server->conf->transport,
		.uri = server->uri,
		.via_host = server->local,
		.call_id = call_id,
		.cseq = ++s->cseq,
		.expires = s->expires,
		.max_forwards = session_sip_ua(s)->max_forwards,
		.sends = session_sip_ua(s)->retry_register,
	};

	session_call_id(s, call_id, tag);
	out_str(&to, "<sip:");
	out_user(&to, s->endpoint->number);
	out_printf(&to, "@%s>", server->domain);
	out_printf(&from, "%s;tag=%s", out_text(&to), tag);
	out_str(&contact, "<sip:");
	out_user(&contact, contact_user(s, hex));
	out_printf(&contact, "@%s:%u%s>", server->local, set->io.local_port(set->io.arg),
	    server->conf->transport == TRANSPORT_TCP ? ";transport=tcp" : "");
	request.from = out_text(&from);
	request.to = out_text(&to);
	request.contact = out_text(&contact);
	if (s->authorize != REG_AUTH_NONE)
		session_authorize(s, server->uri, s->authorize == REG_AUTH_ANSWER, &auth);
	for (size_t i = 0; i < auth.n_www; i++)
		request.authorization[i] = out_text(&auth.www[i]);
	for (size_t i = 0; i < auth.n_proxy; i++)
		request.proxy_authorization[i] = out_text(&auth.proxy[i]);

	session_list(s, LIST_FLYING);
	server_contact(server, server->used, sizeof server->used);
	if (s->silent == 0)
		s->silent = now;
	s->target = server->current;
	s->transaction = set->io.send(set->io.arg, &request, s);
	assert(s->transaction != NULL);
	authorization_free(&auth);
	out_free(&from);
	out_free(&to);
	out_free(&contact);
}

/* Back into the queue, to be sent as it was. */
void
session_requeue(struct session *s)
{
	s->reg.maybe_before = s->reg.maybe; /* it did leave once, and may have been heard */
	session_list(s, s->reg.phase == REG_LEAVING && s->reg.left ? LIST_LEAVE : LIST_QUEUE);
}

/* Answers. */

static void
remember(struct session *s, const struct sip_reply *reply)
{
	struct intern *intern = &s->server->set->intern;

	s->status = (uint16_t)reply->status;
	intern_set(intern, &s->phrase, reply->phrase, PHRASE_MAX);
	if (reply->status >= 200 && reply->status < 300) {
		intern_set(intern, &s->service_route, reply->service_route, HEADER_MAX);
		intern_set(intern, &s->associated_uri, reply->associated_uri, HEADER_MAX);
		session_next_nonce(s, reply->authentication_info);
	}
}

static int64_t
granted(const struct session *s, const struct sip_reply *reply)
{
	const struct reg_server *server = s->server;
	char hex[IDENT_HEX], host[sizeof server->local];
	size_t len = strlen(server->local);

	snprintf(host, sizeof host, "%s", server->local);
	if (host[0] == '[' && len > 2) {
		memmove(host, host + 1, len - 2);
		host[len - 2] = '\0';
	}
	return reply_granted(reply,
	    &(struct contact){ contact_user(s, hex), host, server->set->io.local_port(server->set->io.arg) },
	    s->expires);
}

static void
answered(struct session *s, const struct sip_reply *reply, msec now)
{
	struct reg_event e = { .kind = REG_REPLY,
		.status = reply->status,
		.granted = -1,
		.min_expires = reply_min_expires(reply),
		.retry_after = reply_retry_after(reply) };
	bool wake;

	s->silent = 0;
	s->resent = false;
	server_heard(s->server, now);
	if (reply->status == 401 || reply->status == 407)
		e.challenge = session_challenged(s, reply);
	else if (reply->status >= 200 && reply->status < 300)
		e.granted = granted(s, reply);
	wake = s->wake;
	s->wake = false;
	if (session_step(s, &e, now) && wake && reg_failing(&s->reg))
		(void)session_event(s, REG_WAKE, now); /* with another account than when the request left */
}

/* Silence: all wait for the prober, this one in the queue with them, unless it is alone with its trouble. */
static void
unanswered(struct session *s, msec now)
{
	bool alone = server_silent(s->server, s, now);
	struct reg_event wake = { .kind = REG_WAKE };

	s->wake = s->resent = false;
	if (session_step(s, &(struct reg_event){ .kind = REG_FAILED }, now) && !alone && reg_failing(&s->reg))
		(void)session_step(s, &wake, now);
}

/* The registrar closed the connection behind an earlier answer: what went onto it is sent again, once, on a
 * new one. */
static bool
resend(struct session *s, const struct sip_reply *reply)
{
	if (!reply->lost || s->resent || s->server->health == SERVER_DEAD)
		return false;
	s->resent = true;
	session_requeue(s);
	return true;
}

void
regset_reply(struct regset *set, struct session *s, const struct sip_reply *reply, msec now)
{
	assert(s->list == LIST_FLYING);
	set->now = now;
	s->transaction = NULL;
	session_list(s, LIST_NONE);
	if (s->server->probe == s)
		s->server->probe = NULL;
	remember(s, reply);
	if (resend(s, reply)) {
		regset_settle(set, now);
		return;
	}
	if (reply->status == 0)
		unanswered(s, now);
	else
		answered(s, reply, now);
	regset_settle(set, now);
}
