#include "ua/reply.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

struct piece {
	const char *at;
	size_t len;
};

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct piece
trimmed(struct piece p)
{
	while (p.len > 0 && blank(*p.at))
		p.at++, p.len--;
	while (p.len > 0 && blank(p.at[p.len - 1]))
		p.len--;
	return p;
}

/* Decimal digits, all of it; -1: something else. Longer than any sensible number means a large one. */
static int64_t
number(struct piece p)
{
	int64_t n = 0;

	if (p.len == 0)
		return -1;
	for (size_t i = 0; i < p.len; i++) {
		if (p.at[i] < '0' || p.at[i] > '9')
			return -1;
		if (n < INT32_MAX)
			n = n * 10 + (p.at[i] - '0');
	}
	return n < INT32_MAX ? n : INT32_MAX;
}

static int64_t
header_number(const char *text)
{
	return text == NULL ? -1 : number(trimmed((struct piece){ text, strlen(text) }));
}

int64_t
reply_min_expires(const struct sip_reply *reply)
{
	return header_number(reply->min_expires);
}

int64_t
reply_retry_after(const struct sip_reply *reply)
{
	if (reply->retry_after == NULL)
		return -1;
	return number(trimmed((struct piece){ reply->retry_after, strcspn(reply->retry_after, ";(") }));
}

/* The end of the piece that begins at `at`: the next `stop` outside quotes and angle brackets, or the end. */
static const char *
piece_end(const char *at, const char *end, char stop)
{
	bool quoted = false, angle = false;

	for (; at < end; at++) {
		if (quoted) {
			if (*at == '\\' && at + 1 < end)
				at++;
			else if (*at == '"')
				quoted = false;
		} else if (*at == '"' && !angle) {
			quoted = true;
		} else if (*at == '<') {
			angle = true;
		} else if (*at == '>') {
			angle = false;
		} else if (*at == stop && !angle) {
			break;
		}
	}
	return at;
}

