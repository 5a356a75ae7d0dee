/* check_sip.c - the sofia-sip edge against a scripted UDP peer in the same thread. T1 is 60 ms, so nothing
 * here takes long. */
#include "ua/sip.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <sofia-sip/su_wait.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/vec.h"
#include "ua/status.h"

static su_root_t *root;
static struct sip *sip;
static int peer; /* the registrar's socket */
static struct sockaddr_in peer_address, last_from;
static VEC(char *) got; /* what the peer received */
static VEC(char *) traced; /* "> " or "< " and the message */

static struct {
	int calls, status;
	char *phrase;
	VEC(char *) www, contacts, proxy;
	char *expires, *min_expires, *retry_after, *info, *service_route, *path, *uri;
} reply;

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static void
forget_reply(void)
{
	for (size_t i = 0; i < reply.www.n; i++)
		free(reply.www.v[i]);
	for (size_t i = 0; i < reply.proxy.n; i++)
		free(reply.proxy.v[i]);
	for (size_t i = 0; i < reply.contacts.n; i++)
		free(reply.contacts.v[i]);
	vec_free(&reply.www);
	vec_free(&reply.proxy);
	vec_free(&reply.contacts);
	free(reply.phrase);
	free(reply.expires);
	free(reply.min_expires);
	free(reply.retry_after);
	free(reply.info);
	free(reply.service_route);
	free(reply.path);
	free(reply.uri);
	memset(&reply, 0, sizeof(reply));
}

static void
done(void *arg, const struct sip_reply *r)
{
	int calls = reply.calls + 1;

	(void)arg;
	forget_reply();
	reply.calls = calls;
	reply.status = r->status;
	reply.phrase = copy(r->phrase);
	for (size_t i = 0; r->www[i] != NULL; i++)
		vec_push(&reply.www, xstrdup(r->www[i]));
	for (size_t i = 0; r->proxy[i] != NULL; i++)
		vec_push(&reply.proxy, xstrdup(r->proxy[i]));
	for (size_t i = 0; r->contacts[i] != NULL; i++)
		vec_push(&reply.contacts, xstrdup(r->contacts[i]));
	reply.expires = copy(r->expires);
	reply.min_expires = copy(r->min_expires);
	reply.retry_after = copy(r->retry_after);
	reply.info = copy(r->authentication_info);
	reply.service_route = copy(r->service_route);
	reply.path = copy(r->path);
	reply.uri = copy(r->associated_uri);
}

static void
trace(void *arg, bool sent, const char *message, size_t len)
{
	(void)arg;
	ck_assert_uint_eq(strlen(message), len);
	vec_push(&traced, xasprintf("%c %s", sent ? '>' : '<', message));
}

/* ---- the peer ---- */

static void
peer_read(void)
{
	static char buf[65536];
	socklen_t len = sizeof(last_from);
	ssize_t n;

	while ((n = recvfrom(
		    peer, buf, sizeof(buf) - 1, MSG_DONTWAIT, (struct sockaddr *)&last_from, &len)) >= 0) {
		buf[n] = '\0';
		vec_push(&got, xstrdup(buf));
	}
}

static void
peer_send(const void *data, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(sip_port(sip)) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(sendto(peer, data, len, 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)len);
}

/* The line of a header, "" when absent; the caller does not free (a few kB in a test). */
static const char *
header(const char *message, const char *name)
{
	static char line[8][1024];
	static unsigned next;
	char *out = line[next++ % 8];
	char *key = xasprintf("\r\n%s: ", name);
	const char *at = strstr(message, key);

	*out = '\0';
	if (at != NULL) {
		at += strlen(key);
		snprintf(out, sizeof(line[0]), "%.*s", (int)strcspn(at, "\r"), at);
	}
	free(key);
	return out;
}

/* Answers one request; rest: further header lines, each with its CRLF. */
static void
answer(const char *request, const char *status, const char *rest)
{
	char *text =
	    xasprintf("SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=peer\r\nCall-ID: %s\r\nCSeq: %s\r\n%s"
		      "Content-Length: 0\r\n\r\n",
		status, header(request, "Via"), header(request, "From"), header(request, "To"),
		header(request, "Call-ID"), header(request, "CSeq"), rest);

	peer_send(text, strlen(text));
	free(text);
}

static void
step(void)
{
	su_root_step(root, 1);
	peer_read();
}

