/* check_dns.c - the resolver against a name server of a few lines in the same thread. */
#include "ua/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"

static struct dns *dns;
static struct conf *conf;
static int server; /* the name server's socket */
static uint16_t server_port;
static VEC(char *) asked; /* "A name" */
static struct {
	int fd;
	bool read, write;
} watched[16];

struct result {
	int calls;
	char error[64];
	char addresses[256]; /* "192.0.2.1:5060 [2001:db8::1]:5060" */
	unsigned ttl;
};

static const struct {
	const char *name;
	unsigned type, ttl;
	const char *data; /* address; SRV: "priority weight port target" */
} zone[] = {
	{ "plain.example", ns_t_a, 300, "127.0.0.1" },
	{ "two.example", ns_t_a, 300, "127.0.0.1" },
	{ "two.example", ns_t_a, 200, "127.0.0.2" },
	{ "brief.example", ns_t_a, 5, "127.0.0.3" },
	{ "long.example", ns_t_a, 999999, "127.0.0.3" },
	{ "six.example", ns_t_aaaa, 300, "::1" },
	{ "both.example", ns_t_a, 300, "127.0.0.4" },
	{ "both.example", ns_t_aaaa, 300, "::1" },
	{ "routeless.example", ns_t_a, 300, "127.0.0.4" },
	{ "routeless.example", ns_t_aaaa, 300, "3ffe:dead::1" }, /* the 6bone's, withdrawn */
	{ "nothing.example", ns_t_txt, 300, "" },
	{ "_sip._udp.service.example", ns_t_srv, 120, "20 0 5070 two.example" },
	{ "_sip._udp.service.example", ns_t_srv, 90, "10 0 5080 plain.example" },
	{ "_sip._tcp.service.example", ns_t_srv, 90, "10 0 5090 plain.example" },
	{ "_sips._tcp.service.example", ns_t_srv, 90, "10 0 5099 plain.example" },
	{ "service.example", ns_t_a, 90, "127.0.0.9" },
	{ "_sip._udp.none.example", ns_t_srv, 90, "0 0 5060 ." },
	{ "none.example", ns_t_a, 90, "127.0.0.9" },
	{ "_sip._udp.half.example", ns_t_srv, 90, "10 0 5060 gone.example" },
	{ "_sip._udp.half.example", ns_t_srv, 90, "20 0 5060 plain.example" },
	{ "_sip._udp.weighed.example", ns_t_srv, 90, "10 90 1 plain.example" },
	{ "_sip._udp.weighed.example", ns_t_srv, 90, "10 10 2 plain.example" },
	{ "_sip._udp.weighed.example", ns_t_srv, 90, "10 0 3 plain.example" },
	{ "short.gw.example", ns_t_a, 300, "127.0.0.5" },
	{ "_sip._udp.cut.example", ns_t_srv, 90, "10 0 5060 mute.example" },
	{ "alias.example", ns_t_cname, 70, "plain.example" },
};

/* ---- the name server ---- */

static unsigned char *
put_name(unsigned char *p, const char *name)
{
	while (*name != '\0' && strcmp(name, ".") != 0) {
		size_t n = strcspn(name, ".");
		*p++ = (unsigned char)n;
		memcpy(p, name, n);
		p += n;
		name += n + (name[n] == '.');
	}
	*p++ = 0;
	return p;
}

static unsigned char *
put16(unsigned char *p, unsigned v)
{
	*p++ = (unsigned char)(v >> 8);
	*p++ = (unsigned char)v;
	return p;
}

