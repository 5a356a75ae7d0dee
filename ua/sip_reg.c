/* sip_reg.c - REGISTER transactions on short-lived nua handles: every header is the caller's, every final
 * answer goes back raw. The number of sends and the end of an unanswered transaction are ours: nta knows only
 * its Timer F, one for all. Driven by nua events and one su_timer for the whole list. */
#include "ua/sip_edge.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <sofia-sip/nta_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_tag.h>
#include <sofia-sip/su_time.h>
#include <sofia-sip/su_uniqueid.h>

#include "base/mem.h"

/* Set in the flags of an answer that nta made itself (Timer F, transport error); not in a public header. */
#define NTA_MADE (1u << 15)

struct sip_transaction {
	struct sip *sip;
	struct sip_transaction *prev, *next;
	nua_handle_t *nh; /* NULL: never started */
	const char *failed; /* never started: why; static text */
	char *silence; /* UDP: an answer that ends it; NULL: nothing to silence */
	int64_t start, deadline; /* ms, su_monotime */
	unsigned t1, sends;
	char target[INET6_ADDRSTRLEN + 10]; /* "[192.0.2.1]:5060", as in sip_failure() */
	sip_done *done;
	void *arg;
};

static int64_t
now_ms(void)
{
	return (int64_t)(su_monotime(NULL) / 1000000u);
}

/* ---- the list, in the order of deadlines ---- */

static void
list_insert(struct sip *s, struct sip_transaction *t)
{
	struct sip_transaction *after = s->last;

	while (after != NULL && after->deadline > t->deadline)
		after = after->prev;
	t->prev = after;
	t->next = after != NULL ? after->next : s->first;
	*(t->prev != NULL ? &t->prev->next : &s->first) = t;
	*(t->next != NULL ? &t->next->prev : &s->last) = t;
}

static void
list_remove(struct sip *s, struct sip_transaction *t)
{
	*(t->prev != NULL ? &t->prev->next : &s->first) = t->next;
	*(t->next != NULL ? &t->next->prev : &s->last) = t->prev;
}

/* The timer stays armed for the first of the list even when that is answered meanwhile: it then looks and is
 * armed again. So a thousand answered transactions cost one expiry, not a thousand. */
static void
arm(struct sip *s)
{
	int64_t wait;

	if (s->first == NULL || (s->timer_armed && s->timer_at <= s->first->deadline))
		return;
	wait = s->first->deadline - now_ms();
	s->timer_armed = true;
	s->timer_at = s->first->deadline;
	su_timer_set_interval(s->timer, sip_reg_timer, s, wait > 0 ? (su_duration_t)wait : 0);
}

/* ---- ending ---- */

/* nta sends on until Timer F though the handle is gone, and offers no way to stop that from nua. What ends a
 * client transaction at any time is a final answer; so it gets one, from a socket of our own to our own port.
 * It is best effort: lost, a few datagrams more go out, and nobody reads their answer. */
static void
silence(struct sip_transaction *t)
{
	struct sip *s = t->sip;
	struct sockaddr_storage own = { 0 };
	socklen_t len = sizeof(own);

	if (t->silence == NULL)
		return;
	if (s->silencer < 0) {
		s->silencer = socket(s->listen.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (s->silencer < 0)
			return;
		if (connect(s->silencer, (struct sockaddr *)&s->listen, sizeof(s->listen)) == 0 &&
		    getsockname(s->silencer, (struct sockaddr *)&own, &len) == 0)
			s->silencer_port =
			    ntohs(own.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own)->sin6_port
							    : ((struct sockaddr_in *)&own)->sin_port);
	}
	if (send(s->silencer, t->silence, strlen(t->silence), 0) < 0)
		return;
}

static void
transaction_free(struct sip_transaction *t)
{
	list_remove(t->sip, t);
	if (t->nh != NULL) {
		nua_handle_bind(t->nh, NULL);
		nua_handle_destroy(t->nh);
	}
	free(t->silence);
	free(t);
}