/* Runs the loop until the condition holds; two seconds are for ever. */
#define WAIT_FOR(condition)                                                                                  \
	do {                                                                                                 \
		long end_ = now_ms() + 2000;                                                                 \
		bool ok_;                                                                                    \
		while (!(ok_ = (condition)) && now_ms() < end_)                                              \
			step();                                                                              \
		ck_assert_msg(ok_, "never: " #condition);                                                    \
	} while (0)

static void
run_for(long ms)
{
	long end = now_ms() + ms;

	while (now_ms() < end)
		step();
}

/* ---- fixture ---- */

static struct sip *
open_on(const char *bind_to, uint16_t port, bool tcp, char *err)
{
	struct sip_config c = {
		.root = root, .bind = bind_to, .port = port, .udp = true, .tcp = tcp, .t1 = 60, .trace = trace
	};

	return sip_open(&c, err, 256);
}

static void
setup(void)
{
	socklen_t len = sizeof(peer_address);
	char err[256] = "";

	su_init();
	root = su_root_create(NULL);
	peer = socket(AF_INET, SOCK_DGRAM, 0);
	peer_address = (struct sockaddr_in){ .sin_family = AF_INET };
	peer_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(peer, (struct sockaddr *)&peer_address, len), 0);
	getsockname(peer, (struct sockaddr *)&peer_address, &len);
	sip = open_on("127.0.0.1", 0, false, err);
	ck_assert_msg(sip != NULL, "%s", err);
}

static void
teardown(void)
{
	long before = now_ms();

	sip_close(sip);
	ck_assert_int_lt(now_ms() - before, 1500);
	close(peer);
	forget_reply();
	for (size_t i = 0; i < got.n; i++)
		free(got.v[i]);
	for (size_t i = 0; i < traced.n; i++)
		free(traced.v[i]);
	vec_free(&got);
	vec_free(&traced);
	su_root_destroy(root);
	su_deinit();
}

static struct sip_request
request(void)
{
	struct sip_request r = {
		.uri = "sip:registrar.example",
		.via_host = "127.0.0.1",
		.from = "<sip:1001@registrar.example>;tag=ours",
		.to = "<sip:1001@registrar.example>",
		.call_id = "AB-CD@127.0.0.1",
		.contact = "<sip:1001@127.0.0.1:5060>",
		.cseq = 4711,
		.expires = 3600,
		.max_forwards = 70,
		.sends = 6,
	};

	memcpy(&r.target.sa, &peer_address, sizeof(peer_address));
	return r;
}

static struct sip_transaction *
send_register(void)
{
	struct sip_request r = request();

	return sip_register(sip, &r, done, NULL);
}

/* A T1 for tests that count or measure; one whole transaction first, so that a slow start (valgrind) does not
 * count. */
static void
set_t1(unsigned ms)
{
	sip_set_t1(sip, ms);
	send_register();
	WAIT_FOR(got.n > 0);
	answer(got.v[0], "200 OK", "");
	WAIT_FOR(reply.calls == 1);
	forget_reply();
	for (size_t i = 0; i < got.n; i++)
		free(got.v[i]);
	got.n = 0;
	sip_clear_counters(sip);
}

/* ---- tests ---- */

START_TEST(register_goes_out_as_told)
{
	struct sip_request r = request();
	char via[128];

	r.authorization[0] =
	    "Digest username=\"u\", realm=\"a, b\", nonce=\"n\", uri=\"sip:x\", response=\"0\"";
	r.authorization[1] = "Digest username=\"v\", realm=\"c\", nonce=\"n\", uri=\"sip:x\", response=\"1\"";
	r.proxy_authorization[0] =
	    "Digest username=\"w\", realm=\"d\", nonce=\"n\", uri=\"sip:x\", response=\"2\"";
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(got.n > 0);

	ck_assert_ptr_nonnull(strstr(got.v[0], "REGISTER sip:registrar.example SIP/2.0\r\n"));
	ck_assert_str_eq(header(got.v[0], "From"), r.from);
	ck_assert_str_eq(header(got.v[0], "To"), r.to);
	ck_assert_str_eq(header(got.v[0], "Call-ID"), r.call_id);
	ck_assert_str_eq(header(got.v[0], "CSeq"), "4711 REGISTER");
	ck_assert_str_eq(header(got.v[0], "Contact"), r.contact);
	ck_assert_str_eq(header(got.v[0], "Expires"), "3600");
	ck_assert_str_eq(header(got.v[0], "Max-Forwards"), "70");
	ck_assert_int_eq(strncmp(header(got.v[0], "User-Agent"), "gw/", 3), 0);
	ck_assert_str_eq(header(got.v[0], "Authorization"), r.authorization[0]);
	ck_assert_ptr_nonnull(strstr(got.v[0], r.authorization[1]));
	ck_assert_str_eq(header(got.v[0], "Proxy-Authorization"), r.proxy_authorization[0]);
	snprintf(via, sizeof(via), "SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK", sip_port(sip));
	ck_assert_int_eq(strncmp(header(got.v[0], "Via"), via, strlen(via)), 0);
	ck_assert_ptr_nonnull(strstr(header(got.v[0], "Via"), ";rport"));
	ck_assert_uint_eq(ntohs(last_from.sin_port), sip_port(sip));
	answer(got.v[0], "200 OK", "");
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(reply.phrase, "OK");
	ck_assert_uint_eq(sip_counters(sip)->register_out, 1);
	ck_assert_uint_eq(sip_counters(sip)->replies_in[200], 1);
}
END_TEST

