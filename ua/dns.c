/* dns.c - the resolver on c-ares: literal, `ip host`, hosts file, SRV, addresses, in this order, each look-up
 * within one deadline of its own. Driven by the loop through dns_ready() and dns_tick(); answers are queued
 * and handed over from there only. */
#include "ua/dns.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <assert.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"
#include "base/vec.h"

enum {
	DEADLINE_MS = 5000, /* for the whole of a look-up */
	SERVER_TIMEOUT_MS = 1000, /* the first try at one server; c-ares doubles it */
	TRIES = 3,
	TARGETS_MAX = 16, /* SRV records looked at */
	ADDRESSES_MAX = 8, /* of one family of one name */
	TTL_MIN = 60,
	TTL_MAX = 65535,
};

#define RESOLV_CONF "/etc/resolv.conf"

/* A name to be turned into addresses: one for each SRV record, or the name itself. */
struct target {
	char *name;
	uint16_t port;
	unsigned priority, weight;
	VEC(struct sip_address) v4, v6;
};

struct list {
	struct dns_query *first, *last;
};

struct dns_query {
	struct dns *dns;
	struct list *list; /* dns->live or dns->finished; NULL: handed over or cancelled */
	struct dns_query *prev, *next; /* in the list */
	struct host host;
	enum transport transport;
	dns_done *done; /* NULL: cancelled; waits for `asked` to drop to 0 */
	void *arg;
	int64_t deadline; /* ms */
	unsigned round; /* answers to questions of an earlier round do not count */
	unsigned asked; /* questions c-ares still holds, all rounds */
	unsigned open; /* of this round */
	VEC(struct target) targets;
	unsigned ttl;
	int failure; /* the worst ARES status among the questions, 0: none */
	const char *error;
	VEC(struct sip_address) addresses;
};

/* One question under way. */
struct question {
	struct dns_query *query;
	unsigned round;
	unsigned type; /* ns_t_srv, ns_t_a, ns_t_aaaa */
	size_t target;
};

struct dns {
	dns_watch *watch;
	void *watch_arg;
	ares_channel channel; /* NULL: cannot be had; every look-up by server fails */
	bool closing; /* its callbacks come from ares_destroy() */
	struct conf *conf;
	char *servers; /* what the channel was made with; "" the system's */
	struct timespec resolv_conf; /* age of the system's list */
	uint16_t port;
	unsigned deadline;
	uint64_t chance;
	struct list live, finished;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- lists ---- */

static void
list_add(struct list *l, struct dns_query *q)
{
	q->list = l;
	q->prev = l->last;
	q->next = NULL;
	*(l->last != NULL ? &l->last->next : &l->first) = q;
	l->last = q;
}

static void
list_remove(struct dns_query *q)
{
	struct list *l = q->list;

	*(q->prev != NULL ? &q->prev->next : &l->first) = q->next;
	*(q->next != NULL ? &q->next->prev : &l->last) = q->prev;
	q->list = NULL;
}

/* ---- addresses ---- */

static bool
literal(struct sip_address *a, const char *text, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&a->sa;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a->sa;

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		return true;
	}
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return true;
	}
	return false;
}

static struct sip_address
from_bytes(int family, const void *bytes, uint16_t port)
{
	struct sip_address a = { 0 };

	if (family == AF_INET) {
		struct sockaddr_in *in = (struct sockaddr_in *)&a.sa;
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, bytes, sizeof(in->sin_addr));
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&a.sa;
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, bytes, sizeof(in6->sin6_addr));
	}
	return a;
}

static bool
has_route(const struct sip_address *a)
{
	int fd = socket(a->sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd < 0)
		return false;
	ok = connect(fd, (const struct sockaddr *)&a->sa,
		 a->sa.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)) == 0;
	close(fd);
	return ok;
}

static uint16_t
default_port(enum transport t)
{
	return t == TRANSPORT_TLS ? 5061 : 5060;
}

/* ---- finishing ---- */

