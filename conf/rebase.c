/* A configuration that was read from a file becomes a version of the running one: what says the same is the
 * same object. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"
#include "conf/logging.h"

static bool
system_equal(const struct conf_system *a, const struct conf_system *b)
{
	if (!str_eq(a->hostname, b->hostname) || !str_eq(a->domain, b->domain) ||
	    !str_eq(a->enable_hash, b->enable_hash) ||
	    !secret_equal(&a->enable_password, &b->enable_password) || a->password_aes != b->password_aes ||
	    a->password_encryption != b->password_encryption || a->file_prompt != b->file_prompt ||
	    a->name_servers.n != b->name_servers.n)
		return false;
	for (size_t i = 0; i < a->name_servers.n; i++)
		if (!str_eq(a->name_servers.v[i], b->name_servers.v[i]))
			return false;
	return true;
}

static bool
logging_equal(const struct logging_conf *a, const struct logging_conf *b)
{
	if (a->on != b->on || a->buffer != b->buffer || a->console != b->console ||
	    a->monitor != b->monitor || a->trap != b->trap || a->buffer_size != b->buffer_size ||
	    a->facility != b->facility || a->origin != b->origin || !str_eq(a->origin_text, b->origin_text) ||
	    a->sequence_numbers != b->sequence_numbers || !stamp_equal(&a->log_stamp, &b->log_stamp) ||
	    !stamp_equal(&a->debug_stamp, &b->debug_stamp) || a->hosts.n != b->hosts.n)
		return false;
	for (size_t i = 0; i < a->hosts.n; i++)
		if (a->hosts.v[i].transport != b->hosts.v[i].transport ||
		    !host_identical(&a->hosts.v[i].host, &b->hosts.v[i].host))
			return false;
	return true;
}

static bool
voice_equal(const struct voice *a, const struct voice *b)
{
	return localhost_equal(&a->localhost, &b->localhost) && a->listen_port == b->listen_port &&
	       str_eq(a->bind_control, b->bind_control) && str_eq(a->bind_all, b->bind_all) &&
	       kept_list_equal(&a->kept, &b->kept) && kept_list_equal(&a->sip_kept, &b->sip_kept);
}

static bool
host_object_equal(const void *x, const void *y)
{
	const struct static_host *a = x, *b = y;

	if (!str_eq(a->name, b->name) || a->addresses.n != b->addresses.n)
		return false;
	for (size_t i = 0; i < a->addresses.n; i++)
		if (!str_eq(a->addresses.v[i], b->addresses.v[i]))
			return false;
	return true;
}

static bool
peer_object_equal(const void *a, const void *b)
{
	return dial_peer_equal(a, b);
}

static bool
credential_object_equal(const void *a, const void *b)
{
	return credential_equal(a, b);
}

static bool
user_object_equal(const void *a, const void *b)
{
	return user_equal(a, b);
}

static bool
alias_object_equal(const void *a, const void *b)
{
	return alias_equal(a, b);
}

/* Maps. */

struct map_change {
	const void *key;
	size_t keylen;
	void *value; /* NULL: the key goes */
};

struct map_walk {
	const struct pmap *other;
	bool (*equal)(const void *, const void *);
	VEC(struct map_change) changes;
};

static bool
find_new(void *arg, const void *key, size_t keylen, void *value)
{
	struct map_walk *w = arg;
	const void *there = pmap_get(w->other, key, keylen);

	if (there == NULL || (there != value && !w->equal(value, there))) {
		struct map_change c = { key, keylen, value };

		vec_push(&w->changes, c);
	}
	return true;
}

static bool
find_gone(void *arg, const void *key, size_t keylen, void *value)
{
	struct map_walk *w = arg;

	if (pmap_get(w->other, key, keylen) == NULL) {
		struct map_change c = { key, keylen, NULL };

		(void)value;
		vec_push(&w->changes, c);
	}
	return true;
}

/* The running map with the differences of *next takes the place of *next. */
static bool
rebase_map(struct pmap *next, const struct pmap *running, bool (*equal)(const void *, const void *))
{
	struct pmap result = pmap_share(running);
	struct map_walk w = { .other = running, .equal = equal };
	bool same;

	pmap_walk(next, NULL, 0, find_new, &w);
	w.other = next;
	pmap_walk(running, NULL, 0, find_gone, &w);
	for (size_t i = 0; i < w.changes.n; i++) {
		const struct map_change *c = &w.changes.v[i];

		if (c->value != NULL) {
			next->kind->hold(c->value);
			pmap_put(&result, c->key, c->keylen, c->value);
		} else {
			pmap_remove(&result, c->key, c->keylen);
		}
	}
	same = w.changes.n == 0;
	vec_free(&w.changes);
	pmap_free(next);
	*next = result;
	return same;
}

