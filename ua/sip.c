/* sip.c - one nua agent: opening and closing, what comes in by itself, and the trace. Driven by the loop's
 * su_root. REGISTER is in sip_reg.c. libsofia's peculiarities that shape this file are noted where they bite.
 */

#include "ua/sip_edge.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sofia-sip/msg.h>
#include <sofia-sip/nta_tag.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/su_tag.h>
#include <sofia-sip/tport_tag.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

extern su_log_t nta_log[], nua_log[], tport_log[], soa_log[], nea_log[], iptsec_log[], su_log_default[];

/* ---- trace and the library's log ----
 *
 * TPTAG_LOG makes the library print every message it sends or receives, retransmissions too, to its default
 * log: a head line "recv 123 bytes from udp/[192.0.2.1]:5060 at ...", a ruler, the message line by line
 * (three blanks, text and line feed may come one by one) and the ruler again. A line above 2047 bytes or a
 * NUL ends the text early with a remark. The log is global to the process, hence this one variable; with
 * several agents the last one switched on gets it all. */
static struct {
	struct sip *sip;
	struct out text;
	bool inside, sent, skip, line_start;
	int failure; /* errno of the last send that failed, 0: none */
	char failed_to[64]; /* "[192.0.2.1]:5060" */
} tracing;

#define RULER "------------------------------------------------------------------------\n"

static void
trace_head(const char *line)
{
	char own[16];
	const char *port;

	tracing.sent = str_starts(line, "send ");
	tracing.inside = tracing.sent || str_starts(line, "recv ");
	tracing.line_start = true;
	tracing.skip = false;
	out_free(&tracing.text);
	/* Our own silencer (sip_reg.c) is nobody's message. */
	snprintf(own, sizeof(own), "]:%u ", (unsigned)tracing.sip->silencer_port);
	port = strstr(line, "]:");
	if (!tracing.sent && tracing.sip->silencer_port != 0 && port != NULL && str_starts(port, own))
		tracing.skip = true;
}

static void
trace_end(void)
{
	struct sip *s = tracing.sip;

	tracing.inside = false;
	if (!tracing.skip && s->trace != NULL) {
		size_t len = tracing.text.len;
		s->trace(s->trace_arg, tracing.sent, out_text(&tracing.text), len);
	}
	out_free(&tracing.text);
}

static void __attribute__((format(printf, 2, 0)))
trace_log(void *stream __attribute__((unused)), const char *format, va_list ap)
{
	char piece[4096];
	const char *text = piece;
	int n;

	if (tracing.sip == NULL)
		return;
	n = vsnprintf(piece, sizeof(piece), format, ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(piece))
		n = sizeof(piece) - 1;
	if (n >= (int)sizeof(RULER) && strcmp(piece + n - (sizeof(RULER) - 1), RULER) == 0) {
		if (tracing.inside)
			trace_end();
		else
			trace_head(piece);
		return;
	}
	if (!tracing.inside)
		return;
	if (strcmp(piece, "\n") == 0) {
		out_write(&tracing.text, "\r\n", 2);
		tracing.line_start = true;
		return;
	}
	if (tracing.line_start && str_starts(text, "   ")) {
		text += 3;
		n -= 3;
	}
	tracing.line_start = false;
	out_write(&tracing.text, text, (size_t)n);
}

/* Everything else the library has to say, at a level where that is next to nothing. One line is of use:
 * "nta: REGISTER (1): Connection refused (111) with udp/[192.0.2.1]:5060" comes right before the 503 it
 * explains. */
static void __attribute__((format(printf, 2, 0)))
library_log(void *stream __attribute__((unused)), const char *format, va_list ap)
{
	char line[512];
	char *number, *to;

	if (!str_starts(format, "nta: %s (%u): %s%s (%u) with"))
		return;
	vsnprintf(line, sizeof(line), format, ap);
	to = strstr(line, ") with ");
	if (to == NULL)
		return;
	*to = '\0';
	number = strrchr(line, '(');
	to = strchr(to + 1, '[');
	if (number == NULL || to == NULL)
		return;
	tracing.failure = (int)strtol(number + 1, NULL, 10);
	to[strcspn(to, "\n; ")] = '\0';
	snprintf(tracing.failed_to, sizeof(tracing.failed_to), "%s", to);
}

