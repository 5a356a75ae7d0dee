#include "gw/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/login.h"
#include "cli/pager.h"
#include "cli/recall.h"
#include "cli/vty.h"
#include "gw/gw.h"

enum {
	OUTPUT_FULL = 1 << 16, /* bytes waiting: then log lines are dropped */
	LOGIN_RESPONSE_S = 30, /* IOS `timeout login response`: whatever the exec-timeout is */
};

struct console {
	struct gw *gw;
	struct console_peer peer;
	bool attached, trusted, command, terminal;
	unsigned number; /* of the vty */
	char line[8]; /* "vty3" */
	char *user, *from, *type;
	unsigned rows, columns; /* of the window */
	struct vty *vty;
	struct pager *pager;
	struct out out; /* of the vty, into the pager */
	unsigned done; /* requests */
	bool busy; /* within a request */
	bool running; /* within a command of it */
	bool parked; /* nobody is logged in: RETURN begins */
	bool ended;
	bool monitors, debugs; /* readers of the journal that are attached */
	size_t dropped;
	struct { /* what the front knows */
		size_t lines, added;
	} history[FRAME_GROUPS];
	int64_t active; /* when the last request came */
	struct loop_timer *idle;
};

struct consoles {
	struct gw *gw;
	VEC(struct console *) list; /* by line: con0, vty0, vty1... */
};

/* To the front. */

static void
send_frame(struct console *c, enum frame_type type, const char *data, size_t len)
{
	c->peer.send(c->peer.arg, &(struct frame){ type, data, len });
}

static void
send_payload(struct console *c, enum frame_type type, struct out *payload)
{
	send_frame(c, type, out_text(payload), payload->len);
	out_free(payload);
}

static void
emit(void *arg, const char *text, size_t len)
{
	while (len > 0) {
		size_t n = len < FRAME_PIECE ? len : FRAME_PIECE;

		send_frame(arg, FRAME_PRINT, text, n);
		text += n;
		len -= n;
	}
}

static void
print_text(struct console *c, const char *text)
{
	emit(c, text, strlen(text));
}

static int64_t
now(void *arg)
{
	(void)arg;
	return loop_now();
}

static void
page(void *arg, const char *text, size_t len)
{
	pager_write(((struct console *)arg)->pager, text, len);
}

/* Whoever goes without `end` has configured as well: it is logged. */
static void
leave_configuration(struct console *c)
{
	if (!c->running && vty_configuring(c->vty))
		vty_end(c->vty);
}

static void
bye(struct console *c, enum frame_bye how, const char *why)
{
	struct out payload = OUT_MEMORY;

	if (c->ended)
		return;
	c->ended = true;
	journal_detach(c->gw->journal, c);
	loop_timer_set(c->idle, LOOP_NEVER);
	leave_configuration(c);
	frame_put_byte(&payload, how);
	frame_put_text(&payload, why, strlen(why));
	send_payload(c, FRAME_BYE, &payload);
	c->peer.ended(c->peer.arg);
}

static void
forget_history(struct console *c)
{
	for (unsigned group = 0; group < FRAME_GROUPS; group++) {
		struct out payload = OUT_MEMORY;

		frame_put_byte(&payload, group);
		frame_put_number(&payload, 0);
		frame_put_text(&payload, "", 0);
		send_payload(c, FRAME_HISTORY, &payload);
		c->history[group].lines = c->history[group].added = 0;
	}
}

static void
send_history(struct console *c, enum frame_group group)
{
	const struct recall *r = vty_recall(c->vty, group == FRAME_CONFIGURATION);
	size_t lines = vty_terminal(c->vty)->history;
	struct out payload = OUT_MEMORY;
	const char *line = "";

	if (lines == c->history[group].lines && r->added == c->history[group].added)
		return;
	if (r->added > c->history[group].added && r->lines.n > 0) /* a request adds one at most */
		line = r->lines.v[r->lines.n - 1];
	c->history[group].lines = lines;
	c->history[group].added = r->added;
	frame_put_byte(&payload, group);
	frame_put_number(&payload, lines);
	frame_put_text(&payload, line, strlen(line));
	send_payload(c, FRAME_HISTORY, &payload);
}

