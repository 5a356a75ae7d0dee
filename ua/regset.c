#include "ua/regset_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Timers: a binary heap, every session knows its place. */

static void
heap_put(struct regset *set, size_t i, struct session *s)
{
	set->heap.v[i] = s;
	s->heap = (uint32_t)i + 1;
}

static void
heap_up(struct regset *set, size_t i, struct session *s)
{
	for (; i > 0 && set->heap.v[(i - 1) / 2]->reg.timer > s->reg.timer; i = (i - 1) / 2)
		heap_put(set, i, set->heap.v[(i - 1) / 2]);
	heap_put(set, i, s);
}

static void
heap_down(struct regset *set, size_t i, struct session *s)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < set->heap.n &&
		    set->heap.v[child + 1]->reg.timer < set->heap.v[child]->reg.timer)
			child++;
		if (child >= set->heap.n || set->heap.v[child]->reg.timer >= s->reg.timer)
			break;
		heap_put(set, i, set->heap.v[child]);
		i = child;
	}
	heap_put(set, i, s);
}

static void
heap_place(struct regset *set, size_t i, struct session *s)
{
	if (i > 0 && set->heap.v[(i - 1) / 2]->reg.timer > s->reg.timer)
		heap_up(set, i, s);
	else
		heap_down(set, i, s);
}

void
heap_set(struct regset *set, struct session *s)
{
	size_t i = s->heap - 1;

	if (s->reg.timer > 0 && s->heap > 0) {
		heap_place(set, i, s);
	} else if (s->reg.timer > 0) {
		vec_push(&set->heap, s);
		heap_up(set, set->heap.n - 1, s);
	} else if (s->heap > 0) {
		struct session *last = set->heap.v[--set->heap.n];

		s->heap = 0;
		if (last != s)
			heap_place(set, i, last);
	}
}

/* Life. */

static void
nothing(void *value)
{
	(void)value;
}

static const struct pmap_kind endpoint_kind = { nothing, nothing };

struct regset *
regset_new(const struct regset_io *io, const unsigned char key[32], uint64_t start_seconds, msec now)
{
	struct regset *set = xcalloc(1, sizeof *set);

	set->io = *io;
	set->ident = ident_new(key);
	intern_init(&set->intern);
	set->conf = conf_new();
	set->endpoints.kind = &endpoint_kind;
	set->start_seconds = start_seconds;
	set->start = set->now = now;
	set->seed = (uint32_t)start_seconds;
	for (int i = 0; i < 4; i++)
		set->seed = set->seed * 1664525u + 1013904223u + key[i];
	return set;
}

static void
drop(struct session *s, void *arg)
{
	(void)arg;
	session_free(s);
}

static bool
drop_endpoint(void *arg, const void *key, size_t keylen, void *value)
{
	(void)arg, (void)key, (void)keylen;
	endpoint_free(value);
	return true;
}

void
regset_free(struct regset *set)
{
	if (set == NULL)
		return;
	endpoints_each(set, NULL, drop, NULL);
	pmap_walk(&set->endpoints, NULL, 0, drop_endpoint, NULL);
	pmap_free(&set->endpoints);
	for (size_t i = 0; i < set->servers.n; i++)
		server_free(set->servers.v[i]);
	vec_free(&set->servers);
	vec_free(&set->heap);
	vec_free(&set->touched);
	vec_free(&set->empty);
	conf_release(set->conf);
	intern_free(&set->intern);
	ident_free(set->ident);
	free(set);
}

msec
regset_chance(struct regset *set, msec low, msec high)
{
	set->seed = set->seed * 1664525u + 1013904223u;
	return low + (msec)(set->seed >> 8) * (high - low) / (1 << 24);
}

/* The end of every public function: what can be sent is sent, what nobody needs any more goes. */
void
regset_settle(struct regset *set, msec now)
{
	for (size_t i = 0; i < set->servers.n; i++)
		server_pump(set->servers.v[i], now);
	for (size_t i = 0; i < set->empty.n; i++) {
		struct endpoint *e = set->empty.v[i];

		e->empty = false;
		if (e->sessions != NULL || endpoint_wanted(e))
			continue;
		pmap_remove(&set->endpoints, e->number, strlen(e->number));
		endpoint_free(e);
	}
	vec_free(&set->empty);
	for (size_t i = set->servers.n; i-- > 0;) {
		struct reg_server *server = set->servers.v[i];

		if (server->retired && server->sessions == 0) {
			vec_remove(&set->servers, i);
			server_free(server);
		}
	}
}

