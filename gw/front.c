/* Input and output of a front. Output is never waited for: what the reader does not take is kept, and typing
 * stops until it is gone. */
#include "gw/front.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "gw/front_internal.h"

enum {
	GATHERED_MAX = 1 << 14, /* bytes of output held back while keys are taken */
	INPUT_MAX = 1 << 20, /* bytes of one plain line read before the rest of it is thrown away */
	TYPE_AHEAD = 1 << 16, /* bytes kept from a keyboard while the console is busy */
	LINE_SENT = LINE_MAX_BYTES + 1024, /* bytes of a line: more is too long anyway */
	OUTPUT_FULL = 1 << 16, /* bytes waiting: the console shall not send more */
	READ_PIECE = 4096,
	LINES_AT_ONCE = 64, /* then the network has its turn */
};

static void pump(struct front *);

/* Goes on where it can. */
static void
on_pump(void *arg)
{
	pump(arg);
}

static void
on_output(void *arg)
{
	struct front *f = arg;

	pump(f);
	if (f->peer.drained != NULL && f->began)
		f->peer.drained(f->peer.arg);
}

static void
print_gathered(struct front *f)
{
	struct out text = f->gathered;

	f->gathered = (struct out)OUT_MEMORY;
	if (text.len > 0)
		outlet_write(f->output, out_text(&text), text.len);
	out_free(&text);
}

void
front_print(void *arg, const char *text, size_t len)
{
	struct front *f = arg;

	if (!f->gathers) {
		outlet_write(f->output, text, len);
		return;
	}
	out_write(&f->gathered, text, len);
	if (f->gathered.len > GATHERED_MAX)
		print_gathered(f);
}

void
front_print_text(struct front *f, const char *text)
{
	front_print(f, text, strlen(text));
}

/* It is told once what was printed last is out. */
static void
tell_end(struct front *f)
{
	if (f->told || (outlet_left(f->output) > 0 && !outlet_gone(f->output)))
		return;
	f->told = true;
	f->peer.ended(f->peer.arg);
}

static void
end(struct front *f)
{
	if (f->ended)
		return;
	f->ended = true;
	f->reading = false;
	loop_watch(f->loop, STDIN_FILENO, false, false, NULL, NULL);
	loop_timer_set(f->again, LOOP_NEVER);
	tell_end(f);
}

/* Requests. */

static void
send_frame(struct front *f, enum frame_type type, const char *data, size_t len)
{
	if (!f->ended)
		f->peer.send(f->peer.arg, &(struct frame){ type, data, len });
}

void
front_ask(struct front *f, enum frame_type type, const char *data, size_t len)
{
	f->asked++;
	f->drawn = false;
	send_frame(f, type, data, len);
}

void
front_ask_line(struct front *f, enum frame_type type, const char *text, size_t len, size_t more)
{
	struct out payload = OUT_MEMORY;

	frame_put_number(&payload, len + more);
	frame_put_text(&payload, text, len < LINE_SENT ? len : LINE_SENT);
	front_ask(f, type, out_text(&payload), payload.len);
	out_free(&payload);
}

void
front_send_size(struct front *f, unsigned rows, unsigned columns)
{
	struct out payload = OUT_MEMORY;

	frame_put_number(&payload, rows);
	frame_put_number(&payload, columns);
	send_frame(f, FRAME_SIZE, out_text(&payload), payload.len);
	out_free(&payload);
}

void
front_eof(struct front *f)
{
	front_ask(f, FRAME_EOF, "", 0); /* BYE answers */
}

static void
set_name(char name[FRAME_NAME_MAX], const char *text)
{
	size_t n = text == NULL ? 0 : strlen(text);

	n = n < FRAME_NAME_MAX ? n : FRAME_NAME_MAX - 1;
	memcpy(name, text == NULL ? "" : text, n);
	name[n] = '\0';
}