START_TEST(query_has_no_contact)
{
	struct sip_request r = request();

	r.contact = NULL;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(got.n > 0);
	ck_assert_str_eq(header(got.v[0], "Contact"), "");
}
END_TEST

START_TEST(branches_differ)
{
	send_register();
	send_register();
	WAIT_FOR(got.n >= 2);
	ck_assert_str_ne(header(got.v[0], "Via"), header(got.v[1], "Via"));
}
END_TEST

START_TEST(ipv6_target_and_via)
{
	struct sip_address six = { 0 };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&six.sa;
	socklen_t len = sizeof(*in6);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sip_request r = request();
	char buf[4096], err[256], host[64];
	struct sip *other;
	ssize_t n = -1;

	in6->sin6_family = AF_INET6;
	in6->sin6_addr = in6addr_loopback;
	if (fd < 0 || bind(fd, (struct sockaddr *)in6, len) < 0) /* no IPv6 here */
		return;
	getsockname(fd, (struct sockaddr *)in6, &len);
	ck_assert_int_eq(sip_local_address(sip, &six, host, sizeof(host)), -1); /* bound to IPv4 */
	for (int i = 0; i < 2; i++) {
		other = open_on(i == 0 ? "::1" : NULL, 0, false, err);
		ck_assert_msg(other != NULL, "%s", err);
		ck_assert_int_eq(sip_local_address(other, &six, host, sizeof(host)), 0);
		ck_assert_str_eq(host, "[::1]");
		r.target = six;
		r.via_host = host;
		sip_register(other, &r, done, NULL);
		for (int j = 0; j < 200 && (n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT)) < 0; j++)
			step();
		ck_assert_int_gt(n, 0);
		buf[n] = '\0';
		ck_assert_int_eq(strncmp(header(buf, "Via"), "SIP/2.0/UDP [::1]:", 18), 0);
		sip_close(other);
	}
	close(fd);
}
END_TEST

START_TEST(challenges_come_back_raw)
{
	send_register();
	WAIT_FOR(got.n > 0);
	answer(got.v[0], "401 Unauthorized",
	    "WWW-Authenticate: Digest realm=\"a, b\",  nonce=\"x\\\"y\",\r\n"
	    "   algorithm=SHA-256, Digest realm=\"c\",nonce=\"z\"\r\n"
	    "www-authenticate : Digest realm=\"d\", nonce=\"n\", algorithm=MD5\r\n"
	    "WWW-Authenticate: Digest realm=\"unterminated\r\n"
	    "Proxy-Authenticate: Basic realm=\"e\"\r\n");
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, 401);
	ck_assert_uint_eq(reply.www.n, 3);
	ck_assert_str_eq(reply.www.v[0], "Digest realm=\"a, b\",  nonce=\"x\\\"y\",     algorithm=SHA-256, "
					 "Digest realm=\"c\",nonce=\"z\"");
	ck_assert_str_eq(reply.www.v[1], "Digest realm=\"d\", nonce=\"n\", algorithm=MD5");
	ck_assert_str_eq(reply.www.v[2], "Digest realm=\"unterminated");
	ck_assert_uint_eq(reply.proxy.n, 1);
	/* Nobody answers a challenge but the caller. */
	run_for(50);
	ck_assert_uint_eq(got.n, 1);
}
END_TEST

START_TEST(bindings_come_back_raw)
{
	send_register();
	WAIT_FOR(got.n > 0);
	answer(got.v[0], "200 OK",
	    "Contact: <sip:a@192.0.2.1>;expires=7 , \"A, B\" <sip:b@h>;q=0.1\r\nm: <sip:c@h>\r\n"
	    "Expires: 60\r\nService-Route: <sip:a;lr>,<sip:b;lr>\r\nService-Route: <sip:c;lr>\r\n"
	    "Path: <sip:p;lr>\r\nP-Associated-URI: <sip:z@z>\r\nAuthentication-Info: nextnonce=\"q\"\r\n");
	WAIT_FOR(reply.calls == 1);
	ck_assert_uint_eq(reply.contacts.n, 2);
	ck_assert_str_eq(reply.contacts.v[0], "<sip:a@192.0.2.1>;expires=7 , \"A, B\" <sip:b@h>;q=0.1");
	ck_assert_str_eq(reply.contacts.v[1], "<sip:c@h>");
	ck_assert_str_eq(reply.expires, "60");
	ck_assert_str_eq(reply.service_route, "<sip:a;lr>,<sip:b;lr>");
	ck_assert_str_eq(reply.path, "<sip:p;lr>");
	ck_assert_str_eq(reply.uri, "<sip:z@z>");
	ck_assert_str_eq(reply.info, "nextnonce=\"q\"");
}
END_TEST

