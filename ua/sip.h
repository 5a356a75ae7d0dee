/* sip.h - the one door to the SIP stack. Sends REGISTER transactions exactly as told, hands every final
 * answer back as plain values, answers what comes in. Decides nothing. (sofia-sip lives behind it.) */
#ifndef GW_UA_SIP_H
#define GW_UA_SIP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "conf/conf.h"

struct sip;
struct sip_counters;

/* One SIP message on the wire, whole, as text, each retransmission too (for `debug ccsip messages`); sent:
 * true for ours. A message with a line above 2047 bytes or with a NUL ends there with a remark. */
typedef void sip_trace(void *arg, bool sent, const char *message, size_t len);

struct sip_config {
	void *root; /* su_root_t of the loop */
	const char *bind; /* literal address; NULL: all of IPv4, and of IPv6 where there is any */
	uint16_t port; /* 0: any that is free, see sip_port() */
	bool udp, tcp;
	unsigned t1; /* ms */
	sip_trace *trace;
	void *trace_arg;
};

/* Opens the agent. NULL with a text in err ("cannot listen on 0.0.0.0:5060 (udp): Address already in use").
 */
struct sip *sip_open(const struct sip_config *, char *err, size_t errsz);
uint16_t sip_port(const struct sip *);
void sip_set_trace(struct sip *, bool on);
void sip_set_t1(struct sip *, unsigned ms); /* for transactions that start later */
/* Ends what is in flight without further callbacks and closes the sockets; runs the loop for that, a second
 * at most. Not from within a callback of this interface. */
void sip_close(struct sip *);

struct sip_address {
	struct sockaddr_storage sa;
};
/* The address we listen on, or where that is all of them, the one from which the route leads to `to`: the
 * host part for Via and Contact ("192.0.2.1", "[2001:db8::1]"). 0; -1: no way from there to `to`. */
int sip_local_address(const struct sip *, const struct sip_address *to, char *host, size_t hostsz);

/* A REGISTER. Every header that identifies the registration is the caller's. Strings are borrowed for the
 * call. */
struct sip_request {
	struct sip_address target; /* where the datagram goes: address and port */
	enum transport transport;
	const char *uri; /* Request-URI: "sip:registrar.example" */
	const char *via_host; /* local host part, port appended by the edge */
	const char *from, *to, *call_id, *contact; /* header values; contact NULL: none (a query) */
	uint32_t cseq;
	unsigned expires; /* Expires header, seconds */
	unsigned max_forwards;
	const char *authorization[4]; /* values of Authorization, NULL-terminated by the first NULL */
	const char *proxy_authorization[4];
	unsigned sends; /* UDP: sends in all, 1 to 10, at T1 doubling up to 4 s, before it counts as
			   unanswered (retry register); TCP: 64 T1 */
};

/* A final answer, or the lack of one. Header values are raw text without name, borrowed for the callback. */
struct sip_reply {
	int status; /* 0: no answer in time, or could not be sent */
	const char *phrase; /* status 0: the reason ("no answer", "Connection refused"); borrowed too */
	bool lost; /* status 0: the connection it went out on was being closed already; a new one may do */
	const char *www[8], *proxy[8]; /* challenges, one header each, NULL-terminated */
	const char *contacts[64]; /* raw Contact header values, each may hold a comma list; NULL-terminated */
	const char *expires, *min_expires, *retry_after; /* NULL: absent */
	const char *authentication_info;
	const char *service_route, *path, *associated_uri; /* first header of the kind */
};

struct sip_transaction;
typedef void sip_done(void *arg, const struct sip_reply *);

/* Starts the transaction; done is called once, later, from the loop (also when sending fails at once), unless
 * cancelled. */
struct sip_transaction *sip_register(struct sip *, const struct sip_request *, sip_done *, void *arg);
void sip_cancel(struct sip_transaction *); /* the answer, if any, is dropped; done is not called any more */

/* Counters for `show sip-ua statistics` (ua/status.h). */
const struct sip_counters *sip_counters(const struct sip *);
void sip_clear_counters(struct sip *);

#endif
