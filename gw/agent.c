/* The user agent at work: the registration set (pure) between the SIP stack, the resolver and the clock. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "gw/gw.h"

enum {
	REOPEN_MS = 5000,
	MOVED_MS = 300, /* changes of addresses and routes come in bursts */
};

/* What stands behind a transaction handle of the set. */
struct flight {
	struct agent *agent;
	struct session *session;
	struct sip_transaction *transaction;
};

struct lookup {
	struct agent *agent;
	struct reg_server *server;
	struct dns_query *query;
};

struct agent {
	struct gw *gw;
	struct loop_timer *timer;
	struct sip
	    *sip; /* NULL: cannot listen now; tried again at reopen_at. The set knows (regset_closed) */
	struct dns *dns;
	struct regset *regset;
	struct ua_view view;
	bool reopening; /* closing the stack runs the loop: commands and signals come in meanwhile */
	uint16_t port;
	char bound[INET6_ADDRSTRLEN]; /* "": all addresses */
	char listening[80];
	int routes; /* netlink: addresses and routes change; -1: none */
	int64_t moved_at; /* when to look what the change means */
	char failure[300]; /* why not; "": it does */
	int64_t reopen_at;
};

static int64_t agent_tick(struct agent *);
static void on_wake(void *arg);

/* Does everything that is due and sets the timer for what comes next; the end of the program is due when
 * nothing is registered any more. */
static void
wake(struct agent *a)
{
	struct gw *gw = a->gw;
	int64_t next;

	if (a->reopening)
		return;
	next = agent_tick(a);
	if (gw->stopping && (regset_idle(a->regset) || loop_now() >= gw->stop_by ||
				(a->sip == NULL && a->reopen_at > loop_now())))
		loop_stop(gw->loop);
	loop_timer_set(a->timer, gw->stopping && gw->stop_by < next ? gw->stop_by : next);
}

/* The set's way out. */

static void
on_reply(void *arg, const struct sip_reply *reply)
{
	struct flight *f = arg;
	struct agent *a = f->agent;
	struct session *session = f->session;

	free(f);
	regset_reply(a->regset, session, reply, loop_now());
	wake(a);
}

static void *
io_send(void *arg, const struct sip_request *request, struct session *session)
{
	struct agent *a = arg;
	struct flight *f = xcalloc(1, sizeof *f);

	f->agent = a;
	f->session = session;
	f->transaction = sip_register(a->sip, request, on_reply, f);
	return f;
}

static void
io_cancel(void *arg, void *transaction)
{
	struct flight *f = transaction;

	(void)arg;
	sip_cancel(f->transaction);
	free(f);
}

static void
on_resolved(void *arg, const struct dns_answer *answer)
{
	struct lookup *l = arg;
	struct agent *a = l->agent;
	struct reg_server *server = l->server;

	free(l);
	regset_resolved(a->regset, server, answer, loop_now());
	wake(a);
}

static void *
io_resolve(void *arg, const struct host *host, enum transport transport, struct reg_server *server)
{
	struct agent *a = arg;
	struct lookup *l = xcalloc(1, sizeof *l);

	l->agent = a;
	l->server = server;
	l->query = dns_resolve(a->dns, host, transport, on_resolved, l);
	return l;
}

static void
io_resolve_cancel(void *arg, void *query)
{
	struct lookup *l = query;

	(void)arg;
	dns_cancel(l->query);
	free(l);
}

static int
io_local_address(void *arg, const struct sip_address *to, char *host, size_t size)
{
	struct agent *a = arg;

	return a->sip == NULL ? -1 : sip_local_address(a->sip, to, host, size);
}

static uint16_t
io_local_port(void *arg)
{
	return ((struct agent *)arg)->port;
}

/* The log: state changes only; what concerns a whole registrar is said once. */