START_TEST(no_more_headers_than_there_is_room_for)
{
	struct out o = OUT_MEMORY;

	for (int i = 0; i < 100; i++)
		out_printf(&o, "Contact: <sip:%d@h>\r\nWWW-Authenticate: Digest realm=\"%d\"\r\n", i, i);
	send_register();
	WAIT_FOR(got.n > 0);
	answer(got.v[0], "200 OK", out_text(&o));
	out_free(&o);
	WAIT_FOR(reply.calls == 1);
	ck_assert_uint_eq(reply.contacts.n, 63);
	ck_assert_uint_eq(reply.www.n, 7);
}
END_TEST

static const char *const odd_headers[] = {
	"Contact: <sip:x\r\n",
	"Contact: sip:x@[\r\n",
	"Contact:\r\n",
	"Contact: \"a <sip:b@c>\r\n",
	"Expires: never\r\n",
	"Expires: 99999999999\r\n",
	"Min-Expires: x\r\n",
	"Retry-After: soon\r\n",
	"WWW-Authenticate:\r\n",
	"WWW-Authenticate: Digest\r\n",
	"Content-Type: x\r\n",
	"Date: 31 Nov\r\n",
	"Session-Expires: soon\r\n",
	"Service-Route: <\r\n",
	"Allow: ;\r\n",
	"no header at all\r\n",
};

START_TEST(answer_counts_though_one_header_is_odd)
{
	struct out o = OUT_MEMORY;

	send_register();
	WAIT_FOR(got.n > 0);
	out_printf(&o, "%sContact: <sip:me@h>;expires=60\r\n", odd_headers[_i]);
	answer(got.v[0], "200 OK", out_text(&o));
	out_free(&o);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, 200);
	ck_assert_uint_ge(reply.contacts.n, 1);
	ck_assert_str_eq(reply.contacts.v[reply.contacts.n - 1], "<sip:me@h>;expires=60");
}
END_TEST

static const struct {
	const char *status, *rest;
	int code;
} finals[] = {
	{ "302 Moved", "Contact: <sip:1001@127.0.0.1:9>\r\n", 302 },
	{ "305 Use Proxy", "Contact: <sip:127.0.0.1:9>\r\n", 305 },
	{ "403 Forbidden", "", 403 },
	{ "407 Proxy", "Proxy-Authenticate: Digest realm=\"d\", nonce=\"n\"\r\n", 407 },
	{ "408 Request Timeout", "", 408 },
	{ "423 Brief", "Min-Expires: 120\r\n", 423 },
	{ "500 Error", "Retry-After: 1\r\n", 500 },
	{ "503 Service Unavailable", "Retry-After: 1 (maintenance);duration=60\r\n", 503 },
	{ "603 Decline", "", 603 },
};

START_TEST(final_answers_come_back_untouched)
{
	set_t1(500);
	send_register();
	WAIT_FOR(got.n > 0);
	answer(got.v[0], "100 Trying", "");
	answer(got.v[0], finals[_i].status, finals[_i].rest);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, finals[_i].code);
	run_for(25); /* and the library does nothing of its own about it */
	ck_assert_int_eq(reply.calls, 1);
	ck_assert_uint_eq(got.n, 1);
	if (reply.status == 423)
		ck_assert_str_eq(reply.min_expires, "120");
	if (reply.status == 503)
		ck_assert_str_eq(reply.retry_after, "1 (maintenance);duration=60");
}
END_TEST

START_TEST(unanswered_is_sent_as_often_as_told)
{
	static const struct {
		unsigned sends;
		long ms;
	} cases[] = { { 1, 200 }, { 2, 600 }, { 3, 1400 } };
	struct sip_request r = request();
	long begin;

	set_t1(200); /* long enough for a busy machine to tell the sends from what would come after them */
	begin = now_ms();
	r.sends = cases[_i].sends;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, 0);
	ck_assert_str_eq(reply.phrase, "no answer");
	ck_assert_int_ge(now_ms() - begin, cases[_i].ms * 3 / 4 - 2);
	run_for(120); /* where one more would come */
	ck_assert_uint_eq(got.n, cases[_i].sends);
	ck_assert_int_eq(reply.calls, 1);
	ck_assert_uint_eq(sip_counters(sip)->register_retry, cases[_i].sends - 1);
	ck_assert_uint_eq(sip_counters(sip)->unanswered, 1);
}
END_TEST

START_TEST(transactions_of_different_length_end_in_turn)
{
	struct sip_request r = request();

	set_t1(200);
	r.sends = 3;
	sip_register(sip, &r, done, NULL);
	r.sends = 1;
	sip_register(sip, &r, done, NULL);
	r.sends = 2;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 3);
	run_for(120);
	ck_assert_uint_eq(got.n, 6);
}
END_TEST