void
front_begin(struct front *f)
{
	struct frame_hello h = { .version = FRAME_VERSION, .command = f->command, .terminal = f->terminal };
	const char *tty = f->script == NULL && isatty(STDIN_FILENO) ? ttyname(STDIN_FILENO) : NULL;
	const char *from = getenv("SSH_CONNECTION");
	struct out payload = OUT_MEMORY;

	if (f->terminal)
		terminal_size(&h.rows, &h.columns);
	set_name(h.term, getenv("TERM"));
	set_name(h.tty, tty != NULL && str_starts(tty, "/dev/") ? tty + strlen("/dev/") : tty);
	set_name(h.origin, from);
	h.origin[strcspn(h.origin, " ")] = '\0';
	frame_put_hello(&payload, &h);
	f->began = true;
	send_frame(f, FRAME_HELLO, out_text(&payload), payload.len);
	out_free(&payload);
	loop_timer_set(f->again, LOOP_SOON);
}

/* Answers. */

static void
take_read(struct front *f, const struct frame *frame)
{
	struct frame_read r;
	bool unasked;

	if (!frame_get_read(frame, &r))
		return;
	unasked = f->greeted && r.done == f->read.done && f->read.wants != VTY_NOTHING;
	f->refused |= r.refused;
	f->greeted = true;
	if (f->drawn)
		terminal_clear(f);
	if (unasked && f->terminal) /* the session is over: what was typed is not for the next one */
		terminal_forget(f);
	free(f->read.prompt);
	f->read.prompt = r.prompt;
	f->read.wants = r.wants <= VTY_NOTHING ? (enum vty_wants)r.wants : VTY_NOTHING;
	f->read.group = r.group;
	f->read.done = r.done;
	if (f->read.done != f->asked)
		return;
	if (f->mute)
		front_print_text(f, "\n");
	f->mute = false;
	if (f->terminal && f->read.wants != VTY_NOTHING)
		terminal_draw(f);
	loop_timer_set(f->again, LOOP_SOON);
}

static void
take_log(struct front *f, const struct frame *frame)
{
	bool drawn = f->drawn;

	if (drawn)
		terminal_clear(f);
	front_print(f, frame->data, frame->len);
	front_print_text(f, "\n");
	if (drawn)
		terminal_draw(f);
}

static void
take_completion(struct front *f, const struct frame *frame)
{
	struct frame_reader r = frame_reader(frame);
	bool one = frame_byte(&r) != 0;
	size_t len;
	const char *rest = frame_text(&r, &len);

	free(f->completion);
	f->completion = one ? xstrndup(rest, len) : NULL;
	f->completed = true;
}

static void
take_history(struct front *f, const struct frame *frame)
{
	struct frame_reader r = frame_reader(frame);
	enum frame_group group = frame_byte(&r) == FRAME_EXEC ? FRAME_EXEC : FRAME_CONFIGURATION;
	size_t lines = frame_number(&r), len;
	const char *text = frame_text(&r, &len);
	char *line = xstrndup(text, len);

	if (f->terminal && frame_all(&r))
		terminal_history(f, group, lines, line);
	free(line);
}

static void
take_bye(struct front *f, const struct frame *frame)
{
	struct frame_reader r = frame_reader(frame);
	unsigned bye = frame_byte(&r);
	size_t len;
	const char *why = frame_text(&r, &len);

	f->bye = bye == BYE_CLOSED ? BYE_CLOSED : bye == BYE_ENDING ? BYE_ENDING : BYE_REFUSED;
	free(f->why);
	f->why = xstrndup(why, len);
	if (f->drawn && f->bye != BYE_CLOSED) /* in the middle of a line */
		front_print_text(f, "\n");
	end(f);
}

