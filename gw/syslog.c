/* Messages are queued as they are logged and sent from the loop, so that whoever logs meets no socket. */
#include "gw/syslog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "conf/logging.h"
#include "gw/syslog_text.h"
#include "ua/dns.h"

enum {
	CONNECT_MS = 10000, /* for a TCP connection to be made */
	IDLE_S = 60, /* after which a quiet TCP server is asked whether it is there, */
	ASK_S = 10, /* and again */
	SILENT_MS = 120000, /* a TCP server that acknowledges nothing for so long is gone */
	RETRY_MS = 1000, /* doubled with each failure, up to */
	RETRY_MAX_MS = 60000,
	WASTE_MAX = 1 << 24, /* bytes from a server, at once */
};

struct message {
	struct message *next;
	size_t len, sent; /* bytes; sent: TCP only */
	char text[];
};

struct server {
	struct syslog *syslog;
	struct log_host conf;
	struct dns_query *query;
	VEC(struct sip_address) addresses; /* in the order to try */
	size_t next; /* the one to try next; the one in use stands before it */
	int fd; /* -1: none */
	bool up; /* false with fd: a connection is being made */
	bool writing; /* waits until the socket takes more */
	char source[INET6_ADDRSTRLEN]; /* our address towards the server; "": not known yet */
	int64_t retry_at, connect_by, renew_at; /* LOOP_NEVER: not due */
	unsigned failures;
	struct message *first, *last;
	size_t waiting; /* bytes */
	uint64_t logged, dropped;
};

struct syslog {
	struct loop *loop;
	struct loop_timer *timer;
	struct dns *dns; /* NULL: never had a server */
	struct conf *conf;
	VEC(struct server *) servers; /* in the order of the configuration */
	long pid;
};

static void on_socket(void *arg, int fd, bool read, bool write);

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Sets the timer for what comes next. */
static void
schedule(struct syslog *sy)
{
	int64_t at = LOOP_NEVER;
	int names = sy->dns == NULL ? -1 : dns_timeout(sy->dns);

	for (size_t i = 0; i < sy->servers.n; i++) {
		const struct server *s = sy->servers.v[i];

		at = earlier(at, earlier(s->retry_at, earlier(s->connect_by, s->renew_at)));
		if (s->up && s->first != NULL && !s->writing)
			at = LOOP_SOON;
	}
	if (names >= 0)
		at = earlier(at, loop_now() + names);
	loop_timer_set(sy->timer, at);
}

/* The queue. */

static void
queue(struct server *s, const char *text, size_t len)
{
	struct message *m;

	if (s->waiting + len > SYSLOG_QUEUE_MAX) {
		s->dropped++;
		return;
	}
	m = xmalloc(sizeof *m + len);
	*m = (struct message){ .len = len };
	memcpy(m->text, text, len);
	*(s->last != NULL ? &s->last->next : &s->first) = m;
	s->last = m;
	s->waiting += len;
}

static void
unqueue(struct server *s)
{
	struct message *m = s->first;

	s->waiting -= m->len;
	s->first = m->next;
	if (s->first == NULL)
		s->last = NULL;
	free(m);
}

/* The socket. */

static void
watch(struct server *s)
{
	loop_watch(s->syslog->loop, s->fd, s->up, !s->up || s->writing, on_socket, s);
}

static void
close_socket(struct server *s)
{
	if (s->fd < 0)
		return;
	loop_watch(s->syslog->loop, s->fd, false, false, NULL, NULL);
	close(s->fd);
	s->fd = -1;
	s->up = s->writing = false;
	s->connect_by = LOOP_NEVER;
	if (s->first != NULL)
		s->first->sent = 0; /* what was cut off goes whole on the next connection (RFC 6587 3.3) */
}

/* The next address at once, the next round later. */
static void
failed(struct server *s)
{
	int64_t wait = (int64_t)RETRY_MS << (s->failures < 6 ? s->failures : 6);

	close_socket(s);
	s->retry_at = loop_now();
	if (s->next < s->addresses.n)
		return;
	s->addresses.n = s->next = 0;
	s->renew_at = LOOP_NEVER;
	s->failures++;
	s->retry_at += earlier(wait, RETRY_MAX_MS);
}

/* As send(2). A refusal tells of a datagram sent before: this one goes all the same. */
static ssize_t
send_once(struct server *s, const struct message *m)
{
	ssize_t n = send(s->fd, m->text + m->sent, m->len - m->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno == ECONNREFUSED && s->conf.transport == TRANSPORT_UDP)
		n = send(s->fd, m->text, m->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return n;
}

static void
flush(struct server *s)
{
	bool was_writing = s->writing;

	s->writing = false;
	while (s->first != NULL && s->up && !s->writing) {
		ssize_t n = send_once(s, s->first);
		bool udp = s->conf.transport == TRANSPORT_UDP;

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			s->writing = true;
		} else if (n < 0 && udp && (errno == ECONNREFUSED || errno == EMSGSIZE || errno == ENOBUFS)) {
			s->dropped++;
			unqueue(s);
		} else if (n < 0 && errno != EINTR) {
			failed(s);
		} else if (n >= 0) {
			s->first->sent += (size_t)n;
			if (!udp && s->first->sent < s->first->len)
				continue;
			s->logged++;
			s->failures = 0;
			unqueue(s);
		}
	}
	if (s->fd >= 0 && s->writing != was_writing)
		watch(s);
}

