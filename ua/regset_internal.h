/* regset_internal.h - what the files behind ua/regset.h share: the set, its registrars, endpoints, sessions.
 *
 * Rules. A session stands in at most one list of its registrar (member `list` says which), and in the timer
 * heap when its machine has a timer. Steps may free the session they step: only session_step() says so, by
 * its result. Endpoints and registrars are freed in regset_settle() alone, at the end of every public
 * function, so that walks over them may step sessions. */
#ifndef GW_UA_REGSET_INTERNAL_H
#define GW_UA_REGSET_INTERNAL_H

#include "base/vec.h"
#include "ua/cred.h"
#include "ua/digest.h"
#include "ua/ident.h"
#include "ua/intern.h"
#include "ua/regset.h"
#include "ua/reply.h"

enum {
	SLOTS = REGISTRARS_MAX,
	TARGETS_MAX = 8, /* addresses of one registrar that are tried */
	REALMS_ANSWERED = 3, /* per request and kind: the registrar's and those of proxies on the way */
	NONCES_HELD = 6, /* per session */
	PROBE_MIN = 10000,
	PROBE_MAX = 20000, /* ms between two probes of a dead registrar */
	PROBE_CANDIDATES = 32, /* among so many waiting ones the prober is chosen */
	RESOLVE_RETRY_MAX = 300000, /* ms */
	TTL_MIN = 30,
	TTL_MAX = 86400, /* seconds an answer of a name server is used */
	ANEW_GAP = 300000, /* ms between two times that all register anew after an outage */
	TICK_SESSIONS = 512, /* due sessions handled by one regset_tick() */
	PHRASE_MAX = 100,
	HEADER_MAX = 300, /* bytes kept of a reply for `show` */
};

/* What we hold to answer one realm. */
struct held_nonce {
	struct held_nonce *next;
	const char *realm; /* interned */
	uint64_t serial; /* names the cnonce */
	uint32_t nc; /* uses so far */
	uint16_t opaque, algorithm_text; /* places in text; 0: none */
	uint8_t algorithm, qop; /* enum digest_algorithm, digest_qop */
	bool sess, proxy, userhash;
	bool answered; /* a challenge of this attempt */
	char text[]; /* nonce, opaque, algorithm */
};

enum session_list { LIST_NONE, LIST_LEAVE, LIST_QUEUE, LIST_FLYING, LIST_FAILING, LISTS };

struct session {
	struct reg reg;
	struct endpoint *endpoint;
	struct reg_server *server;
	struct session *next; /* of the same endpoint */
	struct session *list_next, *list_prev;
	void *transaction; /* under way; NULL: none */
	struct held_nonce *nonces;
	struct conf *conf; /* leaving: where the account stands, held; NULL: the set's */
	/* Interned. */
	const char *phrase, *realm, *associated_uri, *service_route;
	const char *strong; /* realm that was answered with SHA; NULL: none */
	msec silent; /* since when nothing has been heard; 0: heard */
	int64_t auth_peer;
	uint32_t heap; /* place in the timer heap + 1; 0: not in it */
	uint32_t cseq;
	uint32_t expires; /* of what waits to be sent */
	uint16_t status; /* last final status */
	uint8_t list, authorize; /* enum session_list, enum reg_auth */
	uint8_t told; /* enum reg_state + 1 that `changed` was told last */
	uint8_t
	    target; /* index of the address it was sent to; TARGETS_MAX: no address of the registrar now */
	uint8_t from, algorithm; /* of the last answer: enum cred_from, enum digest_algorithm */
	bool told_bound;
	bool sess, any_realm; /* of the last answer */
	bool wake; /* its account changed while an answer was awaited */
	bool resent; /* since the last answer, because a connection was lost */
};

struct endpoint {
	char *number;
	struct session *sessions;
	uint32_t peers; /* dial peers with this number */
	uint32_t peer; /* lowest tag of them */
	uint32_t credentials; /* entries with this number */
	bool touched; /* by the change being applied */
	bool account; /* ... so that another account may answer */
	bool rescan; /* the owner went, another peer has the number */
	bool empty; /* stands in regset.empty */
};

struct session_chain {
	struct session *first, *last;
	size_t n;
};

enum server_health { SERVER_UNKNOWN, SERVER_UP, SERVER_DEAD };

struct reg_server {
	struct regset *set;
	struct registrar *conf; /* held */
	unsigned slot;
	bool indexed;
	bool retired; /* out of the configuration; its sessions leave */
	bool usable; /* its transport is there */
	char *identity; /* what a session's Call-ID derives from, beside the number */
	char *text, *uri, *domain;
	/* Its addresses. */
	void *query;
	char *resolve_error;
	msec resolve_at; /* 0: not planned */
	unsigned resolve_failures;
	struct sip_address targets[TARGETS_MAX];
	uint8_t n, current, tried;
	char local[64]; /* "": no route */
	char used[72]; /* with the port, in the last Contact */
	/* Its health. */
	enum server_health health;
	msec heard; /* last answer to anyone */
	msec probe_at, dead_since, anew;
	unsigned silences; /* in a row */
	struct session *probe; /* under way */
	const char *told; /* state that registrar_changed was told last */
	struct session_chain lists[LISTS];
	size_t sessions;
};