static void
io_changed(void *arg, const struct reg_status *r)
{
	static const char *const why[] = {
		[REG_STATE_NO_CREDENTIAL] = "no credential for the offered realm",
		[REG_STATE_REJECTED] = "refused",
		[REG_STATE_NO_MASTER_KEY] = "no master key",
	};
	const char *reason = (size_t)r->state < COUNT(why) ? why[r->state] : NULL;

	if (r->state == REG_STATE_REJECTED && r->status == 0)
		reason = "no answer to this number";
	(void)arg;
	if (r->state == REG_STATE_REGISTERED)
		log_at(LOG_LEVEL_NOTICE, "SIP", "REG_INTERNAL",
		    "Registration Success. Number=%s;registrar=%s;addr=%s", r->number, r->registrar,
		    r->target == NULL ? "" : r->target);
	else if (reason != NULL)
		log_at(LOG_LEVEL_ERROR, "SIP", "REG_INTERNAL",
		    "Registration failed. Number=%s;registrar=%s;addr=%s;reason=%s;status=%d;realm=%s",
		    r->number, r->registrar, r->target == NULL ? "" : r->target, reason, r->status,
		    r->realm == NULL ? "" : r->realm);
}

static void
io_registrar_changed(void *arg, const struct registrar_status *r)
{
	(void)arg;
	if (str_eq(r->state, "unknown"))
		return; /* just configured */
	log_at(str_eq(r->state, "up") ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARNING, "SIP", "REGISTRAR",
	    "Registrar %s%s%s: %s%s%s", r->text, r->target == NULL ? "" : " at ",
	    r->target == NULL ? "" : r->target, r->state, r->resolve_error == NULL ? "" : ": ",
	    r->resolve_error == NULL ? "" : r->resolve_error);
}

/* Listening. */

static const char *
bind_name(const struct conf *c)
{
	return c->voice->bind_control != NULL ? c->voice->bind_control : c->voice->bind_all;
}

/* The address of an interface (or the literal itself) into text. */
static int
interface_address(const char *name, char *text, size_t size)
{
	unsigned char literal[sizeof(struct in6_addr)];
	struct ifaddrs *all, *i;
	int rc = -1;

	if (inet_pton(AF_INET, name, literal) == 1 || inet_pton(AF_INET6, name, literal) == 1) {
		snprintf(text, size, "%s", name);
		return 0;
	}
	if (getifaddrs(&all) != 0)
		return -1;
	for (i = all; i != NULL && rc != 0; i = i->ifa_next)
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET && str_eq(i->ifa_name, name) &&
		    inet_ntop(AF_INET, &((struct sockaddr_in *)(void *)i->ifa_addr)->sin_addr, text,
			(socklen_t)size) != NULL)
			rc = 0;
	freeifaddrs(all);
	return rc;
}

static void
on_trace(void *arg, bool sent, const char *message, size_t len)
{
	journal_message(((struct agent *)arg)->gw->journal, sent, message, len);
}

static int
open_sip(struct agent *a, const struct conf *c, char *err, size_t errsz)
{
	const char *name = bind_name(c);
	char address[INET6_ADDRSTRLEN];
	struct sip_config config = { .root = loop_root(a->gw->loop),
		.port = (uint16_t)c->voice->listen_port,
		.udp = c->sip_ua->transport_udp,
		.tcp = c->sip_ua->transport_tcp,
		.t1 = c->sip_ua->timer_register,
		.trace = on_trace,
		.trace_arg = a };

	if (name != NULL && interface_address(name, address, sizeof address) != 0) {
		snprintf(err, errsz, "interface %s of 'bind' has no address", name);
		return -1;
	}
	config.bind = name == NULL ? NULL : address;
	snprintf(a->bound, sizeof a->bound, "%s", name == NULL ? "" : address);
	a->port = config.port;
	a->sip = sip_open(&config, err, errsz);
	if (a->sip == NULL)
		return -1;
	if (a->gw->debug_messages)
		sip_set_trace(a->sip, true);
	snprintf(a->listening, sizeof a->listening, "%s:%u", name == NULL ? "all addresses" : address,
	    config.port);
	return 0;
}

