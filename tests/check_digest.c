/* check_digest.c - digest: vectors, reading of challenges good and hostile, choice, answers. */
#include "ua/digest.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

static char *
data_path(const char *name)
{
	const char *srcdir = getenv("srcdir");

	return xasprintf("%s/tests/data/%s", srcdir == NULL ? "." : srcdir, name);
}

/* Vectors. */

enum {
	ID,
	SOURCE,
	ALGORITHM,
	QOP,
	USERNAME,
	REALM,
	PASSWORD,
	METHOD,
	URI,
	NONCE,
	NC,
	CNONCE,
	BODY,
	HA1,
	HA2,
	RESPONSE,
	USERHASH,
	STATUS,
	COLUMNS,
};

static struct digest_challenges
parsed(const char *header)
{
	struct digest_challenges list = { .n = 0 };

	digest_parse(&list, header, false);
	return list;
}

/* "\r\n" as written in the table to the two bytes, in place. */
static void
resolve_line_ends(char *s)
{
	char *at;

	while ((at = strstr(s, "\\r\\n")) != NULL) {
		memcpy(at, "\r\n", 2);
		memmove(at + 2, at + 4, strlen(at + 4) + 1);
	}
}

static void
quote(struct out *o, const char *s)
{
	out_char(o, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			out_char(o, '\\');
		out_char(o, *s);
	}
	out_char(o, '"');
}

/* The row's challenge, read from a header, answered with the row's account. */
static void
check_vector(char *column[COLUMNS])
{
	struct out header = OUT_MEMORY, value = OUT_MEMORY;
	struct digest_challenges list;
	bool has_body = strcmp(column[BODY], "-") != 0;
	char hex[DIGEST_HEX] = "", *response;

	out_str(&header, "Digest realm=");
	quote(&header, column[REALM]);
	out_str(&header, ", nonce=");
	quote(&header, column[NONCE]);
	out_printf(&header, ", algorithm=%s", column[ALGORITHM]);
	if (strcmp(column[QOP], "-") != 0)
		out_printf(&header, ", qop=\"%s\"", column[QOP]);
	list = parsed(out_text(&header));
	ck_assert_msg(list.n == 1, "%s", column[ID]);
	resolve_line_ends(column[BODY]);

	struct digest_answer a = {
		.challenge = &list.v[0],
		.username = column[USERNAME],
		.password = column[PASSWORD],
		.method = column[METHOD],
		.uri = column[URI],
		.cnonce = strcmp(column[CNONCE], "-") == 0 ? NULL : column[CNONCE],
		.nc = (uint32_t)strtoul(column[NC], NULL, 16),
		.body = has_body ? column[BODY] : NULL,
		.bodylen = has_body ? strlen(column[BODY]) : 0,
	};

	ck_assert_msg(digest_response(&a, hex) == 0, "%s", column[ID]);
	ck_assert_msg(strcmp(hex, column[RESPONSE]) == 0, "%s: %s", column[ID], hex);
	ck_assert_int_eq(digest_answer(&a, &value), 0);
	response = xasprintf(",response=\"%s\"", hex);
	ck_assert_msg(strstr(out_text(&value), response) != NULL, "%s: %s", column[ID], out_text(&value));
	free(response);
	out_free(&value);
	out_free(&header);
	digest_challenges_free(&list);
}

START_TEST(all_vectors_agree)
{
	char *path = data_path("digest/vectors.tsv"), *line = NULL;
	FILE *f = fopen(path, "r");
	size_t size = 0, rows = 0;

	ck_assert_msg(f != NULL, "%s", path);
	while (getline(&line, &size, f) > 0) {
		char *rest = line, *column[COLUMNS];
		size_t n = 0;

		line[strcspn(line, "\n")] = '\0';
		while (rest != NULL && n < COLUMNS)
			column[n++] = strsep(&rest, "\t");
		ck_assert_uint_eq(n, COLUMNS);
		if (strcmp(column[ID], "id") == 0)
			continue;
		check_vector(column);
		rows++;
	}
	ck_assert_uint_ge(rows, 35);
	fclose(f);
	free(line);
	free(path);
}
END_TEST

