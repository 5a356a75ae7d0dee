#include "cli/diff.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"

/* Deeper lines stand at this depth; nothing in IOS comes near. */
enum { DEPTH_MAX = 16, ROOT = 0, NONE = 0, TAB_STOP = 8 };

/* A statement of either text or both. Numbers of nodes; 0 is the root, which nothing refers to. */
struct node {
	const char *text; /* several lines where it is a banner */
	size_t len, parent, first, last, next;
	size_t order; /* where its group begins in diff.order, from 1; NONE: its order does not count */
	size_t cursor; /* child behind which the next new one of `after` comes */
	uint32_t hash;
	unsigned depth; /* 1 at the top */
	bool before, after, moved;
	bool added_below, removed_below;
};

struct place {
	size_t parent, group, node, at;
};
typedef VEC(struct place) places;

struct diff {
	VEC(struct node) nodes;
	size_t *table, mask; /* open addressing: number of a node, or NONE */
	places order_before, order_after; /* statements whose order counts, of both texts */
	places order; /* all of them that `after` has, group by group */
	bool differs;
};

static bool
has(const char *text, size_t len, const char *beginning)
{
	size_t n = strlen(beginning);

	return len >= n && memcmp(text, beginning, n) == 0 && (len == n || text[n] == ' ');
}

/* What else there is in texts of configurations. */
static bool
is_statement(const char *text, size_t len, unsigned depth)
{
	static const char *const others[] = { "Building configuration...", "Current configuration", "Using" };

	if (len == 0 || text[0] == '!')
		return false;
	if (depth > 1)
		return true;
	for (size_t i = 0; i < COUNT(others); i++)
		if (has(text, len, others[i]))
			return false;
	return !(len == 3 && memcmp(text, "end", 3) == 0);
}

/* Statements whose order counts belong to one group; NONE: its order does not. */
static size_t
group_of(const struct diff *d, const struct node *n)
{
	static const char *const tops[] = { "ip name-server", "access-list" };
	static const char *const sections[] = { "ip access-list", "ipv6 access-list", "policy-map" };
	const struct node *up = &d->nodes.v[n->parent];

	for (size_t i = 0; n->parent == ROOT && i < COUNT(tops); i++)
		if (has(n->text, n->len, tops[i]))
			return i + 1;
	for (size_t i = 0; n->parent != ROOT && i < COUNT(sections); i++)
		if (has(up->text, up->len, sections[i]))
			return 1;
	return NONE;
}

static uint32_t
hash(size_t parent, const char *text, size_t len)
{
	uint32_t h = 2166136261u ^ (uint32_t)parent * 0x9e3779b1u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	h = (h ^ (h >> 16)) * 0x85ebca6bu;
	return h ^ (h >> 13);
}

static size_t *
slot(const struct diff *d, size_t parent, uint32_t h, const char *text, size_t len)
{
	size_t at = h & d->mask;

	for (; d->table[at] != NONE; at = (at + 1) & d->mask) {
		const struct node *n = &d->nodes.v[d->table[at]];

		if (n->hash == h && n->parent == parent && n->len == len && memcmp(n->text, text, len) == 0)
			break;
	}
	return &d->table[at];
}

/* The node of a statement; a new one comes behind the one that was before it in its own text. */
static size_t
node(struct diff *d, size_t parent, const char *text, size_t len, unsigned depth)
{
	uint32_t h = hash(parent, text, len);
	size_t *at = slot(d, parent, h, text, len), n = *at;
	struct node *up;

	if (n == NONE) {
		struct node fresh = { .text = text, .len = len, .parent = parent, .hash = h, .depth = depth };

		n = *at = d->nodes.n;
		up = &d->nodes.v[parent];
		if (up->cursor == NONE) {
			fresh.next = up->first;
			up->first = n;
		} else {
			fresh.next = d->nodes.v[up->cursor].next;
			d->nodes.v[up->cursor].next = n;
		}
		vec_push(&d->nodes, fresh);
	}
	d->nodes.v[parent].cursor = n;
	return n;
}

/* Length of a banner that begins here: to the line in which its delimiter returns. 0: it is none, or has no
 * end. */
static size_t
banner_length(const char *text, size_t len, size_t line)
{
	const char *p = text, *end;
	char delimiter[3] = "";

	if (!has(text, line, "banner"))
		return 0;
	for (int word = 0; word < 2; word++) {
		p = memchr(p, ' ', line - (size_t)(p - text));
		if (p++ == NULL)
			return 0;
	}
	if (p == text + line)
		return 0;
	memcpy(delimiter, p, p[0] == '^' && p + 1 < text + line && p[1] == 'C' ? 2 : 1);
	p += strlen(delimiter);
	end = memmem(p, len - (size_t)(p - text), delimiter, strlen(delimiter));
	if (end == NULL)
		return 0;
	p = memchr(end, '\n', len - (size_t)(end - text));
	return p == NULL ? len : (size_t)(p - text);
}

static size_t
trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL && text[len - 1] != '\0')
		len--;
	return len;
}