int
sip_failure(const char *to)
{
	return tracing.failure > 0 && str_eq(to, tracing.failed_to) ? tracing.failure : 0;
}

static void
redirect_logs(void)
{
	su_log_t *const quiet[] = { nua_log, tport_log, soa_log, nea_log, iptsec_log };

	for (size_t i = 0; i < COUNT(quiet); i++) {
		su_log_set_level(quiet[i], 0);
		su_log_redirect(quiet[i], library_log, NULL);
	}
	su_log_set_level(nta_log, 3);
	su_log_redirect(nta_log, library_log, NULL);
	su_log_set_level(su_log_default, 0);
	su_log_redirect(su_log_default, trace_log, NULL);
}

void
sip_set_trace(struct sip *s, bool on)
{
	nua_set_params(s->nua, TPTAG_LOG(on), TAG_END());
	if (on)
		tracing.sip = s;
}

/* ---- incoming ---- */

static uint64_t *
request_counter(struct sip_counters *c, nua_event_t event)
{
	switch (event) {
	case nua_i_invite:
		return &c->invite_in;
	case nua_i_register:
		return &c->register_in;
	case nua_i_options:
		return &c->options_in;
	case nua_i_cancel:
		return &c->cancel_in;
	case nua_i_bye:
		return &c->bye_in;
	case nua_i_ack:
		return &c->ack_in;
	case nua_i_subscribe:
		return &c->subscribe_in;
	case nua_i_notify:
		return &c->notify_in;
	case nua_i_info:
		return &c->info_in;
	case nua_i_refer:
		return &c->refer_in;
	case nua_i_prack:
		return &c->prack_in;
	case nua_i_update:
		return &c->update_in;
	case nua_i_message:
	case nua_i_publish:
	case nua_i_method:
		return &c->other_in;
	default:
		return NULL;
	}
}

static void
request_came(struct sip *s, nua_event_t event, int status, nua_handle_t *nh)
{
	uint64_t *counter = request_counter(&s->counters, event);

	if (counter == NULL)
		return;
	++*counter;
	if (status >= 200) {
		if (status < 700)
			s->counters.replies_out[status]++;
	} else if (event == nua_i_options) {
		s->counters.replies_out[200]++;
		nua_respond(nh, SIP_200_OK, NUTAG_WITH_CURRENT(s->nua), SIPTAG_ALLOW_STR(SIP_ALLOW),
		    TAG_END()); /* the library adds Accept and Supported */
	} else if (event != nua_i_ack) {
		s->counters.replies_out[501]++;
		nua_respond(nh, SIP_501_NOT_IMPLEMENTED, NUTAG_WITH_CURRENT(s->nua),
		    SIPTAG_ALLOW_STR(SIP_ALLOW), TAG_END());
	}
	/* Nothing that comes in by itself makes a dialog yet; the handle was made for this request alone. */
	nua_handle_destroy(nh);
}

static void
event_came(nua_event_t event, int status, const char *phrase, nua_t *nua __attribute__((unused)),
    struct sip *s, nua_handle_t *nh, struct sip_transaction *t, const sip_t *sip,
    tagi_t tags[] __attribute__((unused)))
{
	if (event == nua_r_method) {
		if (t != NULL)
			sip_reg_event(s, t, status, phrase, sip);
	} else if (event == nua_r_shutdown) {
		s->shut = status >= 200;
	} else if (nh != NULL && t == NULL && !s->shut) {
		request_came(s, event, status, nh);
	}
}

/* ---- opening and closing ---- */

static socklen_t
address_len(const struct sockaddr_storage *sa)
{
	return sa->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static bool
address_any(const struct sockaddr_storage *sa)
{
	if (sa->ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)sa)->sin6_addr);
	return ((const struct sockaddr_in *)sa)->sin_addr.s_addr == INADDR_ANY;
}

