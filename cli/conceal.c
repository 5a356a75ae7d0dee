#include "cli/conceal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"
#include "conf/secret.h"

static size_t
word_length(const char *p)
{
	return strcspn(p, " \t");
}

static const char *
next_word(const char *p)
{
	p += word_length(p);
	return p + strspn(p, " \t");
}

static bool
word_is(const char *p, const char *word)
{
	return word_length(p) == strlen(word) && strncasecmp(p, word, strlen(word)) == 0;
}

/* Text for people, and a switch that begins with the word. */
static bool
has_no_password(const char *line)
{
	static const char *const beginnings[] = { "description", "banner", "remark", "alias" };

	line += word_is(line, "no") ? next_word(line) - line : 0;
	for (size_t i = 0; i < COUNT(beginnings); i++)
		if (word_is(line, beginnings[i]))
			return true;
	return word_is(line, "password") && word_is(next_word(line), "encryption");
}

/* What stands behind a word; NULL: nothing. */
static const char *
value_of(const char *line, const char *word)
{
	for (const char *p = line + strspn(line, " \t"); *p != '\0'; p = next_word(p))
		if (word_is(p, word))
			return *next_word(p) == '\0' ? NULL : next_word(p);
	return NULL;
}

/* Whether a value is announced as encoded. */
static bool
is_type(const char *value)
{
	return word_length(value) == 1 && *value >= '4' && *value <= '9';
}

bool
clear_login(const char *line, size_t *behind, size_t *clear)
{
	const char *value = word_is(line, "username") ? value_of(line, "secret") : NULL;

	if (value == NULL || is_type(value))
		return false;
	*behind = (size_t)(value - line) - 1;
	if (word_is(value, "0") && *next_word(value) != '\0')
		value = next_word(value);
	*clear = (size_t)(value - line);
	return true;
}

/* Passwords that IOS stores as type 7, by the word before them. */
static const struct {
	const char *word;
	const char *within; /* how the line begins, or the statement whose mode it is of; NULL: anywhere */
	bool whole; /* goes to the end of the line */
} passwords[] = {
	{ "password", NULL, false },
	{ "key-string", NULL, true },
	{ "server-key", NULL, true },
	{ "key", "tacacs-server ", true },
	{ "key", "radius-server ", true },
	{ "key", "tacacs server ", true },
	{ "key", "radius server ", true },
};

/* Where the clear password of the line stands, how long it is, and where the type before it begins; NULL:
 * there is none. */
static const char *
find_clear(const char *section, const char *line, size_t *len, const char **from)
{
	const char *first = line + strspn(line, " \t");

	if (has_no_password(first))
		return NULL;
	first += word_is(first, "no") ? next_word(first) - first : 0;
	for (size_t i = 0; i < COUNT(passwords); i++) {
		const char *value = value_of(line, passwords[i].word), *within = passwords[i].within;

		if (value == NULL || is_type(value))
			continue;
		if (within != NULL && !str_casestarts(first, within) &&
		    (section == NULL || !str_casestarts(section, within)))
			continue;
		*from = value;
		if (word_is(value, "0") && *next_word(value) != '\0')
			value = next_word(value);
		*len = passwords[i].whole ? strlen(value) : word_length(value);
		return value;
	}
	return NULL;
}

char *
conceal(const char *section, const char *line)
{
	size_t len;
	const char *from, *clear = find_clear(section, line, &len, &from);
	char *text, *hidden;
	struct out o = OUT_MEMORY;

	if (clear == NULL)
		return xstrdup(line);
	text = xstrndup(clear, len);
	hidden = type7_encode(text, (unsigned char)text[0] & 15u);
	out_write(&o, line, (size_t)(from - line));
	out_printf(&o, "7 %s%s", hidden, clear + len);
	str_wipe_free(hidden);
	str_wipe_free(text);
	return out_take(&o);
}

