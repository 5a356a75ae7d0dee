/* intern.h - texts that thousands of sessions have in common (realms, phrases, routes) are kept once. */
#ifndef GW_UA_INTERN_H
#define GW_UA_INTERN_H

#include <stddef.h>

#include "base/pmap.h"

struct intern {
	struct pmap texts;
};

void intern_init(struct intern *);
void intern_free(struct intern *); /* every text has been put back */
/* The kept text, counted; at most max bytes of it. NULL gives NULL. */
const char *intern_get(struct intern *, const char *text, size_t max);
void intern_put(struct intern *, const char *kept); /* NULL ok */
/* *kept becomes text. */
void intern_set(struct intern *, const char **kept, const char *text, size_t max);

#endif
