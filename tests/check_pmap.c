/* The persistent map against a model: arrays of values by small numbers, several versions at once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/pmap.h"

enum { KEYS = 64, VERSIONS = 6, STEPS = 4000 };

struct object {
	unsigned refs;
	int value;
};

static long alive;

static struct object *
object_new(int value)
{
	struct object *o = xcalloc(1, sizeof *o);

	o->refs = 1;
	o->value = value;
	alive++;
	return o;
}

static void
object_hold(void *p)
{
	((struct object *)p)->refs++;
}

static void
object_release(void *p)
{
	struct object *o = p;

	ck_assert_uint_gt(o->refs, 0);
	if (--o->refs == 0) {
		alive--;
		free(o);
	}
}

static const struct pmap_kind kind = { object_hold, object_release };

/* Keys of different lengths, one the beginning of another, with bytes 0 and 0xff; model order = memcmp order.
 */
struct key {
	unsigned char bytes[3];
	size_t len;
};

static struct key
key_of(int i)
{
	struct key k = { { (unsigned char)(i / 16 == 3 ? 0xff : i / 16), (unsigned char)(i / 4 % 4 * 80),
			     (unsigned char)(i % 4) },
		0 };

	k.len = i % 4 == 0 ? (i / 4 % 4 == 0 ? 1 : 2) : 3;
	return k;
}

static int
index_of(const void *bytes, size_t len)
{
	for (int i = 0; i < KEYS; i++) {
		struct key k = key_of(i);

		if (k.len == len && memcmp(k.bytes, bytes, len) == 0)
			return i;
	}
	ck_abort_msg("a key nobody put");
}

/* A version and what it must hold; -1: absent. */
struct version {
	struct pmap map;
	int model[KEYS];
};

static void
version_new(struct version *v)
{
	v->map = (struct pmap){ .kind = &kind };
	for (int i = 0; i < KEYS; i++)
		v->model[i] = -1;
}

static uint32_t
chance(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)(*seed >> 8) * n) >> 24);
}

static int
value_at(const struct version *v, int i)
{
	struct key k = key_of(i);
	const struct object *o = pmap_get(&v->map, k.bytes, k.len);

	return o == NULL ? -1 : o->value;
}

static void
assert_model(const struct version *v)
{
	size_t n = 0;

	for (int i = 0; i < KEYS; i++) {
		ck_assert_int_eq(value_at(v, i), v->model[i]);
		n += v->model[i] >= 0;
	}
	ck_assert_uint_eq(v->map.n, n);
}

static void
edit_own(struct version *v, int i, int value)
{
	struct key k = key_of(i);
	struct object *o = pmap_get_own(&v->map, k.bytes, k.len);

	if (v->model[i] < 0) {
		ck_assert_ptr_null(o);
		return;
	}
	/* As conf/ does it: nobody else counts the object, or it is replaced by a copy. */
	if (o->refs == 1)
		o->value = value;
	else
		pmap_put(&v->map, k.bytes, k.len, object_new(value));
	v->model[i] = value;
}

struct walk {
	const struct version *v;
	int next;
	long stop;
};

static bool
visit(void *arg, const void *key, size_t keylen, void *value)
{
	struct walk *w = arg;

	while (w->next < KEYS && w->v->model[w->next] < 0)
		w->next++;
	ck_assert_int_lt(w->next, KEYS);
	ck_assert_int_eq(index_of(key, keylen), w->next);
	ck_assert_int_eq(((struct object *)value)->value, w->v->model[w->next]);
	w->next++;
	return --w->stop != 0;
}

static void
assert_walk(const struct version *v, int from, long stop)
{
	struct walk w = { v, from < 0 ? 0 : from, stop };
	struct key k = key_of(from < 0 ? 0 : from);

	pmap_walk(&v->map, from < 0 ? NULL : k.bytes, from < 0 ? 0 : k.len, visit, &w);
	while (stop < 0 && w.next < KEYS)
		ck_assert_int_lt(v->model[w.next++], 0); /* nothing was left out */
}

struct diff {
	const struct version *a, *b;
	bool seen[KEYS];
};

static void
change(void *arg, const void *key, size_t keylen, void *before, void *after)
{
	struct diff *d = arg;
	int i = index_of(key, keylen);

	ck_assert(!d->seen[i]);
	ck_assert_ptr_ne(before, after);
	ck_assert_int_eq(before == NULL ? -1 : ((struct object *)before)->value, d->a->model[i]);
	ck_assert_int_eq(after == NULL ? -1 : ((struct object *)after)->value, d->b->model[i]);
	d->seen[i] = true;
}

static void
assert_diff(const struct version *a, const struct version *b)
{
	struct diff d = { .a = a, .b = b };

	pmap_diff(&a->map, &b->map, change, &d);
	for (int i = 0; i < KEYS; i++)
		ck_assert(d.seen[i] || a->model[i] == b->model[i]);
}