static unsigned char *
put_record(unsigned char *p, const char *owner, size_t i)
{
	unsigned priority, weight, port;
	char target[64];
	unsigned char *length;

	p = put_name(p, owner);
	p = put16(p, zone[i].type);
	p = put16(p, ns_c_in);
	p = put16(p, zone[i].ttl >> 16);
	p = put16(p, zone[i].ttl & 0xffff);
	length = p;
	p += 2;
	if (zone[i].type == ns_t_srv) {
		ck_assert_int_eq(sscanf(zone[i].data, "%u %u %u %63s", &priority, &weight, &port, target), 4);
		p = put_name(put16(put16(put16(p, priority), weight), port), target);
	} else if (zone[i].type == ns_t_cname) {
		p = put_name(p, zone[i].data);
	} else {
		inet_pton(zone[i].type == ns_t_a ? AF_INET : AF_INET6, zone[i].data, p);
		p += zone[i].type == ns_t_a ? 4 : 16;
	}
	put16(length, (unsigned)(p - length - 2));
	return p;
}

static void
serve(void)
{
	unsigned char in[1024], out[4096], *p;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(server, in, sizeof(in), MSG_DONTWAIT, (struct sockaddr *)&from, &len)) > 16) {
		char name[256] = "";
		const unsigned char *q = in + 12;
		unsigned type, answers = 0, rcode = 3;
		size_t used = 0;

		while (*q != 0) {
			used += (size_t)snprintf(name + used, sizeof(name) - used, "%s%.*s",
			    used > 0 ? "." : "", *q, (const char *)q + 1);
			q += *q + 1;
		}
		type = q[1] * 256u + q[2];
		vec_push(&asked, xasprintf("%s %s",
				     type == ns_t_a     ? "A"
				     : type == ns_t_srv ? "SRV"
							: "AAAA",
				     name));
		if (strstr(name, "mute") != NULL)
			continue;
		memcpy(out, in, (size_t)(q + 5 - in));
		p = out + (q + 5 - in);
		for (size_t i = 0; i < COUNT(zone); i++) {
			const char *owner = name;
			if (strcasecmp(zone[i].name, name) != 0)
				continue;
			rcode = 0;
			if (zone[i].type == ns_t_cname && type != ns_t_srv) {
				p = put_record(p, name, i);
				owner = zone[i].data;
				answers++;
				if (type == ns_t_a) {
					p = put_record(p, owner, 0);
					answers++;
				}
			} else if (zone[i].type == type) {
				p = put_record(p, owner, i);
				answers++;
			}
		}
		if (strstr(name, "fail.") != NULL)
			rcode = 2;
		out[2] = 0x84;
		out[3] = (unsigned char)(0x80 | rcode);
		put16(out + 6, answers);
		put16(out + 8, 0);
		put16(out + 10, 0);
		sendto(server, out, (size_t)(p - out), 0, (struct sockaddr *)&from, len);
	}
}

/* ---- the loop ---- */

static void
watch(void *arg, int fd, bool read, bool write)
{
	size_t free_slot = COUNT(watched);

	ck_assert_ptr_eq(arg, &dns);
	for (size_t i = 0; i < COUNT(watched); i++) {
		if (watched[i].fd == fd) {
			watched[i].fd = read || write ? fd : -1;
			watched[i].read = read;
			watched[i].write = write;
			return;
		}
		if (watched[i].fd < 0)
			free_slot = i;
	}
	if (!read && !write)
		return;
	ck_assert_uint_lt(free_slot, COUNT(watched));
	watched[free_slot].fd = fd;
	watched[free_slot].read = read;
	watched[free_slot].write = write;
}

static void
step(void)
{
	struct pollfd p[COUNT(watched) + 1] = { { .fd = server, .events = POLLIN } };
	int timeout = dns_timeout(dns);

	for (size_t i = 0; i < COUNT(watched); i++) {
		p[i + 1].fd = watched[i].fd;
		p[i + 1].events = (short)((watched[i].read ? POLLIN : 0) | (watched[i].write ? POLLOUT : 0));
	}
	poll(p, COUNT(p), timeout < 0 || timeout > 10 ? 10 : timeout);
	serve();
	for (size_t i = 0; i < COUNT(watched); i++) {
		if (p[i + 1].fd >= 0 && p[i + 1].revents != 0 && watched[i].fd == p[i + 1].fd)
			dns_ready(dns, p[i + 1].fd, (p[i + 1].revents & ~POLLOUT) != 0,
			    (p[i + 1].revents & POLLOUT) != 0);
	}
	dns_tick(dns);
}

