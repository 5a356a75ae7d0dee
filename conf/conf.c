#include "conf/conf.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/internal.h"
#include "conf/logging.h"

/* System. */

static struct conf_system *
system_copy(const struct conf_system *from)
{
	struct conf_system *s = xmalloc(sizeof *s);

	*s = *from;
	s->refs = 1;
	s->hostname = xstrdup(from->hostname);
	s->domain = xstrdup(from->domain);
	s->enable_hash = xstrdup(from->enable_hash);
	s->enable_password = secret_copy(&from->enable_password);
	memset(&s->name_servers, 0, sizeof s->name_servers);
	for (size_t i = 0; i < from->name_servers.n; i++)
		vec_push(&s->name_servers, xstrdup(from->name_servers.v[i]));
	return s;
}

void
system_release(struct conf_system *s)
{
	if (--s->refs > 0)
		return;
	free(s->hostname);
	free(s->domain);
	free(s->enable_hash);
	secret_free(&s->enable_password);
	for (size_t i = 0; i < s->name_servers.n; i++)
		free(s->name_servers.v[i]);
	vec_free(&s->name_servers);
	free(s);
}

/* Voice service. */

static struct voice *
voice_copy(const struct voice *from)
{
	struct voice *v = xmalloc(sizeof *v);

	*v = *from;
	v->refs = 1;
	v->localhost = localhost_copy(&from->localhost);
	v->bind_control = xstrdup(from->bind_control);
	v->bind_all = xstrdup(from->bind_all);
	v->kept = kept_list_copy(&from->kept);
	v->sip_kept = kept_list_copy(&from->sip_kept);
	return v;
}

void
voice_release(struct voice *v)
{
	if (--v->refs > 0)
		return;
	free(v->localhost.name);
	free(v->bind_control);
	free(v->bind_all);
	kept_list_free(&v->kept);
	kept_list_free(&v->sip_kept);
	free(v);
}

static struct voice *
voice_new(void)
{
	struct voice *v = xcalloc(1, sizeof *v);

	v->refs = 1;
	v->listen_port = 5060;
	return v;
}

void
voice_reset_sip(struct voice *v)
{
	localhost_set(&v->localhost, LOCALHOST_DEFAULT, NULL, false);
	v->listen_port = 5060;
	free(v->bind_control);
	free(v->bind_all);
	v->bind_control = v->bind_all = NULL;
	kept_list_free(&v->sip_kept);
}

/* Static hosts. */

static char *
lower(const char *s)
{
	char *l = xstrdup(s);

	for (char *p = l; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return l;
}

struct static_host *
static_host_new(const char *name)
{
	struct static_host *h = xcalloc(1, sizeof *h);

	h->refs = 1;
	h->name = lower(name);
	return h;
}

static void
static_host_hold(void *value)
{
	((struct static_host *)value)->refs++;
}

static void
static_host_release(void *value)
{
	struct static_host *h = value;

	if (--h->refs > 0)
		return;
	for (size_t i = 0; i < h->addresses.n; i++)
		free(h->addresses.v[i]);
	vec_free(&h->addresses);
	free(h->name);
	free(h);
}

const struct pmap_kind host_kind = { static_host_hold, static_host_release };

void
conf_put_host(struct conf *c, struct static_host *h)
{
	pmap_put(&c->hosts, h->name, strlen(h->name), h);
}

bool
conf_remove_host(struct conf *c, const char *name)
{
	char *key = lower(name);
	bool was = pmap_remove(&c->hosts, key, strlen(key));

	free(key);
	return was;
}

const struct static_host *
conf_host(const struct conf *c, const char *name)
{
	char *key = lower(name);
	const struct static_host *h = pmap_get(&c->hosts, key, strlen(key));

	free(key);
	return h;
}

/* The whole. */

struct conf *
conf_new(void)
{
	struct conf *c = xcalloc(1, sizeof *c);

	c->refs = 1;
	c->system = xcalloc(1, sizeof *c->system);
	c->system->refs = 1;
	c->system->hostname = xstrdup("Router");
	c->system->password_encryption = true;
	c->sip_ua = sip_ua_new();
	c->voice = voice_new();
	c->logging = logging_new();
	c->archive = archive_conf_new();
	c->hosts.kind = &host_kind;
	c->peers.kind = &peer_kind;
	c->access = access_new();
	c->lines = lines_new();
	c->users.kind = &user_kind;
	c->aliases.kind = &alias_kind;
	c->kept.kind = c->kept_lines.kind = &kept_kind;
	return c;
}

struct conf *
conf_share(const struct conf *old)
{
	struct conf *c = xmalloc(sizeof *c);

	*c = *old;
	c->refs = 1;
	c->system->refs++;
	c->sip_ua->refs++;
	c->voice->refs++;
	c->logging->refs++;
	c->archive->refs++;
	c->hosts = pmap_share(&old->hosts);
	c->peers = pmap_share(&old->peers);
	c->access->refs++;
	lines_hold(c->lines);
	c->users = pmap_share(&old->users);
	c->aliases = pmap_share(&old->aliases);
	c->kept = pmap_share(&old->kept);
	c->kept_lines = pmap_share(&old->kept_lines);
	return c;
}

struct conf *
conf_hold(struct conf *c)
{
	c->refs++;
	return c;
}

void
conf_release(struct conf *c)
{
	if (c == NULL || --c->refs > 0)
		return;
	system_release(c->system);
	sip_ua_release(c->sip_ua);
	voice_release(c->voice);
	logging_release(c->logging);
	archive_conf_release(c->archive);
	pmap_free(&c->hosts);
	pmap_free(&c->peers);
	access_release(c->access);
	lines_release(c->lines);
	pmap_free(&c->users);
	pmap_free(&c->aliases);
	pmap_free(&c->kept);
	pmap_free(&c->kept_lines);
	free(c);
}

struct conf_system *
conf_edit_system(struct conf *c)
{
	if (c->system->refs > 1) {
		struct conf_system *mine = system_copy(c->system);

		system_release(c->system);
		c->system = mine;
	}
	return c->system;
}

struct sip_ua *
conf_edit_sip_ua(struct conf *c)
{
	if (c->sip_ua->refs > 1) {
		struct sip_ua *mine = sip_ua_copy(c->sip_ua);

		sip_ua_release(c->sip_ua);
		c->sip_ua = mine;
	}
	return c->sip_ua;
}

struct voice *
conf_edit_voice(struct conf *c)
{
	if (c->voice->refs > 1) {
		struct voice *mine = voice_copy(c->voice);

		voice_release(c->voice);
		c->voice = mine;
	}
	return c->voice;
}

struct logging_conf *
conf_edit_logging(struct conf *c)
{
	if (c->logging->refs > 1) {
		struct logging_conf *mine = logging_copy(c->logging);

		logging_release(c->logging);
		c->logging = mine;
	}
	return c->logging;
}

struct archive_conf *
conf_edit_archive(struct conf *c)
{
	if (c->archive->refs > 1) {
		struct archive_conf *mine = archive_conf_copy(c->archive);

		archive_conf_release(c->archive);
		c->archive = mine;
	}
	return c->archive;
}

void
conf_reset_archive(struct conf *c)
{
	archive_conf_release(c->archive);
	c->archive = archive_conf_new();
}

void
conf_reset_sip_ua(struct conf *c)
{
	sip_ua_release(c->sip_ua);
	c->sip_ua = sip_ua_new();
}

void
conf_reset_voice(struct conf *c)
{
	voice_release(c->voice);
	c->voice = voice_new();
}
