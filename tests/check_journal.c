/* check_journal.c - the log without a loop: the test is the clock. */
#include "gw/journal.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <check.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"
#include "conf/logging.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND };
static const int64_t day = 24 * (int64_t)HOUR;

static struct journal *journal;
static struct conf *conf;
static struct logging_conf *logging;
static int64_t wall_ms, now_ms;

static int64_t
wall(void *arg)
{
	(void)arg;
	return wall_ms;
}

static int64_t
now(void *arg)
{
	(void)arg;
	return now_ms;
}

/* 2026-11-20 08:00:00.123 UTC, an hour later in Berlin. */
static void
setup(void)
{
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	wall_ms = 1795161600123;
	now_ms = 46 * SECOND;
	journal = journal_new(wall, now, NULL);
	conf = conf_new();
	logging = conf_edit_logging(conf);
	log_to(journal_sink, journal);
}

static void
teardown(void)
{
	log_to(NULL, NULL);
	journal_free(journal);
	conf_release(conf);
}

static bool
add_line(void *arg, const char *line)
{
	out_printf(arg, "%s\n", line);
	return true;
}

static const char *
buffer(void)
{
	static struct out text;

	out_free(&text);
	journal_each(journal, add_line, &text);
	return out_text(&text);
}

/* Time stamps. */

static const struct {
	struct stamp stamp;
	bool sequence;
	int64_t now; /* ms */
	const char *line;
} stamps[] = {
	{ { .kind = STAMP_NONE }, false, 0, "%SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_NONE }, true, 0, "000001: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_DATETIME }, false, 0, "Nov 20 08:00:00: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_DATETIME, .msec = true }, true, 0,
	    "000001: Nov 20 08:00:00.123: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_DATETIME, .msec = true, .localtime = true }, false, 0,
	    "Nov 20 09:00:00.123: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_DATETIME, .zone = true }, false, 0,
	    "Nov 20 08:00:00 UTC: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_DATETIME, .msec = true, .localtime = true, .zone = true, .year = true }, false, 0,
	    "Nov 20 2026 09:00:00.123 CET: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_UPTIME }, false, 46 * SECOND, "00:00:46: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_UPTIME }, false, 23 * HOUR + 3599 * SECOND, "23:59:59: %SYS-5-CONFIG_I: text\n" },
	{ { .kind = STAMP_UPTIME }, true, 26 * HOUR, "000001: 1d02h: %SYS-5-CONFIG_I: text\n" },
};

START_TEST(a_line_has_the_time_stamp_of_its_configuration)
{
	logging->log_stamp = stamps[_i].stamp;
	logging->debug_stamp = (struct stamp){ .kind = STAMP_NONE };
	logging->sequence_numbers = stamps[_i].sequence;
	now_ms = stamps[_i].now;
	journal_configure(journal, conf);
	log_at(LOG_LEVEL_NOTICE, "SYS", "CONFIG_I", "text");
	ck_assert_str_eq(buffer(), stamps[_i].line);
}
END_TEST

START_TEST(uptime_shows_its_two_largest_units)
{
	static const struct {
		int64_t days;
		const char *text;
	} times[] = { { 6, "6d00h" }, { 7, "1w0d" }, { 364, "52w0d" }, { 365, "1y00w" }, { 800, "2y10w" } };

	logging->log_stamp = (struct stamp){ .kind = STAMP_UPTIME };
	journal_configure(journal, conf);
	for (size_t i = 0; i < COUNT(times); i++) {
		now_ms = times[i].days * day;
		journal_clear(journal);
		log_at(LOG_LEVEL_NOTICE, "SYS", "CONFIG_I", "text");
		ck_assert_msg(str_starts(buffer(), times[i].text), "%s is not %s", buffer(), times[i].text);
	}
}
END_TEST

START_TEST(a_debug_line_has_the_stamp_for_debugging)
{
	logging->debug_stamp = (struct stamp){ .kind = STAMP_UPTIME };
	journal_configure(journal, conf);
	log_at(LOG_LEVEL_DEBUG, "SIP", "STATE", "one");
	journal_message(journal, true, "OPTIONS sip:a SIP/2.0\r\n\r\n", 25);
	ck_assert_str_eq(buffer(), "00:00:46: %SIP-7-STATE: one\n"
				   "00:00:46: //-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\nSent:\n"
				   "OPTIONS sip:a SIP/2.0\n\n\n");
}
END_TEST

START_TEST(the_default_stamp_is_the_local_time_with_milliseconds)
{
	log_at(LOG_LEVEL_NOTICE, "SYS", "CONFIG_I", "text");
	ck_assert_str_eq(buffer(), "Nov 20 09:00:00.123: %SYS-5-CONFIG_I: text\n");
}
END_TEST

/* The buffer. */