/* Configuration. */

void
regset_apply(struct regset *set, struct conf *conf, msec now)
{
	struct reg_server *fresh[SLOTS];
	struct conf *before = set->conf;
	size_t n;

	set->now = now;
	if (set->stopping)
		return;
	set->conf = conf != NULL ? conf_hold(conf) : conf_new();
	n = servers_apply(set, before, fresh);
	endpoints_apply(set, before, now);
	for (size_t i = 0; i < n; i++)
		endpoints_join(set, fresh[i], now);
	for (unsigned slot = 0; slot < SLOTS; slot++)
		if (set->slots[slot] != NULL)
			server_tell(set->slots[slot]);
	regset_settle(set, now);
	conf_release(before);
}

static void
leave(struct session *s, void *arg)
{
	(void)arg;
	(void)session_leave(s, NULL, s->server->set->now);
}

void
regset_stop(struct regset *set, msec now)
{
	set->now = now;
	set->stopping = true;
	endpoints_each(set, NULL, leave, NULL);
	for (unsigned slot = 0; slot < SLOTS; slot++) {
		struct reg_server *server = set->slots[slot];

		if (server != NULL)
			server->retired = true;
		set->slots[slot] = NULL;
	}
	regset_settle(set, now);
}

bool
regset_idle(const struct regset *set)
{
	return set->sessions == 0;
}

struct again {
	int slot;
	size_t n;
};

static void
again(struct session *s, void *arg)
{
	struct again *a = arg;

	if (s->server->retired || (a->slot >= 0 && s->server->slot != (unsigned)a->slot) ||
	    s->reg.phase == REG_LEAVING)
		return;
	a->n++;
	(void)session_event(s, REG_START, s->server->set->now);
}

size_t
regset_again(struct regset *set, const char *number, int slot, msec now)
{
	struct again a = { .slot = slot };
	struct endpoint *e = number != NULL ? endpoint_find(set, number) : NULL;

	set->now = now;
	if (number == NULL)
		endpoints_each(set, NULL, again, &a);
	for (struct session *s = e != NULL ? e->sessions : NULL; s != NULL; s = s->next)
		again(s, &a);
	for (unsigned i = 0; i < SLOTS; i++) {
		struct reg_server *server = set->slots[i];

		if (server != NULL && server->health == SERVER_DEAD && (slot < 0 || i == (unsigned)slot))
			server->probe_at = now; /* asked for by hand: do not wait for the next probe */
	}
	regset_settle(set, now);
	return a.n;
}

/* Time. */

void
regset_clock(struct regset *set, msec now)
{
	set->now = now;
}

void
regset_tick(struct regset *set, msec now)
{
	set->now = now;
	for (int i = 0; i < TICK_SESSIONS && set->heap.n > 0 && set->heap.v[0]->reg.timer <= now; i++)
		(void)session_event(set->heap.v[0], REG_TIMER, now);
	for (size_t i = 0; i < set->servers.n; i++)
		if (set->servers.v[i]->resolve_at > 0 && set->servers.v[i]->resolve_at <= now)
			server_resolve(set->servers.v[i]);
	regset_settle(set, now);
}

msec
regset_next(const struct regset *set)
{
	msec next = set->heap.n > 0 ? set->heap.v[0]->reg.timer : INT64_MAX;

	for (size_t i = 0; i < set->servers.n; i++) {
		const struct reg_server *server = set->servers.v[i];

		if (server->resolve_at > 0 && server->resolve_at < next)
			next = server->resolve_at;
		if (server->health == SERVER_DEAD && server->usable && !set->closed &&
		    server->probe == NULL && server->lists[LIST_QUEUE].n > 0 && server->probe_at < next)
			next = server->probe_at;
	}
	return next;
}
