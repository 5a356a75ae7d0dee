#include "base/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static void
write_bytes(struct out *o, const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	out_char(o, '"');
	for (size_t i = 0; i < len; i += n) {
		n = 1;
		if (p[i] == '"' || p[i] == '\\')
			out_printf(o, "\\%c", p[i]);
		else if (p[i] == '\n')
			out_str(o, "\\n");
		else if (p[i] == '\t')
			out_str(o, "\\t");
		else if (p[i] < 0x20 || p[i] == 0x7f)
			out_printf(o, "\\u%04x", p[i]);
		else if (p[i] < 0x7f)
			out_char(o, (char)p[i]);
		else if (p[i] == 0xc2 && i + 1 < len && p[i + 1] >= 0x80 && p[i + 1] < 0xa0)
			out_printf(o, "\\u%04x", p[i + 1]), n = 2; /* C1 drives terminals too */
		else if ((n = utf8_sequence(p + i, len - i)) == 0)
			out_str(o, "\xef\xbf\xbd"), n = 1;
		else
			out_write(o, text + i, n);
	}
	out_char(o, '"');
}

static void
new_line(struct json *j)
{
	out_printf(j->out, "\n%*s", (int)j->open.n * 2, "");
}

/* What stands before a value. */
static void
place(struct json *j, const char *key)
{
	assert(j->open.n > 0);
	assert((key != NULL) == (j->open.v[j->open.n - 1] == '}'));
	if (j->some)
		out_char(j->out, ',');
	new_line(j);
	j->some = true;
	if (key == NULL)
		return;
	write_bytes(j->out, key, strlen(key));
	out_str(j->out, ": ");
}

static void
open_with(struct json *j, char open, char close)
{
	out_char(j->out, open);
	vec_push(&j->open, close);
	j->some = false;
}

void
json_begin(struct json *j, struct out *out)
{
	*j = (struct json){ .out = out };
	open_with(j, '{', '}');
}

void
json_end(struct json *j)
{
	json_close(j);
	assert(j->open.n == 0);
	vec_free(&j->open);
	out_char(j->out, '\n');
}

void
json_object(struct json *j, const char *key)
{
	place(j, key);
	open_with(j, '{', '}');
}

void
json_array(struct json *j, const char *key)
{
	place(j, key);
	open_with(j, '[', ']');
}

void
json_close(struct json *j)
{
	char close;

	assert(j->open.n > 0);
	close = j->open.v[--j->open.n];
	if (j->some)
		new_line(j);
	out_char(j->out, close);
	j->some = true;
}

void
json_text(struct json *j, const char *key, const char *text, size_t len)
{
	place(j, key);
	write_bytes(j->out, text, len);
}

void
json_string(struct json *j, const char *key, const char *text)
{
	if (text == NULL)
		json_null(j, key);
	else
		json_text(j, key, text, strlen(text));
}

void
json_int(struct json *j, const char *key, int64_t n)
{
	place(j, key);
	out_printf(j->out, "%" PRId64, n);
}

void
json_maybe(struct json *j, const char *key, bool known, int64_t n)
{
	if (known)
		json_int(j, key, n);
	else
		json_null(j, key);
}

void
json_uint(struct json *j, const char *key, uint64_t n)
{
	place(j, key);
	out_printf(j->out, "%" PRIu64, n);
}

void
json_bool(struct json *j, const char *key, bool on)
{
	place(j, key);
	out_str(j->out, on ? "true" : "false");
}

void
json_null(struct json *j, const char *key)
{
	place(j, key);
	out_str(j->out, "null");
}
