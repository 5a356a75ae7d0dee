/* pattern.c - destination patterns as position automata (Glushkov): each literal, dot or set is one position,
 * quantifiers and groups are only links between positions. Matching carries the set of positions reached and
 * the best weight of each, so nothing is ever tried twice. */
#include "dialpeer/pattern.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { T_MAX = 32 };

static const char symbols[] = "0123456789ABCDEF*#+";

enum { ALL_SYMBOLS = (1 << (sizeof symbols - 1)) - 1 };

struct places {
	uint64_t w[PATTERN_MAX / 64];
};

struct place {
	uint32_t set; /* bits of symbols[] */
	char literal; /* an escaped character; 0: set decides */
	bool weighs;
	struct places next;
};

struct pattern {
	struct places first, last;
	bool nullable; /* matches the empty number */
	bool timeout; /* T */
	bool anchored; /* $ */
	unsigned stripped;
	size_t n;
	struct place v[];
};

struct part {
	struct places first, last;
	bool nullable;
};

struct parse {
	struct pattern *p;
	const char *text;
	size_t at;
	char *err;
	size_t errsz;
};

static bool parse_items(struct parse *, bool nested, struct part *);

static void
places_add(struct places *to, const struct places *from)
{
	for (size_t i = 0; i < COUNT(to->w); i++)
		to->w[i] |= from->w[i];
}

static bool
places_has(const struct places *s, size_t i)
{
	return (s->w[i / 64] >> i % 64 & 1) != 0;
}

static void
places_put(struct places *s, size_t i)
{
	s->w[i / 64] |= (uint64_t)1 << i % 64;
}

/* The first member from i on, PATTERN_MAX at the end. */
static size_t
places_from(const struct places *s, size_t i)
{
	while (i < PATTERN_MAX) {
		uint64_t rest = s->w[i / 64] >> i % 64;

		if (rest != 0)
			return i + (size_t)__builtin_ctzll(rest);
		i = (i / 64 + 1) * 64;
	}
	return PATTERN_MAX;
}

static uint32_t
symbol_bit(char c)
{
	const char *s = c != '\0' ? strchr(symbols, c) : NULL;

	return s != NULL ? (uint32_t)1 << (s - symbols) : 0;
}

__attribute__((format(printf, 3, 4))) static bool
bad(struct parse *ps, size_t at, const char *format, ...)
{
	char what[96];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof what, format, ap);
	va_end(ap);
	snprintf(ps->err, ps->errsz, "Incorrect format for E.164 Number: %s at position %zu", what, at + 1);
	return false;
}

static bool
bad_char(struct parse *ps, const char *where)
{
	unsigned char c = (unsigned char)ps->text[ps->at];

	if (c < 0x20 || c > 0x7e)
		return bad(ps, ps->at, "byte 0x%02X is not allowed%s", c, where);
	return bad(ps, ps->at, "'%c' is not allowed%s", c, where);
}

static void
add_place(struct parse *ps, struct part *part, struct place place)
{
	size_t i = ps->p->n++;

	ps->p->v[i] = place;
	*part = (struct part){ 0 };
	places_put(&part->first, i);
	part->last = part->first;
}

static void
link_places(struct pattern *p, const struct places *from, const struct places *to)
{
	for (size_t i = places_from(from, 0); i < PATTERN_MAX; i = places_from(from, i + 1))
		places_add(&p->v[i].next, to);
}

static void
append(struct pattern *p, struct part *part, const struct part *next)
{
	link_places(p, &part->last, &next->first);
	if (part->nullable)
		places_add(&part->first, &next->first);
	if (!next->nullable)
		part->last = next->last;
	else
		places_add(&part->last, &next->last);
	part->nullable = part->nullable && next->nullable;
}

/* [1-35,7], [^49] */
static bool
parse_set(struct parse *ps, struct part *part)
{
	size_t start = ps->at++;
	bool others = ps->text[ps->at] == '^';
	uint32_t set = 0;

	ps->at += others;
	for (; ps->text[ps->at] != ']'; ps->at++) {
		char lo = ps->text[ps->at], hi = lo;

		if (lo == '\0')
			return bad(ps, start, "'[' without ']'");
		if (lo == ',')
			continue;
		if (symbol_bit(lo) == 0)
			return bad_char(ps, " inside [ ]");
		if (ps->text[ps->at + 1] == '-') {
			hi = ps->text[ps->at + 2];
			if (hi < lo || strchr("*#+", lo) != NULL || symbol_bit(hi) == 0 ||
			    (lo <= '9') != (hi <= '9'))
				return bad(ps, ps->at, "wrong range inside [ ]");
			ps->at += 2;
		}
		for (char c = lo; c <= hi; c++)
			set |= symbol_bit(c);
	}
	if (set == 0 || (others && set == ALL_SYMBOLS))
		return bad(ps, start, "nothing inside [ ]");
	ps->at++;
	add_place(ps, part, (struct place){ .set = others ? ALL_SYMBOLS & ~set : set });
	return true;
}

