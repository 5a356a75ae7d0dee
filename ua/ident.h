/* ident.h - names that look random but are a function of a key and of what they name: Call-ID, tag, cnonce.
 * HMAC-SHA-256 underneath; the same inputs give the same name after a restart. */
#ifndef GW_UA_IDENT_H
#define GW_UA_IDENT_H

#include <stddef.h>

enum { IDENT_KEY = 32, IDENT_HEX = 65 }; /* bytes of a key; room for a name and its NUL */

struct ident;

struct ident *ident_new(const unsigned char key[IDENT_KEY]);
void ident_free(struct ident *); /* NULL ok; wipes the key */
/* 64 lower-case hex digits; what and of are told apart, so ("a", "bc") and ("ab", "c") differ. */
void ident_name(struct ident *, const char *what, const char *of, char hex[IDENT_HEX]);

#endif
