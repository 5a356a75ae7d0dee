#include "gw/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"
#include "base/vec.h"
#include "conf/logging.h"

/* A line of the buffer. */
struct line {
	struct line *next;
	size_t len;
	char text[];
};

struct reader {
	enum journal_reader kind;
	journal_print *print; /* NULL: detached while lines are printed */
	void *arg;
};

struct journal {
	int64_t (*wall)(void *arg);
	int64_t (*now)(void *arg);
	void *clock_arg;
	struct conf *conf;
	struct line *first, *last; /* the buffer, oldest first */
	size_t kept; /* bytes of it, with a line feed for each line */
	VEC(struct reader) readers;
	unsigned printing; /* depth */
	journal_forward *forward;
	void *forward_arg;
	uint64_t sequence;
	struct journal_counters counters;
};

struct journal *
journal_new(int64_t (*wall)(void *arg), int64_t (*now)(void *arg), void *arg)
{
	struct journal *j = xcalloc(1, sizeof *j);

	j->wall = wall;
	j->now = now;
	j->clock_arg = arg;
	j->conf = conf_new();
	return j;
}

/* The buffer. */

static void
drop_first(struct journal *j)
{
	struct line *l = j->first;

	j->kept -= l->len + 1;
	j->first = l->next;
	if (j->first == NULL)
		j->last = NULL;
	free(l);
}

static void
fit(struct journal *j, size_t size)
{
	while (j->kept > size)
		drop_first(j);
}

/* A line that is longer than the buffer is cut. */
static void
keep(struct journal *j, const char *text)
{
	size_t size = j->conf->logging->buffer_size, len = str_utf8_cut(text, size - 1);
	struct line *l = xmalloc(sizeof *l + len + 1);

	l->next = NULL;
	l->len = len;
	memcpy(l->text, text, len);
	l->text[len] = '\0';
	*(j->last != NULL ? &j->last->next : &j->first) = l;
	j->last = l;
	j->kept += len + 1;
	fit(j, size);
	j->counters.buffer++;
}

void
journal_clear(struct journal *j)
{
	fit(j, 0);
	j->counters.flushes++;
}

void
journal_each(struct journal *j, bool (*visit)(void *arg, const char *line), void *arg)
{
	for (const struct line *l = j->first; l != NULL; l = l->next)
		if (!visit(arg, l->text))
			return;
}

void
journal_configure(struct journal *j, struct conf *c)
{
	conf_hold(c);
	conf_release(j->conf);
	j->conf = c;
	fit(j, c->logging->buffer == LOGGING_OFF ? 0 : c->logging->buffer_size);
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	fit(j, 0);
	vec_free(&j->readers);
	conf_release(j->conf);
	free(j);
}

const struct journal_counters *
journal_counters(const struct journal *j)
{
	return &j->counters;
}

/* Readers. */

void
journal_attach(struct journal *j, enum journal_reader kind, journal_print *print, void *arg)
{
	struct reader r = { kind, print, arg };

	vec_push(&j->readers, r);
}

static void
forget_detached(struct journal *j)
{
	for (size_t i = j->readers.n; i-- > 0;)
		if (j->readers.v[i].print == NULL)
			vec_remove(&j->readers, i);
}

void
journal_detach(struct journal *j, void *arg)
{
	for (size_t i = 0; i < j->readers.n; i++)
		if (j->readers.v[i].arg == arg)
			j->readers.v[i].print = NULL;
	if (j->printing == 0)
		forget_detached(j);
}

void
journal_lost(struct journal *j)
{
	j->counters.lost++;
}

void
journal_to_servers(struct journal *j, journal_forward *forward, void *arg)
{
	j->forward = forward;
	j->forward_arg = arg;
}

static bool
wants(const struct logging_conf *l, enum journal_reader kind, enum log_level level)
{
	switch (kind) {
	case JOURNAL_CONSOLE:
		return (int)level <= l->console;
	case JOURNAL_MONITOR:
		return l->on && (int)level <= l->monitor;
	case JOURNAL_STDERR:
		break;
	}
	return true;
}