START_TEST(the_buffer_holds_as_many_bytes_as_configured)
{
	const char *text;

	logging->buffer_size = 4096;
	logging->log_stamp = (struct stamp){ .kind = STAMP_NONE };
	journal_configure(journal, conf);
	for (int i = 0; i < 1000; i++)
		log_at(LOG_LEVEL_INFO, "A", "B", "%03d", i); /* 12 bytes with the line feed */
	ck_assert_uint_eq(strlen(buffer()), 4096 / 12 * 12);
	ck_assert_msg(str_starts(buffer(), "%A-6-B: 659\n"), "%.12s", buffer());
	text = buffer();
	ck_assert_str_eq(text + strlen(text) - 12, "%A-6-B: 999\n");
	ck_assert_uint_eq(journal_counters(journal)->buffer, 1000);
}
END_TEST

START_TEST(a_line_longer_than_the_buffer_is_cut_between_characters)
{
	struct out text = OUT_MEMORY;
	size_t n;

	for (int i = 0; i < 3000; i++)
		out_str(&text, "\xc3\xa9");
	logging->buffer_size = 4096;
	logging->debug_stamp = (struct stamp){ .kind = STAMP_NONE };
	journal_configure(journal, conf);
	journal_message(journal, true, out_text(&text), text.len);
	n = strlen(buffer());
	ck_assert(n == 4096 || n == 4095);
	ck_assert_uint_eq((unsigned char)buffer()[n - 2], 0xa9);
	out_free(&text);
}
END_TEST

START_TEST(a_smaller_buffer_keeps_the_newest_and_none_keeps_nothing)
{
	logging->log_stamp = (struct stamp){ .kind = STAMP_NONE };
	journal_configure(journal, conf);
	for (int i = 0; i < 1000; i++)
		log_at(LOG_LEVEL_INFO, "A", "B", "%03d", i);
	logging->buffer_size = 4096;
	journal_configure(journal, conf);
	ck_assert_msg(str_starts(buffer(), "%A-6-B: 659\n"), "%.12s", buffer());
	logging->buffer = LOGGING_OFF;
	journal_configure(journal, conf);
	log_at(LOG_LEVEL_CRITICAL, "A", "B", "more");
	ck_assert_str_eq(buffer(), "");
}
END_TEST

START_TEST(clearing_is_counted)
{
	log_at(LOG_LEVEL_INFO, "A", "B", "text");
	journal_clear(journal);
	ck_assert_str_eq(buffer(), "");
	ck_assert_uint_eq(journal_counters(journal)->flushes, 1);
}
END_TEST

/* Readers. */

static void
take(void *arg, enum log_level level, const char *line)
{
	(void)line;
	out_printf(arg, "%d", (int)level);
}

