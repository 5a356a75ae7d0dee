/* vec.h - a growing array of any type: VEC(int) numbers = { 0 }; vec_push(&numbers, 3); numbers.v[0]. */
#ifndef GW_BASE_VEC_H
#define GW_BASE_VEC_H

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define VEC(type)                                                                                            \
	struct {                                                                                             \
		type *v;                                                                                     \
		size_t n, cap;                                                                               \
	}

#define vec_push(vec, item) (vec_room(vec), (void)((vec)->v[(vec)->n++] = (item)))

/* Makes room for one more; amortised. */
#define vec_room(vec)                                                                                        \
	((vec)->n < (vec)->cap ? (void)0                                                                     \
			       : (void)((vec)->cap = (vec)->cap > 0 ? (vec)->cap * 2 : 4,                    \
				     (vec)->v = xrealloc((vec)->v, (vec)->cap * sizeof(*(vec)->v))))

/* Removes the item at index i, keeping the order of the others. */
#define vec_remove(vec, i)                                                                                   \
	((void)memmove(&(vec)->v[i], &(vec)->v[(i) + 1], ((vec)->n - (i)-1) * sizeof(*(vec)->v)), (vec)->n--)

/* Frees the array, not what the items own. */
#define vec_free(vec) (free((vec)->v), (vec)->v = NULL, (vec)->n = (vec)->cap = 0)

#endif