START_TEST(new_t1_holds_for_new_transactions)
{
	struct sip_request r = request();
	long begin;

	set_t1(200); /* long enough for a busy machine to tell the sends from what would come after them */
	begin = now_ms();
	r.sends = 2;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_ge(now_ms() - begin, 90);
	ck_assert_uint_eq(got.n, 2);
}
END_TEST

START_TEST(closed_port_is_told_at_once)
{
	struct sip_request r = request();
	struct sockaddr_in *in = (struct sockaddr_in *)&r.target.sa;
	socklen_t len = sizeof(*in);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	long begin;

	in->sin_port = 0;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)in, len), 0);
	getsockname(fd, (struct sockaddr *)in, &len);
	close(fd);
	set_t1(1000);
	begin = now_ms();
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_lt(now_ms() - begin, 500);
	ck_assert_int_eq(reply.status, 0);
	ck_assert_str_eq(reply.phrase, "Connection refused");
}
END_TEST

START_TEST(what_cannot_be_sent_is_told_later)
{
	struct sip_request r = request();

	r.transport = TRANSPORT_TLS;
	sip_register(sip, &r, done, NULL);
	ck_assert_int_eq(reply.calls, 0);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, 0);
	ck_assert_str_eq(reply.phrase, "TLS is not available");
	r.transport = TRANSPORT_TCP;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 2);
	ck_assert_str_eq(reply.phrase, "TCP is switched off");
	r.transport = TRANSPORT_UDP;
	r.from = "<sip:a@b>;tag=1\r\nX: y";
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 3);
	ck_assert_str_eq(reply.phrase, "a header value has control characters");
	r = request();
	r.from = "<sip:a";
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 4);
	ck_assert_int_eq(reply.status, 0);
	r = request();
	r.uri = "";
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 5);
	ck_assert_int_eq(reply.status, 0);
	ck_assert_uint_eq(got.n, 0);
}
END_TEST

START_TEST(cancelled_says_and_sends_no_more)
{
	struct sip_transaction *t = send_register();

	WAIT_FOR(got.n > 0);
	sip_cancel(t);
	answer(got.v[0], "200 OK", "");
	run_for(80);
	ck_assert_int_eq(reply.calls, 0);
	ck_assert_uint_eq(got.n, 1);
	sip_cancel(send_register()); /* before anything went out */
	run_for(30);
	ck_assert_int_eq(reply.calls, 0);
}
END_TEST

START_TEST(close_forgets_what_is_in_flight)
{
	struct sip_request r = request();
	char err[256];

	r.sends = 10;
	for (int i = 0; i < 20; i++)
		sip_register(sip, &r, done, NULL);
	WAIT_FOR(got.n >= 20);
	sip_close(sip);
	sip = open_on("127.0.0.1", 0, false, err);
	ck_assert_ptr_nonnull(sip);
	run_for(20);
	ck_assert_int_eq(reply.calls, 0);
}
END_TEST

START_TEST(foreign_answers_are_passed_over)
{
	char *other;

	send_register();
	WAIT_FOR(got.n > 0);
	other = xstrdup(got.v[0]);
	memcpy(strstr(other, "branch=z9hG4bK") + 14, "nothingofus", 11);
	answer(other, "200 OK", "");
	free(other);
	run_for(10);
	ck_assert_int_eq(reply.calls, 0);
	answer(got.v[0], "200 OK", "");
	answer(got.v[0], "200 OK", "");
	WAIT_FOR(reply.calls == 1);
	run_for(10);
	ck_assert_int_eq(reply.calls, 1);
}
END_TEST

static char *
incoming(const char *method, unsigned cseq)
{
	return xasprintf(
	    "%s sip:1001@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%u\r\n"
	    "From: <sip:probe@h>;tag=1\r\nTo: <sip:1001@h>\r\nCall-ID: c%u\r\nCSeq: %u %s\r\n"
	    "Max-Forwards: 70\r\nContact: <sip:probe@127.0.0.1>\r\nContent-Length: 0\r\n\r\n",
	    method, ntohs(peer_address.sin_port), method, cseq, cseq, cseq, method);
}

