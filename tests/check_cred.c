/* check_cred.c - the resolver: sources, who asks and for which realm -> the entry that answers. */
#include "ua/cred.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/str.h"

/* An entry is written SOURCE:[NUMBER/]USER[@REALM][=PASSWORD]. SOURCE: P dial peer 7, C credentials, S
 * SIP-UA, TC and TS the same of a tenant. Without PASSWORD the whole text is the password, so that an answer
 * shows which entry it came from. */
struct entry {
	char *text; /* holds the others */
	const char *source, *number, *user, *realm, *password;
};

static struct entry
entry_parse(const char *spec)
{
	struct entry e = { .text = xstrdup(spec), .password = spec };
	char *password = e.text, *realm, *user;

	e.source = strsep(&password, ":");
	realm = strsep(&password, "=");
	user = strsep(&realm, "@");
	e.realm = realm;
	if (strchr(user, '/') != NULL)
		e.number = strsep(&user, "/");
	e.user = user;
	if (password != NULL)
		e.password = password;
	return e;
}

struct sources {
	struct conf *conf, *tenant;
	bool has_tenant;
};

static void
put_credential(struct sip_ua *s, const struct entry *e, struct secret secret)
{
	struct credential *c = credential_new();

	free(c->number);
	free(c->username);
	free(c->realm);
	c->number = xstrdup(e->number == NULL ? e->user : e->number);
	c->username = xstrdup(e->user);
	c->realm = xstrdup(e->realm);
	c->has_number = e->number != NULL;
	secret_free(&c->secret);
	c->secret = secret;
	sip_ua_put_credential(s, c);
}

static void
put_entry(struct sources *to, const char *spec)
{
	struct entry e = entry_parse(spec);
	struct secret secret = { SECRET_CLEAR, xstrdup(e.password), NULL };
	bool tenant = e.source[0] == 'T';
	struct sip_ua *s = conf_edit_sip_ua(tenant ? to->tenant : to->conf);

	to->has_tenant |= tenant;
	switch (e.source[tenant]) {
	case 'P':
		auth_list_put(&conf_edit_peer(to->conf, 7)->auth, e.user, e.realm, secret);
		break;
	case 'C':
		put_credential(s, &e, secret);
		break;
	default:
		auth_list_put(&s->auth, e.user, e.realm, secret);
	}
	free(e.text);
}

static struct sources
sources_new(const char *specs)
{
	struct sources s = { conf_new(), conf_new(), false };
	char *copy = xstrdup(specs), *rest = copy, *spec;

	conf_add_peer(s.conf, 7, PEER_POTS);
	while ((spec = strsep(&rest, " ")) != NULL)
		if (*spec != '\0')
			put_entry(&s, spec);
	free(copy);
	return s;
}

static void
sources_free(struct sources *s)
{
	conf_release(s->conf);
	conf_release(s->tenant);
}

enum request { REGISTER, INVITE };

static struct cred_query
query(const struct sources *s, const char *number, enum request request)
{
	return (struct cred_query){
		.peer = conf_peer(s->conf, 7),
		.number = number,
		.tenant = s->has_tenant ? s->tenant->sip_ua : NULL,
		.global = s->conf->sip_ua,
		.is_register = request == REGISTER,
	};
}

static enum cred_from
source_of(const struct entry *e)
{
	char last = e->source[strlen(e->source) - 1];

	return last == 'P' ? CRED_PEER : last == 'C' ? CRED_CREDENTIALS : CRED_SIP_UA;
}

/* The guide "Configuring Multiple Registrars on SIP Trunks", its examples. */
#define GUIDE_CREDENTIALS                                                                                    \
	"C:1111/MyUsername@Realm.example1.com C:1111/MyUsername2@AnotherRealm.example1.com "                 \
	"C:2222/TheirUsername@Realm.example1.com C:2222/TheirUsername2@AnotherRealm.example1.com"
#define GUIDE_STEPS                                                                                          \
	"C:1111/MyUsername@Realm1.example.com C:1111/MyUsername@Realm2.example.com "                         \
	"C:1111/AnotherUsername@Realm1.example.com C:1111/AnotherUsername@Realm2.example.com"
