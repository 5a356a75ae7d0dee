#include "base/out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { PIECE = 4096 };

void
out_write(struct out *o, const char *text, size_t len)
{
	if (o->len + len + 1 > o->cap) {
		/* By hand, not realloc: the old buffer may hold a secret. */
		size_t cap = o->cap > 0 ? o->cap : 256;
		char *bigger;

		while (cap < o->len + len + 1)
			cap *= 2;
		bigger = xmalloc(cap);
		if (o->len > 0)
			memcpy(bigger, o->buf, o->len);
		if (o->buf != NULL)
			mem_wipe(o->buf, o->len);
		free(o->buf);
		o->buf = bigger;
		o->cap = cap;
	}
	memcpy(o->buf + o->len, text, len);
	o->len += len;
	o->buf[o->len] = '\0';
	if (o->flush != NULL && o->len >= PIECE)
		out_flush(o);
}

void
out_str(struct out *o, const char *text)
{
	out_write(o, text, strlen(text));
}

void
out_char(struct out *o, char c)
{
	out_write(o, &c, 1);
}

void
out_vprintf(struct out *o, const char *format, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, format, ap);
	if (n >= 0 && (size_t)n < sizeof small) {
		out_write(o, small, (size_t)n);
	} else if (n > 0) {
		char *s = xvasprintf(format, again);

		out_write(o, s, (size_t)n);
		mem_wipe(s, (size_t)n);
		free(s);
	}
	mem_wipe(small, sizeof small);
	va_end(again);
}

void
out_printf(struct out *o, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	out_vprintf(o, format, ap);
	va_end(ap);
}

size_t
utf8_sequence(const unsigned char *p, size_t len)
{
	size_t n = p[0] >= 0xc2 && p[0] <= 0xdf   ? 2
		   : p[0] >= 0xe0 && p[0] <= 0xef ? 3
		   : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
						  : 0;

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n == 2 && p[0] == 0xc2 && p[1] < 0xa0 ? 0 : n; /* C1 controls drive terminals too */
}

void
out_escaped(struct out *o, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;

	for (size_t i = 0; i < len;) {
		size_t n = p[i] >= 0x20 && p[i] < 0x7f ? 1 : utf8_sequence(p + i, len - i);

		if (n > 0) {
			out_write(o, text + i, n);
			i += n;
		} else {
			out_printf(o, "\\x%02x", p[i++]);
		}
	}
}

const char *
out_text(struct out *o)
{
	return o->buf == NULL ? "" : o->buf;
}

char *
out_take(struct out *o)
{
	char *s = o->buf == NULL ? xstrdup("") : o->buf;

	o->buf = NULL;
	o->len = o->cap = 0;
	return s;
}

void
out_flush(struct out *o)
{
	if (o->flush != NULL && o->len > 0) {
		size_t n = o->len;

		o->len = 0;
		o->flush(o->arg, o->buf, n);
	}
}

void
out_free(struct out *o)
{
	out_flush(o);
	if (o->buf != NULL)
		mem_wipe(o->buf, o->cap);
	free(o->buf);
	*o = OUT_TO(o->flush, o->arg);
}