static void
targets_free(struct dns_query *q)
{
	for (size_t i = 0; i < q->targets.n; i++) {
		free(q->targets.v[i].name);
		vec_free(&q->targets.v[i].v4);
		vec_free(&q->targets.v[i].v6);
	}
	vec_free(&q->targets);
}

static void
query_free(struct dns_query *q)
{
	targets_free(q);
	vec_free(&q->addresses);
	host_free(&q->host);
	free(q);
}

/* Off to the queue; what c-ares still holds of it does not count any more. */
static void
finish(struct dns_query *q, const char *error)
{
	q->error = error;
	q->round++;
	q->open = 0;
	list_remove(q);
	list_add(&q->dns->finished, q);
}

static void
set_ttl(struct dns_query *q, unsigned ttl)
{
	if (ttl < q->ttl)
		q->ttl = ttl;
}

static const char *
failure_text(int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return "name server does not answer";
	case ARES_ECONNREFUSED: /* c-ares says so too when every server answered with a failure */
		return "name server cannot be reached or fails";
	case ARES_EREFUSED:
		return "name server refuses to answer";
	case ARES_ESERVFAIL:
	case ARES_ENOTIMP:
	case ARES_EFORMERR:
	case ARES_EBADRESP:
		return "name server fails";
	case ARES_ENODATA:
		return "name has no address";
	case ARES_EBADNAME:
		return "not a name";
	case ARES_ENOTFOUND:
		return "no such name";
	default:
		return "name cannot be looked up";
	}
}

/* A failure of the server says more than the absence of a record. */
static void
note_failure(struct dns_query *q, int status)
{
	bool absence = status == ARES_ENODATA || status == ARES_ENOTFOUND;
	bool absence_so_far = q->failure == ARES_ENODATA || q->failure == ARES_ENOTFOUND;

	if (q->failure == 0 || (absence_so_far && !absence) ||
	    (q->failure == ARES_ENOTFOUND && status == ARES_ENODATA))
		q->failure = status;
}

/* Every target is looked up: put together what there is, IPv4 before IPv6 (as IOS prefers it), and leave out
 * what no route leads to unless that is all. */
static void
conclude(struct dns_query *q)
{
	VEC(struct sip_address) all = { 0 };

	for (size_t i = 0; i < q->targets.n; i++) {
		struct target *t = &q->targets.v[i];
		for (size_t j = 0; j < t->v4.n; j++)
			vec_push(&all, t->v4.v[j]);
		for (size_t j = 0; j < t->v6.n; j++)
			vec_push(&all, t->v6.v[j]);
	}
	for (size_t i = 0; i < all.n; i++) {
		if (has_route(&all.v[i]))
			vec_push(&q->addresses, all.v[i]);
	}
	if (q->addresses.n == 0) {
		for (size_t i = 0; i < all.n; i++)
			vec_push(&q->addresses, all.v[i]);
	}
	vec_free(&all);
	finish(q, q->addresses.n > 0 ? NULL : failure_text(q->failure));
}

/* ---- asking ---- */

static void answered(void *arg, int status, int timeouts, unsigned char *data, int len);

static void
ask(struct dns_query *q, const char *name, unsigned type, size_t target)
{
	struct question *a = xmalloc(sizeof(*a));

	*a = (struct question){ q, q->round, type, target };
	q->asked++;
	q->open++;
	/* One label and no `ip domain name`: the system's search list may help. */
	if (type != ns_t_srv && strchr(name, '.') == NULL)
		ares_search(q->dns->channel, name, ns_c_in, (int)type, answered, a);
	else
		ares_query(q->dns->channel, name, ns_c_in, (int)type, answered, a);
}

static void
add_target(struct dns_query *q, const char *name, uint16_t port, unsigned priority, unsigned weight)
{
	struct target t = { .name = xstrdup(name), .port = port, .priority = priority, .weight = weight };

	vec_push(&q->targets, t);
}

