#include "ua/regset_internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { TARGET_TEXT = INET6_ADDRSTRLEN + 10 };

static const char *
target_text(const struct reg_server *server, char text[TARGET_TEXT])
{
	const struct sip_address *a = &server->targets[server->current];
	char address[INET6_ADDRSTRLEN] = "";

	if (server->n == 0)
		return NULL;
	if (a->sa.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)&a->sa;

		inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof address);
		snprintf(text, TARGET_TEXT, "[%s]:%u", address, ntohs(in6->sin6_port));
	} else {
		const struct sockaddr_in *in = (const void *)&a->sa;

		inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
		snprintf(text, TARGET_TEXT, "%s:%u", address, ntohs(in->sin_port));
	}
	return text;
}

static const char *
transport_text(enum transport transport)
{
	static const char *const texts[] = { "UDP", "TCP", "TLS" };

	return texts[transport];
}

static const char *
algorithm_text(const struct session *s)
{
	static const char *const plain[] = { NULL, "MD5", "SHA-256", "SHA-512-256" };
	static const char *const sess[] = { NULL, "MD5-sess", "SHA-256-sess", "SHA-512-256-sess" };

	return s->sess ? sess[s->algorithm] : plain[s->algorithm];
}

/* What came from the network, fit for a terminal; NULL stays NULL. */
static const char *
shown(struct out *o, const char *text)
{
	if (text == NULL)
		return NULL;
	out_escaped(o, text, strlen(text));
	return out_text(o);
}

void
session_row(const struct session *s, msec now, void (*use)(void *, const struct reg_status *), void *arg)
{
	const struct reg_server *server = s->server;
	char target[TARGET_TEXT], call_id[33], tag[17];
	struct cred account = { .from = CRED_NONE };
	struct out texts[4] = { OUT_MEMORY, OUT_MEMORY, OUT_MEMORY, OUT_MEMORY };
	enum reg_state state = session_state(s, now);
	struct reg_status row = {
		.number = s->endpoint->number,
		.peer = s->endpoint->peers > 0 ? (int64_t)s->endpoint->peer : -1,
		.slot = server->slot,
		.indexed = server->indexed,
		.registrar = server->text,
		.target = target_text(server, target),
		.transport = transport_text(server->conf->transport),
		.state = state,
		.registered = reg_bound(&s->reg, now),
		.associated_uri = shown(&texts[0], s->associated_uri),
		.service_route = shown(&texts[1], s->service_route),
		.status = s->status,
		.phrase = shown(&texts[2], s->phrase),
		.realm = shown(&texts[3], s->realm),
		.case_realm = state == REG_STATE_NO_CREDENTIAL ? session_case_realm(s) : NULL,
		.algorithm = algorithm_text(s),
		.from = (enum cred_from)s->from,
		.auth_peer = s->auth_peer,
		.any_realm = s->any_realm,
		.attempts = s->reg.failures,
		.next_ms = s->reg.timer == 0    ? -1
			   : s->reg.timer > now ? s->reg.timer - now
						: 0,
		.call_id = call_id,
		.cseq = s->cseq,
	};

	if (row.registered) {
		row.granted = s->reg.granted;
		row.left = (unsigned)((s->reg.until - now + 999) / 1000);
	}
	if (s->from != CRED_NONE && s->realm != NULL) {
		account = session_account(s, s->realm);
		row.username = account.username;
	}
	session_call_id(s, call_id, tag);
	use(arg, &row);
	for (size_t i = 0; i < COUNT(texts); i++)
		out_free(&texts[i]);
}

struct counts {
	msec now;
	size_t registered;
};

static void
count_registered(struct session *s, void *arg)
{
	struct counts *c = arg;

	c->registered += reg_bound(&s->reg, c->now);
}

