#include "conf/conf.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

bool
dns_name_valid(const char *name)
{
	size_t label = 0;

	if (*name == '\0' || strlen(name) > 253)
		return false;
	for (const char *p = name; *p != '\0'; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!isalnum((unsigned char)*p) && *p != '_' && (*p != '-' || label == 0))
			return false;
		if (++label > 63)
			return false;
	}
	return name[strlen(name) - 1] != '-';
}

static int
refuse(char *err, size_t errsz, const char *what, const char *text)
{
	snprintf(err, errsz, "%s: '%.64s'", what, text);
	return -1;
}

/* The port behind `colon`, if there is one. */
static int
port_parse(const char *colon, uint16_t *port)
{
	uint64_t n;

	*port = 0;
	if (colon == NULL || *colon == '\0')
		return 0;
	if (*colon != ':' || str_uint(colon + 1, 1, 65535, &n) != 0)
		return -1;
	*port = (uint16_t)n;
	return 0;
}

static int
literal(enum host_kind kind, const char *from, size_t len, char **name)
{
	unsigned char address[sizeof(struct in6_addr)];
	int family = kind == HOST_IPV4 ? AF_INET : AF_INET6;
	char text[INET6_ADDRSTRLEN];

	if (len >= sizeof text)
		return -1;
	memcpy(text, from, len);
	text[len] = '\0';
	if (inet_pton(family, text, address) != 1 || inet_ntop(family, address, text, sizeof text) == NULL)
		return -1;
	*name = xstrdup(text);
	return 0;
}

int
host_parse(struct host *host, const char *text, char *err, size_t errsz)
{
	struct host h = { .kind = HOST_IPV4 };
	const char *at = text, *colon;

	if (str_casestarts(text, "dns:")) {
		h.kind = HOST_DNS;
		at += 4;
		colon = strchr(at, ':');
		h.name = colon == NULL ? xstrdup(at) : xstrndup(at, (size_t)(colon - at));
		if (!dns_name_valid(h.name)) {
			free(h.name);
			return refuse(err, errsz, "Not a host name", text);
		}
	} else if (str_casestarts(text, "ipv6:")) {
		h.kind = HOST_IPV6;
		at += 5;
		colon = strchr(at, ']');
		if (*at != '[' || colon == NULL ||
		    literal(h.kind, at + 1, (size_t)(colon - at - 1), &h.name) != 0)
			return refuse(err, errsz, "Not an IPv6 address in brackets", text);
		colon++;
	} else {
		/* One of Cisco's own examples leaves the prefix out before an IPv4 address. */
		if (str_casestarts(text, "ipv4:"))
			at += 5;
		colon = strchr(at, ':');
		if (literal(h.kind, at, colon == NULL ? strlen(at) : (size_t)(colon - at), &h.name) != 0)
			return refuse(err, errsz,
			    at != text ? "Not an IPv4 address" : "'dns:', 'ipv4:' or 'ipv6:' expected", text);
	}
	if (port_parse(colon, &h.port) != 0) {
		free(h.name);
		return refuse(err, errsz, "Not a port number from 1 to 65535", text);
	}
	*host = h;
	return 0;
}

char *
host_text(const struct host *h)
{
	char port[8] = "";

	if (h->port != 0)
		snprintf(port, sizeof port, ":%u", h->port);
	switch (h->kind) {
	case HOST_IPV4:
		return xasprintf("ipv4:%s%s", h->name, port);
	case HOST_IPV6:
		return xasprintf("ipv6:[%s]%s", h->name, port);
	case HOST_DNS:
		break;
	}
	return xasprintf("dns:%s%s", h->name, port);
}

struct host
host_copy(const struct host *h)
{
	return (struct host){ h->kind, xstrdup(h->name), h->port };
}

void
host_free(struct host *h)
{
	free(h->name);
	h->name = NULL;
}

bool
host_identical(const struct host *a, const struct host *b)
{
	return a->kind == b->kind && a->port == b->port && str_eq(a->name, b->name);
}

bool
host_equal(const struct host *a, const struct host *b)
{
	return a->kind == b->kind && a->port == b->port && str_caseeq(a->name, b->name);
}