START_TEST(options_are_answered)
{
	char *text = incoming("OPTIONS", 1);

	peer_send(text, strlen(text));
	WAIT_FOR(got.n == 1);
	ck_assert_ptr_eq(strstr(got.v[0], "SIP/2.0 200 "), got.v[0]);
	ck_assert_str_ne(header(got.v[0], "Allow"), "");
	ck_assert_str_eq(header(got.v[0], "Accept"), "application/sdp");
	ck_assert_ptr_nonnull(strstr(got.v[0], "\r\nSupported:"));
	ck_assert_ptr_nonnull(strstr(header(got.v[0], "To"), "tag="));
	peer_send(text, strlen(text)); /* the answer was lost: the same again */
	WAIT_FOR(got.n == 2);
	ck_assert_str_eq(got.v[0], got.v[1]);
	ck_assert_uint_eq(sip_counters(sip)->options_in, 1);
	ck_assert_uint_eq(sip_counters(sip)->replies_out[200], 1);
	free(text);
	text = incoming("OPTIONS", 2);
	peer_send(text, strlen(text));
	WAIT_FOR(got.n == 3);
	free(text);
}
END_TEST

static const struct {
	const char *method;
	int low, high;
} refused[] = {
	{ "INVITE", 501, 501 },
	{ "REGISTER", 501, 501 },
	{ "SUBSCRIBE", 489, 489 }, /* no Event header */
	{ "MESSAGE", 501, 501 },
	{ "REFER", 400, 501 }, /* no Refer-To header */
	{ "PUBLISH", 501, 501 },
	{ "NOTIFY", 481, 501 },
	{ "INFO", 481, 501 },
	{ "UPDATE", 481, 501 },
	{ "PRACK", 481, 501 },
	{ "BYE", 481, 501 },
	{ "CANCEL", 481, 481 },
	{ "FROBNICATE", 405, 501 },
};

START_TEST(other_methods_are_refused)
{
	char *text = incoming(refused[_i].method, 1);
	int status;

	peer_send(text, strlen(text));
	WAIT_FOR(got.n >= 1 && strncmp(got.v[got.n - 1], "SIP/2.0 1", 9) != 0);
	ck_assert_int_eq(sscanf(got.v[got.n - 1], "SIP/2.0 %d ", &status), 1);
	ck_assert_msg(
	    status >= refused[_i].low && status <= refused[_i].high, "%s got %d", refused[_i].method, status);
	free(text);
	text = incoming("ACK", 1);
	peer_send(text, strlen(text));
	run_for(5);
	free(text);
}
END_TEST

START_TEST(junk_is_survived)
{
	static const struct {
		const char *data;
		size_t len;
	} junk[] = { { "", 0 }, { "\r\n", 2 }, { "\r\n\r\n", 4 }, { "\0\0\0\0", 4 }, { "\0", 1 },
		{ "hello", 5 }, { "REGISTER", 8 }, { "SIP/2.0", 7 }, { "SIP/2.0 200 OK\r\n\r\n", 18 },
		{ "OPTIONS sip:x SIP/2.0\r\n\r\n", 25 },
		{ "INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP "
		  "no.such.host.invalid;branch=z9hG4bKq\r\nFrom: <",
		    73 } };
	char *text = incoming("OPTIONS", 9), big[9000];

	for (size_t i = 0; i < COUNT(junk); i++)
		peer_send(junk[i].data, junk[i].len);
	memset(big, 'A', sizeof(big));
	peer_send(big, sizeof(big));
	run_for(20);
	for (size_t i = 0; i < got.n; i++)
		free(got.v[i]);
	got.n = 0;
	peer_send(text, strlen(text));
	WAIT_FOR(got.n >= 1);
	ck_assert_ptr_eq(strstr(got.v[0], "SIP/2.0 200 "), got.v[0]);
	free(text);
}
END_TEST

START_TEST(port_in_use_is_named)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	socklen_t len = sizeof(any);
	char err[256] = "", want[256];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, len), 0);
	getsockname(fd, (struct sockaddr *)&any, &len);
	ck_assert_ptr_null(open_on(NULL, ntohs(any.sin_port), true, err));
	snprintf(want, sizeof(want), "cannot listen on 0.0.0.0:%u (udp): Address already in use",
	    ntohs(any.sin_port));
	ck_assert_str_eq(err, want);
	ck_assert_ptr_null(open_on("127.0.0.1", ntohs(any.sin_port), true, err));
	snprintf(want, sizeof(want), "cannot listen on 127.0.0.1:%u (udp): Address already in use",
	    ntohs(any.sin_port));
	ck_assert_str_eq(err, want);
	close(fd);

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, len), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_ptr_null(open_on(NULL, ntohs(any.sin_port), true, err));
	snprintf(want, sizeof(want), "cannot listen on 0.0.0.0:%u (tcp): Address already in use",
	    ntohs(any.sin_port));
	ck_assert_str_eq(err, want);
	close(fd);

	ck_assert_ptr_null(open_on("198.51.100.77", 5060, false, err));
	ck_assert_str_eq(err, "cannot listen on 198.51.100.77:5060 (udp): Cannot assign requested address");
	ck_assert_ptr_null(open_on("eth0", 5060, false, err));
	ck_assert_str_eq(err, "cannot listen on eth0: not an address");
}
END_TEST