bool
takes_secret(const char *line)
{
	static const char *const statements[] = { "credentials", "authentication", "username", "enable",
		"snmp-server" };

	line += strspn(line, " \t");
	if (word_is(line, "no") || word_is(line, "default"))
		line = next_word(line);
	for (size_t i = 0; i < COUNT(statements); i++)
		if (*next_word(line) != '\0' && strncasecmp(line, statements[i], word_length(line)) == 0)
			return true;
	return false;
}

bool
may_hold_secret(const char *line, size_t column)
{
	static const char *const before[] = { "password", "secret", "key", "key-string", "community" };
	const char *first = line + strspn(line, " \t");

	/* `password` of a line, abbreviated. */
	if (word_length(first) >= strlen("pa") && strncasecmp(first, before[0], word_length(first)) == 0 &&
	    (size_t)(first - line) < column)
		return true;
	for (size_t i = 0; i < COUNT(before); i++) {
		const char *at = strcasestr(line, before[i]);

		if (at != NULL && (size_t)(at - line) < column)
			return true;
		/* A word that abbreviates it, with something behind; the first word names the statement. */
		for (const char *p = *first == '\0' ? first : next_word(first); *p != '\0'; p = next_word(p))
			if ((size_t)(p - line) < column && *next_word(p) != '\0' &&
			    strncasecmp(p, before[i], word_length(p)) == 0)
				return true;
	}
	return false;
}

#define MASK "*****"

char *
conceal_masked(const char *line)
{
	const char *p = line + strspn(line, " \t"), *realm = NULL;
	struct out o = OUT_MEMORY;

	if (has_no_password(p))
		return xstrdup(line);
	p = *p == '\0' ? p : next_word(p);
	while (*p != '\0' && !may_hold_secret(line, (size_t)(p - line)))
		p = next_word(p);
	if (*p == '\0')
		return xstrdup(line);
	out_write(&o, line, (size_t)(p - line));
	if (word_length(p) == 1 && *p >= '0' && *p <= '9' && *next_word(p) != '\0') {
		out_printf(&o, "%c ", *p);
		p = next_word(p);
	}
	out_str(&o, MASK);
	/* The realm of an account says what the line is about. */
	for (p = next_word(p); *p != '\0'; p = next_word(p))
		if (word_is(p, "realm"))
			realm = p;
	if (realm != NULL)
		out_printf(&o, " %s", realm);
	return out_take(&o);
}

char *
conceal_shown(const char *section, const char *line)
{
	const char *first = line + strspn(line, " \t"), *clear;
	struct out o = OUT_MEMORY;
	char *text;

	if (word_is(first, "key"))
		return conceal_masked(line);
	text = conceal(section, line);
	clear = value_of(text, "secret");
	if (clear == NULL || has_no_password(text + strspn(text, " \t")) || is_type(clear))
		return text;
	out_write(&o, text, (size_t)(clear - text));
	if (word_is(clear, "0") && *next_word(clear) != '\0')
		clear = next_word(clear);
	out_printf(&o, MASK "%s", clear + word_length(clear));
	str_wipe_free(text);
	return out_take(&o);
}

char *
conceal_text(const char *text, size_t len, size_t *shown_len)
{
	struct out o = OUT_MEMORY;
	char *section = NULL; /* the last line without blanks before it */

	while (len > 0) {
		const char *feed = memchr(text, '\n', len);
		size_t n = feed == NULL ? len : (size_t)(feed - text);
		char *line = xstrndup(text, n), *shown = conceal_shown(line[0] == ' ' ? section : NULL, line);

		out_str(&o, shown);
		if (feed != NULL)
			out_char(&o, '\n');
		if (line[0] != ' ' && line[0] != '!') {
			str_wipe_free(section);
			section = line;
		} else {
			str_wipe_free(line);
		}
		str_wipe_free(shown);
		n += feed != NULL;
		text += n;
		len -= n;
	}
	str_wipe_free(section);
	*shown_len = o.len;
	return out_take(&o);
}
