/* pmap.h - persistent ordered map. A copy costs nothing and shares everything; a change copies the path to
 * the changed place only (nothing at all when nobody shares it); two versions are compared in the time of
 * their difference. Ten or sixty thousand dial peers: one changed line costs the same.
 *
 * Keys are bytes (compared with memcmp, shorter first), values counted objects of one kind. The tree is a
 * treap whose priorities are a hash of the key: equal content has equal shape, which makes the comparison
 * cheap. */
#ifndef GW_BASE_PMAP_H
#define GW_BASE_PMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmap_node;

/* How the map counts what it holds; release ends the object with its last reference. */
struct pmap_kind {
	void (*hold)(void *value);
	void (*release)(void *value);
};

struct pmap {
	const struct pmap_kind *kind;
	struct pmap_node *root;
	size_t n;
};

/* A second owner of the same content. */
struct pmap pmap_share(const struct pmap *);
void pmap_free(struct pmap *);

void *pmap_get(const struct pmap *, const void *key, size_t keylen); /* borrowed, NULL: absent */
/* The same, and no other copy of the map shares the place: when the object then counts no other reference
 * than this map's, nobody else sees a change to it. */
void *pmap_get_own(struct pmap *, const void *key, size_t keylen);
/* Takes over the caller's reference to value; what stood there before is released. */
void pmap_put(struct pmap *, const void *key, size_t keylen, void *value);
bool pmap_remove(struct pmap *, const void *key, size_t keylen); /* false: was absent */

/* In key order, beginning with the first key that is not below `from` (NULL: the first of all).
 * A visit that returns false ends the walk. */
typedef bool pmap_visit(void *arg, const void *key, size_t keylen, void *value);
void pmap_walk(const struct pmap *, const void *from, size_t fromlen, pmap_visit *, void *arg);

/* Calls for each key whose value is not the same object on both sides, in no particular order; NULL: absent.
 */
typedef void pmap_change(void *arg, const void *key, size_t keylen, void *before, void *after);
void pmap_diff(const struct pmap *before, const struct pmap *after, pmap_change *, void *arg);

#endif