/* The value of ;expires= among the parameters of a contact; -1: none, or no number. */
static int64_t
expires_param(const char *at, const char *end)
{
	while (at < end) {
		const char *next = piece_end(at, end, ';');
		const char *eq = memchr(at, '=', (size_t)(next - at));

		if (eq != NULL) {
			struct piece name = trimmed((struct piece){ at, (size_t)(eq - at) });
			struct piece value = trimmed((struct piece){ eq + 1, (size_t)(next - eq - 1) });

			if (name.len == 7 && strncasecmp(name.at, "expires", 7) == 0) {
				if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
					value = (struct piece){ value.at + 1, value.len - 2 };
				return number(value);
			}
		}
		at = next < end ? next + 1 : end;
	}
	return -1;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Whether an escaped user part means this user; a password behind ':' does not count. */
static bool
user_is(struct piece p, const char *user)
{
	for (size_t i = 0; i < p.len && p.at[i] != ':'; i++, user++) {
		char c = p.at[i];

		if (c == '%' && i + 2 < p.len && hex_digit(p.at[i + 1]) >= 0 && hex_digit(p.at[i + 2]) >= 0) {
			c = (char)(hex_digit(p.at[i + 1]) * 16 + hex_digit(p.at[i + 2]));
			i += 2;
		}
		if (c == '\0' || c != *user)
			return false;
	}
	return *user == '\0';
}

static bool
host_is(struct piece p, const char *host)
{
	unsigned char a[sizeof(struct in6_addr)], b[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];

	if (p.len == strlen(host) && strncasecmp(p.at, host, p.len) == 0)
		return true;
	if (p.len >= sizeof text)
		return false;
	memcpy(text, p.at, p.len);
	text[p.len] = '\0';
	return inet_pton(AF_INET6, text, a) == 1 && inet_pton(AF_INET6, host, b) == 1 &&
	       memcmp(a, b, sizeof a) == 0;
}

enum whose { OTHERS, OUR_USER, OURS };

static enum whose
uri_whose(struct piece uri, const struct contact *own)
{
	size_t scheme = uri.len >= 5 && strncasecmp(uri.at, "sips:", 5) == 0  ? 5
			: uri.len >= 4 && strncasecmp(uri.at, "sip:", 4) == 0 ? 4
									      : 0;
	const char *end = uri.at + uri.len, *at, *host_end;
	struct piece host;
	int64_t port;

	if (scheme == 0)
		return OTHERS;
	uri.at += scheme;
	at = memchr(uri.at, '@', (size_t)(end - uri.at));
	if (at == NULL || !user_is((struct piece){ uri.at, (size_t)(at - uri.at) }, own->user))
		return OTHERS;
	at++;
	for (host_end = at; host_end < end && *host_end != ';' && *host_end != '?';)
		host_end++;
	if (at < host_end && *at == '[') {
		const char *bracket = memchr(at, ']', (size_t)(host_end - at));

		if (bracket == NULL)
			return OUR_USER;
		host = (struct piece){ at + 1, (size_t)(bracket - at - 1) };
		at = bracket + 1;
	} else {
		const char *colon = memchr(at, ':', (size_t)(host_end - at));

		host = (struct piece){ at, (size_t)((colon == NULL ? host_end : colon) - at) };
		at = colon == NULL ? host_end : colon;
	}
	port = at < host_end && *at == ':' ? number((struct piece){ at + 1, (size_t)(host_end - at - 1) })
					   : 5060;
	return host_is(host, own->host) && port == own->port ? OURS : OUR_USER;
}

struct grants {
	const struct contact *own;
	size_t contacts, ours;
	int64_t own_expires; /* the smallest of ours, -1 */
	int64_t user_expires; /* of a contact with our user name elsewhere */
};

/* The '<' of a contact behind its display name, or the end. */
static const char *
angle(const char *at, const char *end)
{
	bool quoted = false;

	for (; at < end && (quoted || *at != '<'); at++) {
		if (quoted && *at == '\\' && at + 1 < end)
			at++;
		else if (*at == '"')
			quoted = !quoted;
	}
	return at;
}

static void
contact_read(struct grants *g, const char *at, const char *end)
{
	const char *open = angle(at, end), *close, *params;
	struct piece uri;
	enum whose whose;
	int64_t expires;

	if (open < end) {
		close = memchr(open, '>', (size_t)(end - open));
		if (close == NULL)
			return;
		uri = trimmed((struct piece){ open + 1, (size_t)(close - open - 1) });
		params = close + 1;
	} else {
		params = piece_end(at, end, ';');
		uri = trimmed((struct piece){ at, (size_t)(params - at) });
	}
	if (uri.len == 0)
		return;
	g->contacts++;
	whose = uri_whose(uri, g->own);
	expires = expires_param(params, end);
	if (whose == OURS) {
		g->ours++;
		if (expires >= 0 && (g->own_expires < 0 || expires < g->own_expires))
			g->own_expires = expires;
	} else if (whose == OUR_USER) {
		g->user_expires = expires;
	}
}

int64_t
reply_granted(const struct sip_reply *reply, const struct contact *own, unsigned asked)
{
	struct grants g = { .own = own, .own_expires = -1, .user_expires = -1 };
	int64_t header = header_number(reply->expires);

	for (size_t i = 0; i < COUNT(reply->contacts) && reply->contacts[i] != NULL; i++) {
		const char *at = reply->contacts[i], *end = at + strlen(at);

		while (at < end) {
			const char *next = piece_end(at, end, ',');

			contact_read(&g, at, next);
			at = next < end ? next + 1 : end;
		}
	}
	if (g.ours > 0)
		return g.own_expires >= 0 ? g.own_expires : header;
	if (g.contacts == 0)
		return header;
	if (g.contacts == 1 && g.user_expires > 0)
		header = header > 0 && header < g.user_expires ? header : g.user_expires;
	return header > 0 && header < asked ? header : -1;
}