/* Reading. Each challenge as "realm|nonce|opaque|algorithm as sent|algorithm|qop|flags", '-' for absent. */

static void
describe(const struct digest_challenges *list, struct out *o)
{
	static const char *const algorithms[] = { "?", "md5", "sha256", "sha512" };
	static const char *const qops[] = { "none", "auth", "int" };

	for (size_t i = 0; i < list->n; i++) {
		const struct digest_challenge *c = &list->v[i];

		out_printf(o, "%s%s|%s|%s|%s|%s%s|%s|%s%s%s", i > 0 ? " + " : "", c->realm, c->nonce,
		    c->opaque == NULL ? "-" : c->opaque, c->algorithm_text == NULL ? "-" : c->algorithm_text,
		    algorithms[c->algorithm], c->sess ? "-sess" : "", c->qop_unusable ? "bad" : qops[c->qop],
		    c->stale ? "s" : "", c->userhash ? "u" : "", c->proxy ? "p" : "");
	}
}

#define RN "Digest realm=\"r\", nonce=\"n\""

static const struct {
	const char *header, *expected;
} headers[] = {
	/* plain */
	{ RN, "r|n|-|-|md5|none|" },
	{ RN ", algorithm=MD5, qop=\"auth\", opaque=\"o\"", "r|n|o|MD5|md5|auth|" },
	{ RN ", algorithm=SHA-256, qop=\"auth,auth-int\"", "r|n|-|SHA-256|sha256|auth|" },
	{ RN ", algorithm=SHA-512-256, qop=\"auth-int\"", "r|n|-|SHA-512-256|sha512|int|" },
	{ RN ", algorithm=MD5-sess", "r|n|-|MD5-sess|md5-sess|none|" },
	{ RN ", algorithm=sha-256-SESS", "r|n|-|sha-256-SESS|sha256-sess|none|" },
	{ RN ", algorithm=SHA-512-256-sess", "r|n|-|SHA-512-256-sess|sha512-sess|none|" },
	{ RN ", algorithm=SHA3-999", "r|n|-|SHA3-999|?|none|" },
	{ RN ", algorithm=\"MD5, x=1\"", "r|n|-|MD5, x=1|?|none|" },
	{ RN ", stale=true, userhash=true", "r|n|-|-|md5|none|su" },
	{ RN ", stale=\"TRUE\", userhash=false", "r|n|-|-|md5|none|s" },
	{ RN ", stale=FALSE", "r|n|-|-|md5|none|" },
	/* odd spelling */
	{ "  digest Realm=\"example.com\" ,nonce = \"nQ\",QOP=auth,algorithm=\"MD5\",  opaque=\"o,p=q\", "
	  "foo=\"bar;baz\", domain=\"sip:example.com\"",
	    "example.com|nQ|o,p=q|MD5|md5|auth|" },
	{ "DIGEST\tREALM\t=\t\"r\"\t,\tNONCE=\"n\"\t", "r|n|-|-|md5|none|" },
	{ ",, Digest ,realm=\"r\",,nonce=\"n\",", "r|n|-|-|md5|none|" },
	{ "Digest realm=\"r\",\r\n nonce=\"n\"", "r|n|-|-|md5|none|" },
	{ "Digest realm=example.com, nonce=dGVzdA==, opaque=a/b:c",
	    "example.com|dGVzdA==|a/b:c|-|md5|none|" },
	{ "Digest realm=\"a \\\"b\\\" \\\\c\\d\", nonce=\"n\"", "a \"b\" \\cd|n|-|-|md5|none|" },
	{ "Digest realm=\"k\xc3\xa4the\", nonce=\"\xff\"", "k\xc3\xa4the|\xff|-|-|md5|none|" },
	{ "Digest realm=\"\", nonce=\"\"", "||-|-|md5|none|" },
	{ RN ", opaque=, stale=", "r|n||-|md5|none|" },
	{ RN ", opaque=\"\"", "r|n||-|md5|none|" },
	/* qop */
	{ RN ", qop=auth-int", "r|n|-|-|md5|int|" },
	{ RN ", qop=\"auth-int, AUTH\"", "r|n|-|-|md5|auth|" },
	{ RN ", qop=\" foo , auth-int \"", "r|n|-|-|md5|int|" },
	{ RN ", qop=\"foo\"", "r|n|-|-|md5|bad|" },
	{ RN ", qop=\"authx\"", "r|n|-|-|md5|bad|" },
	{ RN ", qop=\"\"", "r|n|-|-|md5|none|" },
	{ "Digest realm=\"r\", qop=auth,auth-int, nonce=\"n\"", "r|n|-|-|md5|auth|" },
	/* repeated and missing */
	{ RN ", realm=\"s\", nonce=\"m\", qop=auth, qop=foo", "r|n|-|-|md5|auth|" },
	{ RN ", algorithm=SHA-256, algorithm=MD5", "r|n|-|SHA-256|sha256|none|" },
	{ "Digest realm=\"r\"", "" },
	{ "Digest nonce=\"n\"", "" },
	{ "Digest", "" },
	{ "", "" },
	{ " , ,", "" },
	{ "realm=\"r\", nonce=\"n\"", "" },
	/* several */
	{ "Digest realm=\"a\", nonce=\"x\", Digest realm=\"b\", nonce=\"y\"",
	    "a|x|-|-|md5|none| + b|y|-|-|md5|none|" },
	{ "Digest realm=\"a\", nonce=\"x\", stale=true,Digest realm=\"b\"", "a|x|-|-|md5|none|s" },
	{ "Digest realm=\"a\", Digest realm=\"b\", nonce=\"y\"", "b|y|-|-|md5|none|" },
	{ "Basic realm=\"x\", " RN, "r|n|-|-|md5|none|" },
	{ RN ", Basic realm=\"x\", nonce=\"y\"", "r|n|-|-|md5|none|" },
	{ "Basic realm=\"x, Digest realm=y, nonce=z\", " RN, "r|n|-|-|md5|none|" },
	{ "Negotiate abc==, " RN, "r|n|-|-|md5|none|" },
	{ "Negotiate a/b+c==, " RN ", Negotiate", "r|n|-|-|md5|none|" },
	{ "Negotiate, NTLM, " RN ", NTLM TlRMTVNTUAAC", "r|n|-|-|md5|none|" },
	{ "Bearer realm=\"b\", nonce=\"c\"", "" },
	{ "DigestX realm=\"b\", nonce=\"c\"", "" },
	/* malformed: this challenge is passed over, not its neighbours */
	{ "Digest realm=\"r\" nonce=\"n\"", "" },
	{ "Digest realm=\"r\"; nonce=\"n\", " RN, "r|n|-|-|md5|none|" },
	{ RN ", opaque=\"open", "" },
	{ RN ", opaque=\"open\\", "" },
	{ RN ", opaque=\"open\\\"", "" },
	{ RN ", =\"x\", Digest realm=\"b\", nonce=\"y\"", "b|y|-|-|md5|none|" },
	{ RN ", \"x\", Digest realm=\"b\", nonce=\"y\"", "b|y|-|-|md5|none|" },
	{ "Digest realm=\"r\"x, nonce=\"n\"", "" },
	{ "Digest \"realm\"=\"r\", nonce=\"n\"", "" },
	{ "Digest realm==r, nonce=\"n\"", "=r|n|-|-|md5|none|" },
	/* nothing may be injected */
	{ "Digest realm=\"r\r\nX-Evil: 1\", nonce=\"n\"", "" },
	{ "Digest realm=\"r\\\r\\\nX-Evil: 1\", nonce=\"n\"", "" },
	{ "Digest realm=\"r\", nonce=\"n\r\n folded\"", "" },
	{ "Digest realm=\"r\", nonce=n\r\nX-Evil: 1", "" },
	{ RN ", opaque=\"\n\"", "" },
	{ RN ", algorithm=\"MD5\r\"", "" },
	{ RN ", algorithm=MD5\x01", "" },
	{ RN ", unknown=\"\x7f\"", "" },
	{ RN ", opaque=\"a\tb\", Digest realm=\"b\", nonce=\"y\"", "b|y|-|-|md5|none|" },
	{ RN ", \x02, Digest realm=\"b\", nonce=\"y\"", "b|y|-|-|md5|none|" },
};

