/* check_secret.c - password types against published and own vectors. */
#include "conf/secret.h"

#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { COLUMNS = 5 };

/* Calls row with the columns of each line below the head line; missing columns are "". */
static void
each_row(const char *file, void (*row)(char *column[COLUMNS]))
{
	const char *dir = getenv("srcdir");
	char *path = xasprintf("%s/tests/data/type7/%s", dir != NULL ? dir : ".", file);
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, rows = 0;

	ck_assert_msg(f != NULL, "%s cannot be opened", path);
	while (getline(&line, &size, f) > 0) {
		char *rest = line, *column[COLUMNS];

		line[strcspn(line, "\r\n")] = '\0';
		for (size_t i = 0; i < COLUMNS; i++) {
			column[i] = strsep(&rest, "\t");
			if (column[i] == NULL)
				column[i] = line + strlen(line);
		}
		if (rows++ > 0)
			row(column);
	}
	ck_assert_uint_gt(rows, 2);
	free(line);
	fclose(f);
	free(path);
}

static void
vector_row(char *column[COLUMNS])
{
	char err[160] = "", *clear = type7_decode(column[0], err, sizeof err), *text;
	struct secret s;

	ck_assert_msg(clear != NULL, "%s: %s", column[0], err);
	ck_assert_str_eq(clear, column[1]);
	text = type7_encode(clear, (unsigned)atoi(column[2]));
	ck_assert_str_eq(text, column[0]);
	ck_assert_int_eq(secret_parse(&s, SECRET_TYPE7, column[0], NULL, err, sizeof err), 0);
	ck_assert_str_eq(s.clear, column[1]);
	ck_assert_str_eq(s.stored, column[0]);
	secret_free(&s);
	free(text);
	free(clear);
}

START_TEST(type7_vectors_decode_and_encode) { each_row("vectors.tsv", vector_row); }
END_TEST

/* What Cisco's documents and others published, and own ones. */
static const struct {
	const char *text, *clear;
} type7[] = {
	{ "1308181C00091D", "monkey" },
	{ "062506324F41584B5643", "Cisco1234" },
	{ "06070E204D", "aaaa" },
	{ "075E731F1A", "1234" },
	{ "0023044B375E08140A35011A5B", "Gw-Secret-42" },
	{ "15351C41372F28362D27787641", "Gw-Secret-42" },
	{ "151346000B242C69383226315E171E1100455C15475C0F1755014B5947401F415C0E160D02411A1707140D550C4B0D3801"
	  "48080B"
	  "484743595F507F7D73706A",
	    "a-long-pass-phrase-that-wraps-the-key-string-by-far-0123456789" },
};

START_TEST(published_type7_decodes_and_encodes)
{
	char err[160] = "", *clear = type7_decode(type7[_i].text, err, sizeof err), *text;

	ck_assert_msg(clear != NULL, "%s", err);
	ck_assert_str_eq(clear, type7[_i].clear);
	text = type7_encode(clear, (unsigned)((type7[_i].text[0] - '0') * 10 + type7[_i].text[1] - '0'));
	ck_assert_str_eq(text, type7[_i].text);
	free(text);
	free(clear);
}
END_TEST

static void
invalid_row(char *column[COLUMNS])
{
	bool accept = str_starts(column[2], "accept");
	struct secret s = { .type = SECRET_TYPE6 };
	char err[160] = "";
	int rc = secret_parse(&s, SECRET_TYPE7, column[0], NULL, err, sizeof err);

	ck_assert_msg(rc == (accept ? 0 : -1), "'%s': %s", column[0], column[1]);
	if (!accept) {
		ck_assert_msg(str_starts(err, "Invalid encrypted password: "), "'%s': %s", column[0], err);
		ck_assert_msg(strstr(err, " at position ") != NULL, "'%s': %s", column[0], err);
		ck_assert_int_eq(s.type, SECRET_TYPE6);
		ck_assert_ptr_null(s.stored);
	}
	secret_free(&s);
}

/* V7 */
START_TEST(type7_strings_of_any_shape_are_judged) { each_row("invalid.tsv", invalid_row); }
END_TEST

