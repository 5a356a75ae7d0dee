/* All reversible passwords of a configuration at once: another master key, another way to store them. */
#include "conf/conf.h"

#include <stdlib.h>

#include "base/mem.h"
#include "conf/login.h"

struct recoding {
	struct conf *conf; /* changed while an older version of it is walked */
	conf_secret_change *change;
	void *arg;
};

/* What becomes of one password: true with the new one. */
static bool
changed(
    const struct recoding *r, const struct secret *is, const struct secret_owner *owner, struct secret *next)
{
	*next = secret_copy(is);
	if (r->change(r->arg, next, owner))
		return true;
	secret_free(next);
	return false;
}

static bool
recode_credential(void *arg, const void *key, size_t keylen, void *value)
{
	const struct recoding *r = arg;
	const struct credential *is = value;
	const struct secret_owner owner = {
		.number = is->number, .username = is->username, .realm = is->realm
	};
	struct credential *c;
	struct secret next;

	(void)key, (void)keylen;
	if (!changed(r, &is->secret, &owner, &next))
		return true;
	c = credential_new();
	c->number = xstrdup(is->number);
	c->username = xstrdup(is->username);
	c->realm = xstrdup(is->realm);
	c->has_number = is->has_number;
	c->secret = next;
	sip_ua_put_credential(conf_edit_sip_ua(r->conf), c);
	return true;
}

/* The list of dial peer `peer`, or of the whole. */
static void
recode_list(const struct recoding *r, const struct auth_list *is, uint32_t peer)
{
	for (size_t i = 0; i < is->list.n; i++) {
		const struct auth *a = &is->list.v[i];
		const struct secret_owner owner = {
			.username = is->username, .realm = a->realm, .peer = peer
		};
		struct secret next;

		if (changed(r, &a->secret, &owner, &next))
			auth_list_put(peer != 0 ? &conf_edit_peer(r->conf, peer)->auth
						: &conf_edit_sip_ua(r->conf)->auth,
			    is->username, a->realm, next);
	}
}

static bool
recode_peer(void *arg, const void *key, size_t keylen, void *value)
{
	const struct dial_peer *p = value;

	(void)key, (void)keylen;
	recode_list(arg, &p->auth, p->tag);
	return true;
}

static bool
recode_user(void *arg, const void *key, size_t keylen, void *value)
{
	const struct recoding *r = arg;
	const struct user *is = value;
	char *statement = xasprintf("username %s", is->name);
	const struct secret_owner owner = { .username = is->name, .statement = statement };
	struct secret next;
	struct user *u;

	(void)key, (void)keylen;
	if (is->password.stored != NULL && changed(r, &is->password, &owner, &next)) {
		u = conf_edit_user(r->conf, is->name);
		secret_free(&u->password);
		u->password = next;
	}
	free(statement);
	return true;
}

/* Neighbours with one password keep one text for it: they are written together. */
static void
recode_line(const struct recoding *r, const struct conf *before, enum line_kind kind, unsigned number)
{
	static const char *const names[] = { "line con", "line aux", "line vty" };
	const struct secret *is = &conf_line(before, kind, number)->password;
	bool again = number > 0 && secret_equal(is, &conf_line(before, kind, number - 1)->password);
	char *statement;
	struct line_conf *l;
	struct secret next;
	bool other;

	if (is->stored == NULL)
		return;
	statement = xasprintf("%s %u", names[kind], number);
	if (again) {
		next = secret_copy(&conf_line(r->conf, kind, number - 1)->password);
		other = !secret_equal(&next, is);
		if (!other)
			secret_free(&next);
	} else {
		const struct secret_owner owner = {
			.statement = statement, .line = kind, .line_number = number
		};

		other = changed(r, is, &owner, &next);
	}
	if (other) {
		l = conf_edit_line(r->conf, kind, number);
		secret_free(&l->password);
		l->password = next;
	}
	free(statement);
}

void
conf_change_secrets(struct conf *c, conf_secret_change *change, void *arg)
{
	struct conf *before = conf_share(c);
	struct recoding r = { c, change, arg };
	const struct secret_owner nobody = { 0 };
	struct secret next;

	if (before->system->enable_password.stored != NULL &&
	    changed(&r, &before->system->enable_password, &nobody, &next)) {
		struct conf_system *s = conf_edit_system(c);

		secret_free(&s->enable_password);
		s->enable_password = next;
	}
	recode_list(&r, &before->sip_ua->auth, 0);
	pmap_walk(&before->sip_ua->credentials, NULL, 0, recode_credential, &r);
	pmap_walk(&before->peers, NULL, 0, recode_peer, &r);
	pmap_walk(&before->users, NULL, 0, recode_user, &r);
	recode_line(&r, before, LINE_CONSOLE, 0);
	recode_line(&r, before, LINE_AUX, 0);
	for (unsigned n = 0; n < conf_vty_lines(before); n++)
		recode_line(&r, before, LINE_VTY, n);
	conf_release(before);
}
