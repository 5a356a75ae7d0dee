/* dns.h - names to addresses without waiting (c-ares behind it): static names (`ip host`), the hosts file,
 * then SRV and A/AAAA from the configured or the system's servers. Every look-up ends within 5 s. */
#ifndef GW_UA_DNS_H
#define GW_UA_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "ua/sip.h"

struct dns;

/* The loop's side: watch a descriptor (read and/or write, both false: no more); the loop calls dns_ready().
 */
typedef void dns_watch(void *arg, int fd, bool read, bool write);

struct dns *dns_new(dns_watch *, void *arg);
void dns_free(struct dns *); /* pending look-ups end without callback */
/* Seed of the draw among SRV records of one priority; not 0. Without it every run draws the same. */
void dns_seed(struct dns *, uint64_t seed);
/* For tests: port of the configured name servers (before dns_configure), ms for a whole look-up. */
void dns_set_port(struct dns *, uint16_t port);
void dns_set_deadline(struct dns *, unsigned ms);
/* Takes servers, domain and static names from the configuration (held by reference until the next call).
 * Look-ups under way begin again when the servers changed. 0, or -1 and the old servers stay. */
int dns_configure(struct dns *, struct conf *, char *err, size_t errsz);
void dns_ready(struct dns *, int fd, bool read, bool write);
/* Call dns_tick() at the latest when this many ms have passed; 0: an answer waits to be handed over (ask
 * again after every dns_resolve), -1: nothing pending. Answers are handed over by dns_ready() and dns_tick()
 * only. */
int dns_timeout(struct dns *);
void dns_tick(struct dns *);

/* In the order to try: SRV priority, then drawn by weight; IPv4 before IPv6 within a name. What no route
 * leads to is left out unless there is nothing else. */
struct dns_answer {
	const char *error; /* NULL: good; else a few words: "no such name", "name server does not answer" */
	const struct sip_address *addresses;
	size_t n;
	unsigned ttl; /* seconds the answer may be used, 60 to 65535; after an error 60 */
};
typedef void dns_done(void *arg, const struct dns_answer *);
struct dns_query;
/* Literal hosts and static names answer from within the loop as well, never from within the call; done is
 * called once. A host with a port: addresses only; without: _sip._udp (or _tcp, _sips._tcp) SRV first, then
 * addresses with 5060 (TLS 5061). A single label: `ip domain name` is appended once hosts do not know it. */
struct dns_query *dns_resolve(struct dns *, const struct host *, enum transport, dns_done *, void *arg);
void dns_cancel(struct dns_query *); /* done is not called any more */

#endif