static void
ask_addresses(struct dns_query *q)
{
	/* Held open until all are asked: c-ares answers some questions at once. */
	q->open++;
	for (size_t i = 0; i < q->targets.n; i++) {
		struct target *t = &q->targets.v[i];
		struct sip_address a;

		if (literal(&a, t->name, t->port)) { /* not allowed in SRV, and seen */
			if (a.sa.ss_family == AF_INET)
				vec_push(&t->v4, a);
			else
				vec_push(&t->v6, a);
			continue;
		}
		ask(q, t->name, ns_t_a, i);
		ask(q, t->name, ns_t_aaaa, i);
	}
	if (--q->open == 0)
		conclude(q);
}

/* The name as it is asked for: `ip domain name` behind a single label. The caller frees. */
static char *
full_name(const struct dns_query *q)
{
	const struct conf *c = q->dns->conf;

	if (strchr(q->host.name, '.') == NULL && c != NULL && c->system->domain != NULL)
		return xasprintf("%s.%s", q->host.name, c->system->domain);
	return xstrdup(q->host.name);
}

static void
ask_service(struct dns_query *q)
{
	static const char *const prefix[] = { [TRANSPORT_UDP] = "_sip._udp.",
		[TRANSPORT_TCP] = "_sip._tcp.",
		[TRANSPORT_TLS] = "_sips._tcp." };
	char *name = full_name(q), *service = xasprintf("%s%s", prefix[q->transport], name);

	ask(q, service, ns_t_srv, 0);
	free(service);
	free(name);
}

static void
ask_name_itself(struct dns_query *q)
{
	char *name = full_name(q);

	add_target(q, name, q->host.port != 0 ? q->host.port : default_port(q->transport), 0, 0);
	free(name);
	ask_addresses(q);
}

/* ---- answers of the name server ---- */

