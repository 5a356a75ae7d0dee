/* str.h - string functions that check what they are given. */
#ifndef GW_BASE_STR_H
#define GW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only (no sign, blank, 0x), the whole string, lo <= value <= hi. 0, or -1 with *value
 * unchanged. */
int str_uint(const char *s, uint64_t lo, uint64_t hi, uint64_t *value);
bool str_eq(const char *a, const char *b); /* NULL equals NULL only */
bool str_caseeq(const char *a, const char *b);
bool str_starts(const char *s, const char *prefix);
bool str_casestarts(const char *s, const char *prefix);
/* Length of the longest common beginning, letters of either case alike. */
size_t str_common(const char *a, const char *b);
/* Length of the longest beginning of at most max bytes that does not end within a UTF-8 character. */
size_t str_utf8_cut(const char *s, size_t max);
bool str_all(const char *s, const char *set); /* every character is in set; true for "" */

#endif
