#include "ua/regset_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* What makes it another binding: everything else may change under a living registration. */
static bool
same_binding(const struct registrar *a, const struct registrar *b)
{
	return host_equal(&a->host, &b->host) && a->transport == b->transport && a->sips == b->sips &&
	       a->random_contact == b->random_contact;
}

static bool
transport_usable(const struct registrar *r, const struct sip_ua *ua)
{
	if (r->sips)
		return false;
	switch (r->transport) {
	case TRANSPORT_UDP:
		return ua->transport_udp;
	case TRANSPORT_TCP:
		return ua->transport_tcp;
	case TRANSPORT_TLS:
		break;
	}
	return false;
}

const char *
server_state(const struct reg_server *server)
{
	if (!server->usable)
		return "no transport";
	if (server->n == 0)
		return server->resolve_error != NULL ? "no address" : "unknown";
	switch (server->health) {
	case SERVER_UP:
		return "up";
	case SERVER_DEAD:
		return "dead";
	case SERVER_UNKNOWN:
		break;
	}
	return "unknown";
}

static void
tell(void *arg, const struct registrar_status *row)
{
	const struct regset_io *io = arg;

	io->registrar_changed(io->arg, row);
}

void
server_tell(struct reg_server *server)
{
	struct regset_io *io = &server->set->io;
	const char *state = server_state(server);

	if (server->retired || str_eq(state, server->told))
		return;
	server->told = state;
	if (io->registrar_changed != NULL)
		server_row(server, server->set->now, tell, io);
}

void
server_terms(const struct reg_server *server, struct reg_terms *terms)
{
	/* One trunk refreshes when the ratio says so; from a few dozen endpoints on the load is levelled. */
	size_t n = server->sessions < 4 ? 0 : server->sessions - 4;

	*terms = (struct reg_terms){
		.expires = server->conf->expires,
		.ratio = server->conf->refresh_ratio,
		.spread = n >= 32 ? 1000 : (unsigned)(n * 1000 / 32),
	};
}

/* Life. */

/* Two registrars may lead to the same place; their sessions must not share a Call-ID. */
static char *
identity(const struct regset *set, const struct registrar *r, unsigned slot)
{
	static const char *const transports[] = { "udp", "tcp", "tls" };
	char *host = host_text(&r->host);
	char *id = xasprintf("%u %s %s", slot, host, transports[r->transport]);

	free(host);
	for (size_t i = 0; i < set->servers.n; i++) {
		if (str_eq(set->servers.v[i]->identity, id)) {
			char *longer = xasprintf("%s'", id);

			free(id);
			id = longer;
			i = (size_t)-1;
		}
	}
	return id;
}

static void
server_configure(struct reg_server *server, const struct registrar *r, unsigned slot, const struct sip_ua *ua)
{
	/* Frozen but counted: holding it is no change. */
	struct registrar *held = registrar_hold((struct registrar *)(uintptr_t)r);

	registrar_release(server->conf);
	server->conf = held;
	server->slot = slot;
	server->indexed = sip_ua_indexed(ua);
	server->usable = transport_usable(r, ua);
}

static struct reg_server *
server_new(struct regset *set, const struct registrar *r, unsigned slot, const struct sip_ua *ua)
{
	struct reg_server *server = xcalloc(1, sizeof *server);
	char port[8] = "";

	server->set = set;
	server->identity = identity(set, r, slot);
	server->text = host_text(&r->host);
	server->domain = r->host.kind == HOST_IPV6 ? xasprintf("[%s]", r->host.name) : xstrdup(r->host.name);
	if (r->host.port != 0)
		snprintf(port, sizeof port, ":%u", r->host.port);
	server->uri = xasprintf("%s:%s%s%s", r->sips ? "sips" : "sip", server->domain, port,
	    r->transport == TRANSPORT_TCP ? ";transport=tcp" : "");
	server_configure(server, r, slot, ua);
	vec_push(&set->servers, server);
	return server;
}