static void
connected(struct server *s)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof sa;

	s->up = true;
	s->connect_by = LOOP_NEVER;
	s->source[0] = '\0';
	if (getsockname(s->fd, (struct sockaddr *)&sa, &len) == 0)
		inet_ntop(sa.ss_family,
		    sa.ss_family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)&sa)->sin6_addr
					     : (const void *)&((struct sockaddr_in *)&sa)->sin_addr,
		    s->source, sizeof s->source);
	watch(s);
	flush(s);
}

/* A server, or what keeps state on the way to it, may go without a word. Left alone TCP takes a quarter of an
 * hour to see it, and what is written meanwhile is lost. */
static void
notice_loss(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, ASK_S },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, SILENT_MS },
	};

	for (size_t i = 0; i < COUNT(options); i++)
		(void)setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof(int));
}

static void
connect_server(struct server *s)
{
	const struct sockaddr *sa = (const struct sockaddr *)&s->addresses.v[s->next++].sa;
	socklen_t len = sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	int type = s->conf.transport == TRANSPORT_TCP ? SOCK_STREAM : SOCK_DGRAM;

	s->retry_at = LOOP_NEVER;
	s->fd = socket(sa->sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd >= 0 && type == SOCK_STREAM)
		notice_loss(s->fd);
	if (s->fd >= 0 && connect(s->fd, sa, len) == 0) {
		connected(s);
	} else if (s->fd >= 0 && errno == EINPROGRESS) {
		s->connect_by = loop_now() + CONNECT_MS;
		watch(s);
	} else {
		failed(s);
	}
}

static void
on_socket(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct server *s = arg;
	int error = 0;
	socklen_t len = sizeof error;
	char waste[512];
	bool tcp = s->conf.transport == TRANSPORT_TCP;
	ssize_t n = 1;

	if (!s->up) { /* the connection is made, or not */
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0)
			failed(s);
		else
			connected(s);
	} else {
		/* A server has nothing to say; that it is gone shows here. MSG_TRUNC: TCP throws away all
		 * that has come, without a copy. */
		if (read_ready && tcp)
			n = recv(fd, NULL, WASTE_MAX, MSG_DONTWAIT | MSG_TRUNC);
		else if (read_ready)
			(void)recv(fd, waste, sizeof waste, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			failed(s);
		else if (write_ready)
			flush(s);
	}
	schedule(s->syslog);
}

/* Names. */

static bool
same_address(const struct sip_address *a, const struct sip_address *b)
{
	return memcmp(&a->sa, &b->sa, sizeof a->sa) == 0;
}

static void
on_resolved(void *arg, const struct dns_answer *answer)
{
	struct server *s = arg;
	struct sip_address in_use = { 0 };

	s->query = NULL;
	if (s->fd >= 0)
		in_use = s->addresses.v[s->next - 1];
	s->renew_at = s->conf.host.kind == HOST_DNS ? loop_now() + (int64_t)answer->ttl * 1000 : LOOP_NEVER;
	if (answer->error != NULL) {
		if (s->fd < 0)
			failed(s);
		return;
	}
	s->addresses.n = s->next = 0;
	for (size_t i = 0; i < answer->n; i++) {
		vec_push(&s->addresses, answer->addresses[i]);
		if (s->fd >= 0 && same_address(&in_use, &answer->addresses[i]))
			s->next = i + 1;
	}
	if (s->fd >= 0 && s->next > 0)
		return; /* what is in use still holds */
	close_socket(s);
	if (s->addresses.n > 0)
		connect_server(s);
	else
		failed(s);
}

static void
ask(struct server *s)
{
	struct host h = s->conf.host;

	s->retry_at = s->renew_at = LOOP_NEVER;
	if (s->query != NULL)
		return;
	h.port = (uint16_t)log_host_port(&s->conf);
	s->query = dns_resolve(s->syslog->dns, &h, s->conf.transport, on_resolved, s);
}

static void
on_names_ready(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct syslog *sy = arg;

	dns_ready(sy->dns, fd, read_ready, write_ready);
	schedule(sy);
}

static void
watch_names(void *arg, int fd, bool read_ready, bool write_ready)
{
	loop_watch(((struct syslog *)arg)->loop, fd, read_ready, write_ready, on_names_ready, arg);
}

static void
on_due(void *arg)
{
	struct syslog *sy = arg;

	if (sy->dns != NULL)
		dns_tick(sy->dns);
	for (size_t i = 0; i < sy->servers.n; i++) {
		struct server *s = sy->servers.v[i];
		int64_t now = loop_now();

		if (s->connect_by <= now)
			failed(s);
		if (s->retry_at <= now && s->next < s->addresses.n)
			connect_server(s);
		else if (s->retry_at <= now || s->renew_at <= now)
			ask(s);
		if (s->up && !s->writing)
			flush(s);
	}
	schedule(sy);
}

