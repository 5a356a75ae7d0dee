/* json.h - one JSON document (RFC 8259), written as it comes: valid UTF-8, nested two blanks deep, for people
 * and programs alike. What would not be a document (a value without its key, an object left open) ends the
 * program: it is a mistake of ours, not of the data. */
#ifndef GW_BASE_JSON_H
#define GW_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "base/vec.h"

struct json {
	struct out *out;
	VEC(char) open; /* what is to be closed: '}' or ']' */
	bool some; /* the innermost one has something in it */
};

/* The document is an object: it is open between begin and end. out is borrowed. */
void json_begin(struct json *, struct out *);
void json_end(struct json *);

/* One value each. key: its name in an object; NULL in an array. */
void json_object(struct json *, const char *key);
void json_array(struct json *, const char *key);
void json_close(struct json *); /* the innermost object or array */
/* Any bytes: control characters are escaped, what is no UTF-8 becomes U+FFFD. NULL: null. */
void json_string(struct json *, const char *key, const char *text);
void json_text(struct json *, const char *key, const char *text, size_t len);
void json_int(struct json *, const char *key, int64_t);
void json_maybe(struct json *, const char *key, bool known, int64_t); /* null where it is not known */
void json_uint(struct json *, const char *key, uint64_t);
void json_bool(struct json *, const char *key, bool);
void json_null(struct json *, const char *key);

#endif