static const struct {
	const char *text, *err;
} bad7[] = {
	{ "", "a decimal digit is missing at position 1" },
	{ "0", "a decimal digit is missing at position 2" },
	{ "0X", "'X' is not a decimal digit at position 2" },
	{ "5322", "the seed is above 52 at position 1" },
	{ "0822455G0A16", "'G' is not a hexadecimal digit at position 8" },
	{ "08%2", "byte 0x25 is not a hexadecimal digit at position 3" },
	{ "08\033[", "byte 0x1B is not a hexadecimal digit at position 3" },
	{ "095FB01AA000401", "a hexadecimal digit is missing at position 16" },
	{ "00051664", "a control byte results at position 7" }, /* key byte 'f' XOR 0x64 */
	{ "000573", "a control byte results at position 5" }, /* a byte 0 never ends the string early */
};

/* V7, V8 */
START_TEST(type7_errors_name_the_position)
{
	char err[160] = "";

	ck_assert_ptr_null(type7_decode(bad7[_i].text, err, sizeof err));
	ck_assert(str_starts(err, "Invalid encrypted password: "));
	ck_assert_str_eq(err + strlen("Invalid encrypted password: "), bad7[_i].err);
	ck_assert_ptr_null(strchr(err, '%'));
}
END_TEST

START_TEST(type7_is_stored_in_upper_case)
{
	struct secret s;
	char err[160];

	ck_assert_int_eq(secret_parse(&s, SECRET_TYPE7, "1308181c00091d", NULL, err, sizeof err), 0);
	ck_assert_str_eq(s.stored, "1308181C00091D");
	ck_assert_str_eq(s.clear, "monkey");
	secret_free(&s);
}
END_TEST

static const struct {
	size_t len;
	int rc;
} lengths[] = { { 0, -1 }, { 1, 0 }, { 128, 0 }, { 129, -1 }, { 10000, -1 } };

/* V6; that SIP passwords have 4 at the least is in tests/cli/60-credentials.txt. */
START_TEST(clear_passwords_have_1_to_128_bytes)
{
	char *text = xmalloc(lengths[_i].len + 1), *coded, err[160] = "";
	struct secret s = { .type = SECRET_CLEAR };

	memset(text, 'q', lengths[_i].len);
	text[lengths[_i].len] = '\0';
	ck_assert_int_eq(secret_parse(&s, SECRET_CLEAR, text, NULL, err, sizeof err), lengths[_i].rc);
	if (lengths[_i].rc == 0) {
		ck_assert_str_eq(s.clear, text);
		coded = type7_decode(s.stored, err, sizeof err);
		ck_assert_str_eq(coded, text);
		free(coded);
	} else {
		ck_assert_str_eq(err, "Invalid password: 1 to 128 characters are allowed");
	}
	secret_free(&s);
	free(text);
}
END_TEST

START_TEST(clear_password_with_control_byte_is_refused)
{
	static const char *const texts[] = { "abc\td", "\033[2J", "pass\x7f", "line\nline" };

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct secret s;
		char err[160] = "";

		ck_assert_int_eq(secret_parse(&s, SECRET_CLEAR, texts[i], NULL, err, sizeof err), -1);
		ck_assert(str_starts(err, "Invalid password: control character at position "));
	}
}
END_TEST

START_TEST(same_clear_password_is_stored_the_same_way)
{
	struct secret a, b, c;
	char err[160];

	secret_parse(&a, SECRET_CLEAR, "gw-lab-pass", NULL, err, sizeof err);
	secret_parse(&b, SECRET_CLEAR, "gw-lab-pass", NULL, err, sizeof err);
	ck_assert(secret_equal(&a, &b));
	c = secret_copy(&a);
	secret_free(&a);
	ck_assert(secret_equal(&c, &b));
	c.type = SECRET_TYPE7;
	ck_assert(!secret_equal(&c, &b));
	secret_free(&b);
	secret_free(&c);
}
END_TEST