/* A literal with or without brackets. 0/-1. */
static int
address_parse(struct sockaddr_storage *sa, const char *text, uint16_t port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM }, *found;
	char bare[INET6_ADDRSTRLEN];
	size_t n = strlen(text);

	if (n > 2 && text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n >= sizeof(bare))
		return -1;
	memcpy(bare, text, n);
	bare[n] = '\0';
	if (getaddrinfo(bare, NULL, &hints, &found) != 0)
		return -1;
	memset(sa, 0, sizeof(*sa));
	memcpy(sa, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (sa->ss_family == AF_INET6)
		((struct sockaddr_in6 *)sa)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)sa)->sin_port = htons(port);
	return 0;
}

static uint16_t
address_port(const struct sockaddr_storage *sa)
{
	return ntohs(sa->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)sa)->sin6_port
					       : ((const struct sockaddr_in *)sa)->sin_port);
}

/* nua_create says little about why it failed, and finds another program's port only in part: try first. A
 * port of 0 is chosen here. 0, or an errno. */
static int
probe(struct sockaddr_storage *sa, int type)
{
	int fd = socket(sa->ss_family, type | SOCK_CLOEXEC, 0);
	int one = 1, error = 0;
	socklen_t len = address_len(sa);

	if (fd < 0)
		return errno;
	if (sa->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (type == SOCK_STREAM) /* as the library will: connections in TIME_WAIT do not matter */
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)sa, len) < 0 || (type == SOCK_STREAM && listen(fd, 1) < 0))
		error = errno;
	else
		getsockname(fd, (struct sockaddr *)sa, &len);
	close(fd);
	return error;
}

/* An IPv6 address other than link-local is there. */
static bool
have_ipv6(void)
{
	struct ifaddrs *all, *i;
	bool found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (i = all; i != NULL; i = i->ifa_next) {
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET6 &&
		    !IN6_IS_ADDR_LINKLOCAL(&((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr))
			found = true;
	}
	freeifaddrs(all);
	return found;
}

/* The agent's own URL. The library takes "0.0.0.0" for "one socket on each address there is now", which would
 * miss later addresses and send everything from the first one; "00.0.0.0" is the same address and gives one
 * socket whose source address is chosen by route. IPv6 has no such way out (a socket on "::0" would take
 * IPv4 too and collide): there it is one socket for each address. The IPv6 URL comes first: for an IPv6
 * target the library takes its first socket of all, for an IPv4 target the first of IPv4. */
static char *
listen_url(const struct sockaddr_storage *sa, uint16_t port, const struct sip_config *config)
{
	char host[INET6_ADDRSTRLEN];
	const char *transport = config->udp && config->tcp ? ""
				: config->udp              ? ";transport=udp"
							   : ";transport=tcp";

	if (sa->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)sa)->sin6_addr, host, sizeof(host));
		return xasprintf("sip:[%s]:%u%s", host, port, transport);
	}
	if (address_any(sa))
		return xasprintf("sip:00.0.0.0:%u%s", port, transport);
	inet_ntop(AF_INET, &((const struct sockaddr_in *)sa)->sin_addr, host, sizeof(host));
	return xasprintf("sip:%s:%u%s", host, port, transport);
}

unsigned
sip_schedule(unsigned t1, unsigned sends, unsigned *last)
{
	unsigned interval = t1, sum = 0;

	for (unsigned i = 1; i < sends; i++) {
		sum += interval;
		interval = interval * 2 < SIP_T2 ? interval * 2 : SIP_T2;
	}
	*last = interval;
	return sum + interval;
}

/* Timer F: never before our own count of sends ends the transaction. */
static unsigned
timer_f(unsigned t1)
{
	unsigned last, longest = sip_schedule(t1, SIP_SENDS_MAX, &last) + 1000;

	return t1 * 64 > longest ? t1 * 64 : longest;
}

static unsigned
clamp_t1(unsigned t1)
{
	return t1 == 0 ? 500 : t1 > SIP_T2 ? SIP_T2 : t1;
}

