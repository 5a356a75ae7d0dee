#include "conf/conf.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

struct peer_key
peer_key(uint32_t tag)
{
	return (struct peer_key){ { (unsigned char)(tag >> 24), (unsigned char)(tag >> 16),
	    (unsigned char)(tag >> 8), (unsigned char)tag } };
}

static struct dial_peer *
peer_copy(const struct dial_peer *from)
{
	struct dial_peer *p = xmalloc(sizeof *p);

	*p = *from;
	p->refs = 1;
	p->description = xstrdup(from->description);
	p->pattern = xstrdup(from->pattern);
	p->port = xstrdup(from->port);
	p->auth = auth_list_copy(&from->auth);
	p->localhost = localhost_copy(&from->localhost);
	p->kept = kept_list_copy(&from->kept);
	return p;
}

static void
peer_hold(void *value)
{
	((struct dial_peer *)value)->refs++;
}

static void
peer_release(void *value)
{
	struct dial_peer *p = value;

	if (--p->refs > 0)
		return;
	free(p->description);
	free(p->pattern);
	free(p->port);
	auth_list_clear(&p->auth);
	free(p->localhost.name);
	kept_list_free(&p->kept);
	free(p);
}

const struct pmap_kind peer_kind = { peer_hold, peer_release };

struct dial_peer *
conf_peer(const struct conf *c, uint32_t tag)
{
	struct peer_key key = peer_key(tag);

	return pmap_get(&c->peers, key.bytes, sizeof key.bytes);
}

struct dial_peer *
conf_edit_peer(struct conf *c, uint32_t tag)
{
	struct peer_key key = peer_key(tag);
	struct dial_peer *p = pmap_get_own(&c->peers, key.bytes, sizeof key.bytes);

	if (p != NULL && p->refs > 1) {
		p = peer_copy(p);
		pmap_put(&c->peers, key.bytes, sizeof key.bytes, p);
	}
	return p;
}

struct dial_peer *
conf_add_peer(struct conf *c, uint32_t tag, enum peer_kind kind)
{
	struct peer_key key = peer_key(tag);
	struct dial_peer *p = xcalloc(1, sizeof *p);

	p->refs = 1;
	p->tag = tag;
	p->kind = kind;
	p->sip_register = true;
	pmap_put(&c->peers, key.bytes, sizeof key.bytes, p);
	return p;
}

bool
conf_remove_peer(struct conf *c, uint32_t tag)
{
	struct peer_key key = peer_key(tag);

	return pmap_remove(&c->peers, key.bytes, sizeof key.bytes);
}

bool
dial_peer_equal(const struct dial_peer *a, const struct dial_peer *b)
{
	return a->tag == b->tag && a->kind == b->kind && str_eq(a->description, b->description) &&
	       str_eq(a->pattern, b->pattern) && str_eq(a->port, b->port) &&
	       auth_list_equal(&a->auth, &b->auth) && localhost_equal(&a->localhost, &b->localhost) &&
	       a->preference == b->preference && a->sip_register == b->sip_register &&
	       a->shutdown == b->shutdown && kept_list_equal(&a->kept, &b->kept);
}