static void
print(struct journal *j, enum log_level level, const char *line)
{
	struct conf *c = conf_hold(j->conf); /* a reader may configure anew */
	bool console = false, monitor = false;

	j->printing++;
	for (size_t i = 0, n = j->readers.n; i < n; i++) {
		struct reader r = j->readers.v[i];

		if (r.print == NULL || !wants(c->logging, r.kind, level))
			continue;
		console = console || r.kind == JOURNAL_CONSOLE;
		monitor = monitor || r.kind == JOURNAL_MONITOR;
		r.print(r.arg, level, line);
	}
	if (--j->printing == 0)
		forget_detached(j);
	j->counters.console += console;
	j->counters.monitor += monitor;
	conf_release(c);
}

static void
forward(struct journal *j, const struct journal_entry *e)
{
	const struct logging_conf *l = j->conf->logging;

	if (j->forward == NULL || !l->on || (int)e->level > l->trap || l->hosts.n == 0)
		return;
	j->counters.trap++;
	j->forward(j->forward_arg, e);
}

static void
deliver(struct journal *j, enum log_level level, const char *line)
{
	if (j->conf->logging->on && (int)level <= j->conf->logging->buffer)
		keep(j, line);
	print(j, level, line);
}

/* What stands before a line. */

/* "00:00:46", "1d02h", "3w4d", "1y12w": the largest two, as IOS prints times that only grow. */
static void
write_uptime(struct out *o, int64_t s)
{
	enum { DAY = 86400, WEEK = 7 * DAY, YEAR = 365 * DAY };

	if (s < DAY)
		out_printf(o, "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	else if (s < WEEK)
		out_printf(o, "%dd%02dh", (int)(s / DAY), (int)(s % DAY / 3600));
	else if (s < YEAR)
		out_printf(o, "%dw%dd", (int)(s / WEEK), (int)(s % WEEK / DAY));
	else
		out_printf(o, "%" PRId64 "y%02dw", s / YEAR, (int)(s % YEAR / WEEK));
}

static void
write_date(struct out *o, const struct stamp *s, int64_t wall)
{
	time_t seconds = (time_t)(wall / 1000);
	char text[64];
	struct tm tm;

	if (s->localtime)
		localtime_r(&seconds, &tm);
	else
		gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, s->year ? "%b %e %Y %H:%M:%S" : "%b %e %H:%M:%S", &tm);
	out_str(o, text);
	if (s->msec)
		out_printf(o, ".%03d", (int)(wall % 1000));
	if (!s->zone)
		return;
	strftime(text, sizeof text, " %Z", &tm);
	out_str(o, s->localtime ? text : " UTC");
}

static void
write_prefix(struct journal *j, struct out *o, const struct stamp *s, int64_t wall)
{
	j->sequence++;
	if (j->conf->logging->sequence_numbers)
		out_printf(o, "%06" PRIu64 ": ", j->sequence);
	switch (s->kind) {
	case STAMP_NONE:
		return;
	case STAMP_UPTIME:
		write_uptime(o, j->now(j->clock_arg) / 1000);
		break;
	case STAMP_DATETIME:
		write_date(o, s, wall);
		break;
	}
	out_str(o, ": ");
}

void
journal_sink(void *arg, enum log_level level, const char *facility, const char *mnemonic, const char *text)
{
	struct journal *j = arg;
	struct journal_entry e = { level, facility, mnemonic, text, j->wall(j->clock_arg) };
	struct out line = OUT_MEMORY;

	write_prefix(j, &line,
	    level == LOG_LEVEL_DEBUG ? &j->conf->logging->debug_stamp : &j->conf->logging->log_stamp, e.wall);
	out_printf(&line, "%%%s-%d-%s: ", facility, (int)level, mnemonic);
	out_write(&line, text, str_utf8_cut(text, JOURNAL_LINE_MAX));
	deliver(j, level, out_text(&line));
	forward(j, &e);
	out_free(&line);
}