/* Servers. */

static struct server *
server_new(struct syslog *sy, const struct log_host *conf)
{
	struct server *s = xcalloc(1, sizeof *s);

	s->syslog = sy;
	s->conf = (struct log_host){ host_copy(&conf->host), conf->transport };
	s->fd = -1;
	s->retry_at = loop_now();
	s->connect_by = s->renew_at = LOOP_NEVER;
	return s;
}

static void
server_free(struct server *s)
{
	if (s->up)
		flush(s);
	if (s->query != NULL)
		dns_cancel(s->query);
	close_socket(s);
	while (s->first != NULL)
		unqueue(s);
	vec_free(&s->addresses);
	host_free(&s->conf.host);
	free(s);
}

/* The server of that configuration, taken out of the list; NULL: none. */
static struct server *
take_server(struct syslog *sy, const struct log_host *conf)
{
	for (size_t i = 0; i < sy->servers.n; i++) {
		struct server *s = sy->servers.v[i];

		if (!log_host_equal(&s->conf, conf))
			continue;
		vec_remove(&sy->servers, i);
		return s;
	}
	return NULL;
}

/* In the words of IOS. */
static void
say(const struct log_host *h, const char *what)
{
	log_at(LOG_LEVEL_INFO, "SYS", "LOGGINGHOST_STARTSTOP",
	    "Logging to host %s port %u %s - CLI initiated", h->host.name, log_host_port(h), what);
}

static void
configure_names(struct syslog *sy, const struct conf *before)
{
	struct conf *c = sy->conf;
	char err[300];

	if (sy->dns == NULL && c->logging->hosts.n == 0)
		return;
	if (sy->dns == NULL)
		sy->dns = dns_new(watch_names, sy);
	else if (before->system == c->system && before->hosts.root == c->hosts.root)
		return;
	/* The same names are configured for registrars: what is wrong with them is said there. */
	(void)dns_configure(sy->dns, c, err, sizeof err);
}

void
syslog_configure(struct syslog *sy, struct conf *c)
{
	struct conf *before = sy->conf;
	const struct logging_conf *l = c->logging;
	struct server *servers[LOG_HOSTS_MAX], *gone[LOG_HOSTS_MAX];
	size_t ngone = 0;
	bool fresh[LOG_HOSTS_MAX];

	sy->conf = conf_hold(c);
	configure_names(sy, before);
	for (size_t i = 0; i < l->hosts.n; i++) {
		servers[i] = take_server(sy, &l->hosts.v[i]);
		fresh[i] = servers[i] == NULL;
		if (fresh[i])
			servers[i] = server_new(sy, &l->hosts.v[i]);
	}
	while (sy->servers.n > 0)
		gone[ngone++] = sy->servers.v[--sy->servers.n];
	for (size_t i = 0; i < l->hosts.n; i++)
		vec_push(&sy->servers, servers[i]);
	for (size_t i = 0; i < ngone; i++) {
		say(&gone[i]->conf, "stopped");
		server_free(gone[i]);
	}
	for (size_t i = 0; i < l->hosts.n; i++)
		if (fresh[i])
			say(&l->hosts.v[i], "started");
	conf_release(before);
	schedule(sy);
}

void
syslog_forward(void *arg, const struct journal_entry *e)
{
	struct syslog *sy = arg;
	const struct logging_conf *l = sy->conf->logging;
	struct syslog_source from = { l->facility, sy->conf->system->hostname, sy->pid };

	if (l->origin == ORIGIN_STRING)
		from.hostname = l->origin_text;
	for (size_t i = 0; i < sy->servers.n; i++) {
		struct server *s = sy->servers.v[i];
		struct out text = OUT_MEMORY;
		struct syslog_source mine = from;

		if (l->origin == ORIGIN_IP && s->source[0] != '\0')
			mine.hostname = s->source;
		(s->conf.transport == TRANSPORT_TCP ? syslog_write_counted : syslog_write)(&text, &mine, e);
		queue(s, out_text(&text), text.len);
		out_free(&text);
		if (s->up && !s->writing)
			loop_timer_set(sy->timer, LOOP_SOON);
	}
}

void
syslog_status(const struct syslog *sy, struct log_status *status)
{
	for (size_t i = 0; i < sy->servers.n; i++) {
		const struct server *s = sy->servers.v[i];

		status->servers[i] = (struct log_server){ s->up, s->logged, s->dropped };
	}
}

struct syslog *
syslog_new(struct loop *loop)
{
	struct syslog *sy = xcalloc(1, sizeof *sy);

	sy->loop = loop;
	sy->timer = loop_timer_new(loop, on_due, sy);
	sy->conf = conf_new();
	sy->pid = getpid();
	return sy;
}

void
syslog_free(struct syslog *sy)
{
	if (sy == NULL)
		return;
	while (sy->servers.n > 0)
		server_free(sy->servers.v[--sy->servers.n]);
	vec_free(&sy->servers);
	dns_free(sy->dns);
	loop_timer_free(sy->timer);
	conf_release(sy->conf);
	free(sy);
}