static void
done(void *arg, const struct dns_answer *a)
{
	struct result *r = arg;
	size_t used = 0;

	r->calls++;
	snprintf(r->error, sizeof(r->error), "%s", a->error != NULL ? a->error : "");
	r->ttl = a->ttl;
	r->addresses[0] = '\0';
	for (size_t i = 0; i < a->n; i++) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)&a->addresses[i].sa;
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&a->addresses[i].sa;
		bool six = in6->sin6_family == AF_INET6;
		char text[64];

		inet_ntop(six ? AF_INET6 : AF_INET, six ? (const void *)&in6->sin6_addr : &in->sin_addr, text,
		    sizeof(text));
		used += (size_t)snprintf(r->addresses + used, sizeof(r->addresses) - used, "%s%s%s%s:%u",
		    i > 0 ? " " : "", six ? "[" : "", text, six ? "]" : "",
		    ntohs(six ? in6->sin6_port : in->sin_port));
	}
}

static struct dns_query *
resolve(const char *text, enum transport t, struct result *r)
{
	struct host h;
	struct dns_query *q;
	char err[128];

	ck_assert_int_eq(host_parse(&h, text, err, sizeof(err)), 0);
	q = dns_resolve(dns, &h, t, done, r);
	host_free(&h);
	return q;
}

static void
wait_for(struct result *r)
{
	time_t end = time(NULL) + 4;

	while (r->calls == 0 && time(NULL) < end)
		step();
	ck_assert_int_eq(r->calls, 1);
}

static struct result
look_up(const char *text, enum transport t)
{
	struct result r = { 0 };

	resolve(text, t, &r);
	ck_assert_int_eq(r.calls, 0);
	wait_for(&r);
	return r;
}

static void
forget_asked(void)
{
	for (size_t i = 0; i < asked.n; i++)
		free(asked.v[i]);
	vec_free(&asked);
}

static void
configure(void)
{
	char err[128];

	ck_assert_msg(dns_configure(dns, conf, err, sizeof(err)) == 0, "%s", err);
}

static void
setup(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	struct conf_system *system;

	for (size_t i = 0; i < COUNT(watched); i++)
		watched[i].fd = -1;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&at, len), 0);
	getsockname(server, (struct sockaddr *)&at, &len);
	server_port = ntohs(at.sin_port);
	dns = dns_new(watch, &dns);
	conf = conf_new();
	system = conf_edit_system(conf);
	vec_push(&system->name_servers, xstrdup("127.0.0.1"));
	dns_set_port(dns, server_port);
	configure();
	ck_assert_int_eq(dns_timeout(dns), -1);
}

static void
teardown(void)
{
	dns_free(dns);
	for (size_t i = 0; i < COUNT(watched); i++)
		ck_assert_int_lt(watched[i].fd, 0);
	conf_release(conf);
	close(server);
	forget_asked();
}

/* A configuration is frozen once the resolver has it. */
static void
change_conf(void)
{
	struct conf *next = conf_share(conf);

	conf_release(conf);
	conf = next;
}

/* ---- tests ---- */

