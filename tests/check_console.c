/* A console without its front: frames go in, what comes out is held here. The clock is ours, so that minutes
 * of silence pass at once. */
#include "gw/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/vty.h"
#include "gw/gw.h"
#include "tests/fixture.h"

/* The world around it. */

static int64_t now;

struct loop_timer {
	int64_t at;
	loop_due *due;
	void *arg;
};
static struct loop_timer *timer; /* the last one made */

struct loop_timer *
loop_timer_new(struct loop *l, loop_due *due, void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof *t);

	(void)l;
	*t = (struct loop_timer){ LOOP_NEVER, due, arg };
	timer = t;
	return t;
}

void
loop_timer_set(struct loop_timer *t, int64_t at)
{
	t->at = at;
}

void
loop_timer_free(struct loop_timer *t)
{
	free(t);
}

int64_t
loop_now(void)
{
	return now;
}

static struct reader {
	enum journal_reader kind;
	journal_print *print;
	void *arg;
} readers[8];
static size_t nreaders, lost;
static bool tracing;

void
journal_attach(struct journal *j, enum journal_reader kind, journal_print *print, void *arg)
{
	(void)j;
	ck_assert_uint_lt(nreaders, COUNT(readers));
	readers[nreaders++] = (struct reader){ kind, print, arg };
}

void
journal_detach(struct journal *j, void *arg)
{
	(void)j;
	for (size_t i = nreaders; i-- > 0;)
		if (readers[i].arg == arg)
			readers[i] = readers[--nreaders];
}

void
journal_lost(struct journal *j)
{
	(void)j;
	lost++;
}

void
agent_trace(struct agent *a, bool on)
{
	(void)a;
	tracing = on;
}

static void
log_line(enum log_level level, const char *line)
{
	for (size_t i = 0; i < nreaders; i++)
		readers[i].print(readers[i].arg, level, line);
}

/* The front. */

struct front {
	struct fixture *fixture;
	struct gw gw;
	struct console *console;
	struct out printed, logged, history;
	struct frame_read read;
	unsigned asked, ended;
	char bye[80];
	size_t left;
};

static void
hear(void *arg, const struct frame *frame)
{
	struct front *f = arg;
	struct frame_reader r = frame_reader(frame);
	const char *text;
	size_t len;

	ck_assert_uint_eq(f->ended, 0);
	switch (frame->type) {
	case FRAME_PRINT:
		ck_assert_uint_le(frame->len, FRAME_PIECE);
		out_write(&f->printed, frame->data, frame->len);
		break;
	case FRAME_LOG:
		out_write(&f->logged, frame->data, frame->len);
		out_char(&f->logged, '\n');
		break;
	case FRAME_READ:
		free(f->read.prompt);
		ck_assert(frame_get_read(frame, &f->read));
		break;
	case FRAME_HISTORY:
		out_printf(&f->history, "%u ", frame_byte(&r));
		out_printf(&f->history, "%zu ", frame_number(&r));
		text = frame_text(&r, &len);
		out_printf(&f->history, "%.*s\n", (int)len, text);
		break;
	case FRAME_BYE:
		frame_byte(&r);
		text = frame_text(&r, &len);
		snprintf(f->bye, sizeof f->bye, "%u %.*s", (unsigned)(unsigned char)frame->data[0], (int)len,
		    text);
		break;
	default:
		break;
	}
}

static size_t
left(void *arg)
{
	return ((struct front *)arg)->left;
}

static void
ended(void *arg)
{
	((struct front *)arg)->ended++;
}

static struct front *
front_with(bool attached, bool terminal, bool command)
{
	struct front *f = xcalloc(1, sizeof *f);
	const struct console_peer peer = { f, hear, left, ended };
	const struct console_origin origin = { attached, attached ? "alice" : "console", true };
	const struct frame_hello hello = { .version = FRAME_VERSION,
		.command = command,
		.terminal = terminal,
		.rows = 5,
		.columns = 80,
		.tty = "pts/3" };

	f->fixture = fixture_new(terminal);
	f->gw.cli = f->fixture->cli;
	f->gw.conf = f->fixture->conf;
	f->gw.consoles = consoles_new(&f->gw);
	f->console = console_new(&f->gw, &peer, &origin, &hello);
	return f;
}

static void
front_end(struct front *f)
{
	console_free(f->console);
	consoles_free(f->gw.consoles);
	fixture_free(f->fixture);
	out_free(&f->printed);
	out_free(&f->logged);
	out_free(&f->history);
	free(f->read.prompt);
	free(f);
	ck_assert_uint_eq(nreaders, 0);
}

static void
ask(struct front *f, enum frame_type type, const char *data, size_t len)
{
	console_take(f->console, &(struct frame){ type, data, len });
	f->asked++;
	if (f->ended == 0)
		ck_assert_uint_eq(f->read.done, f->asked);
}