/* At run time losing the address is no reason to end: it is said, shown, and tried again. */
static void
reopen(struct agent *a)
{
	struct sip *old = a->sip;
	char err[sizeof a->failure];

	if (old != NULL) {
		regset_closed(a->regset, loop_now());
		a->sip = NULL;
		a->reopening = true;
		sip_close(old);
		a->reopening = false;
	}
	a->reopen_at = INT64_MAX;
	/* The configuration of now: another one may have come while the loop ran. */
	if (open_sip(a, a->gw->conf, err, sizeof err) == 0) {
		if (a->failure[0] != '\0')
			log_at(LOG_LEVEL_NOTICE, "SIP", "LISTEN_SOCKET", "listening on %s", a->listening);
		a->failure[0] = '\0';
		regset_opened(a->regset, loop_now());
		return;
	}
	if (!str_eq(err, a->failure))
		log_at(LOG_LEVEL_CRITICAL, "SIP", "LISTEN_SOCKET", "%s", err);
	memcpy(a->failure, err, sizeof err);
	a->reopen_at = loop_now() + REOPEN_MS;
}

/* The kernel tells of every change; what it is we see for ourselves, once, a moment later. */
static void
on_routes(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct agent *a = arg;
	char message[8192];

	(void)read_ready, (void)write_ready;
	while (recv(fd, message, sizeof message, MSG_DONTWAIT) > 0 || errno == ENOBUFS || errno == EINTR)
		;
	if (a->moved_at == INT64_MAX)
		a->moved_at = loop_now() + MOVED_MS;
	wake(a);
}

static void
watch_routes(struct agent *a)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK,
		.nl_groups =
		    RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE };

	a->routes = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (a->routes >= 0 && bind(a->routes, (struct sockaddr *)&sa, sizeof sa) == 0 &&
	    loop_watch(a->gw->loop, a->routes, true, false, on_routes, a) == 0)
		return;
	log_at(LOG_LEVEL_WARNING, "SIP", "ADDRESS", "changes of addresses are not seen: %s", strerror(errno));
	if (a->routes >= 0)
		close(a->routes);
	a->routes = -1;
}

/* The interface of `bind` has got another address, or the routes lead elsewhere. */
static void
moved(struct agent *a)
{
	const char *name = bind_name(a->gw->conf);
	char address[INET6_ADDRSTRLEN] = "";

	a->moved_at = INT64_MAX;
	if (a->sip == NULL || (name != NULL && (interface_address(name, address, sizeof address) != 0 ||
						   !str_eq(address, a->bound))))
		a->reopen_at = loop_now();
	else
		regset_address_changed(a->regset, loop_now());
}

/* From the loop alone: closing the stack runs the loop, and a command that is being carried out, or a reply
 * that is being handed over, cannot bear that. */
static void
on_wake(void *arg)
{
	struct agent *a = arg;

	if (!a->reopening && a->reopen_at <= loop_now())
		reopen(a);
	wake(a);
}

static bool
listens_elsewhere(const struct conf *before, const struct conf *after)
{
	return !str_eq(bind_name(before), bind_name(after)) ||
	       before->voice->listen_port != after->voice->listen_port ||
	       before->sip_ua->transport_udp != after->sip_ua->transport_udp ||
	       before->sip_ua->transport_tcp != after->sip_ua->transport_tcp;
}

/* Views. */

static void
view_registrations(void *arg, const char *number, int slot, bool (*visit)(void *, const struct reg_status *),
    void *visit_arg)
{
	struct agent *a = arg;

	regset_clock(a->regset, loop_now());
	regset_registrations(a->regset, number, slot, visit, visit_arg);
}

static void
view_unregistrable(void *arg, bool (*visit)(void *, const struct unregistrable *), void *visit_arg)
{
	regset_unregistrable(((struct agent *)arg)->regset, visit, visit_arg);
}

static void
view_registrars(void *arg, bool (*visit)(void *, const struct registrar_status *), void *visit_arg)
{
	struct agent *a = arg;

	regset_clock(a->regset, loop_now());
	regset_registrars(a->regset, visit, visit_arg);
}

static size_t
view_count(void *arg, const char *number)
{
	return regset_count(((struct agent *)arg)->regset, number);
}

static const struct sip_counters *
view_counters(void *arg)
{
	struct agent *a = arg;

	return a->sip == NULL ? NULL : sip_counters(a->sip);
}

static const char *
view_listening(void *arg)
{
	struct agent *a = arg;

	return a->sip == NULL ? NULL : a->listening;
}

const struct ua_view *
agent_view(const struct agent *a)
{
	return &a->view;
}

/* The whole. */

