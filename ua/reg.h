/* reg.h - one registration of one number at one registrar: a machine without socket, clock or chance.
 *
 * The owner (ua/regset.c) feeds events and performs what comes out: it sends, keeps the one timer, and tells
 * the operator. It holds the accounts and nonces; the machine only decides whether a credential goes out. A
 * struct reg is a plain value: copy it, compare it, print it. Times are milliseconds of any clock that never
 * goes back. */
#ifndef GW_UA_REG_H
#define GW_UA_REG_H

#include <stdbool.h>
#include <stdint.h>

#include "ua/status.h"

typedef int64_t msec;

enum {
	REG_EXPIRES_MAX = 65535, /* seconds: the most we ask for or believe */
	REG_GAP_MIN = 3000, /* ms between two attempts that nobody asked for */
	REG_WAKE_GAP = 1000, /* ms between two attempts whatever the configuration does */
	REG_BACKOFF_BASE = 30000, /* RFC 5626 4.5: base-time, ms */
	REG_BACKOFF_MAX = 1800000,
	REG_ANSWERS_MAX = 3, /* challenges answered in one attempt: one per realm on the way, one stale */
	REG_RAISES_MAX = 2, /* 423 obeyed in one attempt */
	REG_CREDENTIALS_MAX = 3, /* credentials without a success between them ... */
	REG_CREDENTIALS_SPAN = 30000, /* ... in so many ms: a wrong password must not lock the account */
};

enum reg_event_kind {
	REG_START, /* register now, whatever stands: first time, by hand, new local address */
	REG_STOP, /* un-register and end */
	REG_TIMER, /* the time of actions.timer has come; too early is harmless */
	REG_REPLY, /* a final answer to what was sent */
	REG_FAILED, /* no answer in time, or it could not be sent */
	REG_WAKE, /* something changed outside: a waiting registration tries now */
};

/* What a 401 or 407 means to us, judged by the owner over all challenges in it, best first. */
enum reg_challenge {
	REG_CHALLENGE_NONE, /* none in it, or none that we can compute */
	REG_CHALLENGE_NEW, /* we have an account for a realm not yet answered since actions.fresh */
	REG_CHALLENGE_STALE, /* answered before, but with an old nonce only */
	REG_CHALLENGE_REFUSED, /* what we answered was wrong */
	REG_CHALLENGE_NO_ACCOUNT,
	REG_CHALLENGE_NO_KEY, /* account found, its password cannot be decrypted */
};

/* What the configuration says; may differ from event to event. */
struct reg_terms {
	unsigned expires; /* seconds to ask for */
	unsigned ratio; /* refresh after this much of the grant, per cent */
	unsigned spread; /* 0-1000: how far refreshes may be moved forward to make a fleet's load level */
};

struct reg_event {
	enum reg_event_kind kind;
	const struct reg_terms *terms; /* never NULL */
	bool unsent; /* STOP: what was to be sent has not left and will not */
	bool forget; /* WAKE: the back-off begins anew */
	/* REPLY */
	int status;
	enum reg_challenge challenge;
	int64_t granted; /* of a 2xx, seconds; -1: not said */
	int64_t min_expires; /* of a 423; -1: not said */
	int64_t retry_after; /* seconds; -1: not said */
};

enum reg_auth {
	REG_AUTH_NONE, /* send without credential */
	REG_AUTH_CACHED, /* with what worked last time, if there is anything */
	REG_AUTH_ANSWER, /* with an answer to the challenges just seen */
};

struct reg_actions {
	bool send; /* REGISTER with `expires` and `auth`; ends in REPLY or FAILED, without fail */
	bool fresh; /* of send: challenges answered earlier count as not answered */
	enum reg_auth auth;
	unsigned expires;
	msec timer; /* the one timer from now on; 0: none, since an answer is awaited */
	bool report; /* state or binding changed */
	bool done; /* nothing will ever come again; free it */
};

enum reg_phase { REG_IDLE, REG_WAIT, REG_TRYING, REG_ACTIVE, REG_LEAVING };

struct reg {
	msec timer; /* 0: none */
	msec until; /* a binding is confirmed until then; 0: none */
	msec maybe, maybe_before; /* an unanswered REGISTER may have made one until then; 0: none */
	msec attempt; /* when the last attempt began */
	msec not_before; /* Retry-After */
	msec due; /* when the refresh under way was due; 0: the attempt is no refresh on schedule */
	msec credentials[REG_CREDENTIALS_MAX]; /* when the last ones without success left; 0: free */
	uint32_t seed;
	uint32_t min_expires; /* learnt from 423 */
	uint32_t asked, granted; /* seconds, of the last request and success */
	uint16_t failures; /* in a row */
	uint8_t phase, state; /* enum reg_phase, enum reg_state */
	uint8_t answers, raises; /* in this attempt */
	bool waiting; /* for the answer to what was sent */
	bool stale_used; /* in this attempt */
	bool proven; /* what the owner holds has worked */
	bool left; /* LEAVING: Expires: 0 was sent */
	bool again; /* LEAVING: a START came meanwhile */
};

void reg_init(struct reg *, uint32_t seed); /* any seed; different ones for different registrations */
void reg_step(struct reg *, const struct reg_event *, msec now, struct reg_actions *out);
/* Confirmed and not yet expired. */
bool reg_bound(const struct reg *, msec now);
/* Waits after a failure. */
bool reg_failing(const struct reg *);

#endif