static void
read_text(struct diff *d, const char *text, size_t len, bool after)
{
	struct {
		size_t node, indent;
	} open[DEPTH_MAX + 1] = { { ROOT, 0 } };
	unsigned depth = 0;

	for (size_t i = 0; i < d->nodes.n; i++)
		d->nodes.v[i].cursor = NONE;
	while (len > 0) {
		const char *feed = memchr(text, '\n', len);
		size_t line = feed == NULL ? len : (size_t)(feed - text), indent = 0, blanks = 0, n, banner;

		for (; blanks < line && (text[blanks] == ' ' || text[blanks] == '\t'); blanks++)
			indent = text[blanks] == '\t' ? (indent / TAB_STOP + 1) * TAB_STOP : indent + 1;
		while (depth > 0 && open[depth].indent >= indent)
			depth--;
		if (indent == 0 && (banner = banner_length(text, len, line)) > 0)
			line = banner;
		n = trimmed(text + blanks, line - blanks);
		if (is_statement(text + blanks, n, depth + 1)) {
			unsigned below = depth < DEPTH_MAX ? depth : DEPTH_MAX - 1;
			size_t at = node(d, open[below].node, text + blanks, n, below + 1);
			struct place p = { .parent = open[below].node, .node = at };

			depth = below + 1;
			open[depth].node = at;
			open[depth].indent = indent;
			p.group = group_of(d, &d->nodes.v[at]);
			if (p.group != NONE && !(after ? d->nodes.v[at].after : d->nodes.v[at].before)) {
				places *to = after ? &d->order_after : &d->order_before;

				p.at = to->n;
				vec_push(to, p);
			}
			*(after ? &d->nodes.v[at].after : &d->nodes.v[at].before) = true;
		}
		line += line < len;
		text += line;
		len -= line;
	}
}

/* Order. */

static int
by_group(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return x->at < y->at ? -1 : 1;
}

static bool
same_group(const struct place *a, const struct place *b)
{
	return a->parent == b->parent && a->group == b->group;
}

/* Those that both texts have, group by group. */
static void
sort_common(const struct diff *d, places *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (d->nodes.v[p->v[i].node].before && d->nodes.v[p->v[i].node].after)
			p->v[n++] = p->v[i];
	p->n = n;
	if (n > 0)
		qsort(p->v, n, sizeof p->v[0], by_group);
}