static void
on_dns_ready(void *arg, int fd, bool read, bool write)
{
	struct agent *a = arg;

	dns_ready(a->dns, fd, read, write);
	wake(a);
}

static void
watch_dns(void *arg, int fd, bool read, bool write)
{
	struct agent *a = arg;

	loop_watch(a->gw->loop, fd, read, write, on_dns_ready, a);
}

static void
configure_names(struct agent *a, struct conf *c)
{
	char err[300];

	if (dns_configure(a->dns, c, err, sizeof err) != 0)
		log_at(LOG_LEVEL_ERROR, "DNS", "CONFIG", "%s", err);
}

struct agent *
agent_new(struct gw *gw, char *err, size_t errsz)
{
	struct agent *a = xcalloc(1, sizeof *a);
	struct regset_io io = { .arg = a,
		.send = io_send,
		.cancel = io_cancel,
		.resolve = io_resolve,
		.resolve_cancel = io_resolve_cancel,
		.local_address = io_local_address,
		.local_port = io_local_port,
		.changed = io_changed,
		.registrar_changed = io_registrar_changed };
	unsigned char key[32];
	uint64_t seed;

	a->gw = gw;
	a->timer = loop_timer_new(gw->loop, on_wake, a);
	a->reopen_at = a->moved_at = INT64_MAX;
	a->view = (struct ua_view){ a, view_registrations, view_unregistrable, view_registrars, view_count,
		view_counters, view_listening };
	if (open_sip(a, gw->conf, err, errsz) != 0) {
		loop_timer_free(a->timer);
		free(a);
		return NULL;
	}
	a->dns = dns_new(watch_dns, a);
	loop_random(&seed, sizeof seed);
	dns_seed(a->dns, seed | 1);
	configure_names(a, gw->conf);
	loop_random(key, sizeof key);
	a->regset = regset_new(&io, key, (uint64_t)(loop_wall() / 1000), loop_now());
	mem_wipe(key, sizeof key);
	regset_apply(a->regset, gw->conf, loop_now());
	watch_routes(a);
	wake(a);
	return a;
}

void
agent_free(struct agent *a)
{
	if (a == NULL)
		return;
	loop_timer_free(a->timer); /* closing the SIP stack runs the loop once more */
	regset_free(a->regset);
	dns_free(a->dns);
	if (a->routes >= 0) {
		loop_watch(a->gw->loop, a->routes, false, false, NULL, NULL);
		close(a->routes);
	}
	if (a->sip != NULL)
		sip_close(a->sip);
	free(a);
}

void
agent_apply(struct agent *a, struct conf *before, struct conf *after)
{
	bool names = before->system != after->system || before->hosts.root != after->hosts.root;

	if (names)
		configure_names(a, after);
	if (listens_elsewhere(before, after)) {
		regset_closed(a->regset, loop_now()); /* what this one could not send is no silence */
		a->reopen_at = loop_now();
	} else if (a->sip != NULL && before->sip_ua->timer_register != after->sip_ua->timer_register) {
		sip_set_t1(a->sip, after->sip_ua->timer_register);
	}
	regset_apply(a->regset, after, loop_now());
	if (names)
		regset_names_changed(a->regset, loop_now());
	wake(a);
}

/* When to come back. */
static int64_t
agent_tick(struct agent *a)
{
	int64_t now = loop_now(), next;
	int dns;

	if (a->moved_at <= now)
		moved(a);
	dns_tick(a->dns);
	regset_tick(a->regset, now);
	next = regset_next(a->regset);
	dns = dns_timeout(a->dns);
	if (dns >= 0 && now + dns < next)
		next = now + dns;
	if (a->moved_at < next)
		next = a->moved_at;
	return next < a->reopen_at ? next : a->reopen_at;
}

void
agent_stop(struct agent *a)
{
	regset_stop(a->regset, loop_now());
	wake(a);
}

void
agent_trace(struct agent *a, bool on)
{
	if (a->sip != NULL)
		sip_set_trace(a->sip, on);
}

void
agent_again(struct agent *a, const char *number, int slot)
{
	regset_again(a->regset, number, slot, loop_now());
	wake(a);
}

void
agent_clear_counters(struct agent *a)
{
	if (a->sip != NULL)
		sip_clear_counters(a->sip);
}