static const struct {
	const char *host;
	enum transport transport;
	const char *addresses, *error;
	unsigned ttl;
} cases[] = {
	{ "ipv4:192.0.2.1", TRANSPORT_UDP, "192.0.2.1:5060", "", 65535 },
	{ "ipv4:192.0.2.1:5070", TRANSPORT_UDP, "192.0.2.1:5070", "", 65535 },
	{ "ipv4:192.0.2.1", TRANSPORT_TLS, "192.0.2.1:5061", "", 65535 },
	{ "ipv6:[2001:db8::1]", TRANSPORT_TCP, "[2001:db8::1]:5060", "", 65535 },
	{ "ipv6:[2001:db8::1]:7", TRANSPORT_TCP, "[2001:db8::1]:7", "", 65535 },
	{ "dns:plain.example", TRANSPORT_UDP, "127.0.0.1:5060", "", 300 },
	{ "dns:PLAIN.example", TRANSPORT_TLS, "127.0.0.1:5061", "", 300 },
	{ "dns:plain.example:5999", TRANSPORT_UDP, "127.0.0.1:5999", "", 300 },
	{ "dns:two.example:5060", TRANSPORT_UDP, "127.0.0.1:5060 127.0.0.2:5060", "", 200 },
	{ "dns:alias.example", TRANSPORT_UDP, "127.0.0.1:5060", "", 70 },
	{ "dns:brief.example", TRANSPORT_UDP, "127.0.0.3:5060", "", 60 },
	{ "dns:long.example", TRANSPORT_UDP, "127.0.0.3:5060", "", 65535 },
	{ "dns:six.example", TRANSPORT_UDP, "[::1]:5060", "", 300 },
	{ "dns:routeless.example", TRANSPORT_UDP, NULL, "", 300 },
	{ "dns:service.example", TRANSPORT_UDP, "127.0.0.1:5080 127.0.0.1:5070 127.0.0.2:5070", "", 90 },
	{ "dns:service.example", TRANSPORT_TCP, "127.0.0.1:5090", "", 90 },
	{ "dns:service.example", TRANSPORT_TLS, "127.0.0.1:5099", "", 90 },
	{ "dns:service.example:5060", TRANSPORT_UDP, "127.0.0.9:5060", "", 90 },
	{ "dns:half.example", TRANSPORT_UDP, "127.0.0.1:5060", "", 90 },
	{ "dns:none.example", TRANSPORT_UDP, "", "the domain offers no such service", 60 },
	{ "dns:gone.example", TRANSPORT_UDP, "", "no such name", 60 },
	{ "dns:gone.example:5060", TRANSPORT_UDP, "", "no such name", 60 },
	{ "dns:nothing.example", TRANSPORT_UDP, "", "name has no address", 60 },
	{ "dns:fail.example", TRANSPORT_UDP, "", "name server cannot be reached or fails", 60 },
	{ "dns:localhost", TRANSPORT_UDP, NULL, "", 60 },
};

START_TEST(host_gives_addresses)
{
	struct result r = look_up(cases[_i].host, cases[_i].transport);

	ck_assert_msg(strcmp(r.error, cases[_i].error) == 0, "%s: %s", cases[_i].host, r.error);
	if (cases[_i].addresses != NULL)
		ck_assert_msg(
		    strcmp(r.addresses, cases[_i].addresses) == 0, "%s: %s", cases[_i].host, r.addresses);
	else
		ck_assert_int_eq(strncmp(r.addresses, "127.0.0.", 8), 0);
	ck_assert_msg(r.ttl == cases[_i].ttl, "%s: ttl %u", cases[_i].host, r.ttl);
	ck_assert_int_ne(dns_timeout(dns), 0);
}
END_TEST

START_TEST(ipv4_comes_before_ipv6)
{
	struct result r = look_up("dns:both.example", TRANSPORT_UDP);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	struct sockaddr_in6 one = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback, .sin6_port = 1 };
	bool six = fd >= 0 && connect(fd, (struct sockaddr *)&one, sizeof(one)) == 0;

	if (fd >= 0)
		close(fd);
	ck_assert_str_eq(r.addresses, six ? "127.0.0.4:5060 [::1]:5060" : "127.0.0.4:5060");
}
END_TEST

START_TEST(literals_and_known_hosts_ask_nobody)
{
	look_up("ipv4:192.0.2.1", TRANSPORT_UDP);
	look_up("dns:localhost", TRANSPORT_UDP);
	ck_assert_uint_eq(asked.n, 0);
}
END_TEST