static bool
is_header(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	if (len < n || strncasecmp(line, name, n) != 0)
		return false;
	while (n < len && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n < len && line[n] == ':';
}

/* The registrar's proof (RFC 7616 3.5) comes from the password as well. */
static bool
is_secret(const char *line, size_t len)
{
	return is_header(line, len, "Authorization") || is_header(line, len, "Proxy-Authorization") ||
	       is_header(line, len, "Authentication-Info") ||
	       is_header(line, len, "Proxy-Authentication-Info");
}

/* Everything a digest could be attacked with goes: what answers a challenge is not needed to read a trace. */
static void
mask_credentials(struct out *o, const char *line, size_t len)
{
	static const char *const hidden[] = { "response", "rspauth", "cnonce", "password" };
	size_t i = 0;

	while (i < len) {
		size_t skip = 0;

		for (size_t h = 0; h < COUNT(hidden); h++) {
			size_t n = strlen(hidden[h]), at = i + n;
			bool begins = i == 0 || strchr(" \t,", line[i - 1]) != NULL;

			if (!begins || at >= len || strncasecmp(line + i, hidden[h], n) != 0)
				continue;
			while (at < len && (line[at] == ' ' || line[at] == '='))
				at++;
			out_write(o, line + i, at - i);
			out_str(o, "\"***\"");
			if (at < len && line[at] == '"') {
				for (at++; at < len && line[at] != '"'; at++)
					at += line[at] == '\\';
				at++;
			} else {
				while (at < len && line[at] != ',')
					at++;
			}
			skip = (at < len ? at : len) - i;
			break;
		}
		if (skip == 0)
			out_char(o, line[i++]);
		i += skip;
	}
}

/* One block: the lines escaped, so that a message cannot drive the reader's terminal. */
static void
write_message(struct out *o, const char *message, size_t len)
{
	bool masked = false;

	while (len > 0) {
		const char *feed = memchr(message, '\n', len);
		size_t whole = feed == NULL ? len : (size_t)(feed - message) + 1, part = whole;
		struct out line = OUT_MEMORY;

		while (part > 0 && strchr("\r\n", message[part - 1]) != NULL && message[part - 1] != '\0')
			part--;
		/* A folded header goes on on the next line. */
		if (part == 0 || strchr(" \t", message[0]) == NULL)
			masked = is_secret(message, part);
		if (masked)
			mask_credentials(&line, message, part);
		else
			out_write(&line, message, part);
		out_escaped(o, out_text(&line), line.len);
		out_char(o, '\n');
		out_free(&line);
		message += whole;
		len -= whole;
	}
}

/* Servers get a message for each line that has something in it. */
static void
forward_block(struct journal *j, const char *block, int64_t wall)
{
	while (*block != '\0') {
		size_t n = strcspn(block, "\n");
		char *line = xstrndup(block, n);
		struct journal_entry e = { LOG_LEVEL_DEBUG, NULL, NULL, line, wall };

		if (n > 0)
			forward(j, &e);
		free(line);
		block += n + (block[n] == '\n');
	}
}

void
journal_message(struct journal *j, bool sent, const char *message, size_t len)
{
	struct out line = OUT_MEMORY, block = OUT_MEMORY;
	int64_t wall = j->wall(j->clock_arg);

	out_printf(&block, "//-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\n%s:\n", sent ? "Sent" : "Received");
	write_message(&block, message, len);
	write_prefix(j, &line, &j->conf->logging->debug_stamp, wall);
	out_write(&line, out_text(&block), block.len);
	deliver(j, LOG_LEVEL_DEBUG, out_text(&line));
	forward_block(j, out_text(&block), wall);
	out_free(&block);
	out_free(&line);
}