START_TEST(header_gives_these_challenges)
{
	struct digest_challenges list = parsed(headers[_i].header);
	struct out text = OUT_MEMORY;

	describe(&list, &text);
	ck_assert_msg(strcmp(out_text(&text), headers[_i].expected) == 0, "%s\n%s\n%s", headers[_i].header,
	    out_text(&text), headers[_i].expected);
	out_free(&text);
	digest_challenges_free(&list);
}
END_TEST

START_TEST(several_headers_gather_in_order)
{
	struct digest_challenges list = { .n = 0 };
	struct out text = OUT_MEMORY;

	digest_parse(&list, "Digest realm=\"a\", nonce=\"x\"", false);
	digest_parse(&list, "Basic realm=\"a\"", false);
	digest_parse(&list, "Digest realm=\"b\", nonce=\"y\"", true);
	describe(&list, &text);
	ck_assert_str_eq(out_text(&text), "a|x|-|-|md5|none| + b|y|-|-|md5|none|p");
	out_free(&text);
	digest_challenges_free(&list);
}
END_TEST

START_TEST(sizes_are_bounded)
{
	char value[DIGEST_VALUE_MAX + 2], fill[DIGEST_HEADER_MAX + 2];
	struct digest_challenges list;
	struct out many = OUT_MEMORY;
	char *header;

	memset(value, 'v', sizeof value);
	value[DIGEST_VALUE_MAX] = '\0';
	header = xasprintf("Digest realm=\"r\", nonce=\"%s\"", value);
	list = parsed(header);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_str_eq(list.v[0].nonce, value);
	digest_challenges_free(&list);
	free(header);

	value[DIGEST_VALUE_MAX] = 'v';
	value[DIGEST_VALUE_MAX + 1] = '\0';
	header = xasprintf("Digest realm=\"q\", nonce=\"%s\", " RN, value);
	list = parsed(header);
	ck_assert_uint_eq(list.n, 1);
	ck_assert_str_eq(list.v[0].realm, "r");
	digest_challenges_free(&list);
	free(header);

	memset(fill, ' ', sizeof fill);
	memcpy(fill, RN, strlen(RN));
	fill[DIGEST_HEADER_MAX] = '\0';
	list = parsed(fill);
	ck_assert_uint_eq(list.n, 1);
	digest_challenges_free(&list);
	fill[DIGEST_HEADER_MAX] = ' ';
	fill[DIGEST_HEADER_MAX + 1] = '\0';
	list = parsed(fill);
	ck_assert_uint_eq(list.n, 0);

	for (unsigned i = 0; i < 2 * DIGEST_CHALLENGES_MAX; i++)
		out_printf(&many, "Digest realm=\"%u\", nonce=\"n\", ", i);
	list = parsed(out_text(&many));
	ck_assert_uint_eq(list.n, DIGEST_CHALLENGES_MAX);
	ck_assert_str_eq(list.v[DIGEST_CHALLENGES_MAX - 1].realm, "15");
	digest_challenges_free(&list);
	out_free(&many);
}
END_TEST