START_TEST(host_with_port_is_not_asked_for_services)
{
	look_up("dns:plain.example:5060", TRANSPORT_UDP);
	for (size_t i = 0; i < asked.n; i++)
		ck_assert_int_ne(strncmp(asked.v[i], "SRV", 3), 0);
	ck_assert_uint_eq(asked.n, 2);
}
END_TEST

START_TEST(static_names_come_first)
{
	struct static_host *h = static_host_new("plain.example");
	struct result r;

	vec_push(&h->addresses, xstrdup("192.0.2.9"));
	vec_push(&h->addresses, xstrdup("2001:db8::9"));
	change_conf();
	conf_put_host(conf, h);
	configure();
	r = look_up("dns:Plain.example", TRANSPORT_UDP);
	ck_assert_str_eq(r.addresses, "192.0.2.9:5060 [2001:db8::9]:5060");
	ck_assert_uint_eq(asked.n, 0);
	change_conf();
	conf_remove_host(conf, "plain.example");
	configure();
	r = look_up("dns:plain.example", TRANSPORT_UDP);
	ck_assert_str_eq(r.addresses, "127.0.0.1:5060");
}
END_TEST

START_TEST(single_label_gets_the_domain)
{
	struct result r;

	change_conf();
	conf_edit_system(conf)->domain = xstrdup("gw.example");
	configure();
	r = look_up("dns:short", TRANSPORT_UDP);
	ck_assert_str_eq(r.addresses, "127.0.0.5:5060");
	ck_assert_str_eq(asked.v[0], "SRV _sip._udp.short.gw.example");
}
END_TEST

