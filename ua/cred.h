/* cred.h - which user name and password answer a challenge: the dial peer's authentication, credentials,
 * SIP-UA authentication, in this order. A function of values: allocates nothing that lasts, logs nothing;
 * what it returns belongs to the configuration asked.
 */
#ifndef GW_UA_CRED_H
#define GW_UA_CRED_H

#include <stdbool.h>
#include <stdint.h>

#include "conf/conf.h"
#include "ua/status.h"

/* Who asks. */
struct cred_query {
	const struct dial_peer *peer; /* the request belongs to it; NULL: to none */
	const char *number; /* of the endpoint; NULL: none */
	const struct sip_ua *tenant; /* asked before global; NULL: none */
	const struct sip_ua *global;
	bool is_register;
};

struct cred {
	enum cred_from from; /* CRED_NONE: there is no account, the rest is empty */
	const char *username;
	const struct secret *secret; /* clear is NULL where the master key is missing */
	bool any_realm; /* the entry has no realm */
	int64_t peer; /* tag of the dial peer whose authentication it is, else -1 */
};

/* Realms compare byte for byte. Logarithmic in the number of credentials for a REGISTER; another request
 * whose number has no entry for the realm costs a walk over all. */
struct cred cred_find(const struct cred_query *, const char *realm);

/* A configured realm, of those that cred_find() would look at, which differs from this one in letter case
 * only (the usual typing error); NULL: none. Costs as above. */
const char *cred_case_realm(const struct cred_query *, const char *realm);

#endif