void
front_take(void *arg, const struct frame *frame)
{
	struct front *f = arg;

	if (f->ended)
		return;
	switch (frame->type) {
	case FRAME_PRINT:
		if (f->drawn) /* unasked */
			terminal_clear(f);
		if (!f->mute)
			front_print(f, frame->data, frame->len);
		break;
	case FRAME_READ:
		take_read(f, frame);
		break;
	case FRAME_COMPLETION:
		take_completion(f, frame);
		break;
	case FRAME_LOG:
		take_log(f, frame);
		break;
	case FRAME_HISTORY:
		take_history(f, frame);
		break;
	case FRAME_BYE:
		take_bye(f, frame);
		break;
	default:
		break; /* not for this side */
	}
}

/* Input. */

/* What waits to be taken. */
const char *
front_waiting(const struct front *f, size_t *len)
{
	*len = f->input.len;
	return f->input.len == 0 ? "" : f->input.text + f->input.at;
}

void
front_taken(struct front *f, size_t n)
{
	f->input.len -= n;
	f->input.at = f->input.len == 0 ? 0 : f->input.at + n;
}

bool
front_may_type(const struct front *f)
{
	return f->greeted && f->read.done == f->asked && f->read.wants != VTY_NOTHING &&
	       outlet_left(f->output) == 0;
}

/* Room for READ_PIECE bytes behind what waits. */
static void
make_room(struct front *f)
{
	if (f->input.at > 0 && f->input.len > 0)
		memmove(f->input.text, f->input.text + f->input.at, f->input.len);
	f->input.at = 0;
	if (f->input.cap - f->input.len < READ_PIECE) {
		f->input.cap = f->input.cap * 2 + 2 * READ_PIECE;
		f->input.text = xrealloc(f->input.text, f->input.cap);
	}
}

/* ^C does not wait for its turn: what stands before it is thrown away, typed keys as well as output. */
static void
interrupt(struct front *f)
{
	outlet_drop(f->output);
	f->mute = true;
	if (f->terminal)
		terminal_abandon(f);
	front_ask(f, FRAME_INTERRUPT, "", 0);
	if (f->peer.drained != NULL)
		f->peer.drained(f->peer.arg);
}

static void
look_for_interrupt(struct front *f)
{
	size_t n, keys;
	const char *waiting = front_waiting(f, &n);
	const char *c = n == 0 ? NULL : memrchr(waiting, CONTROL_C, n);

	if (c == NULL || !f->terminal || front_may_type(f))
		return;
	if (!f->greeted) { /* nobody answers */
		end(f);
		return;
	}
	keys = (size_t)(c - waiting) + 1;
	front_taken(f, keys);
	interrupt(f);
}

static void
read_more(struct front *f)
{
	ssize_t n;

	make_room(f);
	n = read(STDIN_FILENO, f->input.text + f->input.len, f->input.cap - f->input.len);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		f->input.at_end = true;
	else
		f->input.len += (size_t)n;
}

/* Plain lines. */

/* One line, if there is one; false: there is none. At the end of input the last needs no line feed. */
static bool
take_line(struct front *f)
{
	size_t len;
	const char *text = front_waiting(f, &len), *feed = len == 0 ? NULL : memchr(text, '\n', len);
	size_t n = feed == NULL ? len : (size_t)(feed - text);
	char *line;

	if (feed == NULL && (!f->input.at_end || (len == 0 && f->input.cut == 0))) {
		if (len > INPUT_MAX) { /* the rest is counted only */
			f->input.cut += len - LINE_SENT;
			f->input.len = LINE_SENT;
		}
		return false;
	}
	line = xmemdup(text, n);
	front_taken(f, feed == NULL ? n : n + 1);
	front_ask_line(f, FRAME_LINE, line, n, f->input.cut);
	f->input.cut = 0;
	mem_wipe(line, n);
	free(line);
	return true;
}

/* True when all that waited is done. */
static bool
take_lines(struct front *f)
{
	for (int n = 0; !f->ended && front_may_type(f) && take_line(f); n++) {
		if (n < LINES_AT_ONCE)
			continue;
		loop_timer_set(f->again, LOOP_SOON);
		return false;
	}
	return front_may_type(f);
}