static void
type(struct front *f, const char *line)
{
	struct out payload = OUT_MEMORY;

	out_free(&f->printed);
	frame_put_number(&payload, strlen(line));
	frame_put_text(&payload, line, strlen(line));
	ask(f, FRAME_LINE, out_text(&payload), payload.len);
	out_free(&payload);
}

/* Tests. */

START_TEST(each_request_is_answered_by_what_is_read_next)
{
	struct front *f = front_with(true, true, false);

	ck_assert_str_eq(f->read.prompt, "Router>");
	type(f, "enable");
	ck_assert_str_eq(f->read.prompt, "Router#");
	ck_assert(!f->read.refused && f->read.wants == VTY_LINE && f->read.group == FRAME_EXEC);
	type(f, "nonsense here");
	ck_assert(f->read.refused);
	type(f, "configure terminal");
	ck_assert(f->read.group == FRAME_CONFIGURATION && !f->read.refused);
	ask(f, FRAME_HELP, "sip-u", 5);
	ck_assert_str_eq(f->read.prompt, "Router(config)#");
	ask(f, FRAME_COMPLETE, "sip-u", 5);
	ask(f, FRAME_INTERRUPT, "", 0);
	ck_assert_str_eq(f->read.prompt, "Router#");
	type(f, "exit");
	ck_assert_uint_eq(f->ended, 1);
	ck_assert_str_eq(f->bye, "0 ");
	front_end(f);
}
END_TEST

START_TEST(a_page_waits_for_its_key)
{
	struct front *f = front_with(true, true, false);

	type(f, "enable");
	type(f, "show sip-ua statistics");
	ck_assert(f->read.wants == VTY_KEY);
	ck_assert_str_eq(f->read.prompt, " --More-- ");
	ask(f, FRAME_KEY, "/", 1);
	ck_assert(f->read.wants == VTY_LINE);
	ck_assert_str_eq(f->read.prompt, "/");
	type(f, "Retry");
	ck_assert(strstr(out_text(&f->printed), "filtering...\n") != NULL);
	ask(f, FRAME_INTERRUPT, "", 0);
	ck_assert_str_eq(f->read.prompt, "Router#");
	type(f, "show history");
	ck_assert(strstr(out_text(&f->printed), "Retry") == NULL); /* no command */
	front_end(f);
}
END_TEST

START_TEST(without_a_terminal_nothing_is_paged_asked_or_remembered)
{
	struct front *f = front_with(true, false, true);

	ck_assert_str_eq(f->read.prompt, "Router#"); /* gw -c is privileged */
	type(f, "show sip-ua statistics");
	ck_assert(f->read.wants == VTY_LINE);
	ck_assert(strchr(out_text(&f->printed), '\b') == NULL);
	type(f, "clear line vty 7");
	ck_assert(f->read.wants == VTY_LINE && f->read.refused);
	ck_assert(strstr(out_text(&f->history), "show") == NULL);
	ck_assert(timer->at == LOOP_NEVER); /* it may take its time */
	type(f, "show clock");
	front_end(f);
}
END_TEST

START_TEST(the_front_hears_what_is_remembered)
{
	struct front *f = front_with(true, true, false);

	type(f, "show clock");
	type(f, "enable secret Sesame9");
	type(f, "terminal history size 3");
	ck_assert_str_eq(
	    out_text(&f->history), "0 10 \n1 10 \n0 10 show clock\n0 3 terminal history size 3\n1 3 \n");
	front_end(f);
}
END_TEST

/* Time passes; the console hears of it when its timer is due. */
static void
pass(int64_t seconds)
{
	now += seconds * 1000;
	if (timer->at <= now) {
		timer->at = LOOP_NEVER;
		timer->due(timer->arg);
	}
}

START_TEST(a_vty_on_which_nothing_is_typed_is_closed)
{
	struct front *f = front_with(true, true, false);

	pass(590);
	type(f, "enable");
	pass(590);
	type(f, "configure terminal");
	ck_assert_uint_eq(f->ended, 0);
	pass(599);
	ck_assert_uint_eq(f->ended, 0);
	pass(1);
	ck_assert_uint_eq(f->ended, 1);
	ck_assert(strstr(out_text(&f->printed), "% The exec-timeout of this line has passed") != NULL);
	front_end(f);
}
END_TEST

/* The gateway goes on; who comes next begins in user mode. */
START_TEST(the_console_of_the_process_waits_for_return_instead)
{
	struct front *f = front_with(false, true, false);

	type(f, "enable");
	type(f, "configure terminal");
	pass(600);
	ck_assert_uint_eq(f->ended, 0);
	ck_assert(strstr(out_text(&f->printed),
		      "Router con0 is now available\n\n\n\nPress RETURN to get started.\n") != NULL);
	ck_assert_str_eq(f->read.prompt, "");
	pass(100000); /* nobody is there: nothing to close */
	ask(f, FRAME_HELP, "", 0);
	ask(f, FRAME_COMPLETE, "sh", 2);
	ck_assert_str_eq(f->read.prompt, "");
	type(f, "configure terminal"); /* whatever it is, it is RETURN */
	ck_assert_str_eq(f->read.prompt, "Router>");
	ck_assert_str_eq(out_text(&f->printed), "");
	front_end(f);
}
END_TEST

