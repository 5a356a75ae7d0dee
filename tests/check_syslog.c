/* check_syslog.c - messages as RFC 5424 and RFC 6587 want them. */
#include "gw/syslog_text.h"

#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"

#define WHEN 1795161600007 /* 2026-11-20T08:00:00.007Z */

static const struct {
	struct syslog_source from;
	struct journal_entry entry;
	const char *text;
} messages[] = {
	{ { 23, "gw1", 4711 },
	    { LOG_LEVEL_NOTICE, "SYS", "CONFIG_I", "Configured from console by admin", WHEN },
	    "<189>1 2026-11-20T08:00:00.007Z gw1 gw 4711 CONFIG_I - %SYS-5-CONFIG_I: Configured from console "
	    "by admin" },
	/* facility and severity: 8 times the one plus the other */
	{ { 0, "gw1", 1 }, { LOG_LEVEL_CRITICAL, "A", "B", "x", WHEN },
	    "<2>1 2026-11-20T08:00:00.007Z gw1 gw 1 B - %A-2-B: x" },
	{ { 3, "gw1", 1 }, { LOG_LEVEL_DEBUG, "A", "B", "x", WHEN },
	    "<31>1 2026-11-20T08:00:00.007Z gw1 gw 1 B - %A-7-B: x" },
	/* a name that is not known, or could not stand there */
	{ { 16, "", 1 }, { LOG_LEVEL_ERROR, "A", "B", "x", WHEN },
	    "<131>1 2026-11-20T08:00:00.007Z - gw 1 B - %A-3-B: x" },
	{ { 16, "a b\xc3\xa9", 1 }, { LOG_LEVEL_ERROR, "A", "B", "x", WHEN },
	    "<131>1 2026-11-20T08:00:00.007Z a?b?? gw 1 B - %A-3-B: x" },
	{ { 16, "2001:db8::1", 1 }, { LOG_LEVEL_ERROR, "A", "B", "x", WHEN },
	    "<131>1 2026-11-20T08:00:00.007Z 2001:db8::1 gw 1 B - %A-3-B: x" },
	/* MSGID has 32 characters at the most */
	{ { 16, "gw1", 1 }, { LOG_LEVEL_INFO, "A", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "x", WHEN },
	    "<134>1 2026-11-20T08:00:00.007Z gw1 gw 1 ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 - "
	    "%A-6-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789: x" },
	/* UTF-8 says so */
	{ { 23, "gw1", 1 }, { LOG_LEVEL_NOTICE, "A", "B", "Z\xc3\xbcrich", WHEN },
	    "<189>1 2026-11-20T08:00:00.007Z gw1 gw 1 B - \xef\xbb\xbf%A-5-B: Z\xc3\xbcrich" },
	/* a line of a trace */
	{ { 23, "gw1", 1 }, { LOG_LEVEL_DEBUG, NULL, NULL, "SIP/2.0 200 OK", WHEN },
	    "<191>1 2026-11-20T08:00:00.007Z gw1 gw 1 - - SIP/2.0 200 OK" },
	{ { 23, "gw1", 1 }, { LOG_LEVEL_NOTICE, "A", "B", "", WHEN },
	    "<189>1 2026-11-20T08:00:00.007Z gw1 gw 1 B - %A-5-B: " },
};

START_TEST(a_message_reads_like_this)
{
	struct out o = OUT_MEMORY, counted = OUT_MEMORY;
	char *frame = xasprintf("%zu %s", strlen(messages[_i].text), messages[_i].text);

	syslog_write(&o, &messages[_i].from, &messages[_i].entry);
	ck_assert_str_eq(out_text(&o), messages[_i].text);
	syslog_write_counted(&counted, &messages[_i].from, &messages[_i].entry);
	ck_assert_str_eq(out_text(&counted), frame);
	free(frame);
	out_free(&o);
	out_free(&counted);
}
END_TEST

START_TEST(a_long_message_is_cut_between_characters)
{
	/* one to four bytes each; beginning at every offset */
	static const char *const characters[] = { "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x93\x9e" };
	struct syslog_source from = { 23, "gw1", 1 };

	for (size_t i = 0; i < 4 * COUNT(characters); i++) {
		const char *c = characters[i / 4];
		struct out text = OUT_MEMORY, o = OUT_MEMORY;
		struct journal_entry e = { LOG_LEVEL_NOTICE, "A", "B", NULL, WHEN };

		out_write(&text, "xxxx", i % 4);
		while (text.len < 2 * SYSLOG_MAX)
			out_str(&text, c);
		e.text = out_text(&text);
		syslog_write(&o, &from, &e);
		ck_assert_uint_le(o.len, SYSLOG_MAX);
		ck_assert_uint_gt(o.len + strlen(c), SYSLOG_MAX);
		ck_assert_str_eq(out_text(&o) + o.len - strlen(c), c);
		out_free(&text);
		out_free(&o);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("syslog");
	TCase *t = tcase_create("syslog");
	SRunner *r;
	int failed;

	tcase_add_loop_test(t, a_message_reads_like_this, 0, (int)COUNT(messages));
	tcase_add_test(t, a_long_message_is_cut_between_characters);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
