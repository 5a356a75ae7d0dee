#include "cli/pager.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/out.h"
#include "cli/filter.h"

#define MORE " --More-- "
/* Taken off again with backspaces, on any terminal. */
#define BACK "\b\b\b\b\b\b\b\b\b\b"
#define UNMORE BACK "          " BACK

enum { TAB = 8 };

struct pager {
	pager_emit *emit;
	int64_t (*now)(void *arg);
	void *arg;
	unsigned rows, columns;
	size_t shown, room; /* rows of this page: used, and all */
	struct out kept; /* what has not been shown yet stands behind `at` */
	size_t at;
	enum pager_wants wants;
	char how[2]; /* `/`, `+` or `-`, being the prompt of the text */
	bool stopped;
};

struct pager *
pager_new(pager_emit *emit, int64_t (*now)(void *arg), void *arg)
{
	struct pager *p = xcalloc(1, sizeof *p);

	p->emit = emit;
	p->now = now;
	p->arg = arg;
	return p;
}

static void
forget(struct pager *p)
{
	out_free(&p->kept);
	p->kept = OUT_MEMORY;
	p->at = 0;
}

void
pager_free(struct pager *p)
{
	if (p == NULL)
		return;
	forget(p);
	free(p);
}

static void
turn_page(struct pager *p)
{
	p->shown = 0;
	p->room = p->rows > 1 ? p->rows - 1 : 1;
}

void
pager_begin(struct pager *p, unsigned rows, unsigned columns)
{
	forget(p);
	p->rows = rows;
	p->columns = columns;
	p->wants = PAGER_NOTHING;
	p->stopped = false;
	turn_page(p);
}

/* A line of exactly the width stays on one row: terminals wrap before the next character. */
static size_t
rows_of(const struct pager *p, const char *line, size_t len)
{
	size_t column = 0;

	if (p->columns == 0)
		return 1;
	for (size_t i = 0; i < len && line[i] != '\n'; i++) {
		if (line[i] == '\t')
			column += TAB - column % TAB;
		else
			column += ((unsigned char)line[i] & 0xc0) != 0x80; /* UTF-8 */
	}
	return column <= p->columns ? 1 : (column + p->columns - 1) / p->columns;
}

/* Shows what fits. half: the last line counts though it has no line feed. */
static void
show(struct pager *p, bool half)
{
	const char *text = p->kept.len == 0 ? "" : p->kept.buf;
	size_t begin = p->at;

	while (p->wants == PAGER_NOTHING && p->at < p->kept.len) {
		const char *line = text + p->at, *feed = memchr(line, '\n', p->kept.len - p->at);
		size_t len = feed == NULL ? p->kept.len - p->at : (size_t)(feed - line) + 1;
		size_t rows = rows_of(p, line, len);

		if (feed == NULL && !half)
			break;
		if (p->shown > 0 && p->shown + rows > p->room) {
			p->wants = PAGER_KEY;
			break;
		}
		p->shown += rows;
		p->at += len;
	}
	if (p->at > begin)
		p->emit(p->arg, text + begin, p->at - begin);
	if (p->at == p->kept.len)
		forget(p);
}

void
pager_write(struct pager *p, const char *text, size_t len)
{
	if (p->stopped)
		return;
	if (p->rows == 0) {
		p->emit(p->arg, text, len);
		return;
	}
	out_write(&p->kept, text, len);
	show(p, false);
}

void
pager_flush(struct pager *p)
{
	show(p, true);
}

enum pager_wants
pager_wants(const struct pager *p)
{
	return p->wants;
}

const char *
pager_prompt(const struct pager *p)
{
	return p->wants == PAGER_TEXT ? p->how : MORE;
}

static void
say(struct pager *p, const char *text)
{
	p->emit(p->arg, text, strlen(text));
}

void
pager_key(struct pager *p, char key)
{
	say(p, UNMORE);
	p->wants = PAGER_NOTHING;
	switch (key) {
	case ' ':
		turn_page(p);
		break;
	case '\r':
	case '\n':
		p->shown = 0;
		p->room = 1;
		break;
	case '/':
	case '+':
	case '-':
		p->wants = PAGER_TEXT;
		p->how[0] = key;
		return;
	default:
		pager_stop(p);
		return;
	}
	show(p, true);
}

void
pager_text(struct pager *p, const char *expression)
{
	const struct filter_host host = { .arg = p->arg, .now = p->now };
	const char *word = p->how[0] == '/' ? "begin" : p->how[0] == '+' ? "include" : "exclude";
	struct out rest = OUT_MEMORY, errors = OUT_MEMORY;
	char *text = xasprintf("%s %s", word, expression);
	struct filter_error error;
	struct filter *filter = filter_new(text, &rest, &host, &error);

	free(text);
	if (filter == NULL) {
		text =
		    xasprintf("%% %s\n", error.status == PARSE_OK ? error.text : "Not a regular expression");
		say(p, text);
		free(text);
		p->wants = PAGER_KEY;
		return;
	}
	out_write(filter_in(filter), p->kept.buf + p->at, p->kept.len - p->at);
	if (filter_finish(filter, true, &errors) != 0) {
		out_char(&errors, '\n');
		say(p, out_text(&errors));
		out_free(&errors);
		out_free(&rest);
		p->wants = PAGER_KEY;
		return;
	}
	forget(p);
	p->kept = rest;
	say(p, "filtering...\n");
	p->wants = PAGER_NOTHING;
	turn_page(p);
	show(p, true);
}

void
pager_stop(struct pager *p)
{
	forget(p);
	p->wants = PAGER_NOTHING;
	p->stopped = true;
}