/* Retransmissions that went out in the time it took. */
static void
count_sends(struct sip_transaction *t)
{
	int64_t elapsed = now_ms() - t->start, at = 0, interval = t->t1;

	if (t->silence == NULL)
		return;
	for (unsigned i = 1; i < t->sends && (at += interval) <= elapsed; i++) {
		t->sip->counters.register_retry++;
		interval = interval * 2 < SIP_T2 ? interval * 2 : SIP_T2;
	}
}

static void
finish(struct sip_transaction *t, const struct sip_reply *reply)
{
	sip_done *done = t->done;
	void *arg = t->arg;

	count_sends(t);
	if (reply->status == 0)
		t->sip->counters.unanswered++;
	transaction_free(t);
	done(arg, reply);
}

void
sip_reg_timer(struct sip_root_magic *magic __attribute__((unused)), su_timer_t *timer __attribute__((unused)),
    struct sip *s)
{
	int64_t now = now_ms();

	s->timer_armed = false;
	/* 1 ms of grace: the timer's clock and ours round differently. */
	while (s->first != NULL && s->first->deadline <= now + 1) {
		struct sip_transaction *t = s->first;
		struct sip_reply reply = { .phrase = t->failed != NULL ? t->failed : "no answer" };

		silence(t);
		finish(t, &reply);
	}
	arm(s);
}

void
sip_cancel(struct sip_transaction *t)
{
	if (t == NULL)
		return;
	silence(t);
	count_sends(t);
	transaction_free(t);
}

void
sip_reg_close(struct sip *s)
{
	while (s->first != NULL)
		transaction_free(s->first);
	if (s->silencer >= 0)
		close(s->silencer);
	s->silencer = -1;
}

/* ---- the answer ---- */