struct regset {
	struct regset_io io;
	struct ident *ident;
	struct intern intern;
	struct conf *conf; /* held, never NULL */
	struct pmap endpoints; /* struct endpoint by number */
	struct reg_server *slots[SLOTS];
	VEC(struct reg_server *) servers; /* those in slots and retired ones */
	VEC(struct session *) heap; /* by reg.timer */
	VEC(struct endpoint *) touched, empty;
	size_t sessions;
	uint64_t start_seconds;
	uint64_t serials; /* of cnonces */
	msec start, now;
	uint32_t cseq_floor; /* no new session begins below */
	uint32_t seed;
	bool stopping;
	bool closed; /* no SIP stack */
};

/* regset.c */
msec regset_chance(struct regset *, msec low, msec high);
void regset_settle(struct regset *, msec now);
void heap_set(struct regset *, struct session *); /* in, out or to its new place, as reg.timer says */

/* endpoint.c */
/* Why a POTS peer in service has no number to register; NULL: it has one, or is to have none. */
const char *peer_refused(const struct dial_peer *);
struct endpoint *endpoint_find(const struct regset *, const char *number);
bool endpoint_wanted(const struct endpoint *);
void endpoint_free(struct endpoint *);
void endpoint_check(struct regset *, struct endpoint *); /* frees it later when nothing needs it */
/* Starts, stops and wakes what two configurations differ in; registrars are already those of the new one. */
void endpoints_apply(struct regset *, struct conf *before, msec now);
/* Makes every endpoint register at this new registrar. */
void endpoints_join(struct regset *, struct reg_server *, msec now);
/* Every session of one registrar; the visit may step and so free it. */
void endpoints_each(
    struct regset *, const struct reg_server *, void (*visit)(struct session *, void *arg), void *arg);

/* reg_server.c */
/* Brings the registrars in line with the set's configuration. Those new in their slot come back in fresh. */
size_t servers_apply(struct regset *, struct conf *before, struct reg_server *fresh[SLOTS]);
void server_free(struct reg_server *);
void server_resolve(struct reg_server *);
void server_heard(struct reg_server *, msec now);
/* No answer to this session's request. True: others were answered meanwhile, so it is its own trouble. */
bool server_silent(struct reg_server *, struct session *, msec now);
void server_pump(struct reg_server *, msec now);
void server_tell(struct reg_server *);
const char *server_state(const struct reg_server *);
void server_terms(const struct reg_server *, struct reg_terms *);
bool server_locate(struct reg_server *); /* the local address towards the current target; false: no route */
void server_contact(const struct reg_server *, char *text, size_t size); /* host:port of our Contacts */
/* Takes back what is under way; it waits to be sent again. */
void server_ground(struct reg_server *);

/* session.c */
struct session *session_new(struct regset *, struct endpoint *, struct reg_server *, msec now);
void session_free(struct session *);
/* False: it has ended and is freed. */
bool session_step(struct session *, const struct reg_event *, msec now);
bool session_event(struct session *, enum reg_event_kind, msec now);
void session_account_changed(struct session *, msec now);
/* STOP; account: the configuration that answers a last challenge, NULL: the set's. */
bool session_leave(struct session *, struct conf *account, msec now);
void session_send(struct session *, msec now);
void session_list(struct session *, enum session_list);
void session_requeue(struct session *);
enum reg_state session_state(const struct session *, msec now);
void session_call_id(const struct session *, char call_id[33], char tag[17]);
void session_tell(struct session *, msec now);
const struct sip_ua *session_sip_ua(const struct session *);

/* session_auth.c */
struct cred session_account(const struct session *, const char *realm);
const char *session_case_realm(const struct session *);
enum reg_challenge session_challenged(struct session *, const struct sip_reply *);
void session_fresh(struct session *, bool forget_nonces);
void session_next_nonce(struct session *, const char *authentication_info);
void session_nonces_free(struct session *);
struct authorization {
	struct out www[REALMS_ANSWERED], proxy[REALMS_ANSWERED];
	size_t n_www, n_proxy;
};
/* The headers for a request; answering: they answer the challenges just seen. */
void session_authorize(struct session *, const char *uri, bool answering, struct authorization *);
void authorization_free(struct authorization *);

/* reg_rows.c */
void session_row(const struct session *, msec now, void (*use)(void *, const struct reg_status *), void *arg);
void server_row(
    const struct reg_server *, msec now, void (*use)(void *, const struct registrar_status *), void *arg);

#endif