START_TEST(mute_server_is_given_up_in_time)
{
	struct result r, ok = { 0 };
	struct timespec a, b;

	dns_set_deadline(dns, 120);
	clock_gettime(CLOCK_MONOTONIC, &a);
	resolve("dns:plain.example", TRANSPORT_UDP, &ok);
	r = look_up(_i == 0   ? "dns:mute.example"
		    : _i == 1 ? "dns:mute.example:5060"
			      : "dns:cut.example",
	    TRANSPORT_UDP);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert_str_eq(r.error, "name server does not answer");
	ck_assert_int_lt((b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000, 500);
	ck_assert_int_eq(ok.calls, 1);
	ck_assert_str_eq(ok.addresses, "127.0.0.1:5060");
}
END_TEST

START_TEST(cancelled_is_not_called)
{
	struct result r = { 0 }, other = { 0 };
	struct dns_query *q = resolve("dns:plain.example", TRANSPORT_UDP, &r);

	dns_cancel(q);
	q = resolve("ipv4:192.0.2.1", TRANSPORT_UDP, &r);
	ck_assert_int_eq(dns_timeout(dns), 0);
	dns_cancel(q);
	dns_cancel(resolve("dns:mute.example", TRANSPORT_UDP, &r));
	resolve("dns:two.example", TRANSPORT_UDP, &other);
	wait_for(&other);
	ck_assert_int_eq(r.calls, 0);
	resolve("dns:mute.example", TRANSPORT_UDP, &r); /* dns_free ends it */
	resolve("ipv4:192.0.2.1", TRANSPORT_UDP, &r);
}
END_TEST

struct chain {
	struct result result;
	struct dns_query *victim;
	int rounds;
};

static void
again(void *arg, const struct dns_answer *a)
{
	struct chain *c = arg;
	struct host h;
	char err[64];

	(void)a;
	c->rounds++;
	dns_cancel(c->victim);
	c->victim = NULL;
	ck_assert_int_eq(host_parse(&h, "ipv4:192.0.2.1", err, sizeof(err)), 0);
	if (c->rounds < 5)
		dns_resolve(dns, &h, TRANSPORT_UDP, again, c);
	host_free(&h);
}

START_TEST(callback_may_ask_and_cancel)
{
	struct chain c = { 0 };
	struct host h;
	char err[64];

	ck_assert_int_eq(host_parse(&h, "ipv4:192.0.2.1", err, sizeof(err)), 0);
	dns_resolve(dns, &h, TRANSPORT_UDP, again, &c);
	host_free(&h);
	c.victim = resolve("ipv4:192.0.2.2", TRANSPORT_UDP, &c.result);
	dns_tick(dns);
	ck_assert_int_ge(c.rounds, 1);
	for (int i = 0; i < 10; i++)
		dns_tick(dns);
	ck_assert_int_eq(c.rounds, 5);
	ck_assert_int_eq(c.result.calls, 0);
}
END_TEST

START_TEST(new_servers_take_over_what_is_under_way)
{
	struct result r = { 0 };

	change_conf();
	free(conf_edit_system(conf)->name_servers.v[0]);
	conf_edit_system(conf)->name_servers.v[0] = xstrdup("127.0.0.77");
	configure();
	resolve("dns:plain.example", TRANSPORT_UDP, &r);
	step();
	change_conf();
	free(conf_edit_system(conf)->name_servers.v[0]);
	conf_edit_system(conf)->name_servers.v[0] = xstrdup("127.0.0.1");
	configure();
	wait_for(&r);
	ck_assert_str_eq(r.addresses, "127.0.0.1:5060");
}
END_TEST

START_TEST(no_server_there_is_told)
{
	struct result r;

	change_conf();
	free(conf_edit_system(conf)->name_servers.v[0]);
	conf_edit_system(conf)->name_servers.v[0] = xstrdup("127.0.0.77");
	configure();
	dns_set_deadline(dns, 100); /* c-ares overlooks an ICMP error now and then and waits a second */
	r = look_up("dns:plain.example", TRANSPORT_UDP);
	ck_assert_str_eq(r.error, "name server cannot be reached or fails");
}
END_TEST

START_TEST(system_servers_are_taken_without_configured_ones)
{
	struct result r = { 0 };

	change_conf();
	free(conf_edit_system(conf)->name_servers.v[0]);
	conf_edit_system(conf)->name_servers.n = 0;
	configure();
	resolve("dns:plain.example", TRANSPORT_UDP, &r);
	dns_set_deadline(dns, 20);
	r = look_up("ipv4:192.0.2.1", TRANSPORT_UDP);
	ck_assert_uint_eq(asked.n, 0);
}
END_TEST

START_TEST(weights_are_drawn)
{
	int first[4] = { 0 };

	dns_seed(dns, 4711);
	for (int i = 0; i < 100; i++) {
		struct result r = look_up("dns:weighed.example", TRANSPORT_UDP);
		unsigned port;

		ck_assert_int_eq(sscanf(r.addresses, "127.0.0.1:%u ", &port), 1);
		ck_assert_uint_le(port, 3);
		first[port]++;
	}
	ck_assert_int_gt(first[1], 75);
	ck_assert_int_gt(first[2], 2);
	ck_assert_int_lt(first[3], 8);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("dns");
	TCase *tc = tcase_create("dns");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 20);
	tcase_add_loop_test(tc, host_gives_addresses, 0, COUNT(cases));
	tcase_add_test(tc, ipv4_comes_before_ipv6);
	tcase_add_test(tc, literals_and_known_hosts_ask_nobody);
	tcase_add_test(tc, host_with_port_is_not_asked_for_services);
	tcase_add_test(tc, static_names_come_first);
	tcase_add_test(tc, single_label_gets_the_domain);
	tcase_add_loop_test(tc, mute_server_is_given_up_in_time, 0, 3);
	tcase_add_test(tc, cancelled_is_not_called);
	tcase_add_test(tc, callback_may_ask_and_cancel);
	tcase_add_test(tc, new_servers_take_over_what_is_under_way);
	tcase_add_test(tc, no_server_there_is_told);
	tcase_add_test(tc, system_servers_are_taken_without_configured_ones);
	tcase_add_test(tc, weights_are_drawn);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