/* The smallest TTL among the answer records (c-ares does not hand out that of SRV); TTL_MAX without any. */
static unsigned
least_ttl(const unsigned char *data, int len)
{
	unsigned least = TTL_MAX, questions, answers;
	const unsigned char *p = data + 12;

	if (len < 12)
		return least;
	questions = data[4] * 256u + data[5];
	answers = data[6] * 256u + data[7];
	for (unsigned i = 0; i < questions + answers; i++) {
		long used;
		char *name = NULL;

		if (ares_expand_name(p, data, len, &name, &used) != ARES_SUCCESS)
			return least;
		ares_free_string(name);
		p += used;
		if (i < questions) {
			p += 4;
		} else {
			uint32_t ttl;
			if (data + len - p < 10)
				return least;
			ttl = (uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 | (uint32_t)p[6] << 8 | p[7];
			if (ttl < least)
				least = ttl;
			p += 10 + p[8] * 256 + p[9];
		}
		if (p > data + len)
			return least;
	}
	return least;
}

/* xorshift64*: good enough to spread load. */
static uint32_t
chance(struct dns *d, uint32_t below)
{
	d->chance ^= d->chance >> 12;
	d->chance ^= d->chance << 25;
	d->chance ^= d->chance >> 27;
	return (uint32_t)((d->chance * 2685821657736338717u >> 32) % below);
}

static int
by_priority(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->weight == y->weight ? 0
	       : x->weight == 0       ? -1
	       : y->weight == 0       ? 1
				      : 0; /* RFC 2782: 0 first */
}

/* RFC 2782: by priority; within one, drawn by weight. */
static void
order_targets(struct dns_query *q)
{
	struct target *v = q->targets.v;
	size_t n = q->targets.n, end;

	qsort(v, n, sizeof(*v), by_priority);
	for (size_t i = 0; i < n; i++) {
		uint32_t sum = 0, draw;
		size_t pick = i;
		struct target t;

		for (end = i; end < n && v[end].priority == v[i].priority; end++)
			sum += v[end].weight;
		draw = chance(q->dns, sum + 1);
		for (sum = v[pick].weight; sum < draw; sum += v[pick].weight)
			pick++;
		t = v[pick];
		memmove(&v[i + 1], &v[i], (pick - i) * sizeof(*v));
		v[i] = t;
	}
}

static void
service_answered(struct dns_query *q, int status, const unsigned char *data, int len)
{
	struct ares_srv_reply *records = NULL, *r;

	if (status == ARES_SUCCESS)
		status = ares_parse_srv_reply(data, len, &records);
	if (status == ARES_ETIMEOUT) {
		finish(q, failure_text(status));
		return;
	}
	if (records == NULL) { /* none, or a server that fails at SRV */
		if (status != ARES_ENODATA && status != ARES_ENOTFOUND)
			note_failure(q, status);
		ask_name_itself(q);
		return;
	}
	set_ttl(q, least_ttl(data, len));
	for (r = records; r != NULL && q->targets.n < TARGETS_MAX; r = r->next) {
		if (r->host[0] != '\0' && !str_eq(r->host, ".") && r->port != 0)
			add_target(q, r->host, r->port, r->priority, r->weight);
	}
	ares_free_data(records);
	if (q->targets.n == 0) { /* a target of "." */
		finish(q, "the domain offers no such service");
		return;
	}
	order_targets(q);
	ask_addresses(q);
}

static void
addresses_answered(
    struct dns_query *q, const struct question *a, int status, const unsigned char *data, int len)
{
	struct target *t = &q->targets.v[a->target];
	struct ares_addrttl v4[ADDRESSES_MAX];
	struct ares_addr6ttl v6[ADDRESSES_MAX];
	int n = ADDRESSES_MAX;

	if (status == ARES_SUCCESS && a->type == ns_t_a) {
		status = ares_parse_a_reply(data, len, NULL, v4, &n);
		for (int i = 0; status == ARES_SUCCESS && i < n; i++)
			vec_push(&t->v4, from_bytes(AF_INET, &v4[i].ipaddr, t->port));
	} else if (status == ARES_SUCCESS) {
		status = ares_parse_aaaa_reply(data, len, NULL, v6, &n);
		for (int i = 0; status == ARES_SUCCESS && i < n; i++)
			vec_push(&t->v6, from_bytes(AF_INET6, &v6[i].ip6addr, t->port));
	}
	if (status == ARES_SUCCESS)
		set_ttl(q, least_ttl(data, len));
	else
		note_failure(q, status);
	if (q->open == 0)
		conclude(q);
}

static void
answered(void *arg, int status, int timeouts, unsigned char *data, int len)
{
	struct question a = *(struct question *)arg;
	struct dns_query *q = a.query;

	(void)timeouts;
	free(arg);
	q->asked--;
	if (q->done == NULL) {
		if (q->asked == 0)
			query_free(q);
		return;
	}
	if (a.round != q->round || q->dns->closing)
		return;
	q->open--;
	if (a.type == ns_t_srv)
		service_answered(q, status, data, len);
	else
		addresses_answered(q, &a, status, data, len);
}

/* ---- what needs no name server ---- */

/* /etc/hosts by c-ares' reader; the file is small, local and read anew each time. */
static void
from_hosts_file(struct dns_query *q, uint16_t port)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t f = 0; f < COUNT(families); f++) {
		struct hostent *h = NULL;
		if (ares_gethostbyname_file(q->dns->channel, q->host.name, families[f], &h) != ARES_SUCCESS)
			continue;
		for (int i = 0; h->h_addr_list[i] != NULL && i < ADDRESSES_MAX; i++)
			vec_push(&q->addresses, from_bytes(families[f], h->h_addr_list[i], port));
		ares_free_hostent(h);
	}
}

static void
from_static_hosts(struct dns_query *q, uint16_t port)
{
	const struct static_host *h = q->dns->conf != NULL ? conf_host(q->dns->conf, q->host.name) : NULL;
	struct sip_address a;

	for (size_t i = 0; h != NULL && i < h->addresses.n; i++) {
		if (literal(&a, h->addresses.v[i], port))
			vec_push(&q->addresses, a);
	}
}