/* Whatever the exec-timeout says: a line is not for those who only stand at its door. */
START_TEST(a_login_is_answered_within_half_a_minute)
{
	struct front *f = front_with(false, true, false);

	type(f, "enable");
	type(f, "configure terminal");
	type(f, "line con 0");
	type(f, "password Sesame7");
	type(f, "login");
	type(f, "exec-timeout 0 0");
	type(f, "end");
	f->gw.conf = f->fixture->conf;
	pass(600);
	type(f, "");
	ck_assert_str_eq(f->read.prompt, "Password: ");
	pass(29);
	ck_assert_str_eq(f->read.prompt, "Password: ");
	pass(1);
	ck_assert(strstr(out_text(&f->printed), "\n% Password:  timeout expired!\n") != NULL);
	ck_assert_str_eq(f->read.prompt, "");
	type(f, "");
	type(f, "Sesame7");
	ck_assert_str_eq(f->read.prompt, "Router>");
	pass(100000);
	ck_assert_str_eq(f->read.prompt, "Router>");
	front_end(f);
}
END_TEST

START_TEST(the_log_goes_to_those_who_want_it)
{
	struct front *f = front_with(true, true, false);

	type(f, "enable");
	log_line(LOG_LEVEL_NOTICE, "one");
	type(f, "terminal monitor");
	log_line(LOG_LEVEL_NOTICE, "two");
	log_line(LOG_LEVEL_DEBUG, "a trace");
	f->gw.agent = (struct agent *)f; /* never looked into */
	type(f, "debug ccsip messages");
	ck_assert(tracing);
	log_line(LOG_LEVEL_DEBUG, "another trace");
	type(f, "terminal no monitor");
	log_line(LOG_LEVEL_NOTICE, "three");
	log_line(LOG_LEVEL_DEBUG, "a third trace");
	ck_assert_str_eq(out_text(&f->logged), "two\nanother trace\na third trace\n");
	out_free(&f->logged);
	f->left = 1 << 20; /* nobody reads */
	log_line(LOG_LEVEL_DEBUG, "lost");
	log_line(LOG_LEVEL_DEBUG, "lost");
	f->left = 0;
	log_line(LOG_LEVEL_DEBUG, "seen");
	ck_assert_str_eq(
	    out_text(&f->logged), "2 log lines were dropped: the terminal did not take them\nseen\n");
	ck_assert_uint_eq(lost, 2);
	console_take(f->console, &(struct frame){ FRAME_EOF, "", 0 });
	ck_assert_uint_eq(f->ended, 1);
	console_free(f->console);
	ck_assert(!tracing); /* who goes takes the debugging along */
	f->console = NULL;
	front_end(f);
}
END_TEST

static const struct {
	enum frame_type type;
	const char *data;
	size_t len;
} wrong[] = {
	{ FRAME_HELLO, "", 0 },
	{ FRAME_PRINT, "x", 1 },
	{ FRAME_LINE, "", 0 },
	{ FRAME_LINE, "\0\0\0\1\0\0\0\2x", 9 },
};

START_TEST(a_front_that_says_nonsense_is_sent_away)
{
	struct front *f = front_with(true, true, false);

	console_take(f->console, &(struct frame){ wrong[_i].type, wrong[_i].data, wrong[_i].len });
	ck_assert_uint_eq(f->ended, 1);
	ck_assert_str_eq(f->bye, "2 protocol error");
	console_take(f->console, &(struct frame){ FRAME_EOF, "", 0 }); /* nothing more happens */
	front_end(f);
}
END_TEST

START_TEST(no_line_is_taken_while_a_key_is_wanted)
{
	struct front *f = front_with(true, true, false);

	type(f, "enable");
	type(f, "show sip-ua statistics");
	type(f, "configure terminal");
	ck_assert_str_eq(f->bye, "2 protocol error");
	front_end(f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("console");
	TCase *t = tcase_create("console");
	SRunner *r;
	int failed;

	tcase_add_test(t, each_request_is_answered_by_what_is_read_next);
	tcase_add_test(t, a_page_waits_for_its_key);
	tcase_add_test(t, without_a_terminal_nothing_is_paged_asked_or_remembered);
	tcase_add_test(t, the_front_hears_what_is_remembered);
	tcase_add_test(t, a_vty_on_which_nothing_is_typed_is_closed);
	tcase_add_test(t, the_console_of_the_process_waits_for_return_instead);
	tcase_add_test(t, a_login_is_answered_within_half_a_minute);
	tcase_add_test(t, the_log_goes_to_those_who_want_it);
	tcase_add_loop_test(t, a_front_that_says_nonsense_is_sent_away, 0, COUNT(wrong));
	tcase_add_test(t, no_line_is_taken_while_a_key_is_wanted);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