/* Where values of this name go; NULL: nobody wants it (or no more of it). */
static const char **
slot_of(struct sip_reply *r, const char *name, size_t len)
{
	const struct {
		const char *name, *compact;
		const char **slots;
		size_t n; /* 1: the first header of the kind; else as many, the last stays NULL */
	} slots[] = {
		{ "WWW-Authenticate", "", r->www, COUNT(r->www) },
		{ "Proxy-Authenticate", "", r->proxy, COUNT(r->proxy) },
		{ "Contact", "m", r->contacts, COUNT(r->contacts) },
		{ "Expires", "", &r->expires, 1 },
		{ "Min-Expires", "", &r->min_expires, 1 },
		{ "Retry-After", "", &r->retry_after, 1 },
		{ "Authentication-Info", "", &r->authentication_info, 1 },
		{ "Service-Route", "", &r->service_route, 1 },
		{ "Path", "", &r->path, 1 },
		{ "P-Associated-URI", "", &r->associated_uri, 1 },
	};

	for (size_t i = 0; i < COUNT(slots); i++) {
		size_t used = 0, room = slots[i].n > 1 ? slots[i].n - 1 : 1;

		if (!(strlen(slots[i].name) == len && strncasecmp(name, slots[i].name, len) == 0) &&
		    !(strlen(slots[i].compact) == len && strncasecmp(name, slots[i].compact, len) == 0))
			continue;
		while (used < room && slots[i].slots[used] != NULL)
			used++;
		return used < room ? &slots[i].slots[used] : NULL;
	}
	return NULL;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/* One header as it came, "Name: value CRLF", folded or not. The value goes to text, unfolded; returns its
 * end there. */
static char *
take_header(struct sip_reply *r, const char *raw, size_t len, char *text)
{
	const char *colon = memchr(raw, ':', len), *end = raw + len, *p;
	size_t name;
	const char **slot;

	if (colon == NULL)
		return text;
	for (name = (size_t)(colon - raw); name > 0 && blank(raw[name - 1]); name--)
		;
	slot = slot_of(r, raw, name);
	if (slot == NULL)
		return text;
	for (p = colon + 1; p < end && blank(*p); p++)
		;
	while (end > p && blank(end[-1]))
		end--;
	*slot = text;
	for (; p < end; p++)
		*text++ = blank(*p) ? ' ' : *p;
	*text++ = '\0';
	return text;
}

/* The library keeps each header's own text beside what it made of it, also of those it could not read (a
 * challenge with a quote missing is for ua/digest.c to judge). Walking them in wire order needs no table of
 * the library's types. */
static void
take_headers(struct sip *s, struct sip_reply *r, const sip_t *sip)
{
	const msg_header_t *first = (const msg_header_t *)sip->sip_status, *h;
	size_t total = 1;
	char *text;

	for (h = first; h != NULL; h = h->sh_succ)
		total += h->sh_len + 1u;
	if (total > s->textsz) {
		free(s->text);
		s->textsz = total * 2;
		s->text = xmalloc(s->textsz);
	}
	text = s->text;
	for (h = first; h != NULL; h = h->sh_succ) {
		if (h != first && h->sh_data != NULL && h->sh_len > 0)
			text = take_header(r, h->sh_data, h->sh_len, text);
	}
}

void
sip_reg_event(struct sip *s, struct sip_transaction *t, int status, const char *phrase, const sip_t *sip)
{
	bool ours = sip == NULL || sip->sip_status == NULL || (sip->sip_flags & NTA_MADE) != 0;
	struct sip_reply reply = { .status = status, .phrase = phrase };

	assert(t->sip == s);
	if (!ours && status >= 100 && status < 700)
		s->counters.replies_in[status]++;
	if (status < 200)
		return;
	if (ours) {
		reply.status = 0;
		if (status == 408) {
			reply.phrase = "no answer";
		} else if (status == 503) {
			int why = sip_failure(t->target);

			reply.phrase = why != 0 ? strerror(why) : "cannot be sent";
			reply.lost = why == ECONNRESET || why == EPIPE;
		}
	} else {
		take_headers(s, &reply, sip);
	}
	finish(t, &reply);
}

/* ---- the request ---- */

/* A line break in a value would be a header of its own. */
static bool
clean(const char *value)
{
	for (; value != NULL && *value != '\0'; value++) {
		if ((unsigned char)*value < 0x20 && *value != '\t')
			return false;
	}
	return true;
}

static bool
clean_request(const struct sip_request *r)
{
	for (size_t i = 0; i < COUNT(r->authorization) && r->authorization[i] != NULL; i++) {
		if (!clean(r->authorization[i]))
			return false;
	}
	for (size_t i = 0; i < COUNT(r->proxy_authorization) && r->proxy_authorization[i] != NULL; i++) {
		if (!clean(r->proxy_authorization[i]))
			return false;
	}
	return clean(r->uri) && clean(r->via_host) && clean(r->from) && clean(r->to) && clean(r->call_id) &&
	       clean(r->contact);
}

static const char *
refusal(const struct sip *s, const struct sip_request *r)
{
	if (r->transport == TRANSPORT_TLS)
		return "TLS is not available";
	if (r->transport == TRANSPORT_TCP && !s->tcp)
		return "TCP is switched off";
	if (r->transport == TRANSPORT_UDP && !s->udp)
		return "UDP is switched off";
	if (strncasecmp(r->uri, "sip:", 4) != 0 && strncasecmp(r->uri, "sips:", 5) != 0)
		return "the Request-URI is no SIP URI"; /* the library takes an empty string for a struct */
	if (!clean_request(r))
		return "a header value has control characters";
	return NULL;
}

static int
target_text(const struct sip_address *a, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN];
	bool six = a->sa.ss_family == AF_INET6;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&a->sa;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->sa;

	if (inet_ntop(a->sa.ss_family, six ? (const void *)&in6->sin6_addr : (const void *)&in->sin_addr,
		host, sizeof(host)) == NULL)
		return -1;
	snprintf(text, size, "[%s]:%u", host, (unsigned)ntohs(six ? in6->sin6_port : in->sin_port));
	return 0;
}

