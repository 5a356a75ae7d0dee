/* A challenge of a registrar: read, chosen from and answered; the answer has no line end and no byte that it
 * may not have. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/fuzz/host.h"
#include "ua/digest.h"

static void
answer(const struct digest_challenge *c)
{
	struct digest_answer a = { .challenge = c,
		.username = "u\"s\\er",
		.password = "secret",
		.method = "REGISTER",
		.uri = "sip:a.example",
		.cnonce = "0a4f113b",
		.nc = 1,
		.body = "",
		.bodylen = 0 };
	struct out o = OUT_MEMORY;

	if (digest_answer(&a, &o) != 0 && o.len > 0)
		abort();
	for (size_t i = 0; i < o.len; i++)
		if ((unsigned char)o.buf[i] < ' ' || o.buf[i] == 0x7f)
			abort();
	if (strstr(out_text(&o), "secret") != NULL && strstr(c->realm, "secret") == NULL &&
	    strstr(c->nonce, "secret") == NULL && (c->opaque == NULL || strstr(c->opaque, "secret") == NULL))
		abort();
	out_free(&o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct digest_challenges list = { .n = 0 };
	const struct digest_challenge *chosen[DIGEST_CHALLENGES_MAX];
	size_t n;

	for (const char *p = text; *p != '\0';) {
		size_t len = strcspn(p, "\n");
		char *header = xstrndup(p, len);

		digest_parse(&list, header, len % 2 == 0);
		free(digest_nextnonce(header));
		free(header);
		p += len + (p[len] == '\n');
	}
	n = digest_choose(&list, list.n > 0 ? list.v[0].realm : NULL, DIGEST_SHA256, chosen, COUNT(chosen));
	if (n > list.n)
		abort();
	for (size_t i = 0; i < n; i++)
		answer(chosen[i]);
	for (size_t i = 0; i < list.n; i++)
		answer(&list.v[i]);
	digest_challenges_free(&list);
	free(text);
	return 0;
}
