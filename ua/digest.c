#include "ua/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

/* Reading. */

static const struct {
	const char *name;
	enum digest_algorithm algorithm;
	bool sess;
} algorithms[] = {
	{ "MD5", DIGEST_MD5, false },
	{ "MD5-sess", DIGEST_MD5, true },
	{ "SHA-256", DIGEST_SHA256, false },
	{ "SHA-256-sess", DIGEST_SHA256, true },
	{ "SHA-512-256", DIGEST_SHA512_256, false },
	{ "SHA-512-256-sess", DIGEST_SHA512_256, true },
};

/* One element of a list of challenges or parameters. Where a challenge ends and the next one begins shows
 * only in this: a scheme is a word without '='. */
enum element {
	ELEMENT_END,
	ELEMENT_WORD, /* a scheme, or a token68 that looks like one */
	ELEMENT_PARAMETER,
	ELEMENT_BAD, /* anything else, and parameters with control bytes or too long */
};

struct reader {
	const char *p;
	const char *name; /* not terminated */
	size_t namelen;
	char value[DIGEST_VALUE_MAX + 1];
};

static bool
control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static void
skip_blanks(struct reader *r)
{
	r->p += strspn(r->p, " \t\r\n"); /* a folded header has line ends here; never within a value */
}

static size_t
token_length(const char *p)
{
	return strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~");
}

/* To the next comma outside quotes. */
static void
skip_element(struct reader *r)
{
	bool quoted = false;

	for (; *r->p != '\0' && (quoted || *r->p != ','); r->p++) {
		if (*r->p == '"')
			quoted = !quoted;
		else if (quoted && *r->p == '\\' && r->p[1] != '\0')
			r->p++;
	}
}

/* The value at p, quoted or not. An unquoted one may hold more than a token (base64 nonces). False: unusable,
 * but p stands behind it. */
static bool
read_value(struct reader *r)
{
	bool quoted = *r->p == '"', good = true;
	size_t n = 0;

	r->p += quoted;
	for (; *r->p != '\0' && (quoted ? *r->p != '"' : strchr(" \t\r\n,\"", *r->p) == NULL); r->p++) {
		if (quoted && *r->p == '\\' && r->p[1] != '\0')
			r->p++;
		if (control(*r->p) || n == DIGEST_VALUE_MAX)
			good = false;
		else
			r->value[n++] = *r->p;
	}
	r->value[n] = '\0';
	if (!quoted)
		return good;
	if (*r->p == '\0')
		return false;
	r->p++;
	return good;
}

static enum element
next_element(struct reader *r)
{
	enum element kind;

	r->p += strspn(r->p, " \t\r\n,");
	if (*r->p == '\0')
		return ELEMENT_END;
	r->name = r->p;
	r->namelen = token_length(r->p);
	r->p += r->namelen;
	kind = strchr(" \t\r\n,", *r->p) != NULL ? ELEMENT_WORD : ELEMENT_BAD; /* finds the NUL too */
	skip_blanks(r);
	if (r->namelen > 0 && *r->p == '=') {
		r->p++;
		skip_blanks(r);
		kind = read_value(r) ? ELEMENT_PARAMETER : ELEMENT_BAD;
		skip_blanks(r);
		if (*r->p != ',' && *r->p != '\0')
			kind = ELEMENT_BAD;
	}
	if (kind == ELEMENT_BAD)
		skip_element(r);
	return kind;
}

static bool
named(const struct reader *r, const char *name)
{
	return r->namelen == strlen(name) && strncasecmp(r->name, name, r->namelen) == 0;
}

/* The header when it is short enough, else an empty one. */
static const char *
bounded(const char *header)
{
	return strnlen(header, DIGEST_HEADER_MAX + 1) > DIGEST_HEADER_MAX ? "" : header;
}

static void
challenge_free(struct digest_challenge *c)
{
	free(c->realm);
	free(c->nonce);
	free(c->opaque);
	free(c->algorithm_text);
	*c = (struct digest_challenge){ 0 };
}

/* A challenge while it is read: what needs all of it is decided at its end. */
struct draft {
	struct digest_challenge c;
	char *qop, *stale, *userhash;
	bool digest, bad;
};

static void
draft_parameter(struct draft *d, const struct reader *r)
{
	const struct {
		const char *name;
		char **to;
	} parameters[] = {
		{ "realm", &d->c.realm },
		{ "nonce", &d->c.nonce },
		{ "opaque", &d->c.opaque },
		{ "algorithm", &d->c.algorithm_text },
		{ "qop", &d->qop },
		{ "stale", &d->stale },
		{ "userhash", &d->userhash },
	};

	for (size_t i = 0; i < COUNT(parameters); i++)
		if (named(r, parameters[i].name) && *parameters[i].to == NULL)
			*parameters[i].to = xstrdup(r->value);
}