static void
start(struct sip_transaction *t, const struct sip_request *r)
{
	struct sip *s = t->sip;
	bool udp = r->transport == TRANSPORT_UDP;
	const char *const *a = r->authorization, *const *p = r->proxy_authorization;
	size_t na = 0, np = 0;
	char cseq[32], expires[16], forwards[16], proxy[sizeof(t->target) + 24];
	char *via;

	while (na < COUNT(r->authorization) && a[na] != NULL)
		na++;
	while (np < COUNT(r->proxy_authorization) && p[np] != NULL)
		np++;
	snprintf(cseq, sizeof(cseq), "%" PRIu32 " REGISTER", r->cseq);
	snprintf(expires, sizeof(expires), "%u", r->expires);
	snprintf(forwards, sizeof(forwards), "%u", r->max_forwards);
	/* Brackets are for IPv6 alone in a URI. */
	if (r->target.sa.ss_family == AF_INET6) {
		snprintf(proxy, sizeof(proxy), "sip:%s;transport=%s", t->target, udp ? "udp" : "tcp");
	} else {
		int host = (int)strcspn(t->target, "]") - 1;
		snprintf(proxy, sizeof(proxy), "sip:%.*s%s;transport=%s", host, t->target + 1,
		    t->target + host + 2, udp ? "udp" : "tcp");
	}
	/* The branch is ours because silence() must know it. */
	via = xasprintf("SIP/2.0/%s %s:%u;branch=z9hG4bK%016" PRIx64 ";rport", udp ? "UDP" : "TCP",
	    r->via_host, (unsigned)s->port, su_random64());
	if (udp)
		t->silence = xasprintf("SIP/2.0 487 Given up\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\nCall-ID: "
				       "%s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		    via, r->from, r->to, r->call_id, cseq);
	t->nh = nua_handle(s->nua, t, NUTAG_URL(r->uri), TAG_END());
	if (t->nh == NULL) {
		t->failed = "the Request-URI is not valid";
		free(via);
		return;
	}
	nua_method(t->nh, NUTAG_METHOD("REGISTER"), NUTAG_DIALOG(0), NUTAG_PROXY(proxy), SIPTAG_VIA_STR(via),
	    SIPTAG_MAX_FORWARDS_STR(forwards), SIPTAG_FROM_STR(r->from), SIPTAG_TO_STR(r->to),
	    SIPTAG_CALL_ID_STR(r->call_id), SIPTAG_CSEQ_STR(cseq),
	    TAG_IF(r->contact != NULL, SIPTAG_CONTACT_STR(r->contact)), SIPTAG_EXPIRES_STR(expires),
	    TAG_IF(na > 0, SIPTAG_AUTHORIZATION_STR(a[0])), TAG_IF(na > 1, SIPTAG_AUTHORIZATION_STR(a[1])),
	    TAG_IF(na > 2, SIPTAG_AUTHORIZATION_STR(a[2])), TAG_IF(na > 3, SIPTAG_AUTHORIZATION_STR(a[3])),
	    TAG_IF(np > 0, SIPTAG_PROXY_AUTHORIZATION_STR(p[0])),
	    TAG_IF(np > 1, SIPTAG_PROXY_AUTHORIZATION_STR(p[1])),
	    TAG_IF(np > 2, SIPTAG_PROXY_AUTHORIZATION_STR(p[2])),
	    TAG_IF(np > 3, SIPTAG_PROXY_AUTHORIZATION_STR(p[3])), SIPTAG_ALLOW_STR(SIP_ALLOW),
	    SIPTAG_SUPPORTED_STR("path"), TAG_END());
	free(via);
	s->counters.register_out++;
}

struct sip_transaction *
sip_register(struct sip *s, const struct sip_request *r, sip_done *done, void *arg)
{
	struct sip_transaction *t = xcalloc(1, sizeof(*t));
	unsigned last, total;

	t->sip = s;
	t->done = done;
	t->arg = arg;
	t->t1 = s->t1;
	t->sends = r->sends == 0 ? 1 : r->sends < SIP_SENDS_MAX ? r->sends : SIP_SENDS_MAX;
	t->start = t->deadline = now_ms();
	t->failed = refusal(s, r);
	if (t->failed == NULL && target_text(&r->target, t->target, sizeof(t->target)) < 0)
		t->failed = "no address to send to";
	if (t->failed == NULL)
		start(t, r);
	if (t->failed == NULL && r->transport != TRANSPORT_UDP) {
		t->deadline += 64LL * t->t1;
	} else if (t->failed == NULL) {
		/* The next send of nta falls on the end of the last interval: stay clear of it. */
		total = sip_schedule(t->t1, t->sends, &last);
		t->deadline += total - (last / 4 < 100 ? last / 4 : 100);
	}
	list_insert(s, t);
	arm(s);
	return t;
}