START_TEST(challenges_of_the_registrar_peers_are_read)
{
	char *pattern = data_path("registrars/*.xml"), *line = NULL;
	size_t size = 0, headers_seen = 0, challenges_seen = 0;
	glob_t files;

	ck_assert_int_eq(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *f = fopen(files.gl_pathv[i], "r");

		ck_assert_ptr_nonnull(f);
		while (getline(&line, &size, f) > 0) {
			bool proxy = str_casestarts(line, "Proxy-Authenticate:");
			struct digest_challenges list = { .n = 0 };

			if (!proxy && !str_casestarts(line, "WWW-Authenticate:"))
				continue;
			digest_parse(&list, strchr(line, ':') + 1, proxy);
			ck_assert_msg(list.n > 0, "%s: %s", files.gl_pathv[i], line);
			for (size_t k = 0; k < list.n; k++)
				ck_assert_msg(str_eq(list.v[k].realm, "example.com") ||
						  str_eq(list.v[k].realm, "other.invalid"),
				    "%s: %s", files.gl_pathv[i], list.v[k].realm);
			headers_seen++;
			challenges_seen += list.n;
			digest_challenges_free(&list);
		}
		fclose(f);
	}
	ck_assert_uint_ge(headers_seen, 20);
	ck_assert_uint_ge(challenges_seen, headers_seen + 1); /* one holds two */
	globfree(&files);
	free(line);
	free(pattern);
}
END_TEST