static void
send_read(struct console *c, bool refused)
{
	enum pager_wants pager = pager_wants(c->pager);
	struct out payload = OUT_MEMORY;

	frame_put_read(
	    &payload, &(struct frame_read){ .done = c->done,
			  .wants = pager == PAGER_KEY    ? VTY_KEY
				   : pager == PAGER_TEXT ? VTY_LINE
							 : vty_wants(c->vty),
			  .refused = refused,
			  .group = vty_configuring(c->vty) ? FRAME_CONFIGURATION : FRAME_EXEC,
			  .prompt = (char *)(uintptr_t)(c->parked                ? ""
							: pager != PAGER_NOTHING ? pager_prompt(c->pager)
										 : vty_prompt(c->vty)) });
	send_payload(c, FRAME_READ, &payload);
}

/* The log. */

static void
show_log(struct console *c, const char *line)
{
	struct out text = OUT_MEMORY;
	const char *at;
	size_t left;

	if (c->peer.left(c->peer.arg) > OUTPUT_FULL) {
		c->dropped++;
		journal_lost(c->gw->journal);
		return;
	}
	if (c->dropped > 0)
		out_printf(&text, "%zu log lines were dropped: the terminal did not take them\n", c->dropped);
	c->dropped = 0;
	out_str(&text, line);
	at = out_text(&text);
	for (left = text.len; left > FRAME_PIECE;) {
		const char *feed = memrchr(at, '\n', FRAME_PIECE);
		size_t n = feed == NULL ? FRAME_PIECE : (size_t)(feed - at);

		send_frame(c, FRAME_LOG, at, n);
		n += feed != NULL;
		at += n;
		left -= n;
	}
	send_frame(c, FRAME_LOG, at, left);
	out_free(&text);
}

/* Of a console, or of a vty with `terminal monitor`; traces go to those who asked for them. */
static void
on_log(void *arg, enum log_level level, const char *line)
{
	if (level != LOG_LEVEL_DEBUG)
		show_log(arg, line);
}

static void
on_trace(void *arg, enum log_level level, const char *line)
{
	if (level == LOG_LEVEL_DEBUG)
		show_log(arg, line);
}

/* SIP messages are traced while some console wants them. */
static void
trace(struct gw *gw)
{
	const struct consoles *all = gw->consoles;
	bool on = false;

	for (size_t i = 0; i < all->list.n; i++)
		on = on || (all->list.v[i]->debugs && !all->list.v[i]->ended);
	if (gw->debug_messages != on && gw->agent != NULL)
		agent_trace(gw->agent, on);
	gw->debug_messages = on;
}

/* What it shows of the log, as its settings say now. Lines that a console without a terminal would show go to
 * standard error, where this is the console of the process. */
static void
follow_log(struct console *c)
{
	const struct vty_terminal *t = vty_terminal(c->vty);
	bool monitors = c->attached ? t->monitor : c->terminal, debugs = t->debug_messages;

	if (monitors == c->monitors && debugs == c->debugs)
		return;
	c->monitors = monitors;
	c->debugs = debugs;
	journal_detach(c->gw->journal, c);
	if (monitors)
		journal_attach(c->gw->journal, c->attached ? JOURNAL_MONITOR : JOURNAL_CONSOLE, on_log, c);
	if (debugs && (c->attached || c->terminal))
		journal_attach(c->gw->journal, JOURNAL_STDERR, on_trace, c); /* whatever the levels */
	trace(c->gw);
}

bool
console_debugs(const struct console *c)
{
	return c->debugs;
}

/* Sessions. */

static void answer(struct console *, bool refused);

/* A command that waited for the world is through. */
static void
on_go_on(void *arg)
{
	struct console *c = arg;

	if (c->busy || c->ended)
		return;
	c->active = loop_now();
	answer(c, false);
}

static void
set_idle(struct console *c)
{
	unsigned s = login_pending(c->vty) ? LOGIN_RESPONSE_S : vty_terminal(c->vty)->timeout_s;
	bool counts = s > 0 && !c->command && !c->parked && (c->attached || c->terminal) &&
		      vty_wants(c->vty) != VTY_NOTHING;

	loop_timer_set(c->idle, counts ? c->active + (int64_t)s * 1000 : LOOP_NEVER);
}