#define GUIDE_GLOBAL                                                                                         \
	"S:MyUsername@Realm.example1.com=MyPassword1 S:MyUsername@AnotherRealm.example1.com=MyPassword2 "    \
	"S:MyUsername@Realm.example2.com=MyPassword3 S:MyUsername@AnotherRealm.example2.com=MyPassword4"
#define GUIDE_PEER "P:MyUser@realm1.example.com=MyPassword P:MyUser@Realm2.example.com=MyPassword2"

static const struct {
	const char *sources, *number;
	enum request request;
	const char *realm, *expected, *case_realm;
} cases[] = {
	/* clang-format off */
	/* nothing there */
	{ "", "1001", REGISTER, "r", NULL, NULL },
	{ "", NULL, INVITE, "r", NULL, NULL },
	{ "P:peer@a C:1001/cred@b S:ua@c", "1001", REGISTER, "r", NULL, NULL },
	{ "P:peer@a C:1001/cred@b S:ua@c", "1001", INVITE, "r", NULL, NULL },
	/* one source each */
	{ "P:peer@r", "1001", REGISTER, "r", "P:peer@r", NULL },
	{ "C:1001/cred@r", "1001", REGISTER, "r", "C:1001/cred@r", NULL },
	{ "C:cred@r", "cred", REGISTER, "r", "C:cred@r", NULL },
	{ "S:ua@r", "1001", REGISTER, "r", "S:ua@r", NULL },
	{ "S:ua@r", NULL, INVITE, "r", "S:ua@r", NULL },
	/* the order */
	{ "S:ua@r C:1001/cred@r P:peer@r", "1001", REGISTER, "r", "P:peer@r", NULL },
	{ "S:ua@r C:1001/cred@r P:peer@r", "1001", INVITE, "r", "P:peer@r", NULL },
	{ "S:ua@r C:1001/cred@r P:peer@s", "1001", REGISTER, "r", "C:1001/cred@r", NULL },
	{ "S:ua@r C:1001/cred@s P:peer@s", "1001", REGISTER, "r", "S:ua@r", NULL },
	{ "S:ua@r C:1001/cred@r P:peer@s", "1001", REGISTER, "s", "P:peer@s", NULL },
	/* any realm comes last, whatever its source */
	{ "P:peer C:1001/cred@r", "1001", REGISTER, "r", "C:1001/cred@r", NULL },
	{ "P:peer S:ua@r", "1001", REGISTER, "r", "S:ua@r", NULL },
	{ "P:peer P:peer@s S:ua@r", "1001", REGISTER, "s", "P:peer@s", NULL },
	{ "P:peer C:1001/cred S:ua", "1001", REGISTER, "r", "P:peer", NULL },
	{ "P:peer@s C:1001/cred S:ua", "1001", REGISTER, "r", "C:1001/cred", NULL },
	{ "C:1001/cred C:1001/cred2@s S:ua", "1001", REGISTER, "r", "C:1001/cred", NULL },
	{ "C:1001/cred C:1001/cred2@s S:ua", "1001", REGISTER, "s", "C:1001/cred2@s", NULL },
	{ "C:1001/cred S:ua", "1002", REGISTER, "r", "S:ua", NULL },
	{ "C:1001/cred S:ua@r", "1001", REGISTER, "r", "S:ua@r", NULL },
	{ "P:peer@s S:ua", "1001", REGISTER, "r", "S:ua", NULL },
	{ "S:ua S:ua@s", "1001", REGISTER, "", "S:ua", NULL },
	/* a number's own entries; a REGISTER never borrows */
	{ "C:1001/one@r C:1002/two@r", "1002", REGISTER, "r", "C:1002/two@r", NULL },
	{ "C:1001/one@r C:1002/two@s", "1002", REGISTER, "r", NULL, NULL },
	{ "C:1001/one@r", "100", REGISTER, "r", NULL, NULL },
	{ "C:100/one@r", "1001", REGISTER, "r", NULL, NULL },
	{ "C:pilot@r", "1001", REGISTER, "r", NULL, NULL },
	{ "C:pilot@r S:ua@r", "1001", REGISTER, "r", "S:ua@r", NULL },
	{ "C:pilot", "1001", REGISTER, "r", NULL, NULL },
	{ "C:1001/one@r=pw C:1002/one@r=pw", "1003", REGISTER, "r", NULL, NULL },
	/* another request may use the pilot's */
	{ "C:1001/one@r C:1002/two@r C:pilot@r", "1002", INVITE, "r", "C:1002/two@r", NULL },
	{ "C:1001/one@r C:1002/two@r C:pilot@r", "1003", INVITE, "r", "C:pilot@r", NULL },
	{ "C:1001/one@r C:1002/two@r C:pilot@r", NULL, INVITE, "r", "C:pilot@r", NULL },
	{ "C:1001/one@r C:1002/two@s", "1003", INVITE, "r", "C:1001/one@r", NULL },
	{ "C:1001/one@r C:1002/two@s", "1002", INVITE, "r", "C:1001/one@r", NULL },
	{ "C:1001/one@r", NULL, INVITE, "r", "C:1001/one@r", NULL },
	{ "C:1001/one@r S:ua@r", "1003", INVITE, "r", "C:1001/one@r", NULL },
	{ "C:1001/one@r P:peer@r", "1003", INVITE, "r", "P:peer@r", NULL },
	/* but where there is a choice nobody guesses */
	{ "C:1001/one@r C:1002/two@r", "1003", INVITE, "r", NULL, NULL },
	{ "C:1001/one@r C:1002/two@r S:ua@r", "1003", INVITE, "r", "S:ua@r", NULL },
	{ "C:pilot@r C:other@r C:1001/one@r", "1003", INVITE, "r", NULL, NULL },
	{ "C:1001/one@r=pw C:1002/one@r=pw", "1003", INVITE, "r", "C:1001/one@r=pw", NULL }, /* one account */
	{ "C:1001/one@r=pw C:1002/one@r=px", "1003", INVITE, "r", NULL, NULL },
	/* an entry without realm is borrowed by nobody */
	{ "C:pilot", "1001", INVITE, "r", NULL, NULL },
	{ "C:1001/cred C:pilot@r", "1001", INVITE, "r", "C:pilot@r", NULL },
	/* bytes, not letters */
	{ "P:peer@Example.com", "1001", REGISTER, "example.com", NULL, "Example.com" },
	{ "C:1001/cred@Example.com", "1001", REGISTER, "example.com", NULL, "Example.com" },
	{ "C:1001/cred@Example.com", "1002", REGISTER, "example.com", NULL, NULL },
	{ "C:1001/cred@Example.com", "1002", INVITE, "example.com", NULL, "Example.com" },
	{ "S:ua@Example.com", "1001", REGISTER, "example.com", NULL, "Example.com" },
	{ "S:ua@Example.com S:ua", "1001", REGISTER, "example.com", "S:ua", "Example.com" },
	{ "S:ua@Example.com S:ua@example.com", "1001", REGISTER, "example.com", "S:ua@example.com", "Example.com" },
	{ "S:ua@example.com", "1001", REGISTER, "example.com.", NULL, NULL },
	{ "S:ua@k\xc3\xa4the", "1001", REGISTER, "k\xc3\x84the", NULL, NULL },
	/* tenant */
	{ "TC:1001/t@r C:1001/g@r", "1001", REGISTER, "r", "TC:1001/t@r", NULL },
	{ "TC:1001/t@s C:1001/g@r", "1001", REGISTER, "r", "C:1001/g@r", NULL },
	{ "TS:t@r S:g@r", "1001", REGISTER, "r", "TS:t@r", NULL },
	{ "TS:t@s S:g@r", "1001", REGISTER, "r", "S:g@r", NULL },
	{ "TS:t@r C:1001/g@r", "1001", REGISTER, "r", "C:1001/g@r", NULL },
	{ "TS:t S:g", "1001", REGISTER, "r", "TS:t", NULL },
	{ "TC:1001/t C:1001/g", "1001", REGISTER, "r", "TC:1001/t", NULL },
	{ "TS:t S:g@r", "1001", REGISTER, "r", "S:g@r", NULL },
	{ "P:peer@r TC:1001/t@r TS:t@r", "1001", REGISTER, "r", "P:peer@r", NULL },
	{ "TC:pilot@r C:1001/g@r", "1001", INVITE, "r", "C:1001/g@r", NULL },
	{ "TC:pilot@r C:1001/g@r", "1002", INVITE, "r", "TC:pilot@r", NULL },
	{ "TC:t1@r TC:t2@r C:pilot@r", "1002", INVITE, "r", NULL, NULL },
	{ "TS:t@Example.com", "1001", REGISTER, "example.com", NULL, "Example.com" },
	/* the guide: credentials of two numbers */
	{ GUIDE_CREDENTIALS, "1111", REGISTER, "Realm.example1.com", "C:1111/MyUsername@Realm.example1.com", NULL },
	{ GUIDE_CREDENTIALS, "1111", REGISTER, "AnotherRealm.example1.com", "C:1111/MyUsername2@AnotherRealm.example1.com", NULL },
	{ GUIDE_CREDENTIALS, "2222", REGISTER, "Realm.example1.com", "C:2222/TheirUsername@Realm.example1.com", NULL },
	{ GUIDE_CREDENTIALS, "2222", INVITE, "AnotherRealm.example1.com", "C:2222/TheirUsername2@AnotherRealm.example1.com", NULL },
	{ GUIDE_CREDENTIALS, "3333", REGISTER, "Realm.example1.com", NULL, NULL },
	{ GUIDE_CREDENTIALS, "3333", INVITE, "Realm.example1.com", NULL, NULL },
	{ GUIDE_CREDENTIALS, "1111", REGISTER, "realm.example1.com", NULL, "Realm.example1.com" },
	/* its steps: the later entry of the same number and realm replaces the earlier */
	{ GUIDE_STEPS, "1111", REGISTER, "Realm1.example.com", "C:1111/AnotherUsername@Realm1.example.com", NULL },
	{ GUIDE_STEPS, "1111", REGISTER, "Realm2.example.com", "C:1111/AnotherUsername@Realm2.example.com", NULL },
	/* its SIP-UA authentication */
	{ GUIDE_GLOBAL, "1111", REGISTER, "Realm.example1.com", "S:MyUsername@Realm.example1.com=MyPassword1", NULL },
	{ GUIDE_GLOBAL, "1111", REGISTER, "AnotherRealm.example1.com", "S:MyUsername@AnotherRealm.example1.com=MyPassword2", NULL },
	{ GUIDE_GLOBAL, "1111", INVITE, "Realm.example2.com", "S:MyUsername@Realm.example2.com=MyPassword3", NULL },
	{ GUIDE_GLOBAL, "2222", INVITE, "AnotherRealm.example2.com", "S:MyUsername@AnotherRealm.example2.com=MyPassword4", NULL },
	{ GUIDE_GLOBAL, "1111", REGISTER, "Realm.example3.com", NULL, NULL },
	/* its dial peer, which spells the two realms differently */
	{ GUIDE_PEER, "3", REGISTER, "realm1.example.com", "P:MyUser@realm1.example.com=MyPassword", NULL },
	{ GUIDE_PEER, "3", INVITE, "Realm2.example.com", "P:MyUser@Realm2.example.com=MyPassword2", NULL },
	{ GUIDE_PEER, "3", REGISTER, "Realm1.example.com", NULL, "realm1.example.com" },
	/* its order: peer, credentials, SIP-UA, none */
	{ GUIDE_PEER " " GUIDE_STEPS " " GUIDE_GLOBAL, "1111", REGISTER, "Realm2.example.com", "P:MyUser@Realm2.example.com=MyPassword2", NULL },
	{ GUIDE_PEER " " GUIDE_STEPS " " GUIDE_GLOBAL, "1111", REGISTER, "Realm1.example.com", "C:1111/AnotherUsername@Realm1.example.com", "realm1.example.com" },
	{ GUIDE_PEER " " GUIDE_STEPS " " GUIDE_GLOBAL, "1111", REGISTER, "Realm.example2.com", "S:MyUsername@Realm.example2.com=MyPassword3", NULL },
	{ GUIDE_PEER " " GUIDE_STEPS " " GUIDE_GLOBAL, "1111", REGISTER, "elsewhere.example.com", NULL, NULL },
	/* clang-format on */
};

