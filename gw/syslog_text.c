#include "gw/syslog_text.h"

#include <string.h>
#include <time.h>

#include "base/str.h"

/* A header field: printable ASCII without blanks, max bytes at the most; nothing is `-` (RFC 5424 6). */
static void
write_field(struct out *o, const char *text, size_t max)
{
	size_t n = strnlen(text, max);

	for (size_t i = 0; i < n; i++)
		out_char(o, text[i] > ' ' && text[i] < 127 ? text[i] : '?');
	if (n == 0)
		out_char(o, '-');
}

static bool
is_ascii(const char *s)
{
	while (*s != '\0' && (unsigned char)*s < 128)
		s++;
	return *s == '\0';
}

void
syslog_write(struct out *o, const struct syslog_source *from, const struct journal_entry *e)
{
	enum { HOSTNAME_MAX = 255, MSGID_MAX = 32 };
	time_t seconds = (time_t)(e->wall / 1000);
	struct out text = OUT_MEMORY;
	char date[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
	out_printf(
	    &text, "<%u>1 %s.%03dZ ", from->facility * 8 + (unsigned)e->level, date, (int)(e->wall % 1000));
	write_field(&text, from->hostname, HOSTNAME_MAX);
	out_printf(&text, " gw %ld ", from->pid);
	write_field(&text, e->mnemonic == NULL ? "" : e->mnemonic, MSGID_MAX);
	out_str(&text, " - ");
	if (!is_ascii(e->text))
		out_str(&text, "\xef\xbb\xbf"); /* the rest is UTF-8 (RFC 5424 6.4) */
	if (e->mnemonic != NULL)
		out_printf(&text, "%%%s-%d-%s: ", e->facility, (int)e->level, e->mnemonic);
	out_str(&text, e->text);
	out_write(o, out_text(&text), str_utf8_cut(out_text(&text), SYSLOG_MAX));
	out_free(&text);
}

void
syslog_write_counted(struct out *o, const struct syslog_source *from, const struct journal_entry *e)
{
	struct out text = OUT_MEMORY;

	syslog_write(&text, from, e);
	out_printf(o, "%zu ", text.len);
	out_write(o, out_text(&text), text.len);
	out_free(&text);
}