/* A console on which nothing has been done yet. */
static void
renew(struct console *c)
{
	struct vty_terminal *t;

	if (c->vty != NULL) /* of whoever was here before */
		forget_history(c);
	vty_free(c->vty);
	c->vty = vty_new(c->gw->cli, &c->out, c->terminal && !c->command);
	vty_on_go_on(c->vty, on_go_on, c);
	vty_set_line(c->vty, c->line, c->from);
	vty_set_user(c->vty, c->user);
	vty_window(c->vty, c->rows, c->columns);
	t = vty_terminal(c->vty);
	snprintf(t->type, sizeof t->type, "%s", c->type);
}

/* As the line is configured. A length or width other than the usual one counts instead of the window's. */
static void
take_line_settings(struct console *c, const struct line_conf *l)
{
	struct vty_terminal *t = vty_terminal(c->vty);

	t->timeout_s = l->timeout_s;
	t->history = l->history;
	t->synchronous = l->synchronous;
	t->length_set = l->length != VTY_LENGTH;
	t->width_set = l->width != VTY_WIDTH;
	if (t->length_set)
		t->length = l->length;
	if (t->width_set)
		t->width = l->width;
}

/* Somebody begins to work on the line. */
static void
begin(struct console *c)
{
	const struct login_entry entry = { .kind = c->attached ? LINE_VTY : LINE_CONSOLE,
		.number = c->number,
		.peer = c->attached ? c->user : NULL,
		.trusted = c->trusted,
		.command = c->command };

	renew(c);
	c->parked = false;
	take_line_settings(c, conf_line_of_console(c->gw->conf, entry.kind, entry.number));
	login_begin(c->vty, &entry);
}

/* What the front reads next, once all is printed. */
static void
answer(struct console *c, bool refused)
{
	out_flush(&c->out);
	pager_flush(c->pager);
	if (c->ended)
		return;
	follow_log(c);
	send_history(c, FRAME_EXEC);
	send_history(c, FRAME_CONFIGURATION);
	set_idle(c);
	if (vty_closed(c->vty) && pager_wants(c->pager) == PAGER_NOTHING)
		bye(c, BYE_CLOSED, "");
	else
		send_read(c, refused);
}

/* The session is over, without a word of its user. The console of the process waits for the next one, as that
 * of a router: the gateway goes on. */
static void
close_session(struct console *c, const char *why)
{
	char *text;

	pager_begin(c->pager, 0, 0);
	text = xasprintf("\n%% %s\n", why);
	print_text(c, text);
	free(text);
	if (c->attached || !c->terminal) {
		bye(c, BYE_ENDING, why);
		return;
	}
	renew(c);
	c->parked = true;
	text = xasprintf("\n%s %s is now available\n\n\n\nPress RETURN to get started.\n\n",
	    c->gw->conf->system->hostname, c->line);
	print_text(c, text);
	free(text);
	answer(c, false);
}

static void
on_idle(void *arg)
{
	struct console *c = arg;

	if (c->ended)
		return;
	if (login_pending(c->vty)) {
		char *why = xasprintf("%s timeout expired!", vty_prompt(c->vty));

		close_session(c, why);
		free(why);
		return;
	}
	log_at(LOG_LEVEL_INFO, "SYS", "TTY_EXPIRE_TIMER", "(exec timer expired, tty %s, user %s)", c->line,
	    vty_user(c->vty));
	close_session(c, "The exec-timeout of this line has passed without input");
}

/* Requests. */

static void
begin_pages(struct console *c)
{
	const struct vty_terminal *t = vty_terminal(c->vty);

	pager_begin(c->pager, c->terminal ? t->length : 0, t->width);
}

/* Whether it was refused. */
static bool
type(struct console *c, const char *text, size_t len)
{
	int rc;

	c->running = true;
	rc = vty_line(c->vty, text, len);
	c->running = false;
	return rc != 0;
}

static void
run_line(struct console *c, const struct frame *frame, bool end)
{
	struct frame_reader r = frame_reader(frame);
	size_t whole = frame_number(&r), len;
	const char *text = frame_text(&r, &len);
	bool refused = false;

	if (!frame_all(&r) || pager_wants(c->pager) == PAGER_KEY || vty_wants(c->vty) == VTY_KEY ||
	    vty_wants(c->vty) == VTY_NOTHING) {
		bye(c, BYE_REFUSED, "protocol error");
		return;
	}
	if (c->parked) {
		begin(c);
		answer(c, false);
		return;
	}
	if (pager_wants(c->pager) == PAGER_TEXT) {
		char *expression = xstrndup(text, len);

		pager_text(c->pager, expression);
		free(expression);
		answer(c, false);
		return;
	}
	begin_pages(c);
	if (whole != len) {
		out_printf(&c->out, "%% Line too long: %zu bytes, %d at the most\n", whole, LINE_MAX_BYTES);
		refused = true;
	} else if (memchr(text, '\0', len) != NULL) {
		out_str(&c->out, "% NUL byte in the line\n");
		refused = true;
	} else {
		refused = type(c, text, len);
	}
	if (end)
		vty_end(c->vty);
	answer(c, refused);
}