/* sip-ua. */

static bool
rebase_registrar(struct registrar **next, struct registrar *running)
{
	if (!registrar_equal(*next, running))
		return false;
	registrar_hold(running);
	registrar_release(*next);
	*next = running;
	return true;
}

/* s is the new configuration's own; running: the object to share if all of it is the same. */
static bool
rebase_sip_ua(struct sip_ua *s, const struct sip_ua *running)
{
	bool same = rebase_map(&s->credentials, &running->credentials, credential_object_equal);

	for (size_t i = 0; i < REGISTRARS_MAX; i++)
		same &= rebase_registrar(&s->registrars[i], running->registrars[i]);
	same &= rebase_registrar(&s->primary, running->primary);
	same &= rebase_registrar(&s->secondary, running->secondary);
	return same && auth_list_equal(&s->auth, &running->auth) &&
	       localhost_equal(&s->localhost, &running->localhost) &&
	       s->retry_register == running->retry_register && s->timer_register == running->timer_register &&
	       s->max_forwards == running->max_forwards && s->transport_udp == running->transport_udp &&
	       s->transport_tcp == running->transport_tcp && kept_list_equal(&s->kept, &running->kept);
}

/* Kept statements: their order counts, their numbers do not. */

struct kept_walk {
	VEC(const struct kept *) list;
};

static bool
gather_kept(void *arg, const void *key, size_t keylen, void *value)
{
	struct kept_walk *w = arg;

	(void)key, (void)keylen;
	vec_push(&w->list, value);
	return true;
}

static bool
kept_maps_equal(const struct conf *a, const struct conf *b)
{
	struct kept_walk x = { 0 }, y = { 0 };
	bool same = a->kept.n == b->kept.n;

	if (same) {
		pmap_walk(&a->kept, NULL, 0, gather_kept, &x);
		pmap_walk(&b->kept, NULL, 0, gather_kept, &y);
	}
	for (size_t i = 0; same && i < x.list.n; i++)
		same = x.list.v[i] == y.list.v[i] || kept_equal(x.list.v[i], y.list.v[i]);
	vec_free(&x.list);
	vec_free(&y.list);
	return same;
}

bool
conf_rebase(struct conf *next, const struct conf *running)
{
	bool same = true, part;

	part = system_equal(next->system, running->system);
	same &= part;
	if (part) {
		running->system->refs++;
		system_release(next->system);
		next->system = running->system;
	}
	part = next->sip_ua == running->sip_ua || rebase_sip_ua(conf_edit_sip_ua(next), running->sip_ua);
	same &= part;
	if (part) {
		running->sip_ua->refs++;
		sip_ua_release(next->sip_ua);
		next->sip_ua = running->sip_ua;
	}
	part = voice_equal(next->voice, running->voice);
	same &= part;
	if (part) {
		running->voice->refs++;
		voice_release(next->voice);
		next->voice = running->voice;
	}
	part = logging_equal(next->logging, running->logging);
	same &= part;
	if (part) {
		running->logging->refs++;
		logging_release(next->logging);
		next->logging = running->logging;
	}
	part = archive_conf_equal(next->archive, running->archive);
	same &= part;
	if (part) {
		running->archive->refs++;
		archive_conf_release(next->archive);
		next->archive = running->archive;
	}
	part = access_equal(next->access, running->access);
	same &= part;
	if (part) {
		running->access->refs++;
		access_release(next->access);
		next->access = running->access;
	}
	part = lines_equal(next->lines, running->lines);
	same &= part;
	if (part) {
		lines_hold(running->lines);
		lines_release(next->lines);
		next->lines = running->lines;
	}
	same &= rebase_map(&next->users, &running->users, user_object_equal);
	same &= rebase_map(&next->aliases, &running->aliases, alias_object_equal);
	same &= rebase_map(&next->hosts, &running->hosts, host_object_equal);
	same &= rebase_map(&next->peers, &running->peers, peer_object_equal);
	part = kept_maps_equal(next, running);
	same &= part;
	if (part) {
		pmap_free(&next->kept);
		pmap_free(&next->kept_lines);
		next->kept = pmap_share(&running->kept);
		next->kept_lines = pmap_share(&running->kept_lines);
		next->kept_seq = running->kept_seq;
	}
	return same;
}
