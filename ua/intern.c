#include "ua/intern.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct text {
	size_t refs, len;
	char text[];
};

static void
nothing(void *value)
{
	(void)value;
}

static const struct pmap_kind kind = { nothing, nothing };

void
intern_init(struct intern *in)
{
	in->texts = (struct pmap){ .kind = &kind };
}

void
intern_free(struct intern *in)
{
	assert(in->texts.n == 0);
	pmap_free(&in->texts);
}

const char *
intern_get(struct intern *in, const char *text, size_t max)
{
	struct text *t;
	size_t len;

	if (text == NULL)
		return NULL;
	len = strnlen(text, max);
	t = pmap_get(&in->texts, text, len);
	if (t == NULL) {
		t = xmalloc(sizeof *t + len + 1);
		t->refs = 0;
		t->len = len;
		memcpy(t->text, text, len);
		t->text[len] = '\0';
		pmap_put(&in->texts, t->text, len, t);
	}
	t->refs++;
	return t->text;
}

void
intern_put(struct intern *in, const char *kept)
{
	struct text *t;

	if (kept == NULL)
		return;
	t = (struct text *)(void *)((uintptr_t)kept - offsetof(struct text, text));
	if (--t->refs > 0)
		return;
	pmap_remove(&in->texts, t->text, t->len);
	free(t);
}

void
intern_set(struct intern *in, const char **kept, const char *text, size_t max)
{
	const char *before = *kept;

	if (before != NULL && text != NULL && strcmp(before, text) == 0)
		return;
	*kept = intern_get(in, text, max);
	intern_put(in, before);
}
