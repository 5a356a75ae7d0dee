/* Two ways to type: a terminal (gw/terminal.c) and plain lines from a pipe or file. Output is never waited
 * for: what the reader does not take is kept and typing stops until it is gone; log lines that find too much
 * of it are dropped and counted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "gw/console_internal.h"

enum {
	INPUT_MAX = 1 << 20, /* bytes of one line read before the rest of it is thrown away */
	OUTPUT_FULL = 1 << 16, /* bytes waiting: then log lines are dropped */
	READ_PIECE = 4096,
	LINES_AT_ONCE = 64, /* then the network has its turn */
};

static void pump(struct console *);

/* Goes on where it can. */
static void
on_pump(void *arg)
{
	pump(arg);
}

void
console_print(void *arg, const char *text, size_t len)
{
	outlet_write(((struct console *)arg)->output, text, len);
}

void
console_print_text(struct console *c, const char *text)
{
	console_print(c, text, strlen(text));
}

void
console_end(struct console *c)
{
	if (c->ended)
		return;
	c->ended = true;
	c->reading = false;
	loop_watch(c->gw->loop, STDIN_FILENO, false, false, NULL, NULL);
	loop_timer_set(c->again, LOOP_NEVER);
	if (c->refused)
		c->gw->status = 1;
	if (!c->gw->stopping)
		gw_stop(c->gw);
}

/* What waits to be taken. */
const char *
console_waiting(const struct console *c, size_t *len)
{
	*len = c->input.len;
	return c->input.len == 0 ? "" : c->input.text + c->input.at;
}

void
console_taken(struct console *c, size_t n)
{
	c->input.len -= n;
	c->input.at = c->input.len == 0 ? 0 : c->input.at + n;
}

/* Room for READ_PIECE bytes behind what waits. */
static void
make_room(struct console *c)
{
	if (c->input.at > 0 && c->input.len > 0)
		memmove(c->input.text, c->input.text + c->input.at, c->input.len);
	c->input.at = 0;
	if (c->input.cap - c->input.len < READ_PIECE) {
		c->input.cap = c->input.cap * 2 + 2 * READ_PIECE;
		c->input.text = xrealloc(c->input.text, c->input.cap);
	}
}

static void
read_more(struct console *c)
{
	ssize_t n;

	make_room(c);
	n = read(STDIN_FILENO, c->input.text + c->input.len, c->input.cap - c->input.len);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0)
		c->input.at_end = true;
	else
		c->input.len += (size_t)n;
}

void
console_run_line(struct console *c, const char *line, size_t len)
{
	if (vty_line(c->vty, line, len) != 0)
		c->refused = true;
	out_flush(&c->out);
	if (vty_closed(c->vty))
		console_end(c);
}

/* Plain lines. */

static void
plain_line(struct console *c, const char *text, size_t len)
{
	char *line;

	if (c->input.too_long) {
		c->input.too_long = false; /* the rest of a line that was refused already */
		return;
	}
	if (memchr(text, '\0', len) != NULL) {
		out_str(&c->out, "% NUL byte in the line\n");
		c->refused = true;
		out_flush(&c->out);
		return;
	}
	line = xstrndup(text, len);
	console_run_line(c, line, len);
	mem_wipe(line, len);
	free(line);
}

/* One line, if there is one; false: there is none. At the end of input the last needs no line feed. */
static bool
take_line(struct console *c)
{
	size_t len;
	const char *text = console_waiting(c, &len), *feed = len == 0 ? NULL : memchr(text, '\n', len);

	if (feed == NULL && (!c->input.at_end || len == 0)) {
		if (len > INPUT_MAX) {
			plain_line(c, text, len); /* is refused for its length */
			c->input.too_long = true;
			console_taken(c, len);
		}
		return false;
	}
	plain_line(c, text, feed == NULL ? len : (size_t)(feed - text));
	console_taken(c, feed == NULL ? len : (size_t)(feed - text) + 1);
	return true;
}

/* True when all that waited is done. */
static bool
take_lines(struct console *c)
{
	for (int n = 0; !c->ended && outlet_left(c->output) == 0 && take_line(c); n++) {
		if (n < LINES_AT_ONCE)
			continue;
		loop_timer_set(c->again, LOOP_SOON);
		return false;
	}
	return outlet_left(c->output) == 0;
}

/* Both. */

static void
on_input(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct console *c = arg;

	(void)fd, (void)read_ready, (void)write_ready;
	read_more(c);
	pump(c);
}

/* Input is read when what was read before is done and the reader of the output keeps up. */
static void
watch_input(struct console *c, bool on)
{
	if (on == c->reading)
		return;
	if (loop_watch(c->gw->loop, STDIN_FILENO, on, false, on_input, c) == 0) {
		c->reading = on;
		return;
	}
	read_more(c); /* a regular file is always ready and cannot be watched */
	loop_timer_set(c->again, LOOP_SOON);
}

/* Goes on where it can: output first, then what waits, then reading. */
static void
pump(struct console *c)
{
	bool done;

	if (c->ended)
		return;
	if (outlet_gone(c->output)) { /* nobody reads any more */
		console_end(c);
		return;
	}
	done = c->terminal ? terminal_take_keys(c) : take_lines(c);
	if (c->ended)
		return;
	if (done && c->input.at_end)
		console_end(c);
	else
		watch_input(c, done);
}

/* The whole. */

struct console *
console_new(struct gw *gw)
{
	struct console *c = xcalloc(1, sizeof *c);

	c->gw = gw;
	c->again = loop_timer_new(gw->loop, on_pump, c);
	c->output = outlet_new(gw->loop, STDOUT_FILENO, on_pump, c);
	c->out = OUT_TO(console_print, c);
	c->terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	c->vty = vty_new(gw->cli, &c->out, c->terminal);
	if (c->terminal && terminal_open(c) != 0) {
		vty_free(c->vty);
		c->vty = vty_new(gw->cli, &c->out, c->terminal = false);
	}
	loop_timer_set(c->again, LOOP_SOON);
	return c;
}

void
console_free(struct console *c)
{
	if (c == NULL)
		return;
	terminal_close(c);
	vty_free(c->vty);
	out_free(&c->out);
	outlet_free(c->output);
	loop_timer_free(c->again);
	mem_wipe(c->input.text, c->input.cap);
	free(c->input.text);
	free(c);
}

bool
console_terminal(const struct console *c)
{
	return c->terminal;
}

void
console_log(void *arg, enum log_level level, const char *line)
{
	struct console *c = arg;

	(void)level;
	if (outlet_left(c->output) > OUTPUT_FULL) {
		c->dropped++;
		journal_lost(c->gw->journal);
		return;
	}
	out_flush(&c->out);
	if (!c->running && !c->ended)
		terminal_clear_line(c);
	if (c->dropped > 0)
		out_printf(
		    &c->out, "%zu log lines were dropped: the terminal did not take them\n", c->dropped);
	c->dropped = 0;
	out_printf(&c->out, "%s\n", line);
	out_flush(&c->out);
	if (!c->running)
		terminal_draw_line(c);
}

void
console_interrupt(struct console *c)
{
	if (!c->terminal) {
		console_end(c);
		return;
	}
	make_room(c);
	c->input.text[c->input.len++] = CONTROL_C;
	pump(c);
}