static void
help(struct console *c, const struct frame *frame)
{
	char *line = xstrndup(frame->data, frame->len);

	if (!c->parked && pager_wants(c->pager) == PAGER_NOTHING) {
		begin_pages(c);
		vty_help(c->vty, line);
	}
	str_wipe_free(line);
	answer(c, false);
}

static void
complete(struct console *c, const struct frame *frame)
{
	char *line = xstrndup(frame->data, frame->len), *rest = NULL;
	struct out payload = OUT_MEMORY;

	if (!c->parked && pager_wants(c->pager) == PAGER_NOTHING)
		rest = vty_complete(c->vty, line);
	str_wipe_free(line);
	frame_put_byte(&payload, rest != NULL);
	frame_put_text(&payload, rest == NULL ? "" : rest, rest == NULL ? 0 : strlen(rest));
	free(rest);
	send_payload(c, FRAME_COMPLETION, &payload);
	answer(c, false);
}

/* A key by itself goes to the pager or answers a question; there it is echoed, as in IOS. */
static void
key(struct console *c, char typed)
{
	char echo[] = { typed, '\n', '\0' };
	bool enter = typed == '\r' || typed == '\n';
	bool refused = false;

	if (pager_wants(c->pager) == PAGER_KEY) {
		pager_key(c->pager, typed);
	} else if (vty_wants(c->vty) == VTY_KEY && (unsigned char)typed < ' ' && !enter) {
		print_text(c, "\n");
		vty_interrupt(c->vty);
	} else if (vty_wants(c->vty) == VTY_KEY) {
		print_text(c, enter ? "\n" : echo);
		begin_pages(c);
		refused = type(c, &typed, enter ? 0 : 1);
	}
	answer(c, refused);
}

static void
interrupt(struct console *c)
{
	if (pager_wants(c->pager) == PAGER_KEY)
		pager_key(c->pager, 'q');
	else if (pager_wants(c->pager) == PAGER_TEXT)
		pager_stop(c->pager);
	else if (vty_wants(c->vty) != VTY_NOTHING)
		vty_interrupt(c->vty);
	answer(c, false);
}

static void
size(struct console *c, const struct frame *frame)
{
	struct frame_reader r = frame_reader(frame);

	c->rows = (unsigned)frame_number(&r);
	c->columns = (unsigned)frame_number(&r);
	if (frame_all(&r))
		vty_window(c->vty, c->rows, c->columns);
}

static bool
is_request(enum frame_type type)
{
	return type == FRAME_LINE || type == FRAME_END || type == FRAME_HELP || type == FRAME_COMPLETE ||
	       type == FRAME_KEY || type == FRAME_INTERRUPT;
}

void
console_take(void *arg, const struct frame *frame)
{
	struct console *c = arg;

	if (c->ended)
		return;
	c->busy = true;
	if (is_request(frame->type)) {
		c->done++;
		c->active = loop_now();
	}
	switch (frame->type) {
	case FRAME_LINE:
	case FRAME_END:
		run_line(c, frame, frame->type == FRAME_END);
		break;
	case FRAME_HELP:
		help(c, frame);
		break;
	case FRAME_COMPLETE:
		complete(c, frame);
		break;
	case FRAME_KEY:
		key(c, frame->len > 0 ? frame->data[0] : '\0');
		break;
	case FRAME_INTERRUPT:
		interrupt(c);
		break;
	case FRAME_SIZE:
		size(c, frame);
		break;
	case FRAME_EOF:
		bye(c, BYE_CLOSED, "");
		break;
	default:
		bye(c, BYE_REFUSED, "protocol error");
		break;
	}
	c->busy = false;
}

/* The whole. */

static char *
escaped(const char *text)
{
	struct out o = OUT_MEMORY;

	out_escaped(&o, text, strlen(text));
	return out_take(&o);
}