static void
log_every_level(void)
{
	static const enum log_level levels[] = { LOG_LEVEL_CRITICAL, LOG_LEVEL_ERROR, LOG_LEVEL_WARNING,
		LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

	for (size_t i = 0; i < COUNT(levels); i++)
		log_at(levels[i], "A", "B", "text");
}

static void
count_entry(void *arg, const struct journal_entry *e)
{
	out_printf(arg, "%d", (int)e->level);
}

static const struct {
	bool on;
	int console, monitor, trap, buffer;
	const char *to_console, *to_monitor, *to_stderr, *to_servers;
	size_t kept;
} filters[] = {
	{ true, 7, 7, 6, 7, "234567", "234567", "234567", "23456", 6 },
	{ true, 4, 5, 3, 2, "234", "2345", "234567", "23", 1 },
	{ true, LOGGING_OFF, LOGGING_OFF, LOGGING_OFF, LOGGING_OFF, "", "", "234567", "", 0 },
	{ true, 0, 2, 7, 6, "", "2", "234567", "234567", 5 },
	/* `no logging on`: the console only, and standard error, the console of a service */
	{ false, 6, 7, 7, 7, "23456", "", "234567", "", 0 },
};

START_TEST(each_destination_has_its_severities)
{
	struct out console = OUT_MEMORY, monitor = OUT_MEMORY, errors = OUT_MEMORY, servers = OUT_MEMORY;
	struct log_host host = { { HOST_IPV4, xstrdup("192.0.2.1"), 0 }, TRANSPORT_UDP };

	vec_push(&logging->hosts, host);
	logging->on = filters[_i].on;
	logging->console = filters[_i].console;
	logging->monitor = filters[_i].monitor;
	logging->trap = filters[_i].trap;
	logging->buffer = filters[_i].buffer;
	journal_configure(journal, conf);
	journal_attach(journal, JOURNAL_CONSOLE, take, &console);
	journal_attach(journal, JOURNAL_MONITOR, take, &monitor);
	journal_attach(journal, JOURNAL_STDERR, take, &errors);
	journal_to_servers(journal, count_entry, &servers);
	log_every_level();
	ck_assert_str_eq(out_text(&console), filters[_i].to_console);
	ck_assert_str_eq(out_text(&monitor), filters[_i].to_monitor);
	ck_assert_str_eq(out_text(&errors), filters[_i].to_stderr);
	ck_assert_str_eq(out_text(&servers), filters[_i].to_servers);
	ck_assert_uint_eq(journal_counters(journal)->buffer, filters[_i].kept);
	ck_assert_uint_eq(journal_counters(journal)->console, console.len);
	ck_assert_uint_eq(journal_counters(journal)->monitor, monitor.len);
	ck_assert_uint_eq(journal_counters(journal)->trap, servers.len);
	out_free(&console);
	out_free(&monitor);
	out_free(&errors);
	out_free(&servers);
}
END_TEST

static struct out early, late;

/* Leaves at its first line, and another one comes in its place. */
static void
hand_over(void *arg, enum log_level level, const char *line)
{
	(void)level;
	out_printf(arg, "%s\n", strchr(line, '%'));
	journal_detach(journal, arg);
	for (int i = 0; i < 100; i++) /* the list of readers moves */
		journal_attach(journal, JOURNAL_MONITOR, take, &late);
}

START_TEST(a_reader_may_come_and_go_while_a_line_is_printed)
{
	struct out last = OUT_MEMORY;

	journal_attach(journal, JOURNAL_CONSOLE, hand_over, &early);
	journal_attach(journal, JOURNAL_CONSOLE, take, &last);
	log_at(LOG_LEVEL_NOTICE, "A", "B", "one");
	ck_assert_uint_eq(late.len, 0);
	log_at(LOG_LEVEL_NOTICE, "A", "B", "two");
	ck_assert_str_eq(out_text(&early), "%A-5-B: one\n");
	ck_assert_str_eq(out_text(&last), "55");
	ck_assert_uint_eq(late.len, 100);
	journal_detach(journal, &late);
	log_at(LOG_LEVEL_NOTICE, "A", "B", "three");
	ck_assert_uint_eq(late.len, 100);
	out_free(&early);
	out_free(&late);
	out_free(&last);
}
END_TEST

/* What comes from the network. */

static void
add_entry(void *arg, const struct journal_entry *e)
{
	ck_assert_ptr_null(e->mnemonic);
	ck_assert_int_eq(e->wall, wall_ms);
	out_printf(arg, "%s\n", e->text);
}

START_TEST(a_trace_drives_no_terminal_and_shows_no_secret)
{
	static const char message[] =
	    "REGISTER sip:a SIP/2.0\r\nSubject: \x1b]0;x\a\r\n"
	    "Authorization: Digest username=\"u\", response=\"0123\",\r\n cnonce=\"abc\"\r\n"
	    "Authentication-Info: qop=auth,rspauth=\"4567\",cnonce=\"abc\",nc=00000001\r\n\r\n";
	struct log_host host = { { HOST_IPV4, xstrdup("192.0.2.1"), 0 }, TRANSPORT_UDP };
	struct out servers = OUT_MEMORY;

	vec_push(&logging->hosts, host);
	logging->trap = 7;
	journal_configure(journal, conf);
	journal_to_servers(journal, add_entry, &servers);
	journal_message(journal, false, message, sizeof message - 1);
	/* Servers get a message for each line that is not empty. */
	ck_assert_str_eq(out_text(&servers),
	    "//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\nReceived:\nREGISTER sip:a SIP/2.0\n"
	    "Subject: \\x1b]0;x\\x07\nAuthorization: Digest username=\"u\", response=\"***\",\n "
	    "cnonce=\"***\"\n"
	    "Authentication-Info: qop=auth,rspauth=\"***\",cnonce=\"***\",nc=00000001\n");
	ck_assert_ptr_null(strchr(buffer(), '\x1b'));
	ck_assert_ptr_null(strstr(buffer(), "0123"));
	ck_assert_uint_eq(journal_counters(journal)->trap, 7);
	out_free(&servers);
}
END_TEST

START_TEST(a_log_entry_is_one_line)
{
	log_at(LOG_LEVEL_NOTICE, "A", "B", "one\ntwo\x1b[2J\xc2\x9b");
	ck_assert_str_eq(buffer(), "Nov 20 09:00:00.123: %A-5-B: one\\x0atwo\\x1b[2J\\xc2\\x9b\n");
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("journal");
	TCase *t = tcase_create("journal");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_line_has_the_time_stamp_of_its_configuration, 0, (int)COUNT(stamps));
	tcase_add_test(t, uptime_shows_its_two_largest_units);
	tcase_add_test(t, a_debug_line_has_the_stamp_for_debugging);
	tcase_add_test(t, the_default_stamp_is_the_local_time_with_milliseconds);
	tcase_add_test(t, the_buffer_holds_as_many_bytes_as_configured);
	tcase_add_test(t, a_line_longer_than_the_buffer_is_cut_between_characters);
	tcase_add_test(t, a_smaller_buffer_keeps_the_newest_and_none_keeps_nothing);
	tcase_add_test(t, clearing_is_counted);
	tcase_add_loop_test(t, each_destination_has_its_severities, 0, (int)COUNT(filters));
	tcase_add_test(t, a_reader_may_come_and_go_while_a_line_is_printed);
	tcase_add_test(t, a_trace_drives_no_terminal_and_shows_no_secret);
	tcase_add_test(t, a_log_entry_is_one_line);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
