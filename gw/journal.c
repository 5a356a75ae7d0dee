#include "gw/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"
#include "base/out.h"
#include "gw/loop.h"

struct journal {
	char *lines[JOURNAL_LINES];
	size_t next; /* where the next line goes; the oldest stands there */
	journal_print *print;
	void *arg;
};

struct journal *
journal_new(void)
{
	return xcalloc(1, sizeof(struct journal));
}

void
journal_clear(struct journal *j)
{
	for (size_t i = 0; i < JOURNAL_LINES; i++) {
		free(j->lines[i]);
		j->lines[i] = NULL;
	}
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	journal_clear(j);
	free(j);
}

void
journal_to(struct journal *j, journal_print *print, void *arg)
{
	j->print = print;
	j->arg = arg;
}

/* "Nov 20 08:00:00.123", as `service timestamps log datetime msec localtime` prints it. */
static void
time_stamp(char *text, size_t size)
{
	int64_t wall = loop_wall();
	time_t seconds = (time_t)(wall / 1000);
	char date[32];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%b %e %H:%M:%S", &tm);
	snprintf(text, size, "%s.%03d", date, (int)(wall % 1000));
}

static void
keep(struct journal *j, enum log_level level, char *line)
{
	free(j->lines[j->next]);
	j->lines[j->next] = line;
	j->next = (j->next + 1) % JOURNAL_LINES;
	if (j->print != NULL)
		j->print(j->arg, level, line);
}

void
journal_sink(void *arg, enum log_level level, const char *facility, const char *mnemonic, const char *text)
{
	char stamp[48];

	time_stamp(stamp, sizeof stamp);
	keep(arg, level,
	    xasprintf("%s: %%%s-%d-%s: %.*s", stamp, facility, (int)level, mnemonic, JOURNAL_LINE_MAX, text));
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

/* Everything a digest could be attacked with goes: what answers a challenge is not needed to read a trace. */
static void
mask_credentials(struct out *o, const char *line, size_t len)
{
	static const char *const hidden[] = { "response", "cnonce", "password" };
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
			skip = at - i;
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
			masked = is_header(message, part, "Authorization") ||
				 is_header(message, part, "Proxy-Authorization");
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

void
journal_message(struct journal *j, bool sent, const char *message, size_t len)
{
	struct out block = OUT_MEMORY;
	char stamp[48];

	time_stamp(stamp, sizeof stamp);
	out_printf(&block, "%s: //-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:\n%s:\n", stamp,
	    sent ? "Sent" : "Received");
	write_message(&block, message, len);
	keep(j, LOG_LEVEL_DEBUG, out_take(&block));
}

void
journal_each(struct journal *j, bool (*visit)(void *arg, const char *line), void *arg)
{
	for (size_t i = 0; i < JOURNAL_LINES; i++) {
		const char *line = j->lines[(j->next + i) % JOURNAL_LINES];

		if (line != NULL && !visit(arg, line))
			return;
	}
}