static const unsigned char salt_own[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static const struct {
	const char *master, *clear, *text;
	bool own; /* made with salt_own: encoding gives the same text */
} type6[] = {
	{ "Cisco123", "Cisco123", "fe_a`iJYE\\DZYJhDhTP[`MYaTgRH_MAAB", false },
	{ "mySecretMasterkey", "mySecretPassword", "XOUDEUYHeLGdB`UAZKX\\GK[iEgCWMZXEXN^dTGZ[UAAAB", false },
	{ "cisco123", "password", "NdUI^_YP[VEPG[MT_bfTEFNZYFCYe\\R\\M", false }, /* with a trailing NUL */
	{ "gw-master-key-1", "gw-lab-pass", "AGMAScA`PBCfOaR_SJ`EUUQAOiQ[VeOeFaYI", true },
	{ "gw-master-key-1", "odd-12-chars", "AGMAScA`PBCfPifV^_X`ZUQTQOg[^CThEIW[AAB", true },
	{ "gw-master-key-1", "a-password-longer-than-one-AES-block-0123",
	    "AGMAScA`PBCfP^bXYFbdKcEVRLNeZZDLbBbPDeh]`dbCdQLPFGEBJS^UXfNBgRWAheU`TN\\iE[DfLHS_A", true },
};

START_TEST(type6_vectors_decode_and_encode)
{
	char err[160] = "", *clear = type6_decode(type6[_i].text, type6[_i].master, err, sizeof err), *text;

	ck_assert_msg(clear != NULL, "%s", err);
	ck_assert_str_eq(clear, type6[_i].clear);
	text = type6_encode(clear, type6[_i].master, salt_own);
	if (type6[_i].own)
		ck_assert_str_eq(text, type6[_i].text);
	free(text);
	free(clear);
}
END_TEST

START_TEST(type6_of_every_length_comes_back)
{
	char clear[SECRET_MAX + 2] = "", err[160] = "";

	for (size_t n = 0; n <= SECRET_MAX; n++) {
		char *text = type6_encode(clear, "gw-master-key-1", salt_own);
		char *back = type6_decode(text, "gw-master-key-1", err, sizeof err);

		ck_assert_msg(back != NULL, "%zu: %s", n, err);
		ck_assert_str_eq(back, clear);
		free(text);
		free(back);
		clear[n] = (char)('a' + n % 26);
	}
	ck_assert_ptr_null(type6_encode(clear, "gw-master-key-1", salt_own)); /* 129 bytes */
}
END_TEST

START_TEST(type6_without_the_right_key_is_kept)
{
	static const char *const masters[] = { NULL, "another-key" };

	for (size_t i = 0; i < COUNT(masters); i++) {
		struct secret s;
		char err[160];

		ck_assert_int_eq(
		    secret_parse(&s, SECRET_TYPE6, type6[3].text, masters[i], err, sizeof err), 0);
		ck_assert_ptr_null(s.clear);
		ck_assert_str_eq(s.stored, type6[3].text);
		secret_free(&s);
	}
}
END_TEST

START_TEST(type6_with_the_right_key_is_opened)
{
	struct secret s;
	char err[160];

	ck_assert_int_eq(secret_parse(&s, SECRET_TYPE6, type6[3].text, type6[3].master, err, sizeof err), 0);
	ck_assert_str_eq(s.clear, type6[3].clear);
	secret_free(&s);
}
END_TEST

static const struct {
	const char *text, *err;
} bad6[] = {
	{ "", "a type 6 character is missing at position 1" },
	{ "AAj", "'j' is not a type 6 character at position 3" },
	{ "A B", "' ' is not a type 6 character at position 2" },
	{ "AA@", "'@' is not a type 6 character at position 3" },
};

START_TEST(a_secret_is_sealed_opened_and_closed)
{
	struct secret s;
	char err[160];

	ck_assert_int_eq(secret_parse(&s, SECRET_TYPE7, "00031B49281B1A54", NULL, err, sizeof err), 0);
	ck_assert_int_eq(secret_open(&s, "gw-master-key-1"), -1); /* not type 6 */
	secret_close(&s);
	ck_assert_ptr_nonnull(s.clear);
	secret_free(&s);
	ck_assert_int_eq(secret_parse(&s, SECRET_CLEAR, "gw-lab-pass", NULL, err, sizeof err), 0);
	ck_assert_int_eq(secret_seal(&s, "gw-master-key-1", salt_own), 0);
	ck_assert_int_eq(s.type, SECRET_TYPE6);
	ck_assert_str_eq(s.stored, type6[3].text);
	ck_assert_str_eq(s.clear, "gw-lab-pass");
	secret_close(&s);
	ck_assert_ptr_null(s.clear);
	ck_assert_int_eq(secret_seal(&s, "gw-master-key-1", salt_own), -1); /* nothing to encrypt */
	ck_assert_int_eq(secret_open(&s, "another-key"), -1);
	ck_assert_int_eq(secret_open(&s, "gw-master-key-1"), 0);
	ck_assert_str_eq(s.clear, "gw-lab-pass");
	ck_assert_str_eq(s.stored, type6[3].text);
	secret_free(&s);
}
END_TEST

START_TEST(type6_with_other_characters_is_refused)
{
	struct secret s;
	char err[160] = "";

	ck_assert_int_eq(secret_parse(&s, SECRET_TYPE6, bad6[_i].text, NULL, err, sizeof err), -1);
	ck_assert_str_eq(err + strlen("Invalid encrypted password: "), bad6[_i].err);
}
END_TEST

START_TEST(type6_that_is_damaged_does_not_decode)
{
	static const char *const texts[] = { "AAA", "AAAA", "AAB", "iii",
		"AGMAScA`PBCfOaR_SJ`EUUQAOiQ[VeOeFaYA", "AGMAScA`PBCfOaR_SJ`EUUQAOiQ[VeOeFaY",
		"AAAAAAAAAAAAAAAAAAAAA" };
	char *longest = xmalloc(10001), err[160];

	for (size_t i = 0; i < COUNT(texts); i++)
		ck_assert_ptr_null(type6_decode(texts[i], "gw-master-key-1", err, sizeof err));
	for (size_t n = 0; n <= 300; n++) { /* around the limit every length, then a very long one */
		memset(longest, 'A', 10000);
		longest[n < 300 ? n : 10000] = '\0';
		ck_assert_ptr_null(type6_decode(longest, "gw-master-key-1", err, sizeof err));
	}
	free(longest);
}
END_TEST

static void
login_row(char *column[COLUMNS])
{
	unsigned type = (unsigned)atoi(column[0]);
	const char *hash = column[1];

	if (type == 4) /* withdrawn by Cisco, not taken */
		return;
	ck_assert_msg(login_hash_valid(type, hash), "%s", hash);
	ck_assert_msg(!login_hash_valid(type == 9 ? 8 : 9, hash), "%s", hash);
	ck_assert_msg(login_check(hash, column[2]), "%s", hash);
	ck_assert_msg(!login_check(hash, "another"), "%s", hash);
	if (strcspn(hash + 3, "$") == (type == 5 ? LOGIN_SALT_MD5 : LOGIN_SALT)) {
		char *salt = xstrndup(hash + 3, strcspn(hash + 3, "$"));
		char *made = login_hash(type, column[2], salt);

		ck_assert_str_eq(made, hash);
		free(made);
		free(salt);
	}
}

START_TEST(login_vectors_verify) { each_row("secrets-4-5-8-9.tsv", login_row); }
END_TEST

static const struct {
	const char *hash, *clear;
} logins[] = {
	{ "$1$gwt1$JHAkAI5VJJs85nYMxCwUj1", "gw-lab-pass" },
	{ "$8$J5J/1K3e8gk974$HRezVpnMZOhOU2uxFTv.79S1U1PpMScizwXS3Z1Dx1s", "cisco123" },
	{ "$9$ihSswXDbk0kaVK$o.uyR2nMrWtjMkrQwBXUR5lVuVt/KzG23rmYvshODXI", "cisco123" },
	{ "$8$abcdefghijklmn$dfpCc60ZT2v3cE1//XdEp/df5hRSUGcTt.Y2SsmjiBQ", "gw-lab-pass" },
	{ "$9$abcdefghijklmn$wjzFuFuPSQqJ4IDGzRGZG4jzWknZGpU/ekofAxlaeXY", "gw-lab-pass" },
};

START_TEST(published_logins_verify)
{
	unsigned type = (unsigned)(logins[_i].hash[1] == '1' ? 5 : logins[_i].hash[1] - '0');
	char *salt = xstrndup(logins[_i].hash + 3, strcspn(logins[_i].hash + 3, "$"));
	char *made = login_hash(type, logins[_i].clear, salt);

	ck_assert_str_eq(made, logins[_i].hash);
	free(made);
	free(salt);
	ck_assert(login_check(logins[_i].hash, logins[_i].clear));
	ck_assert(!login_check(logins[_i].hash, ""));
}
END_TEST

static const char *const bad_hashes[] = {
	"",
	"$",
	"$1",
	"$1$",
	"$1$$JHAkAI5VJJs85nYMxCwUj1",
	"$1$gwt1",
	"$1$gwt1$JHAkAI5VJJs85nYMxCwUj",
	"$1$gwt1$JHAkAI5VJJs85nYMxCwUjz",
	"$1$123456789$JHAkAI5VJJs85nYMxCwUj1",
	"$8$J5J/1K3e8gk974$HRezVpnMZOhOU2uxFTv.79S1U1PpMScizwXS3Z1Dx1", /* one short */
	"$8$J5J/1K3e8gk974$HRezVpnMZOhOU2uxFTv.79S1U1PpMScizwXS3Z1Dx1t", /* bits beyond the end */
	"$8$J5J 1K3e8gk974$HRezVpnMZOhOU2uxFTv.79S1U1PpMScizwXS3Z1Dx1s", /* blank in the salt */
	"$7$J5J/1K3e8gk974$HRezVpnMZOhOU2uxFTv.79S1U1PpMScizwXS3Z1Dx1s",
	"cisco123",
};

START_TEST(malformed_login_hash_lets_nobody_in)
{
	for (unsigned type = 0; type <= 9; type++)
		ck_assert(!login_hash_valid(type, bad_hashes[_i]));
	ck_assert(!login_check(bad_hashes[_i], "cisco123"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("secret");
	TCase *reversible = tcase_create("reversible"), *login = tcase_create("login");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(reversible, type7_vectors_decode_and_encode);
	tcase_add_loop_test(reversible, published_type7_decodes_and_encodes, 0, (int)COUNT(type7));
	tcase_add_test(reversible, type7_strings_of_any_shape_are_judged);
	tcase_add_loop_test(reversible, type7_errors_name_the_position, 0, (int)COUNT(bad7));
	tcase_add_test(reversible, type7_is_stored_in_upper_case);
	tcase_add_loop_test(reversible, clear_passwords_have_1_to_128_bytes, 0, (int)COUNT(lengths));
	tcase_add_test(reversible, clear_password_with_control_byte_is_refused);
	tcase_add_test(reversible, same_clear_password_is_stored_the_same_way);
	tcase_add_loop_test(reversible, type6_vectors_decode_and_encode, 0, (int)COUNT(type6));
	tcase_add_test(reversible, type6_of_every_length_comes_back);
	tcase_add_test(reversible, type6_without_the_right_key_is_kept);
	tcase_add_test(reversible, type6_with_the_right_key_is_opened);
	tcase_add_test(reversible, a_secret_is_sealed_opened_and_closed);
	tcase_add_loop_test(reversible, type6_with_other_characters_is_refused, 0, (int)COUNT(bad6));
	tcase_add_test(reversible, type6_that_is_damaged_does_not_decode);
	tcase_add_test(login, login_vectors_verify);
	tcase_add_loop_test(login, published_logins_verify, 0, (int)COUNT(logins));
	tcase_add_loop_test(login, malformed_login_hash_lets_nobody_in, 0, (int)COUNT(bad_hashes));
	tcase_set_timeout(reversible, 30); /* room for valgrind */
	tcase_set_timeout(login, 120);
	suite_add_tcase(suite, reversible);
	suite_add_tcase(suite, login);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