static const struct {
	const char *header, *nonce;
} nextnonces[] = {
	{ "nextnonce=\"abc\"", "abc" },
	{ "qop=auth, rspauth=\"0\", NextNonce = abc==, nc=1", "abc==" },
	{ "nextnonce=\"a\\\"b\"", "a\"b" },
	{ "nextnonce=\"a\r\nX: y\"", NULL },
	{ "nextnonce=\"open", NULL },
	{ "rspauth=\"nextnonce=x\"", NULL },
	{ "", NULL },
};

START_TEST(nextnonce_is_found)
{
	char *nonce = digest_nextnonce(nextnonces[_i].header);

	ck_assert_pstr_eq(nonce, nextnonces[_i].nonce);
	free(nonce);
}
END_TEST

/* Choosing. A challenge as "realm/algorithm/qop", with "proxy:" before it for a 407. */

static const struct {
	const char *offered[6], *floor_realm;
	enum digest_algorithm floor;
	const char *chosen;
} choices[] = {
	{ { "r/MD5/auth" }, NULL, 0, "r/MD5" },
	/* the server's order, not our idea of strength (RFC 8760 2.4) */
	{ { "r/SHA-256/auth", "r/MD5/auth" }, NULL, 0, "r/SHA-256" },
	{ { "r/MD5/auth", "r/SHA-512-256/auth" }, NULL, 0, "r/MD5" },
	/* the topmost that we can answer */
	{ { "r/SHA3-999/auth", "r/SHA-256/auth", "r/MD5/auth" }, NULL, 0, "r/SHA-256" },
	{ { "r/SHA-256/foo", "r/MD5/auth" }, NULL, 0, "r/MD5" },
	{ { "r/SHA-256/auth-int", "r/MD5/auth" }, NULL, 0, "r/SHA-256" },
	{ { "r/SHA3-999/auth" }, NULL, 0, "" },
	/* one for each realm and kind */
	{ { "a/MD5/auth", "b/SHA-256/auth", "a/SHA-256/auth" }, NULL, 0, "a/MD5 b/SHA-256" },
	{ { "a/MD5/auth", "A/MD5/auth" }, NULL, 0, "a/MD5 A/MD5" },
	{ { "r/MD5/auth", "proxy:r/MD5/auth" }, NULL, 0, "r/MD5 proxy:r/MD5" },
	/* no way down */
	{ { "r/MD5/auth" }, "r", DIGEST_SHA256, "" },
	{ { "r/MD5/auth", "r/SHA-256/auth" }, "r", DIGEST_SHA256, "r/SHA-256" },
	{ { "r/SHA-512-256/auth" }, "r", DIGEST_SHA256, "r/SHA-512-256" },
	{ { "r/MD5-sess/auth", "other/MD5/auth" }, "r", DIGEST_SHA256, "other/MD5" },
	{ { "r/MD5/auth" }, "other", DIGEST_SHA512_256, "r/MD5" },
	{ { "r/MD5/auth" }, "r", DIGEST_MD5, "r/MD5" },
	/* max is 2 here */
	{ { "a/MD5/auth", "b/MD5/auth", "c/MD5/auth" }, NULL, 0, "a/MD5 b/MD5" },
};

