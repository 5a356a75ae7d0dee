/* sip_edge.h - what the files of the sofia-sip edge (ua/sip*.c) share. Nobody else includes it. */
#ifndef GW_UA_SIP_EDGE_H
#define GW_UA_SIP_EDGE_H

#include "ua/sip.h"
#include "ua/status.h"

#define NUA_MAGIC_T struct sip
#define NUA_HMAGIC_T struct sip_transaction
#define SU_ROOT_MAGIC_T struct sip_root_magic
#define SU_TIMER_ARG_T struct sip
#include <sofia-sip/nua.h>
#include <sofia-sip/su_wait.h>

/* What we answer ourselves; grows with the methods gw can handle. */
#define SIP_ALLOW "OPTIONS"

struct sip {
	su_root_t *root;
	nua_t *nua;
	struct sockaddr_storage listen; /* where our own UDP socket can be reached from this machine */
	bool bound; /* to that address alone */
	uint16_t port;
	bool udp, tcp;
	bool shut; /* nua_shutdown is through */
	unsigned t1;

	/* REGISTER transactions, the first to expire first; all of them stand here until done. */
	struct sip_transaction *first, *last;
	su_timer_t *timer;
	bool timer_armed;
	int64_t timer_at; /* ms, su_monotime */
	int silencer; /* sip_reg.c; -1: none */
	uint16_t silencer_port;
	char *text; /* header values of the reply being handed over */
	size_t textsz;

	sip_trace *trace;
	void *trace_arg;
	struct sip_counters counters;
};

/* ua/sip.c. errno of the last failed send to "[192.0.2.1]:5060"; 0: not known. sofia reports it as 503 and
 * tells the reason to its log only. */
int sip_failure(const char *to);

/* ua/numerichost.c. Does nothing; being called it makes the linker take that file's getaddrinfo although
 * another one (a sanitizer's) came before. */
void numerichost(void);

/* ua/sip_reg.c */
void sip_reg_event(struct sip *, struct sip_transaction *, int status, const char *phrase, const sip_t *);
void sip_reg_timer(struct sip_root_magic *, su_timer_t *, struct sip *);
void sip_reg_close(struct sip *);

/* The longest a REGISTER may stay unanswered, ms: T1 doubling to T2, ten sends. */
#define SIP_T2 4000u
#define SIP_SENDS_MAX 10u
unsigned sip_schedule(unsigned t1, unsigned sends, unsigned *last); /* sum of the intervals; the last one */

#endif
