/* The running configuration, from the rows. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"

static void
indent(struct writer *w)
{
	for (unsigned i = 0; i < w->level; i++)
		out_char(w->out, ' ');
}

void
write_line(struct writer *w, const char *format, ...)
{
	va_list ap;

	indent(w);
	va_start(ap, format);
	out_vprintf(w->out, format, ap);
	va_end(ap);
	out_char(w->out, '\n');
}

/* The form without what stands behind its leading keywords. */
static char *
keywords(const char *form)
{
	const char *end = form;

	while (*end != '\0' && strchr("<[({", *end) == NULL && (*end < 'A' || *end > 'Z')) {
		end += strcspn(end, " ");
		end += *end == ' ';
	}
	while (end > form && end[-1] == ' ')
		end--;
	return xstrndup(form, (size_t)(end - form));
}

static void
write_field(struct writer *w, const struct cmd *row, const void *object)
{
	const char *at = (const char *)object + row->field.offset;
	char *words = keywords(row->form);

	switch (row->field.kind) {
	case FIELD_UINT:
		if (w->all || *(const unsigned *)at != row->field.otherwise)
			write_line(w, "%s %u", words, *(const unsigned *)at);
		break;
	case FIELD_BOOL:
		if (w->all || *(const bool *)at != (row->field.otherwise != 0))
			write_line(w, "%s%s", *(const bool *)at ? "" : "no ", words);
		break;
	case FIELD_TEXT:
		if (*(char *const *)at != NULL)
			write_line(w, "%s %s", words, *(char *const *)at);
		break;
	case FIELD_NONE:
		break;
	}
	free(words);
}

static void
write_kept(struct writer *w, const struct kept *k)
{
	write_line(w, "%s", k->line);
	for (size_t i = 0; i < k->lines.n; i++) {
		w->level += k->lines.v[i].level;
		write_line(w, "%s", k->lines.v[i].text);
		w->level -= k->lines.v[i].level;
	}
	if (w->level == 0 && w->cmd->section != NULL)
		write_line(w, "!");
}

struct kept_walk {
	struct writer *w;
	unsigned rank;
};

static bool
visit_kept(void *arg, const void *key, size_t keylen, void *value)
{
	struct kept_walk *walk = arg;
	const struct kept *k = value;

	(void)key, (void)keylen;
	if (k->rank != walk->rank)
		return false;
	write_kept(walk->w, k);
	return true;
}

static void
write_kept_row(struct writer *w, const struct table *t, const void *object)
{
	const struct kept_list *l = t->kept == NULL ? NULL : t->kept((void *)(uintptr_t)object);
	unsigned rank = l != NULL && l->list.n == 0 ? 0 : cli_rank(w->cmd);
	unsigned char from[4] = { (unsigned char)(rank >> 24), (unsigned char)(rank >> 16),
		(unsigned char)(rank >> 8), (unsigned char)rank };
	struct kept_walk walk = { w, rank };

	if (l == NULL)
		pmap_walk(&w->conf->kept, from, sizeof from, visit_kept, &walk);
	for (size_t i = 0; l != NULL && i < l->list.n; i++)
		if (l->list.v[i]->rank == rank)
			write_kept(w, l->list.v[i]);
}

static void
write_table(struct writer *w, const struct table *t, const struct context *ctx)
{
	const void *object = t->object(w->conf, ctx);

	for (const struct cmd *row = t->rows; row < t->rows + t->n; row++) {
		w->cmd = row;
		if (row->accept != NULL)
			write_kept_row(w, t, object);
		else if (row->write != NULL)
			row->write(w, object);
		else
			write_field(w, row, object);
	}
}

bool
write_mode(struct writer *w, const struct mode *mode, const struct context *ctx)
{
	size_t before = w->out->len;

	w->level++;
	for (size_t i = 0; command_tables[i] != NULL; i++)
		if (command_tables[i]->mode == mode && command_tables[i]->object != NULL)
			write_table(w, command_tables[i], ctx);
	w->level--;
	return w->out->len > before;
}

void
cli_write_config(const struct cli *cli, const struct conf *conf, bool all, struct out *out)
{
	struct out lines = OUT_MEMORY;
	struct writer w = { .out = &lines, .conf = conf, .cli = cli, .all = all };
	bool apart = true;

	for (size_t i = 0; command_tables[i] != NULL; i++) {
		if (command_tables[i]->mode == &mode_config)
			write_table(&w, command_tables[i], NULL);
		if (lines.len == 0)
			continue;
		if (!apart)
			out_str(out, "!\n");
		out_write(out, out_text(&lines), lines.len);
		apart = lines.len >= 3 && str_eq(out_text(&lines) + lines.len - 3, "\n!\n");
		out_free(&lines);
	}
	if (!apart)
		out_str(out, "!\n");
}
