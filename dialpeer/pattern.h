/* pattern.h - destination-pattern, incoming called-number, answer-address, e164: syntax and matching.
 *
 *	pattern = ["^"] ["+"] { item ["%" | "+" | "?"] } ["T"] ["$"]
 *	item = 0-9 A-F * # | "." | "[" ["^"] runs "]" | "(" items ")" | "\" any character | ","
 *
 * A pattern is anchored at the start and open at the end unless "$" is given: 408555 matches 4085550148.
 * "." and "[^..]" stand for one of 0-9 A-F * # +. "+" at the start is itself, elsewhere it repeats. "," is a
 * pause in dialling and matches nothing; inside [ ] it separates runs. "T" stands for 0 to 32 more digits.
 * "T" alone matches the empty number, "+" alone every number that begins with a plus. Letters are upper case.
 */
#ifndef GW_DIALPEER_PATTERN_H
#define GW_DIALPEER_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PATTERN_MAX = 128, /* characters of a pattern; a longer one is refused */
	PATTERN_DIGITS_MAX = 128, /* characters of a number; a longer one matches nothing */
};

struct pattern;

struct pattern_result {
	unsigned weight; /* most digits that plain literals can take: the longest match wins */
	unsigned stripped; /* leading digits that digit-strip removes on a POTS peer */
};

/* NULL with a text in err when the syntax is wrong: "Incorrect format for E.164 Number: ']' without '[' at
 * position 4". The caller frees with pattern_free (NULL allowed). */
struct pattern *pattern_compile(const char *text, char *err, size_t errsz);
void pattern_free(struct pattern *);

/* Time is bounded by PATTERN_MAX squared times the digits, whatever the pattern. result is set on a match
 * only and may be NULL. */
bool pattern_match(const struct pattern *, const char *digits, struct pattern_result *result);

/* A complete number: optional "+", then digits * # A-D. The anchors "^" in front and "$" behind are allowed
 * and no part of the number: 5100$ registers as 5100. */
bool pattern_is_number(const char *text);
/* The number alone, without anchors. 0, or -1 when it is none or buf is too small (PATTERN_MAX + 1 always
 * suffices for a pattern that compiles). */
int pattern_number(const char *text, char *buf, size_t size);
/* NULL: a dial peer with this pattern can register; else why not, a static text. text NULL: no pattern. */
const char *pattern_not_registrable(const char *text);

#endif
