/* check_pattern.c - destination patterns: syntax, prefix match, weight, digit-strip, what can register. */
#include "dialpeer/pattern.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define NUMBER "4085550148"

static struct pattern *
compiled(const char *text)
{
	char err[160] = "";
	struct pattern *p = pattern_compile(text, err, sizeof err);

	ck_assert_msg(p != NULL, "%s: %s", text, err);
	return p;
}

static const struct {
	const char *pattern, *digits;
	unsigned weight;
	const char *left; /* after digit-strip */
} matches[] = {
	/* tables of the voice command reference */
	{ "4085550148", NUMBER, 10, "" },
	{ "408[0-9]550148", NUMBER, 9, "5550148" },
	{ "408555", NUMBER, 6, "0148" },
	{ "408%", NUMBER, 3, "85550148" },
	{ "..........", NUMBER, 0, NUMBER },
	{ "408555....", NUMBER, 6, "0148" },
	{ "408555.%", NUMBER, 6, "0148" },
	{ "408555.+", NUMBER, 6, "0148" },
	{ "408555.?", NUMBER, 6, "0148" },
	{ "408555+", NUMBER, 6, "0148" },
	{ "408555%", NUMBER, 6, "50148" },
	{ "408555?", NUMBER, 6, "50148" },
	/* the rest of the grammar */
	{ "^408", NUMBER, 3, "5550148" },
	{ "4085550148$", NUMBER, 10, "" },
	{ "408.......$", NUMBER, 3, "5550148" },
	{ "408T", NUMBER, 3, "5550148" },
	{ "408T$", NUMBER, 3, "5550148" },
	{ "4085550148T", NUMBER, 10, "" },
	{ "4085550148T$", NUMBER, 10, "" },
	{ "T", "", 0, "" },
	{ "T", NUMBER, 0, NUMBER },
	{ ".T", "5", 0, "5" },
	{ "+", "+49305550100", 1, "49305550100" },
	{ "+49T", "+49305550100", 3, "305550100" },
	{ "^+49", "+49305550100", 3, "305550100" },
	{ "\\+49", "+49305550100", 3, "305550100" },
	{ ".49", "+49305550100", 2, "+49305550100" },
	{ "(\\+49)?305", "305550100", 3, "305550100" },
	{ "(408)(555)", NUMBER, 0, NUMBER },
	{ "(408)?555", "5550148", 3, "5550148" },
	{ "4(085)+5", NUMBER, 2, "085550148" },
	{ "9,408", "9408", 4, "" },
	{ "9[1-7,9]......", "97555011", 1, "7555011" },
	{ "9[1-7,9]......", "91234567", 1, "1234567" },
	{ "[^49]08", "508", 2, "508" },
	{ "[2,5-8]1", "71", 1, "71" },
	{ "#31#5", "#31#5", 5, "" },
	{ "*69", "*69", 3, "" },
	{ "A1[B-D*]", "A1*", 2, "*" },
	{ "5?5%[5]", "555", 2, "555" },
	{ ".%5", "15155", 1, "15155" },
	{ "5\\x", "5x1", 2, "1" },
	{ "5\\$", "5$", 2, "" },
	{ "3+[123]", "3333", 3, "333" },
};

START_TEST(pattern_matches_with_weight_and_strip)
{
	struct pattern *p = compiled(matches[_i].pattern);
	struct pattern_result r = { 0 };

	ck_assert_msg(pattern_match(p, matches[_i].digits, &r), "%s", matches[_i].pattern);
	ck_assert_msg(r.weight == matches[_i].weight, "%s: %u", matches[_i].pattern, r.weight);
	ck_assert_uint_le(r.stripped, strlen(matches[_i].digits));
	ck_assert_str_eq(matches[_i].digits + r.stripped, matches[_i].left);
	pattern_free(p);
}
END_TEST