START_TEST(topmost_known_challenge_of_each_realm_is_chosen)
{
	const struct digest_challenge *chosen[2];
	struct digest_challenges list = { .n = 0 };
	struct out text = OUT_MEMORY;
	size_t n;

	for (size_t i = 0; i < COUNT(choices[_i].offered) && choices[_i].offered[i] != NULL; i++) {
		const char *spec = choices[_i].offered[i];
		bool proxy = str_starts(spec, "proxy:");
		char realm[16], algorithm[32], qop[16], *header;

		ck_assert_int_eq(
		    sscanf(proxy ? spec + 6 : spec, "%15[^/]/%31[^/]/%15s", realm, algorithm, qop), 3);
		header = xasprintf(
		    "Digest realm=\"%s\", nonce=\"n\", algorithm=%s, qop=\"%s\"", realm, algorithm, qop);
		digest_parse(&list, header, proxy);
		free(header);
	}
	n = digest_choose(&list, choices[_i].floor_realm, choices[_i].floor, chosen, COUNT(chosen));
	for (size_t i = 0; i < n; i++)
		out_printf(&text, "%s%s%s/%s", i > 0 ? " " : "", chosen[i]->proxy ? "proxy:" : "",
		    chosen[i]->realm, chosen[i]->algorithm_text);
	ck_assert_str_eq(out_text(&text), choices[_i].chosen);
	out_free(&text);
	digest_challenges_free(&list);
}
END_TEST

/* Answering. */

static struct digest_answer
alice(const struct digest_challenge *c)
{
	return (struct digest_answer){
		.challenge = c,
		.username = "alice",
		.password = "secret",
		.method = "REGISTER",
		.uri = "sip:h",
		.cnonce = "c0ffee",
		.nc = 0x1f,
	};
}