START_TEST(the_map_does_what_an_array_does)
{
	struct version versions[VERSIONS];
	uint32_t seed = (uint32_t)_i * 2654435761u + 1;

	for (int i = 0; i < VERSIONS; i++)
		version_new(&versions[i]);
	for (int step = 1; step <= STEPS; step++) {
		struct version *v = &versions[chance(&seed, VERSIONS)],
			       *w = &versions[chance(&seed, VERSIONS)];
		int i = (int)chance(&seed, KEYS);
		struct key k = key_of(i);

		switch (chance(&seed, 10)) {
		case 0:
		case 1:
		case 2:
			pmap_put(&v->map, k.bytes, k.len, object_new(step));
			v->model[i] = step;
			break;
		case 3:
		case 4:
			ck_assert_int_eq(pmap_remove(&v->map, k.bytes, k.len), v->model[i] >= 0);
			v->model[i] = -1;
			break;
		case 5:
		case 6:
			edit_own(v, i, step);
			break;
		case 7:
			assert_walk(
			    v, chance(&seed, 2) ? i : -1, chance(&seed, 2) ? -1 : 1 + (long)chance(&seed, 5));
			break;
		case 8:
			assert_diff(v, w);
			break;
		default:
			if (v == w || chance(&seed, 3) != 0)
				break;
			pmap_free(&v->map);
			*v = *w;
			v->map = pmap_share(&w->map);
		}
		if (step % 50 == 0)
			for (int n = 0; n < VERSIONS; n++)
				assert_model(&versions[n]);
	}
	for (int i = 0; i < VERSIONS; i++)
		pmap_free(&versions[i].map);
	ck_assert_int_eq(alive, 0);
}
END_TEST

START_TEST(an_empty_map_has_nothing)
{
	struct version a, b;

	version_new(&a);
	version_new(&b);
	assert_model(&a);
	assert_walk(&a, -1, -1);
	assert_diff(&a, &b);
	ck_assert(!pmap_remove(&a.map, "x", 1));
	ck_assert_ptr_null(pmap_get_own(&a.map, "x", 1));
	b.map = pmap_share(&a.map);
	pmap_free(&a.map);
	pmap_free(&a.map);
	pmap_free(&b.map);
}
END_TEST

START_TEST(the_empty_key_is_a_key_and_the_first_one)
{
	struct pmap m = { .kind = &kind };

	pmap_put(&m, "a", 1, object_new(1));
	pmap_put(&m, "", 0, object_new(2));
	ck_assert_int_eq(((struct object *)pmap_get(&m, "", 0))->value, 2);
	ck_assert_uint_eq(m.n, 2);
	ck_assert(pmap_remove(&m, "", 0));
	ck_assert_uint_eq(m.n, 1);
	pmap_free(&m);
	ck_assert_int_eq(alive, 0);
}
END_TEST

static void
count(void *arg, const void *key, size_t keylen, void *before, void *after)
{
	(void)key, (void)keylen;
	ck_assert(before != NULL && after != NULL);
	++*(unsigned *)arg;
}

START_TEST(one_change_among_ten_thousand_is_one_call)
{
	struct pmap a = { .kind = &kind }, b;
	unsigned calls = 0, i;

	for (i = 0; i < 10000; i++)
		pmap_put(&a, &i, sizeof i, object_new((int)i));
	b = pmap_share(&a);
	pmap_diff(&a, &b, count, &calls);
	ck_assert_uint_eq(calls, 0);
	i = 7777;
	pmap_put(&b, &i, sizeof i, object_new(-7));
	pmap_diff(&a, &b, count, &calls);
	ck_assert_uint_eq(calls, 1);
	ck_assert_int_eq(((struct object *)pmap_get(&a, &i, sizeof i))->value, 7777);
	ck_assert_int_eq(((struct object *)pmap_get(&b, &i, sizeof i))->value, -7);
	ck_assert_int_eq(alive, 10001);
	pmap_free(&b);
	ck_assert_int_eq(alive, 10000);
	pmap_free(&a);
	ck_assert_int_eq(alive, 0);
}
END_TEST

/* The order of entry leaves no trace: equal content is compared without descending into what is shared, and
 * the removal of what was added gives the old content. */
START_TEST(content_does_not_depend_on_the_order_of_entry)
{
	struct version up, down;

	version_new(&up);
	version_new(&down);
	for (int i = 0; i < KEYS; i++) {
		struct key a = key_of(i), b = key_of(KEYS - 1 - i);

		pmap_put(&up.map, a.bytes, a.len, object_new(up.model[i] = i));
		pmap_put(&down.map, b.bytes, b.len, object_new(down.model[KEYS - 1 - i] = KEYS - 1 - i));
	}
	assert_model(&up);
	assert_model(&down);
	assert_walk(&up, -1, -1);
	assert_walk(&down, -1, -1);
	pmap_free(&up.map);
	pmap_free(&down.map);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("pmap");
	TCase *t = tcase_create("pmap");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, the_map_does_what_an_array_does, 0, 20);
	tcase_add_test(t, an_empty_map_has_nothing);
	tcase_add_test(t, the_empty_key_is_a_key_and_the_first_one);
	tcase_add_test(t, one_change_among_ten_thousand_is_one_call);
	tcase_add_test(t, content_does_not_depend_on_the_order_of_entry);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
