#include "base/pmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct pmap_node {
	struct pmap_node *left, *right;
	void *value;
	uint32_t refs, prio;
	uint32_t keylen;
	unsigned char key[];
};

static int
compare(const void *a, size_t alen, const void *b, size_t blen)
{
	int c = memcmp(a, b, alen < blen ? alen : blen);

	return c != 0 ? c : alen < blen ? -1 : alen > blen;
}

static uint32_t
hash(const void *key, size_t len)
{
	const unsigned char *p = key;
	uint32_t h = 2166136261u; /* FNV-1a, then mixed so that keys that count up spread over the tree */

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 16777619u;
	h = (h ^ (h >> 16)) * 0x85ebca6bu;
	h = (h ^ (h >> 13)) * 0xc2b2ae35u;
	return h ^ (h >> 16);
}

/* Which of two nodes stands above: the priority, and the key where priorities collide. */
static bool
above(const struct pmap_node *a, const struct pmap_node *b)
{
	return a->prio != b->prio ? a->prio > b->prio : compare(a->key, a->keylen, b->key, b->keylen) < 0;
}

static struct pmap_node *
node_hold(struct pmap_node *n)
{
	if (n != NULL)
		n->refs++;
	return n;
}

static void
node_release(const struct pmap_kind *kind, struct pmap_node *n)
{
	while (n != NULL && --n->refs == 0) {
		struct pmap_node *right = n->right;

		node_release(kind, n->left);
		kind->release(n->value);
		free(n);
		n = right;
	}
}

static struct pmap_node *
node_new(const void *key, size_t keylen, void *value, uint32_t prio)
{
	struct pmap_node *n = xmalloc(sizeof *n + keylen);

	*n = (struct pmap_node){ .value = value, .refs = 1, .prio = prio, .keylen = (uint32_t)keylen };
	if (keylen > 0)
		memcpy(n->key, key, keylen);
	return n;
}

/* The caller's reference to n becomes a reference to a node that only the caller owns. */
static struct pmap_node *
own(const struct pmap_kind *kind, struct pmap_node *n)
{
	struct pmap_node *mine;

	if (n->refs == 1)
		return n;
	mine = node_new(n->key, n->keylen, n->value, n->prio);
	kind->hold(mine->value);
	mine->left = node_hold(n->left);
	mine->right = node_hold(n->right);
	n->refs--;
	return mine;
}

struct pmap
pmap_share(const struct pmap *m)
{
	node_hold(m->root);
	return *m;
}

void
pmap_free(struct pmap *m)
{
	node_release(m->kind, m->root);
	m->root = NULL;
	m->n = 0;
}

static struct pmap_node *
find(const struct pmap *m, const void *key, size_t keylen)
{
	struct pmap_node *n = m->root;

	while (n != NULL) {
		int c = compare(key, keylen, n->key, n->keylen);

		if (c == 0)
			break;
		n = c < 0 ? n->left : n->right;
	}
	return n;
}

void *
pmap_get(const struct pmap *m, const void *key, size_t keylen)
{
	const struct pmap_node *n = find(m, key, keylen);

	return n == NULL ? NULL : n->value;
}

/* Splits the tree (taking over the reference) around key, which is not in it. */
static void
split(const struct pmap_kind *kind, struct pmap_node *n, const void *key, size_t keylen,
    struct pmap_node **low, struct pmap_node **high)
{
	while (n != NULL) {
		n = own(kind, n);
		if (compare(key, keylen, n->key, n->keylen) < 0) {
			*high = n;
			high = &n->left;
			n = n->left;
		} else {
			*low = n;
			low = &n->right;
			n = n->right;
		}
	}
	*low = *high = NULL;
}

/* The node of a key that is in the tree, owned down the whole path. */
static struct pmap_node *
own_path(struct pmap *m, const void *key, size_t keylen)
{
	struct pmap_node **at = &m->root;

	for (;;) {
		struct pmap_node *n = *at = own(m->kind, *at);
		int c = compare(key, keylen, n->key, n->keylen);

		if (c == 0)
			return n;
		at = c < 0 ? &n->left : &n->right;
	}
}

