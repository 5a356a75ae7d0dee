#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

struct kept *
kept_new(unsigned rank, const char *line)
{
	struct kept *k = xcalloc(1, sizeof *k);

	k->refs = 1;
	k->rank = rank;
	k->line = xstrdup(line);
	return k;
}

static void
kept_hold(void *value)
{
	((struct kept *)value)->refs++;
}

static void
kept_release(void *value)
{
	struct kept *k = value;

	if (--k->refs > 0)
		return;
	for (size_t i = 0; i < k->lines.n; i++)
		str_wipe_free(k->lines.v[i].text);
	vec_free(&k->lines);
	str_wipe_free(k->line);
	free(k);
}

const struct pmap_kind kept_kind = { kept_hold, kept_release };

static struct kept *
kept_copy(const struct kept *from)
{
	struct kept *k = kept_new(from->rank, from->line);

	k->seq = from->seq;
	for (size_t i = 0; i < from->lines.n; i++) {
		struct kept_line line = { from->lines.v[i].level, xstrdup(from->lines.v[i].text) };

		vec_push(&k->lines, line);
	}
	return k;
}

static size_t
index_of(const struct kept_list *l, const char *line)
{
	size_t i = 0;

	while (i < l->list.n && !str_caseeq(l->list.v[i]->line, line))
		i++;
	return i;
}

struct kept *
kept_list_find(const struct kept_list *l, const char *line)
{
	size_t i = index_of(l, line);

	return i < l->list.n ? l->list.v[i] : NULL;
}

struct kept *
kept_list_edit(struct kept_list *l, unsigned rank, const char *line)
{
	size_t i = index_of(l, line);
	struct kept *k;

	if (i == l->list.n) {
		/* Ranks in order, and within a rank the order of entry. */
		while (i > 0 && l->list.v[i - 1]->rank > rank)
			i--;
		vec_room(&l->list);
		memmove(&l->list.v[i + 1], &l->list.v[i], (l->list.n - i) * sizeof l->list.v[0]);
		l->list.n++;
		l->list.v[i] = kept_new(rank, line);
	} else if (l->list.v[i]->refs > 1) {
		k = kept_copy(l->list.v[i]);
		kept_release(l->list.v[i]);
		l->list.v[i] = k;
	}
	return l->list.v[i];
}

bool
kept_list_remove(struct kept_list *l, const char *line)
{
	size_t i = index_of(l, line);

	if (i == l->list.n)
		return false;
	kept_release(l->list.v[i]);
	vec_remove(&l->list, i);
	return true;
}

struct kept_list
kept_list_copy(const struct kept_list *from)
{
	struct kept_list l = { 0 };

	for (size_t i = 0; i < from->list.n; i++) {
		kept_hold(from->list.v[i]);
		vec_push(&l.list, from->list.v[i]);
	}
	return l;
}

void
kept_list_free(struct kept_list *l)
{
	for (size_t i = 0; i < l->list.n; i++)
		kept_release(l->list.v[i]);
	vec_free(&l->list);
}

bool
kept_equal(const struct kept *a, const struct kept *b)
{
	if (a->rank != b->rank || !str_eq(a->line, b->line) || a->lines.n != b->lines.n)
		return false;
	for (size_t i = 0; i < a->lines.n; i++)
		if (a->lines.v[i].level != b->lines.v[i].level ||
		    !str_eq(a->lines.v[i].text, b->lines.v[i].text))
			return false;
	return true;
}

bool
kept_list_equal(const struct kept_list *a, const struct kept_list *b)
{
	if (a->list.n != b->list.n)
		return false;
	for (size_t i = 0; i < a->list.n; i++)
		if (a->list.v[i] != b->list.v[i] && !kept_equal(a->list.v[i], b->list.v[i]))
			return false;
	return true;
}

/* One past the lines that stand below line i. */
static size_t
block_end(const struct kept *k, long i)
{
	unsigned level = i == KEPT_TOP ? 0 : k->lines.v[i].level;
	size_t end = (size_t)(i + 1);

	while (end < k->lines.n && k->lines.v[end].level > level)
		end++;
	return end;
}

size_t
kept_put_line(struct kept *k, long parent, const char *text)
{
	unsigned level = parent == KEPT_TOP ? 1 : k->lines.v[parent].level + 1;
	size_t end = block_end(k, parent);

	for (size_t i = (size_t)(parent + 1); i < end; i++)
		if (k->lines.v[i].level == level && str_eq(k->lines.v[i].text, text))
			return i;
	vec_room(&k->lines);
	memmove(&k->lines.v[end + 1], &k->lines.v[end], (k->lines.n - end) * sizeof k->lines.v[0]);
	k->lines.n++;
	k->lines.v[end] = (struct kept_line){ level, xstrdup(text) };
	return end;
}

/* Whether the text is these words, or begins with them. */
static bool
begins_with(const char *text, const char *words)
{
	size_t len = strlen(words);

	return strncmp(text, words, len) == 0 && (text[len] == '\0' || text[len] == ' ');
}

/* Removes line i and what stands below it. */
static void
remove_block(struct kept *k, size_t i)
{
	for (size_t end = block_end(k, (long)i); end > i; end--) {
		str_wipe_free(k->lines.v[i].text);
		vec_remove(&k->lines, i);
	}
}

bool
kept_remove_lines(struct kept *k, const char *text)
{
	size_t n = k->lines.n;

	for (size_t i = 0; i < k->lines.n;)
		if (begins_with(k->lines.v[i].text, text))
			remove_block(k, i);
		else
			i = block_end(k, (long)i);
	return k->lines.n < n;
}

void
kept_remove_negations(struct kept *k, const char *text)
{
	for (size_t i = 0; i < k->lines.n;)
		if (str_starts(k->lines.v[i].text, "no ") && begins_with(text, k->lines.v[i].text + 3))
			remove_block(k, i);
		else
			i = block_end(k, (long)i);
}

struct order_key {
	unsigned char bytes[8];
};

static struct order_key
order_key(const struct kept *k)
{
	struct order_key key;

	for (int i = 0; i < 4; i++) {
		key.bytes[i] = (unsigned char)(k->rank >> (24 - 8 * i));
		key.bytes[4 + i] = (unsigned char)(k->seq >> (24 - 8 * i));
	}
	return key;
}

struct kept *
conf_kept(const struct conf *c, const char *line)
{
	return pmap_get(&c->kept_lines, line, strlen(line));
}

struct kept *
conf_edit_kept(struct conf *c, unsigned rank, const char *line)
{
	struct kept *k = pmap_get_own(&c->kept_lines, line, strlen(line));
	struct order_key key;

	if (k == NULL) {
		k = kept_new(rank, line);
		k->seq = c->kept_seq++;
	} else {
		key = order_key(k);
		pmap_get_own(&c->kept, key.bytes, sizeof key.bytes);
		if (k->refs <= 2)
			return k; /* this version's two maps, nobody else */
		k = kept_copy(k);
	}
	key = order_key(k);
	pmap_put(&c->kept, key.bytes, sizeof key.bytes, k);
	kept_hold(k);
	pmap_put(&c->kept_lines, line, strlen(line), k);
	return k;
}

bool
conf_remove_kept(struct conf *c, const char *line)
{
	const struct kept *k = conf_kept(c, line);
	struct order_key key;

	if (k == NULL)
		return false;
	key = order_key(k);
	pmap_remove(&c->kept_lines, line, strlen(line));
	pmap_remove(&c->kept, key.bytes, sizeof key.bytes);
	return true;
}