START_TEST(every_form_of_address_opens_and_answers)
{
	static const char *const forms[] = { NULL, "0.0.0.0", "127.0.0.1" };
	char err[256] = "", *text;
	struct sip *before = sip;

	for (size_t i = 0; i < COUNT(forms); i++) {
		size_t n = got.n;

		sip = open_on(forms[i], 0, true, err);
		ck_assert_msg(sip != NULL, "%s", err);
		text = incoming("OPTIONS", 3);
		peer_send(text, strlen(text));
		WAIT_FOR(got.n > n);
		free(text);
		sip_close(sip);
	}
	sip = before;
}
END_TEST

START_TEST(tcp_works)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int server = socket(AF_INET, SOCK_STREAM, 0), fd = -1;
	struct sip_request r = request();
	char err[256], buf[4096] = "", *text;
	struct sip *before = sip;
	ssize_t n = -1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(server, 5), 0);
	getsockname(server, (struct sockaddr *)&at, &len);
	sip = open_on("127.0.0.1", 0, true, err);
	ck_assert_ptr_nonnull(sip);
	memcpy(&r.target.sa, &at, sizeof(at));
	r.transport = TRANSPORT_TCP;
	fcntl(server, F_SETFL, O_NONBLOCK);
	sip_register(sip, &r, done, NULL);
	WAIT_FOR((fd = accept(server, NULL, NULL)) >= 0);
	WAIT_FOR((n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT)) > 0);
	buf[n] = '\0';
	ck_assert_int_eq(strncmp(header(buf, "Via"), "SIP/2.0/TCP 127.0.0.1:", 22), 0);
	text = xasprintf(
	    "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s;tag=peer\r\nCall-ID: %s\r\nCSeq: %s\r\n"
	    "Content-Length: 0\r\n\r\n",
	    header(buf, "Via"), header(buf, "From"), header(buf, "To"), header(buf, "Call-ID"),
	    header(buf, "CSeq"));
	ck_assert_int_gt(send(fd, text, strlen(text), 0), 0);
	free(text);
	WAIT_FOR(reply.calls == 1);
	ck_assert_int_eq(reply.status, 200);
	close(fd);
	close(server);
	run_for(20);
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 2);
	ck_assert_int_eq(reply.status, 0);
	ck_assert_str_eq(reply.phrase, "Connection refused");
	sip_close(sip);
	sip = before;
}
END_TEST

START_TEST(mute_tcp_target_does_not_hold_up_closing)
{
	struct sip_request r = request();
	char err[256];
	long begin;

	sip_close(sip);
	sip = open_on(NULL, 0, true, err);
	ck_assert_ptr_nonnull(sip);
	((struct sockaddr_in *)&r.target.sa)->sin_addr.s_addr = inet_addr("192.0.2.254");
	r.transport = TRANSPORT_TCP;
	sip_register(sip, &r, done, NULL);
	run_for(20);
	begin = now_ms();
	sip_close(sip);
	ck_assert_int_lt(now_ms() - begin, 1200);
	sip = open_on("127.0.0.1", 0, false, err);
}
END_TEST

START_TEST(trace_has_every_message_whole)
{
	struct sip_request r = request();
	char *long_uri = xmalloc(1800), *text;

	memset(long_uri, 'x', 1799);
	memcpy(long_uri, "sip:", 4);
	long_uri[1799] = '\0';
	sip_set_trace(sip, true);
	run_for(5);
	r.uri = long_uri;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(got.n == 2); /* with a retransmission */
	answer(got.v[0], "200 OK", "Contact: <sip:a@h>\r\n   ;expires=3\r\nX-Y:  two blanks  \r\n");
	WAIT_FOR(reply.calls == 1);
	ck_assert_uint_eq(traced.n, 3);
	ck_assert_str_eq(traced.v[0] + 2, got.v[0]);
	ck_assert_str_eq(traced.v[1] + 2, got.v[0]);
	ck_assert_int_eq(traced.v[0][0], '>');
	ck_assert_int_eq(traced.v[2][0], '<');
	ck_assert_ptr_eq(strstr(traced.v[2], "< SIP/2.0 200 OK\r\nVia: "), traced.v[2]);
	ck_assert_ptr_nonnull(
	    strstr(traced.v[2], "\r\nContact: <sip:a@h>\r\n   ;expires=3\r\nX-Y:  two blanks  \r\n"));
	ck_assert_ptr_nonnull(strstr(traced.v[2], "\r\nContent-Length: 0\r\n\r\n"));

	text = xasprintf(
	    "MESSAGE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKm\r\nFrom: "
	    "<sip:p@h>;tag=1\r\nTo: <sip:x@h>\r\nCall-ID: m\r\nCSeq: 1 MESSAGE\r\nContent-Length: "
	    "14\r\n\r\n   first\r\nlast",
	    ntohs(peer_address.sin_port));
	peer_send(text, strlen(text));
	WAIT_FOR(got.n == 3);
	ck_assert_uint_eq(traced.n, 5);
	ck_assert_str_eq(traced.v[3] + 2, text);
	ck_assert_str_eq(traced.v[4] + 2, got.v[2]);
	free(text);
	free(long_uri);

	sip_set_trace(sip, false);
	run_for(5);
	send_register();
	run_for(20);
	ck_assert_uint_eq(traced.n, 5);
}
END_TEST

