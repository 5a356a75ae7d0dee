/* status.h - what the user agent tells `show`: plain rows, borrowed for the call, nothing to free.
 * cli/ sees the user agent through this header only. */
#ifndef GW_UA_STATUS_H
#define GW_UA_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a registration stands. */
enum reg_state {
	REG_STATE_WAITING, /* start is paced, or waits for a name */
	REG_STATE_TRYING, /* request under way */
	REG_STATE_REGISTERED,
	REG_STATE_NO_CREDENTIAL, /* challenged for a realm nobody configured for this endpoint */
	REG_STATE_REJECTED, /* the registrar refused (wrong password, 403, 404, 5xx ...); tries again later */
	REG_STATE_REGISTRAR_DEAD, /* the registrar does not answer; one registration probes, this one waits */
	REG_STATE_NO_ADDRESS, /* the registrar's name has no address */
	REG_STATE_NO_MASTER_KEY, /* the password is type 6 and there is no key */
	REG_STATE_NO_TRANSPORT, /* the registrar's transport is not available here (TLS; udp or tcp switched
				   off) */
	REG_STATE_LEAVING, /* un-registering */
};

/* Which configuration answered the challenge (design: dial peer, credentials, SIP-UA). */
enum cred_from { CRED_NONE, CRED_PEER, CRED_CREDENTIALS, CRED_SIP_UA };

struct reg_status {
	const char *number;
	int64_t peer; /* tag of the POTS dial peer, -1: credentials */
	unsigned slot; /* registrar slot 0-5 */
	bool indexed; /* slot 0 is `registrar 1`, else `registrar` and `registrar ... secondary` */
	const char *registrar; /* as configured: "dns:example.com" */
	const char *target; /* "192.0.2.1:5060" in use; NULL: not resolved */
	const char *transport; /* "UDP" */
	enum reg_state state;
	bool registered; /* a binding is (still) there: yes/no of IOS */
	unsigned granted, left; /* seconds */
	const char *associated_uri, *service_route; /* NULL: none */
	/* The story of the last attempt. */
	int status; /* last final SIP status, 0: no answer yet or no answer */
	const char *phrase; /* its phrase, or why it failed without one; NULL: nothing happened yet */
	const char *realm; /* realm last offered; NULL: never challenged */
	const char *case_realm; /* a configured realm that differs from it in letter case only; NULL: none */
	const char *algorithm; /* of the last answer; NULL: none */
	enum cred_from from; /* which source answered it */
	const char *username; /* NULL: none */
	int64_t auth_peer; /* tag of the dial peer whose `authentication` answered, -1 */
	bool any_realm; /* the entry that answered has no realm */
	unsigned attempts; /* failures in a row */
	int64_t next_ms; /* until the next action; -1: waits for an answer or for the probe */
	const char *call_id;
	uint32_t cseq;
};

/* A POTS dial peer or credentials entry that does not register, and why. */
struct unregistrable {
	int64_t peer;
	const char *pattern, *reason;
};

struct registrar_status {
	unsigned slot;
	bool indexed;
	const char *text; /* "dns:example.com" */
	const char *state; /* "up", "unknown", "dead", "no address", ... */
	const char *target; /* NULL: not resolved */
	const char *local; /* local address the route gives; NULL */
	const char *resolve_error; /* NULL: none */
	const char *name_server; /* the first one asked; NULL: the system's */
	size_t sessions, registered, in_flight, waiting;
	int64_t probe_ms; /* until the next probe, -1 */
};

/* What gw hands to cli; there is none where no user agent runs (gw -t). A visit returns false to stop. */
struct ua_view {
	void *arg;
	/* Order: registrar slot, then number. number NULL: all; slot -1: all. */
	void (*registrations)(void *arg, const char *number, int slot,
	    bool (*visit)(void *, const struct reg_status *), void *visit_arg);
	void (*unregistrable)(
	    void *arg, bool (*visit)(void *, const struct unregistrable *), void *visit_arg);
	void (*registrars)(
	    void *arg, bool (*visit)(void *, const struct registrar_status *), void *visit_arg);
	/* How many sessions of `number` exist anywhere (0: no such endpoint). */
	size_t (*count)(void *arg, const char *number);
	const struct sip_counters *(*counters)(void *arg);
	const char *(*listening)(void *arg); /* "0.0.0.0:5060", or NULL with nothing open */
};

/* `show sip-ua statistics`. */
struct sip_counters {
	uint64_t register_out, register_retry;
	uint64_t register_in, options_in, invite_in, ack_in, bye_in, cancel_in, subscribe_in, notify_in,
	    info_in, refer_in, prack_in, update_in, other_in;
	uint64_t replies_in[700], replies_out[700]; /* by status code */
	uint64_t unanswered;
};

#endif