START_TEST(this_entry_answers)
{
	struct sources s = sources_new(cases[_i].sources);
	struct cred_query q = query(&s, cases[_i].number, cases[_i].request);
	struct cred c = cred_find(&q, cases[_i].realm);
	const char *name = cases[_i].sources;

	if (cases[_i].expected == NULL) {
		ck_assert_msg(c.from == CRED_NONE, "%s: %s", name, c.username);
		ck_assert_ptr_null(c.secret);
		ck_assert_int_eq(c.peer, -1);
	} else {
		struct entry e = entry_parse(cases[_i].expected);

		ck_assert_msg(c.from == source_of(&e), "%s: from %d", name, (int)c.from);
		ck_assert_str_eq(c.username, e.user);
		ck_assert_str_eq(c.secret->clear, e.password);
		ck_assert_msg(c.any_realm == (e.realm == NULL), "%s: any realm", name);
		ck_assert_int_eq(c.peer, c.from == CRED_PEER ? 7 : -1);
		free(e.text);
	}
	ck_assert_pstr_eq(cred_case_realm(&q, cases[_i].realm), cases[_i].case_realm);
	sources_free(&s);
}
END_TEST

START_TEST(request_without_peer_uses_no_peer)
{
	struct sources s = sources_new("P:peer@r P:peer S:ua@r");
	struct cred_query q = query(&s, "1001", REGISTER);

	q.peer = NULL;
	ck_assert_int_eq(cred_find(&q, "r").from, CRED_SIP_UA);
	ck_assert_int_eq(cred_find(&q, "s").from, CRED_NONE);
	ck_assert_str_eq(cred_case_realm(&q, "R"), "r"); /* of the SIP-UA */
	sources_free(&s);
}
END_TEST