void
server_free(struct reg_server *server)
{
	if (server->query != NULL)
		server->set->io.resolve_cancel(server->set->io.arg, server->query);
	registrar_release(server->conf);
	free(server->identity);
	free(server->text);
	free(server->uri);
	free(server->domain);
	free(server->resolve_error);
	free(server);
}

static void
leave(struct session *s, void *arg)
{
	(void)session_leave(s, arg, s->server->set->now);
}

static struct reg_server *
take_over(struct regset *set, const struct registrar *r)
{
	for (size_t i = 0; i < set->servers.n; i++)
		if (set->servers.v[i]->retired && same_binding(set->servers.v[i]->conf, r))
			return set->servers.v[i];
	return NULL;
}

size_t
servers_apply(struct regset *set, struct conf *before, struct reg_server *fresh[SLOTS])
{
	const struct sip_ua *ua = set->conf->sip_ua;
	struct reg_server *was[SLOTS];
	size_t n = 0;

	memcpy(was, set->slots, sizeof was);
	memset(set->slots, 0, sizeof set->slots);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		const struct registrar *r = sip_ua_registrar(ua, slot);

		if (was[slot] == NULL)
			continue;
		if (r != NULL && same_binding(was[slot]->conf, r))
			set->slots[slot] = was[slot];
		else
			was[slot]->retired = true; /* unless another slot takes it over */
	}
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		const struct registrar *r = sip_ua_registrar(ua, slot);
		struct reg_server *server = set->slots[slot];

		if (r == NULL)
			continue;
		if (server == NULL) {
			server = take_over(set, r);
			if (server == NULL)
				server = server_new(set, r, slot, ua);
			server->retired = false;
			set->slots[slot] = fresh[n++] = server;
		}
		server_configure(server, r, slot, ua);
	}
	for (unsigned slot = 0; slot < SLOTS; slot++)
		if (was[slot] != NULL && was[slot]->retired)
			endpoints_each(set, was[slot], leave, before);
	for (unsigned slot = 0; slot < SLOTS; slot++)
		if (set->slots[slot] != NULL && set->slots[slot]->resolve_at == 0 &&
		    (set->slots[slot]->n == 0 || set->slots[slot]->conf->host.kind == HOST_DNS))
			server_resolve(set->slots[slot]);
	return n;
}

/* Addresses. */

void
server_resolve(struct reg_server *server)
{
	struct regset_io *io = &server->set->io;

	server->resolve_at = 0;
	if (server->usable && !server->retired && server->query == NULL)
		server->query = io->resolve(io->arg, &server->conf->host, server->conf->transport, server);
}

bool
server_locate(struct reg_server *server)
{
	struct regset_io *io = &server->set->io;

	if (server->n == 0)
		return false;
	if (server->local[0] == '\0' && io->local_address(io->arg, &server->targets[server->current],
					    server->local, sizeof server->local) != 0)
		server->local[0] = '\0';
	return server->local[0] != '\0';
}

void
server_contact(const struct reg_server *server, char *text, size_t size)
{
	const struct regset_io *io = &server->set->io;

	snprintf(text, size, "%s:%u", server->local, io->local_port(io->arg));
}

static bool
same_address(const struct sip_address *a, const struct sip_address *b)
{
	if (a->sa.ss_family != b->sa.ss_family)
		return false;
	if (a->sa.ss_family == AF_INET6) {
		const struct sockaddr_in6 *x = (const void *)&a->sa, *y = (const void *)&b->sa;

		return x->sin6_port == y->sin6_port && x->sin6_scope_id == y->sin6_scope_id &&
		       memcmp(&x->sin6_addr, &y->sin6_addr, sizeof x->sin6_addr) == 0;
	} else {
		const struct sockaddr_in *x = (const void *)&a->sa, *y = (const void *)&b->sa;

		return x->sin_port == y->sin_port && x->sin_addr.s_addr == y->sin_addr.s_addr;
	}
}

static uint8_t
target_index(const struct reg_server *server, const struct sip_address *a)
{
	uint8_t i = 0;

	while (i < server->n && !same_address(&server->targets[i], a))
		i++;
	return i < server->n ? i : TARGETS_MAX;
}