static bool
parse_group(struct parse *ps, struct part *part)
{
	size_t start = ps->at++, before = ps->p->n;

	if (!parse_items(ps, true, part))
		return false;
	if (ps->text[ps->at] != ')')
		return bad(ps, start, "'(' without ')'");
	if (ps->p->n == before)
		return bad(ps, start, "nothing inside ( )");
	ps->at++;
	return true;
}

/* One item that can be repeated; *plain: a literal outside groups. */
static bool
parse_item(struct parse *ps, bool nested, struct part *part, bool *plain)
{
	char c = ps->text[ps->at];
	bool start = ps->at == 0 || (ps->at == 1 && ps->text[0] == '^');
	struct place place = { .weighs = !nested };

	*plain = false;
	switch (c) {
	case '[':
		return parse_set(ps, part);
	case '(':
		return parse_group(ps, part);
	case ']':
		return bad(ps, ps->at, "']' without '['");
	case '.':
		place.set = ALL_SYMBOLS;
		place.weighs = false;
		break;
	case '\\':
		c = ps->text[ps->at + 1];
		if (c <= ' ' || c > '~')
			return bad(ps, ps->at, "'\\' without a character after it");
		ps->at++;
		place.literal = c;
		*plain = !nested;
		break;
	default:
		if (c == '%' || c == '?' || (c == '+' && !start))
			return bad(ps, ps->at, "'%c' has nothing to repeat", c);
		place.set = symbol_bit(c);
		if (place.set == 0)
			return bad_char(ps, "");
		*plain = !nested;
	}
	ps->at++;
	add_place(ps, part, place);
	return true;
}

/* What follows an item: applies % + ? and returns it, else 0. */
static char
parse_quantifier(struct parse *ps, struct part *part)
{
	char c = ps->text[ps->at];

	if (c != '%' && c != '+' && c != '?')
		return '\0';
	ps->at++;
	if (c != '?')
		link_places(ps->p, &part->last, &part->first);
	if (c != '+')
		part->nullable = true;
	return c;
}

/* T and $ close the pattern; true when one stands here in its place. */
static bool
parse_end(struct parse *ps, bool nested)
{
	const char *s = ps->text + ps->at;

	if (nested || (!str_eq(s, "T") && !str_eq(s, "T$") && !str_eq(s, "$")))
		return false;
	ps->p->timeout = *s == 'T';
	ps->p->anchored = s[ps->p->timeout] == '$';
	ps->at += strlen(s);
	return true;
}

/* Up to the end of the text or the ')' of a group. */
static bool
parse_items(struct parse *ps, bool nested, struct part *part)
{
	bool stripping = !nested, plain;

	*part = (struct part){ .nullable = true };
	for (char c; (c = ps->text[ps->at]) != '\0' && c != ')' && !parse_end(ps, nested);) {
		struct part item;

		if (c == ',') {
			ps->at++;
			continue;
		}
		if (c == 'T' || c == '$')
			return bad(ps, ps->at, "'%c' is not last", c);
		if (c == '^')
			return bad(ps, ps->at, "'^' is not first");
		if (!parse_item(ps, nested, &item, &plain))
			return false;
		c = parse_quantifier(ps, &item);
		append(ps->p, part, &item);
		/* A digit under + counts once and ends the run; under % or ? it only ends it. */
		stripping = stripping && plain;
		if (stripping && (c == '\0' || c == '+'))
			ps->p->stripped++;
		stripping = stripping && c == '\0';
	}
	return true;
}

struct pattern *
pattern_compile(const char *text, char *err, size_t errsz)
{
	size_t len = strlen(text);
	struct parse ps = { .text = text, .err = err, .errsz = errsz };
	struct part whole;
	bool ok = false;

	if (len > PATTERN_MAX) {
		snprintf(
		    err, errsz, "Incorrect format for E.164 Number: more than %d characters", PATTERN_MAX);
		return NULL;
	}
	ps.p = xcalloc(1, sizeof *ps.p + len * sizeof ps.p->v[0]); /* one character, at most one place */
	ps.at = text[0] == '^';
	if (parse_items(&ps, false, &whole)) {
		if (text[ps.at] == ')')
			bad(&ps, ps.at, "')' without '('");
		else if (ps.p->n == 0 && !ps.p->timeout)
			bad(&ps, ps.at, "a digit is missing");
		else
			ok = true;
	}
	if (!ok) {
		pattern_free(ps.p);
		return NULL;
	}
	ps.p->first = whole.first;
	ps.p->last = whole.last;
	ps.p->nullable = whole.nullable;
	/* There is one for each dial peer: keep no more than is used. */
	return xrealloc(ps.p, sizeof *ps.p + ps.p->n * sizeof ps.p->v[0]);
}