/* Both. */

static void
on_input(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct front *f = arg;

	(void)fd, (void)read_ready, (void)write_ready;
	read_more(f);
	look_for_interrupt(f);
	pump(f);
}

static void
watch_input(struct front *f, bool on)
{
	if (on == f->reading)
		return;
	if (loop_watch(f->loop, STDIN_FILENO, on, false, on_input, f) == 0) {
		f->reading = on;
		return;
	}
	read_more(f); /* a regular file is always ready and cannot be watched */
	loop_timer_set(f->again, LOOP_SOON);
}

/* Goes on where it can: output first, then what waits, then reading. A pipe is read when what was read before
 * is done and the reader of the output keeps up, a keyboard also meanwhile, for ^C. */
static void
pump(struct front *f)
{
	bool done;

	if (f->ended)
		tell_end(f);
	if (f->ended || !f->began)
		return;
	if (outlet_gone(f->output)) { /* nobody reads any more */
		end(f);
		return;
	}
	f->gathers = f->terminal;
	done = f->terminal ? terminal_take_keys(f) : take_lines(f);
	f->gathers = false;
	print_gathered(f);
	if (f->ended)
		return;
	if (done && f->input.at_end)
		front_eof(f);
	else
		watch_input(f, !f->input.at_end && (done || (f->terminal && f->input.len < TYPE_AHEAD)));
}

/* The whole. */

struct front *
front_new(struct loop *loop, const struct front_peer *peer, const char *script, bool command)
{
	struct front *f = xcalloc(1, sizeof *f);

	f->loop = loop;
	f->peer = *peer;
	f->script = script;
	f->command = command;
	f->read.wants = VTY_NOTHING;
	f->read.prompt = xstrdup("");
	f->again = loop_timer_new(loop, on_pump, f);
	f->output = outlet_new(loop, STDOUT_FILENO, on_output, f);
	f->terminal = script == NULL && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (f->terminal && terminal_open(f) != 0)
		f->terminal = false;
	if (script != NULL) {
		f->input.len = strlen(script);
		f->input.cap = f->input.len + 1;
		f->input.text = xstrdup(script);
		f->input.at_end = true;
	}
	return f;
}

void
front_lost(struct front *f)
{
	end(f);
}

void
front_close(struct front *f)
{
	if (f->reading)
		loop_watch(f->loop, STDIN_FILENO, false, false, NULL, NULL);
	f->reading = false;
	f->ended = true;
	terminal_close(f);
}

void
front_free(struct front *f)
{
	if (f == NULL)
		return;
	front_close(f);
	out_free(&f->gathered);
	outlet_free(f->output);
	loop_timer_free(f->again);
	mem_wipe(f->input.text, f->input.cap);
	free(f->input.text);
	free(f->read.prompt);
	free(f->completion);
	free(f->why);
	free(f);
}

bool
front_terminal(const struct front *f)
{
	return f->terminal;
}

bool
front_stalled(const struct front *f)
{
	return outlet_left(f->output) > OUTPUT_FULL && !f->mute;
}

size_t
front_output_left(const struct front *f)
{
	return outlet_left(f->output);
}

bool
front_greeted(const struct front *f)
{
	return f->greeted;
}

bool
front_refused(const struct front *f)
{
	return f->refused;
}

enum frame_bye
front_bye(const struct front *f, const char **why)
{
	*why = f->why == NULL ? "" : f->why;
	return f->bye;
}

void
front_interrupt(struct front *f)
{
	if (!f->terminal) {
		end(f);
		return;
	}
	make_room(f);
	f->input.text[f->input.len++] = CONTROL_C;
	look_for_interrupt(f);
	pump(f);
}

void
front_resized(struct front *f)
{
	unsigned rows, columns;

	if (f->terminal && !f->ended && terminal_size(&rows, &columns)) {
		terminal_resize(f, rows, columns);
		front_send_size(f, rows, columns);
	}
}