static const struct {
	const char *pattern, *digits;
} misses[] = {
	{ "408555", "40855" }, { "408555$", NUMBER }, { ".T", "" }, { "408", "" },
	{ "..........", "408555014" }, { "408......$", NUMBER }, { "+49", "49305550100" },
	{ "49", "+49305550100" }, { "+", "49" }, { "[^49]08", "408" }, { "[^49]", "" }, { "[1-35]", "4" },
	{ "9[1-7,9]......", "98555011" }, { "9[1-7,9]......", "9,555011" }, { "333(123)", "3331" },
	{ ".", "x" }, { "[^4]", "x" }, { "A", "a" }, { "5T$", "5x" },
	{ "5T$", "5123456789012345678901234567890123" }, /* 33 more */
};

START_TEST(pattern_does_not_match)
{
	struct pattern *p = compiled(misses[_i].pattern);
	struct pattern_result r = { 7, 7 };

	ck_assert_msg(!pattern_match(p, misses[_i].digits, &r), "%s", misses[_i].pattern);
	ck_assert_uint_eq(r.weight, 7);
	pattern_free(p);
}
END_TEST

/* The published exam table: all of the first list match all three numbers, the last one does not. */
START_TEST(exam_table_holds)
{
	static const char *const numbers[] = { "3331", "3332", "3333" };
	static const char *const all[] = { ".T", "33T", "....", "333.", "3+[123]", "333[^49]" };
	struct pattern *none = compiled("333(123)");

	for (size_t i = 0; i < COUNT(numbers); i++) {
		for (size_t k = 0; k < COUNT(all); k++) {
			struct pattern *p = compiled(all[k]);

			ck_assert_msg(pattern_match(p, numbers[i], NULL), "%s %s", all[k], numbers[i]);
			pattern_free(p);
		}
		ck_assert(!pattern_match(none, numbers[i], NULL));
	}
	pattern_free(none);
}
END_TEST

static const struct {
	const char *pattern, *err;
} bad[] = {
	{ "", "a digit is missing at position 1" },
	{ "^", "a digit is missing at position 2" },
	{ "$", "a digit is missing at position 2" },
	{ ",", "a digit is missing at position 2" },
	{ "[", "'[' without ']' at position 1" },
	{ "5[12", "'[' without ']' at position 2" },
	{ "[]", "nothing inside [ ] at position 1" },
	{ "[^]", "nothing inside [ ] at position 1" },
	{ "[,]", "nothing inside [ ] at position 1" },
	{ "[^0-9A-F*#+]", "nothing inside [ ] at position 1" },
	{ "[9-1]", "wrong range inside [ ] at position 2" },
	{ "[1-]", "wrong range inside [ ] at position 2" },
	{ "[9-A]", "wrong range inside [ ] at position 2" },
	{ "[1.]", "'.' is not allowed inside [ ] at position 3" },
	{ "[[1]]", "'[' is not allowed inside [ ] at position 2" },
	{ "555]", "']' without '[' at position 4" },
	{ "(", "'(' without ')' at position 1" },
	{ "5(1(2)", "'(' without ')' at position 2" },
	{ "()", "nothing inside ( ) at position 1" },
	{ "5)", "')' without '(' at position 2" },
	{ "%%%", "'%' has nothing to repeat at position 1" },
	{ "5%%", "'%' has nothing to repeat at position 3" },
	{ "?", "'?' has nothing to repeat at position 1" },
	{ "5(+1)", "'+' has nothing to repeat at position 3" },
	{ "5,+", "'+' has nothing to repeat at position 3" },
	{ "T.T", "'T' is not last at position 1" },
	{ "TT", "'T' is not last at position 1" },
	{ "(5T)", "'T' is not last at position 3" },
	{ "5$1", "'$' is not last at position 2" },
	{ "5$T", "'$' is not last at position 2" },
	{ "5$$", "'$' is not last at position 2" },
	{ "5^1", "'^' is not first at position 2" },
	{ "5\\", "'\\' without a character after it at position 2" },
	{ "555-0100", "'-' is not allowed at position 4" },
	{ "555 0100", "' ' is not allowed at position 4" },
	{ "alice", "'a' is not allowed at position 1" },
	{ "5|6", "'|' is not allowed at position 2" },
	{ "5\x1b[2J", "byte 0x1B is not allowed at position 2" },
	{ "5\xc3\xbc", "byte 0xC3 is not allowed at position 2" },
};