START_TEST(missing_master_key_still_finds_the_entry)
{
	struct sources s = sources_new("");
	struct secret locked = { SECRET_TYPE6, NULL, xstrdup("ABCDEF") };
	struct cred_query q;
	struct cred c;

	auth_list_put(&conf_edit_sip_ua(s.conf)->auth, "ua", "r", locked);
	q = query(&s, "1001", REGISTER);
	c = cred_find(&q, "r");
	ck_assert_int_eq(c.from, CRED_SIP_UA);
	ck_assert_ptr_null(c.secret->clear);
	sources_free(&s);
}
END_TEST

/* Sixty thousand accounts, each found once: some 0.1 s, while a walk over all for each would be 3.6 billion
 * steps. The bound only tells these two apart. */
START_TEST(register_is_found_quickly_among_many)
{
	enum { ACCOUNTS = 60000 };
	struct sources s = sources_new("");
	struct sip_ua *ua = conf_edit_sip_ua(s.conf);
	char number[16];
	clock_t start;

	for (unsigned i = 0; i < ACCOUNTS; i++) {
		struct entry e = { .number = number, .user = "user", .realm = "r" };

		snprintf(number, sizeof number, "%u", 100000 + i);
		put_credential(ua, &e, (struct secret){ SECRET_CLEAR, xstrdup(number), NULL });
	}
	start = clock();
	for (unsigned i = 0; i < ACCOUNTS; i++) {
		struct cred_query q;
		struct cred c;

		snprintf(number, sizeof number, "%u", 100000 + i);
		q = query(&s, number, REGISTER);
		c = cred_find(&q, "r");
		if (c.secret == NULL || strcmp(c.secret->clear, number) != 0)
			ck_abort_msg("%s not found", number);
	}
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 10);
	sources_free(&s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cred");
	TCase *tcase = tcase_create("cred");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, this_entry_answers, 0, (int)COUNT(cases));
	tcase_add_test(tcase, request_without_peer_uses_no_peer);
	tcase_add_test(tcase, missing_master_key_still_finds_the_entry);
	tcase_add_test(tcase, register_is_found_quickly_among_many);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