/* From the first one that stands elsewhere, the rest of the group counts as removed and added again. */
static void
find_moved(struct diff *d)
{
	bool moved = false;
	size_t begin = 0;

	for (size_t i = 0; i < d->order_after.n; i++)
		vec_push(&d->order, d->order_after.v[i]);
	if (d->order.n > 0)
		qsort(d->order.v, d->order.n, sizeof d->order.v[0], by_group);
	for (size_t i = 0; i < d->order.n; i++) {
		if (!same_group(&d->order.v[begin], &d->order.v[i]))
			begin = i;
		d->nodes.v[d->order.v[i].node].order = begin + 1;
	}
	sort_common(d, &d->order_before);
	sort_common(d, &d->order_after);
	for (size_t i = 0; i < d->order_after.n; i++) {
		const struct place *p = &d->order_after.v[i];

		if (i > 0 && !same_group(&p[-1], p))
			moved = false;
		moved |= p->node != d->order_before.v[i].node;
		d->nodes.v[p->node].moved = moved;
	}
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static bool
added(const struct node *n)
{
	return n->after && (!n->before || n->moved);
}

static bool
removed(const struct node *n)
{
	return n->before && (!n->after || n->moved);
}

struct diff *
diff_new(const char *before, size_t before_len, const char *after, size_t after_len)
{
	struct diff *d = xcalloc(1, sizeof *d);
	size_t size = 16, lines = count_lines(before, before_len) + count_lines(after, after_len);

	while (size < 2 * lines)
		size *= 2;
	d->mask = size - 1;
	d->table = xcalloc(size, sizeof d->table[0]);
	vec_push(&d->nodes, ((struct node){ .before = true, .after = true }));
	read_text(d, before, before_len, false);
	read_text(d, after, after_len, true);
	find_moved(d);
	/* Children come behind their parents. */
	for (size_t i = d->nodes.n; i-- > 1;) {
		const struct node *n = &d->nodes.v[i];

		d->nodes.v[n->parent].added_below |= added(n) || n->added_below;
		d->nodes.v[n->parent].removed_below |= removed(n) || n->removed_below;
	}
	d->differs = d->nodes.v[ROOT].added_below || d->nodes.v[ROOT].removed_below;
	return d;
}

void
diff_free(struct diff *d)
{
	if (d == NULL)
		return;
	vec_free(&d->nodes);
	vec_free(&d->order_before);
	vec_free(&d->order_after);
	vec_free(&d->order);
	free(d->table);
	free(d);
}

bool
diff_same(const struct diff *d)
{
	return !d->differs;
}

/* Printing. */

static void
print_line(struct out *o, const struct node *n, const char *mark)
{
	const char *text = n->text;
	size_t len = n->len;

	out_printf(o, "%*s%s", (int)n->depth - 1, "", mark);
	if (str_eq(mark, "no ") && has(text, len, "no")) {
		o->len -= strlen(mark); /* what is negated is set again */
		text += 3;
		len -= 3;
	}
	for (;;) {
		const char *feed = memchr(text, '\n', len);
		size_t line = feed == NULL ? len : (size_t)(feed - text);

		out_escaped(o, text, trimmed(text, line));
		out_char(o, '\n');
		if (feed == NULL)
			break;
		text += line + 1;
		len -= line + 1;
	}
}

static void print_added(const struct diff *, size_t parent, const char *mark, struct out *);

static void
print_added_node(const struct diff *d, size_t i, const char *mark, struct out *o)
{
	const struct node *n = &d->nodes.v[i];

	if (added(n))
		print_line(o, n, mark);
	else if (n->added_below)
		print_line(o, n, "");
	if (n->added_below)
		print_added(d, i, mark, o);
}

/* Everything below `parent` that `after` alone has; where order counts, in that of `after`. */
static void
print_added(const struct diff *d, size_t parent, const char *mark, struct out *o)
{
	unsigned done = 0; /* groups */

	for (size_t i = d->nodes.v[parent].first; i != NONE; i = d->nodes.v[i].next) {
		const struct place *first;

		if (d->nodes.v[i].order == NONE) {
			print_added_node(d, i, mark, o);
			continue;
		}
		first = &d->order.v[d->nodes.v[i].order - 1];
		if ((done & 1u << first->group) != 0)
			continue;
		done |= 1u << first->group;
		for (const struct place *p = first; p < d->order.v + d->order.n && same_group(p, first); p++)
			print_added_node(d, p->node, mark, o);
	}
}

/* deep: what stands below a statement that is gone, too. */
static void
print_removed(const struct diff *d, size_t parent, const char *mark, bool deep, struct out *o)
{
	for (size_t i = d->nodes.v[parent].first; i != NONE; i = d->nodes.v[i].next) {
		const struct node *n = &d->nodes.v[i];

		if (removed(n))
			print_line(o, n, mark);
		else if (n->removed_below)
			print_line(o, n, "");
		if (n->removed_below && (deep || !removed(n)))
			print_removed(d, i, mark, deep, o);
	}
}

void
diff_print(const struct diff *d, struct out *o)
{
	print_added(d, ROOT, "+", o);
	print_removed(d, ROOT, "-", true, o);
}

void
diff_print_additions(const struct diff *d, struct out *o)
{
	print_added(d, ROOT, "", o);
}

void
diff_print_removals(const struct diff *d, struct out *o)
{
	struct out lines = OUT_MEMORY; /* print_line takes back what it wrote */

	print_removed(d, ROOT, "no ", false, &lines);
	out_write(o, out_text(&lines), lines.len);
	out_free(&lines);
}

/* Paths. */

static size_t
word_length(const char *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] != ' ' && p[n] != '\t' && p[n] != '\n')
		n++;
	return n;
}

/* How far the words of path lead along the statement: the rest of path, which begins with the first word that
 * the statement has not; NULL: a word differs. */
static const char *
follow(const struct node *n, const char *path, bool shortened)
{
	const char *text = n->text;
	size_t len = n->len;

	while (*path != '\0' && len > 0) {
		size_t typed = word_length(path, strlen(path)), word = word_length(text, len);
		bool keyword = shortened && isalpha((unsigned char)path[0]);

		if ((keyword ? typed > word : typed != word) || strncasecmp(path, text, typed) != 0)
			return NULL;
		path += typed;
		path += strspn(path, " \t");
		text += word;
		len -= word;
		while (len > 0 && (*text == ' ' || *text == '\t')) {
			text++;
			len--;
		}
	}
	return path;
}

static void
print_below(const struct diff *d, size_t parent, struct out *o)
{
	print_line(o, &d->nodes.v[parent], "");
	for (size_t i = d->nodes.v[parent].first; i != NONE; i = d->nodes.v[i].next)
		print_below(d, i, o);
}

static size_t
print_path(const struct diff *d, size_t parent, const char *path, bool shortened, struct out *o)
{
	size_t found = 0;

	for (size_t i = d->nodes.v[parent].first; i != NONE; i = d->nodes.v[i].next) {
		const char *rest = follow(&d->nodes.v[i], path, shortened);
		struct out inner = OUT_MEMORY;
		size_t more = 0;

		if (rest == NULL)
			continue;
		if (*rest == '\0') {
			more = 1;
			print_below(d, i, &inner);
		} else if ((more = print_path(d, i, rest, shortened, &inner)) > 0) {
			print_line(o, &d->nodes.v[i], "");
		}
		out_write(o, out_text(&inner), inner.len);
		out_free(&inner);
		found += more;
	}
	return found;
}

size_t
diff_print_path(const struct diff *d, const char *path, struct out *o)
{
	size_t found;

	path += strspn(path, " \t");
	found = print_path(d, ROOT, path, false, o);
	return found > 0 ? found : print_path(d, ROOT, path, true, o);
}