/* V12 */
START_TEST(bad_patterns_name_the_place)
{
	static const char head[] = "Incorrect format for E.164 Number: ";
	char err[160] = "";

	ck_assert_ptr_null(pattern_compile(bad[_i].pattern, err, sizeof err));
	ck_assert(str_starts(err, head));
	ck_assert_str_eq(err + strlen(head), bad[_i].err);
	ck_assert(!pattern_is_number(bad[_i].pattern));
	ck_assert_ptr_nonnull(pattern_not_registrable(bad[_i].pattern));
}
END_TEST

/* V12 */
START_TEST(length_of_a_pattern_is_limited)
{
	static const char fill[] = "5.[(";
	char text[1001], err[160] = "";

	for (const char *c = fill; *c != '\0'; c++) {
		memset(text, *c, sizeof text);
		text[1000] = '\0';
		ck_assert_ptr_null(pattern_compile(text, err, sizeof err));
		ck_assert_str_eq(err, "Incorrect format for E.164 Number: more than 128 characters");
	}
	memset(text, '5', sizeof text);
	text[PATTERN_MAX] = '\0';
	pattern_free(compiled(text));
	memset(text, '(', PATTERN_MAX); /* the deepest nesting */
	ck_assert_ptr_null(pattern_compile(text, err, sizeof err));
	memset(text + PATTERN_MAX / 2 - 1, '5', 2);
	memset(text + PATTERN_MAX / 2 + 1, ')', PATTERN_MAX / 2 - 1);
	pattern_free(compiled(text));
}
END_TEST

START_TEST(longest_number_is_bounded)
{
	struct pattern *p = compiled("5");
	char digits[PATTERN_DIGITS_MAX + 2];

	memset(digits, '5', sizeof digits);
	digits[PATTERN_DIGITS_MAX + 1] = '\0';
	ck_assert(!pattern_match(p, digits, NULL));
	digits[PATTERN_DIGITS_MAX] = '\0';
	ck_assert(pattern_match(p, digits, NULL));
	pattern_free(p);
}
END_TEST

static const char *const costly[] = {
	"(((.+)+)+)+$",
	"(.%.%.%.%.%.%.%.%.%.%)%5$",
	".?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?.?5$",
	"((((.?)%[^5]?)+.%)+(..)+)%(.+.+)%5$",
};

/* A hundred times within the time limit of one test: below 10 ms each with room to spare. */
/* V12 */
START_TEST(costly_pattern_costs_little)
{
	struct pattern *p = compiled(costly[_i]);
	char digits[65];

	memset(digits, '1', 64);
	digits[64] = '\0';
	for (int i = 0; i < 100; i++) {
		digits[63] = _i == 0 ? 'x' : '1';
		ck_assert(!pattern_match(p, digits, NULL));
		digits[63] = '5';
		if (_i != 2) /* at most 41 digits */
			ck_assert(pattern_match(p, digits, NULL));
	}
	pattern_free(p);
}
END_TEST

static const char wildcards[] = "the pattern has wildcards; only complete numbers register";
static const char no_number[] = "the pattern is not a plain number (+ in front, then 0-9 A-D * #)";