static nua_t *
create_agent(struct sip *s, const char *url, const char *second)
{
	return nua_create(s->root, event_came, s, NUTAG_URL(url),
	    TAG_IF(second != NULL, NUTAG_SIPS_URL(second)), /* any second URL goes */
	    NUTAG_MEDIA_ENABLE(0), NUTAG_OUTBOUND("no-validate no-natify no-options-keepalive no-outbound"),
	    NUTAG_RETRY_COUNT(0), NUTAG_AUTO302(0), NUTAG_PATH_ENABLE(0), NUTAG_SERVICE_ROUTE_ENABLE(0),
	    NUTAG_AUTOALERT(0), NUTAG_AUTOANSWER(0), NUTAG_AUTO100(0),
	    /* Every method is let through to us, so that we count it and answer it ourselves. SIPTAG_ALLOW
	     * replaces the library's list; NUTAG_ALLOW would join the two, which reads beyond the end of a
	     * growing list when it drops doubles. */
	    SIPTAG_ALLOW_STR(
		"INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE, INFO, REGISTER, SUBSCRIBE, NOTIFY, "
		"REFER, MESSAGE, PUBLISH"),
	    /* Joined to INVITE, REGISTER, PUBLISH and SUBSCRIBE, which for that reason are not named. */
	    NUTAG_APPL_METHOD("OPTIONS, REFER, MESSAGE, NOTIFY, INFO, UPDATE, PRACK"),
	    SIPTAG_USER_AGENT_STR("gw/" PACKAGE_VERSION), NTATAG_USER_VIA(1), NTATAG_UDP_MTU(65535),
	    /* An answer is dropped for what makes it an answer only (Via, CSeq ...), not for a Contact of
	     * some other device that the library cannot read: that would look like a dead registrar. */
	    NTATAG_BAD_RESP_MASK(sip_mask_response),
	    NTATAG_SIPFLAGS(MSG_DO_EXTRACT_COPY), /* keep every header's own text: sip_reg.c reads it */
	    NTATAG_SIP_T1(s->t1), NTATAG_SIP_T2(SIP_T2), NTATAG_SIP_T1X64(timer_f(s->t1)),
	    /* T4 only keeps finished transactions to swallow repeated answers, which nta drops unseen without
	     * one as well; at 5 s it would hold 24 KB for each registration and free them one by one. */
	    NTATAG_SIP_T4(1), TAG_END());
}

static int
open_error(char *err, size_t errsz, const struct sockaddr_storage *sa, uint16_t port, int type, int number)
{
	char host[INET6_ADDRSTRLEN] = "";

	if (sa->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)sa)->sin6_addr, host, sizeof(host));
		snprintf(err, errsz, "cannot listen on [%s]:%u (%s): %s", host, port,
		    type == SOCK_DGRAM ? "udp" : "tcp", strerror(number));
	} else {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)sa)->sin_addr, host, sizeof(host));
		snprintf(err, errsz, "cannot listen on %s:%u (%s): %s", host, port,
		    type == SOCK_DGRAM ? "udp" : "tcp", strerror(number));
	}
	return -1;
}

/* Both transports free on this address; chooses the port when it is 0. */
static int
probe_both(const struct sip_config *config, struct sockaddr_storage *sa, char *err, size_t errsz)
{
	struct sockaddr_storage given = *sa;
	int error = 0;

	for (int tries = 0; tries < 20; tries++) {
		*sa = given;
		if (config->udp && (error = probe(sa, SOCK_DGRAM)) != 0)
			return open_error(err, errsz, sa, config->port, SOCK_DGRAM, error);
		if (!config->tcp || (error = probe(sa, SOCK_STREAM)) == 0)
			return 0;
		if (config->port != 0)
			break;
	}
	return open_error(err, errsz, sa, config->port, SOCK_STREAM, error);
}