void
server_row(const struct reg_server *server, msec now, void (*use)(void *, const struct registrar_status *),
    void *arg)
{
	const struct conf_system *system = server->set->conf->system;
	char target[TARGET_TEXT];
	struct counts counts = { .now = now };
	bool probes =
	    server->health == SERVER_DEAD && server->probe == NULL && server->lists[LIST_QUEUE].n > 0;

	endpoints_each(server->set, server, count_registered, &counts);
	use(arg, &(struct registrar_status){
		     .slot = server->slot,
		     .indexed = server->indexed,
		     .text = server->text,
		     .state = server_state(server),
		     .target = target_text(server, target),
		     .local = server->local[0] != '\0' ? server->local : NULL,
		     .resolve_error = server->resolve_error,
		     .name_server = system->name_servers.n > 0 ? system->name_servers.v[0] : NULL,
		     .sessions = server->sessions,
		     .registered = counts.registered,
		     .in_flight = server->lists[LIST_FLYING].n,
		     .waiting = server->lists[LIST_QUEUE].n + server->lists[LIST_LEAVE].n,
		     .probe_ms = !probes                  ? -1
				 : server->probe_at > now ? server->probe_at - now
							  : 0,
		 });
}

/* The functions of struct ua_view. */

struct rows {
	const struct regset *set;
	unsigned slot;
	bool (*visit)(void *, const struct reg_status *);
	void *visit_arg;
	bool more;
};

static void
row(void *arg, const struct reg_status *status)
{
	struct rows *rows = arg;

	rows->more = rows->visit(rows->visit_arg, status);
}

static bool
endpoint_rows(void *arg, const void *key, size_t keylen, void *value)
{
	struct rows *rows = arg;
	const struct endpoint *e = value;

	(void)key, (void)keylen;
	for (const struct session *s = e->sessions; s != NULL && rows->more; s = s->next)
		if (s->server->slot == rows->slot)
			session_row(s, rows->set->now, row, rows);
	return rows->more;
}

void
regset_registrations(void *arg, const char *number, int slot,
    bool (*visit)(void *, const struct reg_status *), void *visit_arg)
{
	struct regset *set = arg;
	struct rows rows = { .set = set, .visit = visit, .visit_arg = visit_arg, .more = true };
	struct endpoint *e = number != NULL ? endpoint_find(set, number) : NULL;

	for (rows.slot = 0; rows.slot < SLOTS && rows.more; rows.slot++) {
		if (slot >= 0 && rows.slot != (unsigned)slot)
			continue;
		if (number == NULL)
			pmap_walk(&set->endpoints, NULL, 0, endpoint_rows, &rows);
		else if (e != NULL)
			(void)endpoint_rows(&rows, NULL, 0, e);
	}
}

struct refused_rows {
	bool (*visit)(void *, const struct unregistrable *);
	void *visit_arg;
};

static bool
refused_row(void *arg, const void *key, size_t keylen, void *value)
{
	const struct refused_rows *rows = arg;
	const struct dial_peer *p = value;
	const char *reason = peer_refused(p);

	(void)key, (void)keylen;
	return reason == NULL ||
	       rows->visit(rows->visit_arg,
		   &(struct unregistrable){ .peer = p->tag, .pattern = p->pattern, .reason = reason });
}

void
regset_unregistrable(void *arg, bool (*visit)(void *, const struct unregistrable *), void *visit_arg)
{
	const struct regset *set = arg;
	struct refused_rows rows = { visit, visit_arg };

	pmap_walk(&set->conf->peers, NULL, 0, refused_row, &rows);
}

struct registrar_rows {
	bool (*visit)(void *, const struct registrar_status *);
	void *visit_arg;
	bool more;
};

static void
registrar_row(void *arg, const struct registrar_status *status)
{
	struct registrar_rows *rows = arg;

	rows->more = rows->visit(rows->visit_arg, status);
}

void
regset_registrars(void *arg, bool (*visit)(void *, const struct registrar_status *), void *visit_arg)
{
	const struct regset *set = arg;
	struct registrar_rows rows = { visit, visit_arg, true };

	for (unsigned slot = 0; slot < SLOTS && rows.more; slot++)
		if (set->slots[slot] != NULL)
			server_row(set->slots[slot], set->now, registrar_row, &rows);
}

size_t
regset_count(void *arg, const char *number)
{
	const struct regset *set = arg;
	const struct endpoint *e = endpoint_find(set, number);
	size_t n = 0;

	for (const struct session *s = e != NULL ? e->sessions : NULL; s != NULL; s = s->next)
		n++;
	return n;
}