/* #: the response, whatever it is. */
static const struct {
	const char *header, *answer;
} answers[] = {
	{ RN, "Digest username=\"alice\",realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"#\"" },
	{ RN ", algorithm=\"md5\", opaque=\"o,p=q\"",
	    "Digest username=\"alice\",realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"#\",algorithm=md5,"
	    "opaque=\"o,p=q\"" },
	{ RN ", algorithm=MD5, qop=\"auth\", opaque=\"\"",
	    "Digest username=\"alice\",realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"#\",algorithm=MD5,"
	    "opaque=\"\",cnonce=\"c0ffee\",qop=auth,nc=0000001f" },
	{ RN ", qop=\"auth-int\", userhash=true",
	    "Digest username=\"alice\",realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"#\","
	    "cnonce=\"c0ffee\",qop=auth-int,nc=0000001f" },
	{ RN ", algorithm=SHA-256-sess",
	    "Digest username=\"alice\",realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"#\","
	    "algorithm=SHA-256-sess,cnonce=\"c0ffee\"" },
	{ "Digest realm=\"a\\\"b\\\\c\", nonce=\"\\\"\", opaque=\"\\\\\"",
	    "Digest username=\"alice\",realm=\"a\\\"b\\\\c\",nonce=\"\\\"\",uri=\"sip:h\",response=\"#\","
	    "opaque=\"\\\\\"" },
};

START_TEST(answer_has_this_form)
{
	struct digest_challenges list = parsed(answers[_i].header);
	struct digest_answer a = alice(&list.v[0]);
	struct out value = OUT_MEMORY, expected = OUT_MEMORY;
	const char *hash = strchr(answers[_i].answer, '#');
	char hex[DIGEST_HEX];

	ck_assert_int_eq(digest_answer(&a, &value), 0);
	ck_assert_int_eq(digest_response(&a, hex), 0);
	out_write(&expected, answers[_i].answer, (size_t)(hash - answers[_i].answer));
	out_str(&expected, hex);
	out_str(&expected, hash + 1);
	ck_assert_str_eq(out_text(&value), out_text(&expected));
	out_free(&value);
	out_free(&expected);
	digest_challenges_free(&list);
}
END_TEST

/* V15 */
START_TEST(quotes_in_the_user_name_are_escaped)
{
	struct digest_challenges list = parsed(RN);
	struct digest_answer a = alice(&list.v[0]);
	struct out value = OUT_MEMORY;

	a.username = "a\",realm=\"evil\\";
	ck_assert_int_eq(digest_answer(&a, &value), 0);
	ck_assert(str_starts(out_text(&value), "Digest username=\"a\\\",realm=\\\"evil\\\\\",realm=\"r\""));
	out_free(&value);
	digest_challenges_free(&list);
}
END_TEST

static void
refused(const struct digest_answer *a)
{
	struct out value = OUT_MEMORY;

	ck_assert_int_eq(digest_answer(a, &value), -1);
	ck_assert_uint_eq(value.len, 0);
	out_free(&value);
}

/* V15 */
START_TEST(control_bytes_never_reach_the_header)
{
	static const char *const bad[] = { "a\r\nX: y", "\n", "\r", "\x01", "\x7f", "a\tb" };

	for (size_t i = 0; i < COUNT(bad); i++) {
		char *text = xstrdup(bad[i]), r[] = "r", n[] = "n";
		struct digest_challenge challenges[] = {
			{ .realm = text, .nonce = n, .algorithm = DIGEST_MD5 },
			{ .realm = r, .nonce = text, .algorithm = DIGEST_MD5 },
			{ .realm = r, .nonce = n, .algorithm = DIGEST_MD5, .opaque = text },
			{ .realm = r, .nonce = n, .algorithm = DIGEST_MD5, .algorithm_text = text },
		};
		struct digest_challenge good = { .realm = r, .nonce = n, .algorithm = DIGEST_MD5 };
		struct digest_answer a;

		for (size_t k = 0; k < COUNT(challenges); k++) {
			a = alice(&challenges[k]);
			refused(&a);
		}
		a = alice(&good);
		a.username = text;
		refused(&a);
		a = alice(&good);
		a.uri = text;
		refused(&a);
		a = alice(&good);
		a.cnonce = text;
		refused(&a);
		free(text);
	}
}
END_TEST

START_TEST(what_cannot_be_answered_is_refused)
{
	static const char *const bad[] = { RN ", algorithm=SHA3-999", RN ", qop=\"foo\"" };
	struct digest_challenges list;
	struct digest_answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		list = parsed(bad[i]);
		a = alice(&list.v[0]);
		refused(&a);
		digest_challenges_free(&list);
	}
	list = parsed(RN ", qop=auth");
	a = alice(&list.v[0]);
	a.cnonce = NULL;
	refused(&a);
	a = alice(&list.v[0]);
	a.password = NULL; /* type 6 without its key */
	refused(&a);
	digest_challenges_free(&list);
}
END_TEST

/* Mutations: whatever arrives, reading ends, and an answer is one header line. */

static const char *const seeds[] = {
	RN ", algorithm=MD5, qop=\"auth,auth-int\", opaque=\"o,p=q\", stale=true",
	"Basic realm=\"x\", Digest realm=\"a\\\"b\", nonce=\"n\", Negotiate abc==, Digest realm=b, nonce=c==",
	RN ", algorithm=SHA-256-sess, qop=auth,auth-int, " RN ", algorithm=\"SHA-512-256\", qop=\"auth-int\"",
	"nextnonce=\"abc\", qop=auth, rspauth=\"00\", cnonce=\"c\", nc=00000001",
};

