/* conf.h - the configuration as values.
 *
 * `struct conf` is one consistent configuration. It and everything below it is frozen once published and
 * shared between versions by counted references: an equal pointer means unchanged. To change something, share
 * the whole (conf_share), take the one object for editing (conf_edit_*, which copies it unless this version
 * alone owns it), and publish the result. Nothing of the run time lives in here.
 *
 * Units stand in the member names or comments; strings are owned by their object, never NULL unless said. */
#ifndef GW_CONF_CONF_H
#define GW_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pmap.h"
#include "base/vec.h"
#include "conf/archive.h"
#include "conf/kept.h"
#include "conf/secret.h"

enum {
	REGISTRARS_MAX = 6, /* registrar 1-6 */
	REALMS_MAX = 12, /* realms per endpoint */
	NAME_SERVERS_MAX = 6,
	HOST_ADDRESSES_MAX = 8,
};

enum transport { TRANSPORT_UDP, TRANSPORT_TCP, TRANSPORT_TLS };
enum host_kind { HOST_DNS, HOST_IPV4, HOST_IPV6 };

/* "dns:name[:port]", "ipv4:A.B.C.D[:port]", "ipv6:[X::X][:port]". */
struct host {
	enum host_kind kind;
	char *name; /* the name or address alone, lower case for addresses, no brackets */
	uint16_t port; /* 0: none given */
};

struct registrar {
	unsigned refs;
	struct host host;
	unsigned expires; /* seconds asked for */
	unsigned refresh_ratio; /* per cent of what was granted, 1 to 100 */
	enum transport transport;
	bool sips; /* scheme sips */
	bool random_contact;
	char *auth_realm; /* may be NULL */
	char *type; /* may be NULL */
};

/* One `authentication` statement. */
struct auth {
	char *realm; /* NULL: any */
	struct secret secret;
};
/* All `authentication` statements of one scope: one user, up to 12 realms and one entry without realm. */
struct auth_list {
	char *username; /* NULL: none configured */
	VEC(struct auth) list; /* in order of entry */
};

/* One `credentials` statement; key is (number, realm). */
struct credential {
	unsigned refs;
	char *number; /* what is registered: To user */
	char *username; /* what answers the challenge */
	char *realm; /* NULL: any (old files) */
	bool has_number; /* `number` was written; else number is a copy of username */
	struct secret secret;
};

enum localhost_kind { LOCALHOST_DEFAULT, LOCALHOST_NONE, LOCALHOST_NAME };
/* `localhost dns:NAME [preferred]`; NONE is the dial peer's `no voice-class sip localhost`: always the
 * address. */
struct localhost {
	enum localhost_kind kind;
	char *name; /* LOCALHOST_NAME only, else NULL */
	bool preferred;
};

struct sip_ua {
	unsigned refs;
	struct registrar *registrars[REGISTRARS_MAX]; /* indexed form; NULL: not configured */
	struct registrar *primary, *secondary; /* old form; never beside the indexed one */
	struct auth_list auth;
	struct pmap credentials; /* struct credential, key from credential_key() */
	struct localhost localhost;
	unsigned retry_register; /* REGISTERs sent in all for one transaction, 1-10, 6 */
	unsigned timer_register; /* first retransmission after this many ms, 100-1000, 500 */
	unsigned max_forwards; /* 1-70, 70 */
	bool transport_udp, transport_tcp;
	struct kept_list kept;
};

enum peer_kind { PEER_POTS, PEER_VOIP };

struct dial_peer {
	unsigned refs;
	uint32_t tag;
	enum peer_kind kind;
	char *description; /* NULL: none; so the next three */
	char *pattern; /* destination-pattern */
	char *port; /* voice port, as typed */
	struct auth_list auth;
	struct localhost localhost;
	unsigned preference; /* 0-10, 0 best */
	bool sip_register; /* `no sip-register` clears it */
	bool shutdown;
	struct kept_list kept;
};

/* `voice service voip` and its `sip` sub-mode. */
struct voice {
	unsigned refs;
	struct localhost localhost;
	unsigned listen_port; /* listen-port non-secure, 1-65535, 5060 */
	char *bind_control, *bind_all; /* interface or address name; NULL: as the route says */
	struct kept_list kept; /* voice service voip */
	struct kept_list sip_kept; /* its sip sub-mode */
};

/* `ip host NAME ADDRESS...`. */
struct static_host {
	unsigned refs;
	char *name; /* lower case */
	VEC(char *) addresses; /* literals, IPv4 or IPv6 */
};

struct logging_conf; /* conf/logging.h */

/* What concerns the box itself. */
struct conf_system {
	unsigned refs;
	char *hostname;
	char *domain; /* ip domain name; NULL: none */
	char *enable_hash; /* enable secret, "$9$..."; NULL: none */
	struct secret enable_password; /* stored NULL: none */
	VEC(char *) name_servers; /* literals; empty: the system's */
	bool password_encryption; /* service password-encryption */
	bool password_aes; /* password encryption aes: type 6 where there is a master key */
	enum { FILE_PROMPT_ALERT, FILE_PROMPT_NOISY, FILE_PROMPT_QUIET } file_prompt; /* file prompt */
};

struct access;
struct lines;

struct conf {
	unsigned refs;
	struct conf_system *system;
	struct sip_ua *sip_ua;
	struct voice *voice;
	struct logging_conf *logging;
	struct archive_conf *archive;
	struct pmap hosts; /* struct static_host by name */
	struct pmap peers; /* struct dial_peer by peer_key() */
	struct access *access; /* these four: conf/login.h */
	struct lines *lines;
	struct pmap users; /* struct user by name */
	struct pmap aliases; /* struct alias by name */
	struct pmap kept; /* struct kept in running-config order: rank, seq */
	struct pmap kept_lines; /* the same objects by line */
	unsigned kept_seq;
};

