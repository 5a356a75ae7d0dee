/* digest.h - HTTP Digest as SIP uses it (RFC 3261 22, 7616, 8760): reading challenges, making answers. Pure.
 */
#ifndef GW_UA_DIGEST_H
#define GW_UA_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"

/* What lies beyond: a longer header is passed over, so is a challenge with a longer value in it, and every
 * challenge after the sixteenth. */
enum {
	DIGEST_HEADER_MAX = 8192, /* bytes of one header value */
	DIGEST_VALUE_MAX = 1024, /* bytes of one parameter */
	DIGEST_CHALLENGES_MAX = 16,
	DIGEST_HEX = 65, /* room for the longest response and its NUL */
};

/* Strength rises with the value; 0 is what we cannot answer. */
enum digest_algorithm { DIGEST_UNKNOWN, DIGEST_MD5, DIGEST_SHA256, DIGEST_SHA512_256 };
enum digest_qop { DIGEST_QOP_NONE, DIGEST_QOP_AUTH, DIGEST_QOP_AUTH_INT };

/* One Digest challenge. Strings are unquoted (RFC 3261 25.1 quoted-pairs resolved), owned, and hold no
 * control bytes. */
struct digest_challenge {
	char *realm, *nonce;
	char *opaque; /* NULL: none */
	char *algorithm_text; /* as sent, unquoted; NULL: none, which means MD5 */
	enum digest_algorithm algorithm;
	bool sess; /* -sess */
	enum digest_qop qop; /* what we would use: auth, auth-int only where it alone is offered */
	bool qop_unusable; /* qop is there and offers nothing we know */
	bool stale, proxy, userhash;
};
struct digest_challenges {
	struct digest_challenge v[DIGEST_CHALLENGES_MAX];
	size_t n;
};

/* Adds the Digest challenges of one header value, which may be a comma list of several (also of other
 * schemes, which are passed over). Hostile input: anything malformed is passed over; bounded; never fails.
 * Without realm or nonce it is no challenge; of a repeated parameter the first counts. */
void digest_parse(struct digest_challenges *, const char *header, bool proxy);
void digest_challenges_free(struct digest_challenges *);

/* Which challenges deserve an answer (RFC 8760 2.3, 2.4): in the server's order, at most one for each realm
 * and kind (401, 407), its topmost that we can answer. Whether there is an account for the realm is the
 * caller's question; with max DIGEST_CHALLENGES_MAX no realm is crowded out by realms of others. In
 * floor_realm (NULL: none) an algorithm below floor is refused: pass DIGEST_SHA256 once SHA was used there.
 * Returns how many were put into chosen; they belong to the list. */
size_t digest_choose(const struct digest_challenges *, const char *floor_realm, enum digest_algorithm floor,
    const struct digest_challenge **chosen, size_t max);

/* The nextnonce of an Authentication-Info value; NULL: none. The caller frees. */
char *digest_nextnonce(const char *header);

struct digest_answer {
	const struct digest_challenge *challenge;
	const char *username, *password;
	const char *method, *uri; /* the digest uri exactly as in the request line */
	const char *cnonce; /* keep one for each nonce, -sess builds on it; without qop and -sess not looked
			     * at */
	uint32_t nc; /* counts the uses of the nonce, from 1 */
	const void *body; /* for auth-int */
	size_t bodylen;
};
/* The value of the Authorization or Proxy-Authorization header: `Digest username="..",realm=".."...`. Quotes
 * and backslashes are escaped. 0; -1, with nothing written, when the challenge cannot be answered (algorithm
 * unknown or not available, qop_unusable), something it needs is NULL, or a string has control bytes. */
int digest_answer(const struct digest_answer *, struct out *);
/* The response value alone in lower-case hex (tests, auth checks); 0/-1. hex holds DIGEST_HEX bytes. */
int digest_response(const struct digest_answer *, char *hex);

#endif