static void
take_targets(struct reg_server *server, const struct dns_answer *answer, msec now)
{
	struct sip_address before[TARGETS_MAX];
	uint8_t current = TARGETS_MAX, had = server->n;

	memcpy(before, server->targets, sizeof before);
	server->n = answer->n < TARGETS_MAX ? (uint8_t)answer->n : TARGETS_MAX;
	memcpy(server->targets, answer->addresses, server->n * sizeof server->targets[0]);
	/* The address in use stays in use while it is among the answers. */
	if (had > 0)
		current = target_index(server, &before[server->current]);
	for (struct session *s = server->lists[LIST_FLYING].first; s != NULL; s = s->list_next)
		if (s->target < had)
			s->target = target_index(server, &before[s->target]);
	if (current < TARGETS_MAX) {
		server->current = current;
	} else {
		server->current = server->tried = 0;
		server->local[0] = '\0';
		if (server->health == SERVER_DEAD)
			server->probe_at = now;
	}
}

void
regset_resolved(struct regset *set, struct reg_server *server, const struct dns_answer *answer, msec now)
{
	set->now = now;
	server->query = NULL;
	free(server->resolve_error);
	server->resolve_error = NULL;
	if (answer->error != NULL || answer->n == 0) {
		unsigned n = server->resolve_failures < 4 ? server->resolve_failures : 4;
		msec full = (msec)PROBE_MAX << n;

		if (full > RESOLVE_RETRY_MAX)
			full = RESOLVE_RETRY_MAX;
		server->resolve_failures++;
		server->resolve_error = xstrdup(answer->error != NULL ? answer->error : "no address");
		server->resolve_at = now + regset_chance(set, full / 2, full);
	} else {
		msec ttl = answer->ttl < TTL_MIN ? TTL_MIN : answer->ttl > TTL_MAX ? TTL_MAX : answer->ttl;

		server->resolve_failures = 0;
		server->resolve_at = server->conf->host.kind == HOST_DNS ? now + ttl * 1000 : 0;
		take_targets(server, answer, now);
	}
	server_tell(server);
	regset_settle(set, now);
}

void
regset_names_changed(struct regset *set, msec now)
{
	set->now = now;
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		struct reg_server *server = set->slots[slot];

		if (server == NULL || server->conf->host.kind != HOST_DNS)
			continue;
		if (server->query != NULL)
			set->io.resolve_cancel(set->io.arg, server->query);
		server->query = NULL;
		server->resolve_failures = 0;
		server_resolve(server);
	}
	regset_settle(set, now);
}

static void
anew(struct session *s, void *arg)
{
	(void)arg;
	if (s->reg.phase == REG_ACTIVE)
		(void)session_event(s, REG_START, s->server->set->now);
}

void
regset_address_changed(struct regset *set, msec now)
{
	set->now = now;
	for (size_t i = 0; i < set->servers.n && !set->closed; i++) {
		struct reg_server *server = set->servers.v[i];
		char contact[sizeof server->used];

		server->local[0] = '\0';
		if (server_locate(server) && server->used[0] != '\0') {
			server_contact(server, contact, sizeof contact);
			if (!str_eq(server->used, contact))
				endpoints_each(set, server, anew, NULL);
		}
		if (server->health == SERVER_DEAD)
			server->probe_at = now;
	}
	regset_settle(set, now);
}

void
regset_closed(struct regset *set, msec now)
{
	set->now = now;
	set->closed = true;
	for (size_t i = 0; i < set->servers.n; i++)
		server_ground(set->servers.v[i]);
	regset_settle(set, now);
}

void
regset_opened(struct regset *set, msec now)
{
	set->closed = false;
	regset_address_changed(set, now);
}

/* Health. */

static void
anew_if_older(struct session *s, void *arg)
{
	const struct reg_server *server = arg;

	if (s->reg.attempt < server->dead_since)
		anew(s, NULL);
}

/* All come back, through the queue: who waited, who had given up, and after a real outage also who is
 * registered, since a registrar that was restarted has forgotten him. */