static const struct {
	const char *pattern, *number, *why;
} numbers[] = {
	{ "5550100", "5550100", NULL },
	{ "+49305550100", "+49305550100", NULL },
	{ "5100$", "5100", NULL },
	{ "^5100", "5100", NULL },
	{ "^+5100$", "+5100", NULL },
	{ "*31#", "*31#", NULL },
	{ "12ABCD", "12ABCD", NULL },
	{ "12E", NULL, no_number },
	{ "9,5550100", NULL, no_number },
	{ "+", NULL, no_number },
	{ "\\555", NULL, no_number },
	{ "919.......", NULL, wildcards },
	{ "555T", NULL, wildcards },
	{ "555+", NULL, wildcards },
	{ "+555+", NULL, wildcards },
	{ "555%", NULL, wildcards },
	{ "555?", NULL, wildcards },
	{ "55[0-9]", NULL, wildcards },
	{ "(555)", NULL, wildcards },
	{ "T", NULL, wildcards },
	{ "", NULL, "the destination-pattern is not valid" },
	{ "5$5", NULL, "the destination-pattern is not valid" },
	{ NULL, NULL, "there is no destination-pattern" },
};

START_TEST(only_complete_numbers_register)
{
	const char *pattern = numbers[_i].pattern, *why = pattern_not_registrable(pattern);
	char number[PATTERN_MAX + 1] = "unchanged";

	ck_assert_pstr_eq(why, numbers[_i].why);
	if (pattern == NULL)
		return;
	ck_assert_int_eq(pattern_is_number(pattern), numbers[_i].number != NULL);
	ck_assert_int_eq(pattern_number(pattern, number, sizeof number), numbers[_i].number != NULL ? 0 : -1);
	ck_assert_str_eq(number, numbers[_i].number != NULL ? numbers[_i].number : "unchanged");
}
END_TEST

START_TEST(number_needs_room)
{
	char buf[5] = "";

	ck_assert_int_eq(pattern_number("5100$", buf, sizeof buf), 0);
	ck_assert_str_eq(buf, "5100");
	ck_assert_int_eq(pattern_number("51000", buf, sizeof buf), -1);
	ck_assert_str_eq(buf, "5100");
}
END_TEST

/* Compiles the pattern of a line like "destination-pattern 5...": true when there was one. */
static bool
pattern_line(const char *line)
{
	static const char *const words[] = { "destination-pattern ", "incoming called-number ",
		"answer-address ", "e164 " };

	line += strspn(line, " !"); /* indented comments hold patterns too */
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_casestarts(line, words[i])) {
			pattern_free(compiled(line + strlen(words[i])));
			return true;
		}
	return false;
}

START_TEST(patterns_seen_in_the_wild_compile)
{
	const char *dir = getenv("srcdir");
	char *spec = xasprintf("%s/tests/data/ios-configs/*.cfg", dir != NULL ? dir : ".");
	char *line = NULL;
	size_t size = 0, seen = 0;
	glob_t files;

	ck_assert_msg(glob(spec, 0, NULL, &files) == 0, "%s: no files", spec);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *f = fopen(files.gl_pathv[i], "r");

		ck_assert_ptr_nonnull(f);
		while (getline(&line, &size, f) > 0) {
			line[strcspn(line, "\r\n")] = '\0';
			seen += pattern_line(line);
		}
		fclose(f);
	}
	ck_assert_uint_gt(seen, 50);
	globfree(&files);
	free(line);
	free(spec);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("pattern");
	TCase *tcase = tcase_create("pattern");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, pattern_matches_with_weight_and_strip, 0, (int)COUNT(matches));
	tcase_add_loop_test(tcase, pattern_does_not_match, 0, (int)COUNT(misses));
	tcase_add_test(tcase, exam_table_holds);
	tcase_add_loop_test(tcase, bad_patterns_name_the_place, 0, (int)COUNT(bad));
	tcase_add_test(tcase, length_of_a_pattern_is_limited);
	tcase_add_test(tcase, longest_number_is_bounded);
	tcase_add_loop_test(tcase, costly_pattern_costs_little, 0, (int)COUNT(costly));
	tcase_add_loop_test(tcase, only_complete_numbers_register, 0, (int)COUNT(numbers));
	tcase_add_test(tcase, number_needs_room);
	tcase_add_test(tcase, patterns_seen_in_the_wild_compile);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