static void
set_qop(struct digest_challenge *c, const char *list)
{
	bool any = false;

	for (const char *p = list; p != NULL && *p != '\0';) {
		size_t n = strcspn(p, ", ");

		any |= n > 0;
		if (n == 4 && strncasecmp(p, "auth", n) == 0)
			c->qop = DIGEST_QOP_AUTH;
		else if (n == 8 && strncasecmp(p, "auth-int", n) == 0 && c->qop == DIGEST_QOP_NONE)
			c->qop = DIGEST_QOP_AUTH_INT;
		p += n;
		p += strspn(p, ", ");
	}
	/* An empty list asks for nothing: answered as if it were not there. */
	c->qop_unusable = any && c->qop == DIGEST_QOP_NONE;
}

/* Puts the finished challenge into the list, or drops it; the draft is empty again. */
static void
draft_end(struct draft *d, struct digest_challenges *list)
{
	if (d->digest && !d->bad && d->c.realm != NULL && d->c.nonce != NULL &&
	    list->n < DIGEST_CHALLENGES_MAX) {
		struct digest_challenge *c = &list->v[list->n++];

		*c = d->c;
		d->c = (struct digest_challenge){ 0 };
		c->algorithm = c->algorithm_text == NULL ? DIGEST_MD5 : DIGEST_UNKNOWN;
		for (size_t i = 0; i < COUNT(algorithms); i++) {
			if (str_caseeq(c->algorithm_text, algorithms[i].name)) {
				c->algorithm = algorithms[i].algorithm;
				c->sess = algorithms[i].sess;
			}
		}
		set_qop(c, d->qop);
		c->stale = str_caseeq(d->stale, "true");
		c->userhash = str_caseeq(d->userhash, "true");
	}
	challenge_free(&d->c);
	free(d->qop);
	free(d->stale);
	free(d->userhash);
	*d = (struct draft){ 0 };
}

void
digest_parse(struct digest_challenges *list, const char *header, bool proxy)
{
	struct reader r = { .p = bounded(header) };
	struct draft d = { 0 };
	enum element kind;

	while ((kind = next_element(&r)) != ELEMENT_END) {
		if (kind == ELEMENT_PARAMETER) {
			draft_parameter(&d, &r);
		} else if (kind == ELEMENT_BAD) {
			d.bad = true;
		} else if (d.qop == NULL || !(named(&r, "auth") || named(&r, "auth-int"))) {
			/* The exception is the rest of a list without quotes: qop=auth,auth-int. */
			draft_end(&d, list);
			d.digest = named(&r, "Digest");
			d.c.proxy = proxy;
		}
	}
	draft_end(&d, list);
}

void
digest_challenges_free(struct digest_challenges *list)
{
	for (size_t i = 0; i < list->n; i++)
		challenge_free(&list->v[i]);
	list->n = 0;
}

char *
digest_nextnonce(const char *header)
{
	struct reader r = { .p = bounded(header) };
	enum element kind;

	while ((kind = next_element(&r)) != ELEMENT_END)
		if (kind == ELEMENT_PARAMETER && named(&r, "nextnonce"))
			return xstrdup(r.value);
	return NULL;
}

/* Choosing. */

static bool
acceptable(const struct digest_challenge *c, const char *floor_realm, enum digest_algorithm floor)
{
	if (c->algorithm == DIGEST_UNKNOWN || c->qop_unusable)
		return false;
	return floor_realm == NULL || strcmp(c->realm, floor_realm) != 0 || c->algorithm >= floor;
}

size_t
digest_choose(const struct digest_challenges *list, const char *floor_realm, enum digest_algorithm floor,
    const struct digest_challenge **chosen, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n && n < max; i++) {
		const struct digest_challenge *c = &list->v[i];
		bool taken = false;

		for (size_t k = 0; k < n && !taken; k++)
			taken = chosen[k]->proxy == c->proxy && strcmp(chosen[k]->realm, c->realm) == 0;
		if (!taken && acceptable(c, floor_realm, floor))
			chosen[n++] = c;
	}
	return n;
}

/* Answering. */

static const EVP_MD *
hash_function(enum digest_algorithm a)
{
	switch (a) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA512_256:
		return EVP_sha512_256();
	case DIGEST_UNKNOWN:
		break;
	}
	return NULL;
}

/* The hash over the parts with a colon between them, in hex; hex may be one of the parts. The context knows
 * its function from one EVP_DigestInit_ex() for each answer: naming it again costs OpenSSL 3 a fetch, which
 * is dearer than the hash. */
struct part {
	const void *bytes;
	size_t len;
};

static int
hash_parts(EVP_MD_CTX *ctx, const struct part *parts, size_t n, char *hex)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int good = EVP_DigestInit_ex(ctx, NULL, NULL);

	for (size_t i = 0; i < n && good; i++)
		good = (i == 0 || EVP_DigestUpdate(ctx, ":", 1)) &&
		       EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len);
	if (!good || !EVP_DigestFinal_ex(ctx, sum, &len) || 2 * len >= DIGEST_HEX)
		return -1;
	for (unsigned i = 0; i < len; i++) {
		hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	hex[2 * len] = '\0';
	mem_wipe(sum, sizeof sum);
	return 0;
}