void
pattern_free(struct pattern *p)
{
	free(p);
}

static bool
may_end(const struct pattern *p, const char *rest, size_t len)
{
	if (!p->anchored)
		return true;
	return len == 0 || (p->timeout && len <= T_MAX && str_all(rest, symbols));
}

static bool
takes(const struct place *place, char c, uint32_t bit)
{
	return place->literal != '\0' ? place->literal == c : (place->set & bit) != 0;
}

/* Enters the places of `next` that take c; the heavier way into a place counts. */
static void
enter(const struct pattern *p, const struct places *next, char c, unsigned char weight,
    struct places *reached, unsigned char *weights)
{
	uint32_t bit = symbol_bit(c);

	for (size_t i = places_from(next, 0); i < PATTERN_MAX; i = places_from(next, i + 1)) {
		unsigned char w = (unsigned char)(weight + p->v[i].weighs);

		if (!takes(&p->v[i], c, bit))
			continue;
		if (!places_has(reached, i) || weights[i] < w)
			weights[i] = w;
		places_put(reached, i);
	}
}

bool
pattern_match(const struct pattern *p, const char *digits, struct pattern_result *result)
{
	size_t len = strnlen(digits, PATTERN_DIGITS_MAX + 1);
	unsigned char weights[2][PATTERN_MAX];
	struct places reached = { 0 };
	int best = -1;

	if (len > PATTERN_DIGITS_MAX)
		return false;
	if (p->nullable && may_end(p, digits, len))
		best = 0;
	for (size_t at = 0; at < len; at++) {
		const unsigned char *before = weights[at % 2];
		unsigned char *after = weights[(at + 1) % 2];
		struct places now = { 0 };
		bool end = may_end(p, digits + at + 1, len - at - 1);

		if (at == 0)
			enter(p, &p->first, digits[0], 0, &now, after);
		for (size_t i = places_from(&reached, 0); i < PATTERN_MAX; i = places_from(&reached, i + 1))
			enter(p, &p->v[i].next, digits[at], before[i], &now, after);
		reached = now;
		if (places_from(&reached, 0) == PATTERN_MAX)
			break;
		for (size_t i = places_from(&reached, 0); end && i < PATTERN_MAX;
		     i = places_from(&reached, i + 1))
			if (places_has(&p->last, i) && after[i] > best)
				best = after[i];
	}
	if (best < 0)
		return false;
	if (result != NULL)
		*result = (struct pattern_result){ (unsigned)best, p->stripped };
	return true;
}

/* Where the number stands in text; length 0: it is none. */
static size_t
number_span(const char *text, const char **start)
{
	size_t plus, n;

	text += *text == '^';
	plus = *text == '+';
	n = strspn(text + plus, "0123456789ABCD*#");
	*start = text;
	if (n == 0 || plus + n > PATTERN_MAX)
		return 0;
	return str_eq(text + plus + n, "") || str_eq(text + plus + n, "$") ? plus + n : 0;
}

bool
pattern_is_number(const char *text)
{
	const char *start;

	return number_span(text, &start) > 0;
}

int
pattern_number(const char *text, char *buf, size_t size)
{
	const char *start;
	size_t n = number_span(text, &start);

	if (n == 0 || n >= size)
		return -1;
	memcpy(buf, start, n);
	buf[n] = '\0';
	return 0;
}

const char *
pattern_not_registrable(const char *text)
{
	char err[160];
	struct pattern *p;

	if (text == NULL)
		return "there is no destination-pattern";
	p = pattern_compile(text, err, sizeof err);
	if (p == NULL)
		return "the destination-pattern is not valid";
	pattern_free(p);
	if (pattern_is_number(text))
		return NULL;
	if (strpbrk(text, ".[(%?T") != NULL || strchr(text + (*text == '^') + 1, '+') != NULL)
		return "the pattern has wildcards; only complete numbers register";
	return "the pattern is not a plain number (+ in front, then 0-9 A-D * #)";
}