struct sip *
sip_open(const struct sip_config *config, char *err, size_t errsz)
{
	struct sockaddr_storage sa, sa6;
	struct sip *s;
	char *url, *six;

	if (!config->udp && !config->tcp) {
		snprintf(err, errsz, "cannot listen: neither UDP nor TCP is on");
		return NULL;
	}
	if (address_parse(&sa, config->bind != NULL ? config->bind : "0.0.0.0", config->port) < 0) {
		snprintf(err, errsz, "cannot listen on %s: not an address", config->bind);
		return NULL;
	}
	if (probe_both(config, &sa, err, errsz) < 0)
		return NULL;

	s = xcalloc(1, sizeof(*s));
	s->root = config->root;
	s->port = address_port(&sa);
	s->udp = config->udp;
	s->tcp = config->tcp;
	s->t1 = clamp_t1(config->t1);
	s->trace = config->trace;
	s->trace_arg = config->trace_arg;
	s->silencer = -1;
	su_root_threading(s->root, 0);
	numerichost();
	redirect_logs();

	url = listen_url(&sa, s->port, config);
	if (config->bind == NULL && have_ipv6()) {
		address_parse(&sa6, "::", s->port);
		six = listen_url(&sa6, s->port, config);
		s->nua = create_agent(s, six, url);
		free(six);
	}
	if (s->nua == NULL) /* IPv4 alone is better than nothing */
		s->nua = create_agent(s, url, NULL);
	free(url);
	if (s->nua == NULL) {
		open_error(err, errsz, &sa, s->port, config->udp ? SOCK_DGRAM : SOCK_STREAM, EIO);
		free(s);
		return NULL;
	}
	s->timer = su_timer_create(su_root_task(s->root), 0);
	s->listen = sa;
	s->bound = !address_any(&sa);
	if (!s->bound)
		address_parse(&s->listen, sa.ss_family == AF_INET6 ? "::1" : "127.0.0.1", s->port);
	return s;
}

uint16_t
sip_port(const struct sip *s)
{
	return s->port;
}

void
sip_set_t1(struct sip *s, unsigned ms)
{
	s->t1 = clamp_t1(ms);
	nua_set_params(s->nua, NTATAG_SIP_T1(s->t1), NTATAG_SIP_T1X64(timer_f(s->t1)), TAG_END());
}

void
sip_close(struct sip *s)
{
	if (s == NULL)
		return;
	sip_reg_close(s);
	nua_shutdown(s->nua);
	for (int i = 0; i < 100 && !s->shut; i++)
		su_root_step(s->root, 10);
	su_timer_destroy(s->timer);
	if (tracing.sip == s) {
		tracing.sip = NULL;
		tracing.inside = false;
		out_free(&tracing.text);
	}
	free(s->text);
	s->text = NULL;
	if (!s->shut) { /* never seen; the agent would call a freed object, so both are left behind */
		s->shut = true;
		return;
	}
	nua_destroy(s->nua);
	free(s);
}

int
sip_local_address(const struct sip *s, const struct sip_address *to, char *host, size_t hostsz)
{
	struct sockaddr_storage sa = s->listen;
	socklen_t len = sizeof(sa);
	char text[INET6_ADDRSTRLEN];
	int fd = socket(to->sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), n;

	if (fd < 0)
		return -1;
	if (sa.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&sa)->sin6_port = 0;
	else
		((struct sockaddr_in *)&sa)->sin_port = 0;
	if ((s->bound && bind(fd, (const struct sockaddr *)&sa, address_len(&sa)) < 0) ||
	    connect(fd, (const struct sockaddr *)&to->sa, address_len(&to->sa)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) < 0) {
		close(fd);
		return -1;
	}
	close(fd);
	if (sa.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&sa)->sin6_addr, text, sizeof(text));
		n = snprintf(host, hostsz, "[%s]", text);
	} else {
		inet_ntop(AF_INET, &((struct sockaddr_in *)&sa)->sin_addr, text, sizeof(text));
		n = snprintf(host, hostsz, "%s", text);
	}
	return n > 0 && (size_t)n < hostsz ? 0 : -1;
}

const struct sip_counters *
sip_counters(const struct sip *s)
{
	return &s->counters;
}

void
sip_clear_counters(struct sip *s)
{
	memset(&s->counters, 0, sizeof(s->counters));
}