static void
begin(struct dns_query *q)
{
	uint16_t port = q->host.port != 0 ? q->host.port : default_port(q->transport);
	struct sip_address a;

	targets_free(q);
	q->round++;
	q->open = 0;
	q->failure = 0;
	q->ttl = TTL_MAX;
	if (literal(&a, q->host.name, port)) {
		vec_push(&q->addresses, a);
		finish(q, NULL);
		return;
	}
	q->ttl = TTL_MIN;
	from_static_hosts(q, port);
	if (q->addresses.n == 0 && q->dns->channel != NULL)
		from_hosts_file(q, port);
	if (q->addresses.n > 0) {
		finish(q, NULL);
		return;
	}
	q->ttl = TTL_MAX;
	if (q->dns->channel == NULL)
		finish(q, "no name server");
	else if (q->host.port == 0)
		ask_service(q);
	else
		ask_name_itself(q);
}

/* ---- the channel ---- */

static void
sock_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct dns *d = arg;

	d->watch(d->watch_arg, fd, readable != 0, writable != 0);
}

/* "192.0.2.53:5533,[2001:db8::53]"; "": none configured. The caller frees. */
static char *
configured_servers(const struct dns *d)
{
	struct out o = OUT_MEMORY;

	for (size_t i = 0; d->conf != NULL && i < d->conf->system->name_servers.n; i++) {
		const char *s = d->conf->system->name_servers.v[i];
		if (o.len > 0)
			out_char(&o, ',');
		out_printf(&o, strchr(s, ':') != NULL ? "[%s]" : "%s", s);
		if (d->port != 0)
			out_printf(&o, ":%u", d->port);
	}
	return out_take(&o);
}

/* A new channel in place of the old; look-ups under way begin again. */
static int
new_channel(struct dns *d, const char *servers, char *err, size_t errsz)
{
	struct ares_options options = { .flags = ARES_FLAG_NOALIASES,
		.timeout = SERVER_TIMEOUT_MS,
		.tries = TRIES,
		.sock_state_cb = sock_state,
		.sock_state_cb_data = d };
	ares_channel made = NULL, old = d->channel;
	struct stat st;
	int status = ares_init_options(
	    &made, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);

	if (status == ARES_SUCCESS && *servers != '\0')
		status = ares_set_servers_ports_csv(made, servers);
	if (status != ARES_SUCCESS) {
		snprintf(err, errsz, "name servers cannot be used: %s", ares_strerror(status));
		if (made != NULL)
			ares_destroy(made);
		return -1;
	}
	memset(&d->resolv_conf, 0, sizeof(d->resolv_conf));
	if (stat(RESOLV_CONF, &st) == 0)
		d->resolv_conf = st.st_mtim;
	free(d->servers);
	d->servers = xstrdup(servers);
	d->channel = made;
	if (old != NULL) {
		struct dns_query *q, *next, *last = d->live.last;

		d->closing = true;
		ares_destroy(old);
		d->closing = false;
		for (q = d->live.first; q != NULL; q = next) {
			next = q != last ? q->next : NULL;
			begin(q);
		}
	}
	return 0;
}

/* The system's list changed, as it does when a machine changes networks. */
static void
follow_system(struct dns *d)
{
	char err[128];
	struct stat st;

	if (d->servers == NULL || *d->servers != '\0' || stat(RESOLV_CONF, &st) != 0 ||
	    (st.st_mtim.tv_sec == d->resolv_conf.tv_sec && st.st_mtim.tv_nsec == d->resolv_conf.tv_nsec))
		return;
	new_channel(d, "", err, sizeof(err)); /* else the old one goes on */
}

/* ---- the door ---- */

struct dns *
dns_new(dns_watch *watch, void *arg)
{
	struct dns *d = xcalloc(1, sizeof(*d));

	ares_library_init(ARES_LIB_INIT_ALL);
	d->watch = watch;
	d->watch_arg = arg;
	d->deadline = DEADLINE_MS;
	d->chance = 88172645463325252u;
	return d;
}