void *
pmap_get_own(struct pmap *m, const void *key, size_t keylen)
{
	return find(m, key, keylen) == NULL ? NULL : own_path(m, key, keylen)->value;
}

void
pmap_put(struct pmap *m, const void *key, size_t keylen, void *value)
{
	struct pmap_node **at = &m->root, *fresh;

	if (find(m, key, keylen) != NULL) {
		struct pmap_node *n = own_path(m, key, keylen);

		m->kind->release(n->value);
		n->value = value;
		return;
	}
	fresh = node_new(key, keylen, value, hash(key, keylen));
	while (*at != NULL && above(*at, fresh)) {
		struct pmap_node *n = *at = own(m->kind, *at);

		at = compare(key, keylen, n->key, n->keylen) < 0 ? &n->left : &n->right;
	}
	split(m->kind, *at, key, keylen, &fresh->left, &fresh->right);
	*at = fresh;
	m->n++;
}

bool
pmap_remove(struct pmap *m, const void *key, size_t keylen)
{
	struct pmap_node **at = &m->root, *n, *left, *right;

	if (find(m, key, keylen) == NULL)
		return false;
	for (;;) {
		int c;

		n = *at = own(m->kind, *at);
		c = compare(key, keylen, n->key, n->keylen);
		if (c == 0)
			break;
		at = c < 0 ? &n->left : &n->right;
	}
	left = n->left;
	right = n->right;
	n->left = n->right = NULL;
	node_release(m->kind, n);
	while (left != NULL && right != NULL) {
		struct pmap_node **from = above(left, right) ? &left : &right;
		struct pmap_node *top = own(m->kind, *from);

		*at = top;
		at = from == &left ? &top->right : &top->left;
		*from = *at;
	}
	*at = left != NULL ? left : right;
	m->n--;
	return true;
}

static bool
walk(const struct pmap_node *n, const void *from, size_t fromlen, pmap_visit *visit, void *arg)
{
	while (n != NULL) {
		if (from == NULL || compare(n->key, n->keylen, from, fromlen) >= 0) {
			if (!walk(n->left, from, fromlen, visit, arg) ||
			    !visit(arg, n->key, n->keylen, n->value))
				return false;
			from = NULL; /* everything to the right is above it */
		}
		n = n->right;
	}
	return true;
}

void
pmap_walk(const struct pmap *m, const void *from, size_t fromlen, pmap_visit *visit, void *arg)
{
	walk(m->root, from, fromlen, visit, arg);
}

/* The topmost node of the tree whose key lies strictly between two nodes' keys (NULL: no bound). */
static const struct pmap_node *
between(const struct pmap_node *n, const struct pmap_node *lo, const struct pmap_node *hi)
{
	while (n != NULL) {
		if (lo != NULL && compare(n->key, n->keylen, lo->key, lo->keylen) <= 0)
			n = n->right;
		else if (hi != NULL && compare(n->key, n->keylen, hi->key, hi->keylen) >= 0)
			n = n->left;
		else
			break;
	}
	return n;
}

static void
diff(const struct pmap_node *a, const struct pmap_node *b, const struct pmap_node *lo,
    const struct pmap_node *hi, pmap_change *change, void *arg)
{
	const struct pmap_node *top;

	a = between(a, lo, hi);
	b = between(b, lo, hi);
	if (a == b)
		return;
	if (a != NULL && b != NULL && compare(a->key, a->keylen, b->key, b->keylen) == 0) {
		if (a->value != b->value)
			change(arg, a->key, a->keylen, a->value, b->value);
		diff(a->left, b->left, lo, a, change, arg);
		diff(a->right, b->right, a, hi, change, arg);
		return;
	}
	top = b == NULL || (a != NULL && above(a, b)) ? a : b;
	if (top == a)
		change(arg, a->key, a->keylen, a->value, NULL);
	else
		change(arg, b->key, b->keylen, NULL, b->value);
	diff(a, b, lo, top, change, arg);
	diff(a, b, top, hi, change, arg);
}

void
pmap_diff(const struct pmap *before, const struct pmap *after, pmap_change *change, void *arg)
{
	diff(before->root, after->root, NULL, NULL, change, arg);
}