static uint32_t
chance(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void
mutate(char *s, size_t room, uint32_t *seed)
{
	static const char bytes[] = "\"\\,= \t\r\n;\x01\x7f\xff"
				    "aD/\"\",,";

	for (uint32_t k = 1 + chance(seed, 6); k > 0; k--) {
		size_t len = strlen(s), at = chance(seed, (uint32_t)len + 1), n;

		switch (chance(seed, 4)) {
		case 0: /* another byte */
			if (at < len)
				s[at] = bytes[chance(seed, sizeof bytes - 1)];
			break;
		case 1: /* one byte more */
			if (len + 1 < room) {
				memmove(s + at + 1, s + at, len - at + 1);
				s[at] = bytes[chance(seed, sizeof bytes - 1)];
			}
			break;
		case 2: /* a piece less */
			n = chance(seed, 12);
			n = n < len - at ? n : len - at;
			memmove(s + at, s + at + n, len - at - n + 1);
			break;
		case 3: /* a piece twice */
			n = chance(seed, 40);
			n = n < len - at ? n : len - at;
			if (len + n < room)
				memmove(s + at + n, s + at, len - at + 1);
			break;
		}
	}
}

static bool
one_line(const char *s)
{
	while ((unsigned char)*s >= 0x20 && *s != 0x7f)
		s++;
	return *s == '\0';
}

START_TEST(mutated_headers_do_no_harm)
{
	uint32_t seed = 1;
	size_t read = 0;

	for (unsigned i = 0; i < 200000; i++) {
		char work[1024];
		const struct digest_challenge *chosen[DIGEST_CHALLENGES_MAX];
		struct digest_challenges list;
		size_t n;
		char *copy;

		snprintf(work, sizeof work, "%s", seeds[i % COUNT(seeds)]);
		mutate(work, sizeof work, &seed);
		copy = xstrdup(work); /* exactly as long, so that reading beyond shows */
		list = parsed(copy);
		free(digest_nextnonce(copy));
		free(copy);
		n = digest_choose(&list, NULL, DIGEST_UNKNOWN, chosen, COUNT(chosen));
		ck_assert_uint_le(n, list.n);
		read += list.n;
		for (size_t k = 0; k < n; k++) {
			struct digest_answer a = alice(chosen[k]);
			struct out value = OUT_MEMORY;

			ck_assert_int_eq(digest_answer(&a, &value), 0);
			ck_assert_msg(one_line(out_text(&value)), "%s", work);
			out_free(&value);
		}
		digest_challenges_free(&list);
	}
	ck_assert_uint_gt(read, 50000);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("digest");
	TCase *tcase = tcase_create("digest");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 120); /* mutations under valgrind */
	tcase_add_test(tcase, all_vectors_agree);
	tcase_add_loop_test(tcase, header_gives_these_challenges, 0, (int)COUNT(headers));
	tcase_add_test(tcase, several_headers_gather_in_order);
	tcase_add_test(tcase, sizes_are_bounded);
	tcase_add_test(tcase, challenges_of_the_registrar_peers_are_read);
	tcase_add_loop_test(tcase, nextnonce_is_found, 0, (int)COUNT(nextnonces));
	tcase_add_loop_test(tcase, topmost_known_challenge_of_each_realm_is_chosen, 0, (int)COUNT(choices));
	tcase_add_loop_test(tcase, answer_has_this_form, 0, (int)COUNT(answers));
	tcase_add_test(tcase, quotes_in_the_user_name_are_escaped);
	tcase_add_test(tcase, control_bytes_never_reach_the_header);
	tcase_add_test(tcase, what_cannot_be_answered_is_refused);
	tcase_add_test(tcase, mutated_headers_do_no_harm);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