START_TEST(trace_does_not_show_how_we_give_up)
{
	struct sip_request r = request();

	sip_set_trace(sip, true);
	run_for(5);
	r.sends = 1;
	sip_register(sip, &r, done, NULL);
	WAIT_FOR(reply.calls == 1);
	run_for(40);
	ck_assert_uint_eq(got.n, 1);
	ck_assert_uint_eq(traced.n, 1);
}
END_TEST

START_TEST(local_address_follows_the_route)
{
	struct sip_address to = { 0 };
	char host[64], tiny[4];

	memcpy(&to.sa, &peer_address, sizeof(peer_address));
	ck_assert_int_eq(sip_local_address(sip, &to, host, sizeof(host)), 0);
	ck_assert_str_eq(host, "127.0.0.1");
	ck_assert_int_eq(sip_local_address(sip, &to, tiny, sizeof(tiny)), -1);
}
END_TEST

START_TEST(local_address_is_the_bound_one)
{
	struct sip_address to = { 0 };
	char host[64], err[256] = "";
	struct sip *other = open_on("127.0.0.9", 0, false, err);

	ck_assert_msg(other != NULL, "%s", err);
	memcpy(&to.sa, &peer_address, sizeof(peer_address));
	ck_assert_int_eq(sip_local_address(other, &to, host, sizeof(host)), 0);
	ck_assert_str_eq(host, "127.0.0.9");
	sip_close(other);
}
END_TEST

START_TEST(names_are_not_looked_up_by_getaddrinfo)
{
	struct addrinfo *result = NULL, hints = { .ai_socktype = SOCK_STREAM };

	ck_assert_int_eq(getaddrinfo("localhost", "80", &hints, &result), EAI_NONAME);
	ck_assert_int_eq(getaddrinfo("127.0.0.1", "80", &hints, &result), 0);
	freeaddrinfo(result);
	ck_assert_int_eq(getaddrinfo("::1", NULL, NULL, &result), 0);
	freeaddrinfo(result);
}
END_TEST

START_TEST(counters_can_be_cleared)
{
	send_register();
	sip_clear_counters(sip);
	ck_assert_uint_eq(sip_counters(sip)->register_out, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sip");
	TCase *tc = tcase_create("sip");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, register_goes_out_as_told);
	tcase_add_test(tc, query_has_no_contact);
	tcase_add_test(tc, branches_differ);
	tcase_add_test(tc, ipv6_target_and_via);
	tcase_add_test(tc, challenges_come_back_raw);
	tcase_add_test(tc, bindings_come_back_raw);
	tcase_add_test(tc, no_more_headers_than_there_is_room_for);
	tcase_add_loop_test(tc, answer_counts_though_one_header_is_odd, 0, COUNT(odd_headers));
	tcase_add_loop_test(tc, final_answers_come_back_untouched, 0, COUNT(finals));
	tcase_add_loop_test(tc, unanswered_is_sent_as_often_as_told, 0, 3);
	tcase_add_test(tc, transactions_of_different_length_end_in_turn);
	tcase_add_test(tc, new_t1_holds_for_new_transactions);
	tcase_add_test(tc, closed_port_is_told_at_once);
	tcase_add_test(tc, what_cannot_be_sent_is_told_later);
	tcase_add_test(tc, cancelled_says_and_sends_no_more);
	tcase_add_test(tc, close_forgets_what_is_in_flight);
	tcase_add_test(tc, foreign_answers_are_passed_over);
	tcase_add_test(tc, options_are_answered);
	tcase_add_loop_test(tc, other_methods_are_refused, 0, COUNT(refused));
	tcase_add_test(tc, junk_is_survived);
	tcase_add_test(tc, port_in_use_is_named);
	tcase_add_test(tc, every_form_of_address_opens_and_answers);
	tcase_add_test(tc, tcp_works);
	tcase_add_test(tc, mute_tcp_target_does_not_hold_up_closing);
	tcase_add_test(tc, trace_has_every_message_whole);
	tcase_add_test(tc, trace_does_not_show_how_we_give_up);
	tcase_add_test(tc, local_address_follows_the_route);
	tcase_add_test(tc, local_address_is_the_bound_one);
	tcase_add_test(tc, names_are_not_looked_up_by_getaddrinfo);
	tcase_add_test(tc, counters_can_be_cleared);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