static struct part
text(const char *s)
{
	return (struct part){ s, strlen(s) };
}

#define HASH(ctx, hex, ...)                                                                                  \
	hash_parts((ctx), (struct part[]){ __VA_ARGS__ }, COUNT(((struct part[]){ __VA_ARGS__ })), (hex))

static bool
needs_cnonce(const struct digest_challenge *c)
{
	return c->qop != DIGEST_QOP_NONE || c->sess;
}

static const char *
qop_name(enum digest_qop qop)
{
	return qop == DIGEST_QOP_AUTH_INT ? "auth-int" : "auth";
}

static void
nc_text(uint32_t nc, char hex[9])
{
	for (int i = 0; i < 8; i++)
		hex[i] = "0123456789abcdef"[nc >> (28 - 4 * i) & 15];
	hex[8] = '\0';
}

/* RFC 7616 3.4.1 to 3.4.3, RFC 2069 without qop; over the values without quotes and escapes. */
static int
respond(EVP_MD_CTX *ctx, const struct digest_answer *a, char *hex)
{
	const struct digest_challenge *c = a->challenge;
	char ha1[DIGEST_HEX], ha2[DIGEST_HEX], body[DIGEST_HEX], nc[9];
	int rc = HASH(ctx, ha1, text(a->username), text(c->realm), text(a->password));

	if (rc == 0 && c->sess)
		rc = HASH(ctx, ha1, text(ha1), text(c->nonce), text(a->cnonce));
	if (rc == 0 && c->qop == DIGEST_QOP_AUTH_INT) {
		rc = HASH(ctx, body, { a->body, a->bodylen });
		if (rc == 0)
			rc = HASH(ctx, ha2, text(a->method), text(a->uri), text(body));
	} else if (rc == 0) {
		rc = HASH(ctx, ha2, text(a->method), text(a->uri));
	}
	nc_text(a->nc, nc);
	if (rc == 0 && c->qop == DIGEST_QOP_NONE)
		rc = HASH(ctx, hex, text(ha1), text(c->nonce), text(ha2));
	else if (rc == 0)
		rc = HASH(ctx, hex, text(ha1), text(c->nonce), text(nc), text(a->cnonce),
		    text(qop_name(c->qop)), text(ha2));
	mem_wipe(ha1, sizeof ha1);
	return rc;
}

int
digest_response(const struct digest_answer *a, char *hex)
{
	const EVP_MD *md = hash_function(a->challenge->algorithm);
	EVP_MD_CTX *ctx;
	int rc = -1;

	if (md == NULL || a->challenge->qop_unusable || a->username == NULL || a->password == NULL ||
	    a->method == NULL || a->uri == NULL || (needs_cnonce(a->challenge) && a->cnonce == NULL))
		return -1;
	ctx = EVP_MD_CTX_new();
	if (ctx != NULL && EVP_DigestInit_ex(ctx, md, NULL))
		rc = respond(ctx, a, hex);
	EVP_MD_CTX_free(ctx);
	return rc;
}

static bool
clean(const char *s)
{
	for (; s != NULL && *s != '\0'; s++)
		if (control(*s))
			return false;
	return true;
}

static void
write_quoted(struct out *o, const char *name, const char *value)
{
	out_str(o, name);
	out_write(o, "=\"", 2);
	for (;;) {
		size_t n = strcspn(value, "\"\\");

		out_write(o, value, n);
		if (value[n] == '\0')
			break;
		out_char(o, '\\');
		out_char(o, value[n]);
		value += n + 1;
	}
	out_char(o, '"');
}

int
digest_answer(const struct digest_answer *a, struct out *o)
{
	const struct digest_challenge *c = a->challenge;
	char response[DIGEST_HEX], nc[9];

	if (!clean(a->username) || !clean(c->realm) || !clean(c->nonce) || !clean(c->opaque) ||
	    !clean(c->algorithm_text) || !clean(a->uri) || !clean(a->cnonce) ||
	    digest_response(a, response) != 0)
		return -1;
	write_quoted(o, "Digest username", a->username);
	write_quoted(o, ",realm", c->realm);
	write_quoted(o, ",nonce", c->nonce);
	write_quoted(o, ",uri", a->uri);
	write_quoted(o, ",response", response);
	if (c->algorithm_text != NULL) { /* a known name, so a token */
		out_str(o, ",algorithm=");
		out_str(o, c->algorithm_text);
	}
	if (c->opaque != NULL)
		write_quoted(o, ",opaque", c->opaque);
	if (needs_cnonce(c))
		write_quoted(o, ",cnonce", a->cnonce);
	if (c->qop != DIGEST_QOP_NONE) {
		out_str(o, ",qop=");
		out_str(o, qop_name(c->qop));
		nc_text(a->nc, nc);
		out_str(o, ",nc=");
		out_write(o, nc, 8);
	}
	return 0;
}