static void
recovered(struct reg_server *server, msec now)
{
	struct session *next;
	bool outage = server->silences >= 2 && (server->anew == 0 || now - server->anew >= ANEW_GAP);

	for (struct session *s = server->lists[LIST_FAILING].first; s != NULL; s = next) {
		next = s->list_next;
		if (s->status == 0)
			(void)session_event(s, REG_WAKE, now);
	}
	if (outage) {
		server->anew = now;
		endpoints_each(server->set, server, anew_if_older, server);
	}
}

void
server_heard(struct reg_server *server, msec now)
{
	bool was_dead = server->health == SERVER_DEAD;

	server->heard = now;
	server->tried = 0;
	server->health = SERVER_UP;
	if (was_dead)
		recovered(server, now);
	server->silences = 0;
	server_tell(server);
}

static void
dead(struct reg_server *server, msec since, msec now)
{
	if (server->health != SERVER_DEAD)
		server->dead_since = since;
	if (server->health != SERVER_DEAD || server->probe_at <= now)
		server->probe_at = now + regset_chance(server->set, PROBE_MIN, PROBE_MAX);
	server->health = SERVER_DEAD;
	server_tell(server);
}

static void
give_up_leaving(struct reg_server *server, msec now)
{
	for (size_t n = server->lists[LIST_LEAVE].n; n > 0; n--) {
		struct session *s = server->lists[LIST_LEAVE].first;

		session_list(s, LIST_NONE);
		(void)session_event(s, REG_FAILED, now);
	}
}

bool
server_silent(struct reg_server *server, struct session *s, msec now)
{
	if (server->heard > s->silent)
		return true;
	if (s->reg.phase == REG_LEAVING) /* who un-registers there now would only wait as long in vain */
		give_up_leaving(server, now);
	if (s->target != server->current) /* the next address is being tried */
		return false;
	server->silences++;
	if (server->n > 1) {
		server->current = (uint8_t)((server->current + 1) % server->n);
		server->local[0] = '\0';
	}
	if (server->tried < server->n)
		server->tried++;
	if (server->tried >= server->n)
		dead(server, s->silent, now);
	return false;
}

/* Whose turn it is to probe: the first that was not silent itself, for a registrar may be deaf to one number
 * only. */
static struct session *
prober(struct reg_server *server)
{
	struct session *s = server->lists[LIST_QUEUE].first;

	for (int i = 0; s != NULL && i < PROBE_CANDIDATES; i++, s = s->list_next)
		if (s->silent == 0)
			return s;
	return server->lists[LIST_QUEUE].first;
}

void
server_ground(struct reg_server *server)
{
	struct regset *set = server->set;
	struct session *s;

	server->probe = NULL;
	while ((s = server->lists[LIST_FLYING].first) != NULL) {
		set->io.cancel(set->io.arg, s->transaction);
		s->transaction = NULL;
		session_requeue(s);
	}
}

/* Sends what may be sent: those who leave first, at most so many at a time, one alone while it is dead. */
void
server_pump(struct reg_server *server, msec now)
{
	struct session_chain *lists = server->lists;
	size_t limit = server->set->stopping ? REGSET_IN_FLIGHT_LEAVING : REGSET_IN_FLIGHT;

	if (server->set->closed)
		return;
	while (lists[LIST_LEAVE].n > 0 && lists[LIST_FLYING].n < limit) {
		struct session *s = lists[LIST_LEAVE].first;

		if (server->usable && server_locate(server)) {
			session_send(s, now);
		} else {
			session_list(s, LIST_NONE);
			(void)session_event(s, REG_FAILED, now);
		}
	}
	while (lists[LIST_QUEUE].n > 0 && lists[LIST_FLYING].n < limit && server->usable && server->n > 0) {
		struct session *s = lists[LIST_QUEUE].first;

		if (server->health == SERVER_DEAD) {
			if (server->probe != NULL || now < server->probe_at)
				break;
			s = prober(server);
		}
		if (!server_locate(server)) { /* no route: as good as dead */
			dead(server, now, now);
			break;
		}
		if (server->health == SERVER_DEAD)
			server->probe = s;
		session_send(s, now);
		session_tell(s, now);
	}
}
