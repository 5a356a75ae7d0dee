/* internal.h - what the files of conf/ share among themselves. */
#ifndef GW_CONF_INTERNAL_H
#define GW_CONF_INTERNAL_H

#include "conf/conf.h"
#include "conf/login.h"

extern const struct pmap_kind kept_kind, peer_kind, host_kind, credential_kind, user_kind, alias_kind;

struct kept_list kept_list_copy(const struct kept_list *);
void kept_list_free(struct kept_list *);
bool kept_list_equal(const struct kept_list *, const struct kept_list *);
bool kept_equal(const struct kept *, const struct kept *); /* whatever their place */
struct auth_list auth_list_copy(const struct auth_list *);
struct localhost localhost_copy(const struct localhost *);
bool localhost_equal(const struct localhost *, const struct localhost *);

bool user_equal(const struct user *, const struct user *);
bool alias_equal(const struct alias *, const struct alias *);
bool access_equal(const struct access *, const struct access *);
bool lines_equal(const struct lines *, const struct lines *);
struct access *access_new(void);
void access_release(struct access *);
struct lines *lines_new(void);
struct lines *lines_hold(struct lines *);
void lines_release(struct lines *);

struct sip_ua *sip_ua_new(void);
struct sip_ua *sip_ua_copy(const struct sip_ua *);
void sip_ua_release(struct sip_ua *);
void system_release(struct conf_system *);
void voice_release(struct voice *);

#endif
