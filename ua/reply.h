/* reply.h - what the header values of an answer to REGISTER say. Hostile input: anything malformed counts as
 * not said. Pure. */
#ifndef GW_UA_REPLY_H
#define GW_UA_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "ua/sip.h"

/* The Contact we sent. */
struct contact {
	const char *user; /* not escaped */
	const char *host; /* without brackets */
	uint16_t port;
};

/* Seconds a 2xx grants our contact (RFC 3261 10.2.4: its expires, else the Expires header); -1: not said, so
 * what we asked for. A list that holds only contacts of others cannot lengthen what we asked for, since one
 * of them may be ours as a translator of addresses rewrote it. */
int64_t reply_granted(const struct sip_reply *, const struct contact *own, unsigned asked);
/* Seconds in Retry-After ("10 (maintenance);duration=60"), Min-Expires; -1: not said. */
int64_t reply_retry_after(const struct sip_reply *);
int64_t reply_min_expires(const struct sip_reply *);

#endif