void
dns_free(struct dns *d)
{
	if (d == NULL)
		return;
	d->closing = true;
	if (d->channel != NULL)
		ares_destroy(d->channel);
	while (d->live.first != NULL || d->finished.first != NULL) {
		struct dns_query *q = d->live.first != NULL ? d->live.first : d->finished.first;
		list_remove(q);
		query_free(q);
	}
	conf_release(d->conf);
	free(d->servers);
	free(d);
	ares_library_cleanup();
}

void
dns_seed(struct dns *d, uint64_t seed)
{
	d->chance = seed != 0 ? seed : 1;
}

void
dns_set_port(struct dns *d, uint16_t port)
{
	d->port = port;
}

void
dns_set_deadline(struct dns *d, unsigned ms)
{
	d->deadline = ms;
}

int
dns_configure(struct dns *d, struct conf *c, char *err, size_t errsz)
{
	struct conf *old = d->conf;
	char *servers;
	int result = 0;

	d->conf = conf_hold(c);
	conf_release(old);
	servers = configured_servers(d);
	if (d->channel == NULL || !str_eq(servers, d->servers))
		result = new_channel(d, servers, err, errsz);
	free(servers);
	return result;
}

struct dns_query *
dns_resolve(struct dns *d, const struct host *host, enum transport transport, dns_done *done, void *arg)
{
	struct dns_query *q = xcalloc(1, sizeof(*q));

	assert(done != NULL);
	q->dns = d;
	q->host = host_copy(host);
	q->transport = transport;
	q->done = done;
	q->arg = arg;
	q->deadline = now_ms() + d->deadline;
	follow_system(d);
	list_add(&d->live, q);
	begin(q);
	return q;
}

void
dns_cancel(struct dns_query *q)
{
	if (q == NULL)
		return;
	list_remove(q);
	q->done = NULL;
	if (q->asked == 0)
		query_free(q); /* else with the last question */
}

/* Hands over what is ready. A callback may start and cancel look-ups; what it makes ready waits for the next
 * time, or a caller that asks again at once would hold up the loop. */
static void
deliver(struct dns *d)
{
	struct dns_query *last = d->finished.last;
	bool more = last != NULL;

	while (more && d->finished.first != NULL) {
		struct dns_query *q = d->finished.first;
		dns_done *done = q->done;
		struct dns_answer answer = { .error = q->error,
			.addresses = q->addresses.v,
			.n = q->error == NULL ? q->addresses.n : 0,
			.ttl = q->error != NULL || q->ttl < TTL_MIN ? TTL_MIN : q->ttl };

		more = q != last; /* when that one is cancelled the rest follows: no harm */
		list_remove(q);
		q->done = NULL;
		q->asked++; /* keeps it while the callback runs */
		done(q->arg, &answer);
		if (--q->asked == 0)
			query_free(q);
	}
}

void
dns_ready(struct dns *d, int fd, bool read, bool write)
{
	if (d->channel != NULL)
		ares_process_fd(d->channel, read ? fd : ARES_SOCKET_BAD, write ? fd : ARES_SOCKET_BAD);
	deliver(d);
}

int
dns_timeout(struct dns *d)
{
	struct timeval most = { .tv_sec = 3600 }, tv, *next;
	int64_t now = now_ms(), ms = -1;

	if (d->finished.first != NULL)
		return 0;
	if (d->channel != NULL) {
		next = ares_timeout(d->channel, &most, &tv);
		if (next != &most && next != NULL)
			ms = (int64_t)next->tv_sec * 1000 + (next->tv_usec + 999) / 1000;
	}
	/* Begun one after the other with one deadline: the first is the next. */
	if (d->live.first != NULL) {
		int64_t left = d->live.first->deadline - now;
		if (left < 0)
			left = 0;
		if (ms < 0 || left < ms)
			ms = left;
	}
	return (int)ms;
}

void
dns_tick(struct dns *d)
{
	int64_t now = now_ms();

	if (d->channel != NULL)
		ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	while (d->live.first != NULL && d->live.first->deadline <= now) {
		note_failure(d->live.first, ARES_ETIMEOUT);
		finish(d->live.first, failure_text(d->live.first->failure));
	}
	deliver(d);
}