struct conf *conf_new(void); /* the defaults */
/* A new, unpublished version with the content of the old one; costs the same whatever its size. */
struct conf *conf_share(const struct conf *);
struct conf *conf_hold(struct conf *);
void conf_release(struct conf *); /* NULL ok */
/* Gives next, which nobody else has yet, the objects of the running configuration wherever they say the same,
 * so that only what differs is different afterwards: publishing it touches nothing else. Costs one look at
 * everything. Returns whether the two say the same, which means: are written the same, letter by letter. */
bool conf_rebase(struct conf *next, const struct conf *running);

/* The object for editing in this unpublished version. */
struct conf_system *conf_edit_system(struct conf *);
struct sip_ua *conf_edit_sip_ua(struct conf *);
struct voice *conf_edit_voice(struct conf *);
struct logging_conf *conf_edit_logging(struct conf *);
struct archive_conf *conf_edit_archive(struct conf *);
/* Back to the defaults: `no sip-ua`, `no voice service voip`, `no sip`, `no archive`. */
void conf_reset_sip_ua(struct conf *);
void conf_reset_voice(struct conf *);
void voice_reset_sip(struct voice *);
void conf_reset_archive(struct conf *);

/* Dial peers. */
struct peer_key {
	unsigned char bytes[4];
};
struct peer_key peer_key(uint32_t tag);
struct dial_peer *conf_peer(const struct conf *, uint32_t tag); /* to look at; NULL: none */
struct dial_peer *conf_edit_peer(struct conf *, uint32_t tag); /* NULL: none */
struct dial_peer *conf_add_peer(struct conf *, uint32_t tag, enum peer_kind);
bool conf_remove_peer(struct conf *, uint32_t tag);
bool dial_peer_equal(const struct dial_peer *, const struct dial_peer *);

/* Credentials. */
char *credential_key(const char *number, const char *realm, size_t *len); /* the caller frees */
/* Replaces an entry of the same number and realm; takes over the reference. */
void sip_ua_put_credential(struct sip_ua *, struct credential *);
bool sip_ua_remove_credential(struct sip_ua *, const char *number, const char *realm);
struct credential *sip_ua_credential(const struct sip_ua *, const char *number, const char *realm);
/* Every entry of one number, in realm order; the visit returns false to stop. */
void sip_ua_each_credential(const struct sip_ua *, const char *number,
    bool (*visit)(void *arg, const struct credential *), void *arg);
unsigned sip_ua_count_realms(const struct sip_ua *, const char *number);
struct credential *credential_new(void); /* one reference, all empty */
void credential_release(struct credential *);
bool credential_equal(const struct credential *, const struct credential *);
/* Whether both answer a challenge alike, however the password is stored. */
bool credential_same(const struct credential *, const struct credential *);

/* Registrars. */
struct registrar *registrar_new(void); /* one reference, defaults, no host */
struct registrar *registrar_hold(struct registrar *);
void registrar_release(struct registrar *); /* NULL ok */
bool registrar_equal(const struct registrar *, const struct registrar *); /* every member; NULL equals NULL */
/* Slot 0 to 5: index 1 to 6, or in the old form 0 primary, 1 secondary. NULL: none there. */
const struct registrar *sip_ua_registrar(const struct sip_ua *, unsigned slot);
bool sip_ua_indexed(const struct sip_ua *); /* at least one registrar of the indexed form */

/* Authentication lists. */
const struct auth *auth_list_find(
    const struct auth_list *, const char *realm); /* exact; NULL: the realm-less one */
void auth_list_put(
    struct auth_list *, const char *username, const char *realm, struct secret); /* takes the secret */
bool auth_list_remove(struct auth_list *, const char *realm);
void auth_list_clear(struct auth_list *);
bool auth_list_equal(const struct auth_list *, const struct auth_list *);
bool auth_list_same(const struct auth_list *, const struct auth_list *); /* as credential_same */

/* Reversible passwords. Whose one is: the statement where it is not NULL ("username bob" with username, "line
 * vty 3" with line and its number), else the enable password where username is NULL, an entry of
 * `credentials` where number is not, else one of `authentication`, of a dial peer where peer is not 0. */
struct secret_owner {
	const char *number, *username, *realm;
	uint32_t peer;
	const char *statement;
	unsigned line, line_number; /* enum line_kind of conf/login.h */
};
/* Gives every password, as a copy, to change, which says whether it altered it. Costs nothing for those that
 * it leaves alone. */
typedef bool conf_secret_change(void *arg, struct secret *, const struct secret_owner *);
void conf_change_secrets(struct conf *, conf_secret_change *, void *arg);

/* Hosts and names. */
int host_parse(
    struct host *, const char *text, char *err, size_t errsz); /* the host is set only on success */
char *host_text(const struct host *); /* as it is typed; the caller frees */
struct host host_copy(const struct host *);
void host_free(struct host *);
bool host_equal(const struct host *, const struct host *);
bool host_identical(const struct host *, const struct host *); /* the case of letters too: as it is written */
bool dns_name_valid(const char *name); /* RFC 1123 labels, underscores too, at most 253 characters */
void localhost_set(struct localhost *, enum localhost_kind, const char *name, bool preferred);
void conf_put_host(struct conf *, struct static_host *); /* takes over the reference */
bool conf_remove_host(struct conf *, const char *name);
struct static_host *static_host_new(const char *name);
const struct static_host *conf_host(const struct conf *, const char *name);

/* Kept statements of the configuration itself. */
struct kept *conf_kept(const struct conf *, const char *line);
struct kept *conf_edit_kept(struct conf *, unsigned rank, const char *line);
bool conf_remove_kept(struct conf *, const char *line);

#endif
