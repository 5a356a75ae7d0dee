/* regset.h - who registers where: the set of endpoints x registrars, and all of its run time.
 *
 * Pure: time comes in as `now`, requests and questions to name servers go out through struct regset_io,
 * answers come in through regset_reply() and regset_resolved(). Nothing here is called back from within a
 * call of regset_io: the owner answers later, from the loop.
 *
 * The loop: after every call below that takes `now`, sleep until regset_next() or the next answer, then
 * regset_tick(). */
#ifndef GW_UA_REGSET_H
#define GW_UA_REGSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "ua/dns.h"
#include "ua/reg.h"
#include "ua/sip.h"
#include "ua/status.h"

struct regset;
struct session; /* one endpoint at one registrar */
struct reg_server; /* one registrar, and what is known about it */

enum {
	REGSET_IN_FLIGHT = 32, /* requests without answer per registrar */
	REGSET_IN_FLIGHT_LEAVING = 256, /* the same while everything un-registers (SIGTERM has 5 s) */
};

struct regset_io {
	void *arg;
	/* Starts a transaction and returns its handle, not NULL. regset_reply(session) comes once, later,
	 * also when sending fails at once, unless cancelled. Strings are borrowed for the call. */
	void *(*send)(void *arg, const struct sip_request *, struct session *);
	void (*cancel)(void *arg, void *transaction);
	/* Asks for the addresses of a host and returns a handle, not NULL. regset_resolved(server) comes
	 * once, later, unless cancelled. */
	void *(*resolve)(void *arg, const struct host *, enum transport, struct reg_server *);
	void (*resolve_cancel)(void *arg, void *query);
	/* Our host part ("192.0.2.1", "[2001:db8::1]") and port as this address sees us: Via and Contact. */
	int (*local_address)(void *arg, const struct sip_address *, char *host, size_t);
	uint16_t (*local_port)(void *arg);
	/* For the log; each may be NULL. Rows are borrowed for the call; no regset function may be called
	 * from within. */
	void (*changed)(void *arg, const struct reg_status *); /* a registration's state or binding changed */
	void (*registrar_changed)(void *arg, const struct registrar_status *); /* up, dead, no address ... */
	void (*unregistrable)(void *arg, const struct unregistrable *); /* entered or changed just now */
};

/* io is copied. key: the stored instance key, from which Call-ID and tag of each session derive.
 * start_seconds: wall clock; CSeq begins there so that it rises over restarts. */
struct regset *regset_new(
    const struct regset_io *, const unsigned char key[32], uint64_t start_seconds, msec now);
/* Cancels what is under way and un-registers nothing; NULL ok. */
void regset_free(struct regset *);

/* Brings the set in line with a configuration, which is held until the next one. Touches what differs from
 * the one before; the cost goes with the difference. NULL: an empty configuration. */
void regset_apply(struct regset *, struct conf *, msec now);

void regset_reply(struct regset *, struct session *, const struct sip_reply *, msec now);
void regset_resolved(struct regset *, struct reg_server *, const struct dns_answer *, msec now);

/* Does what is due; bounded work for one call. */
void regset_tick(struct regset *, msec now);
/* When to call regset_tick() at the latest; INT64_MAX: nothing but answers is awaited. */
msec regset_next(const struct regset *);

/* Un-registers everywhere, in parallel; the set accepts no configuration any more. */
void regset_stop(struct regset *, msec now);
/* No session is left. */
bool regset_idle(const struct regset *);

/* The SIP stack is about to go: what is under way is cancelled and waits, nothing is sent. */
void regset_closed(struct regset *, msec now);
/* It is there again, maybe at another address or port. */
void regset_opened(struct regset *, msec now);
/* The machine has new addresses or routes: what registered with another one registers anew. */
void regset_address_changed(struct regset *, msec now);
/* The name servers or static names changed: resolve all registrars again. */
void regset_names_changed(struct regset *, msec now);
/* `clear sip-ua register`: register again now. number NULL: all; slot -1: all. How many sessions that is. */
size_t regset_again(struct regset *, const char *number, int slot, msec now);

/* Rows for struct ua_view; `set` is a struct regset. Times left count from the last `now` seen; a console
 * that shows them calls regset_clock() first. */
void regset_clock(struct regset *, msec now);
void regset_registrations(void *set, const char *number, int slot,
    bool (*visit)(void *, const struct reg_status *), void *visit_arg);
void regset_unregistrable(void *set, bool (*visit)(void *, const struct unregistrable *), void *visit_arg);
void regset_registrars(void *set, bool (*visit)(void *, const struct registrar_status *), void *visit_arg);
size_t regset_count(void *set, const char *number);

#endif