/* Takes the lowest free line; false: there is none. */
static bool
take_place(struct consoles *all, struct console *c)
{
	size_t i = all->list.n > 0 && !all->list.v[0]->attached;

	if (c->attached) {
		unsigned lines = c->trusted ? CONSOLES_MAX : CONSOLES_MAX - CONSOLES_TRUSTED;

		for (; i < all->list.n && all->list.v[i]->number == c->number; i++)
			c->number++;
		if (c->number >= lines)
			return false;
		snprintf(c->line, sizeof c->line, "vty%u", c->number % CONSOLES_MAX);
	} else {
		i = 0;
		snprintf(c->line, sizeof c->line, "con0");
	}
	vec_push(&all->list, c);
	memmove(&all->list.v[i + 1], &all->list.v[i], (all->list.n - 1 - i) * sizeof all->list.v[0]);
	all->list.v[i] = c;
	return true;
}

struct console *
console_new(struct gw *gw, const struct console_peer *peer, const struct console_origin *origin,
    const struct frame_hello *hello)
{
	struct console *c = xcalloc(1, sizeof *c);

	c->gw = gw;
	c->peer = *peer;
	c->attached = origin->attached;
	c->trusted = origin->trusted;
	c->command = hello->command;
	c->terminal = hello->terminal;
	c->rows = hello->rows;
	c->columns = hello->columns;
	if (!take_place(gw->consoles, c)) {
		free(c);
		return NULL;
	}
	c->user = escaped(origin->user);
	c->from = escaped(!c->attached ? "" : hello->origin[0] != '\0' ? hello->origin : hello->tty);
	c->type = escaped(hello->term);
	c->pager = pager_new(emit, now, c);
	c->out = OUT_TO(page, c);
	c->idle = loop_timer_new(gw->loop, on_idle, c);
	c->active = loop_now();
	pager_begin(c->pager, 0, 0);
	c->busy = true;
	begin(c);
	if (vty_closed(c->vty) && (c->attached || !c->terminal)) { /* nobody is asked, or can be */
		out_flush(&c->out);
		bye(c, BYE_REFUSED, "not logged in");
	} else {
		answer(c, false);
	}
	c->busy = false;
	return c;
}

void
console_free(struct console *c)
{
	struct consoles *all;
	size_t i = 0;

	if (c == NULL)
		return;
	all = c->gw->consoles;
	while (all->list.v[i] != c)
		i++;
	vec_remove(&all->list, i);
	journal_detach(c->gw->journal, c);
	pager_stop(c->pager);
	c->ended = true;
	leave_configuration(c);
	if (c->debugs)
		trace(c->gw);
	vty_free(c->vty);
	out_free(&c->out);
	pager_free(c->pager);
	loop_timer_free(c->idle);
	free(c->user);
	free(c->from);
	free(c->type);
	free(c);
}

/* All of them. */

struct consoles *
consoles_new(struct gw *gw)
{
	struct consoles *all = xcalloc(1, sizeof *all);

	all->gw = gw;
	return all;
}

void
consoles_free(struct consoles *all)
{
	if (all == NULL)
		return;
	vec_free(&all->list);
	free(all);
}

void
consoles_each(const struct consoles *all, console_visit *visit, void *arg)
{
	int64_t t = loop_now();

	for (size_t i = 0; i < all->list.n; i++) {
		const struct console *c = all->list.v[i];

		struct console_row row = { .line = c->line,
			.user = vty_user(c->vty),
			.location = c->from,
			.idle_s = (t - c->active) / 1000 };

		if (!c->attached && str_eq(row.user, c->user))
			row.user = ""; /* nobody has logged in */
		if (!c->ended && !c->parked && !visit(arg, &row))
			return;
	}
}

void
consoles_clear(struct consoles *all, const char *line)
{
	for (size_t i = 0; i < all->list.n; i++) {
		struct console *c = all->list.v[i];

		if (str_eq(c->line, line) && !c->ended && !c->parked && !c->busy)
			close_session(c, "The line was cleared");
	}
}

void
consoles_end(struct consoles *all, const char *why)
{
	for (size_t i = 0; i < all->list.n; i++) {
		struct console *c = all->list.v[i];

		if (!c->attached)
			continue;
		if (c->running) /* it has asked for it */
			out_flush(&c->out);
		bye(c, c->running ? BYE_CLOSED : BYE_ENDING, why);
	}
}
