/* secret.h - passwords: reversible ones for SIP accounts, one-way ones for logins.
 * A clear text stands in here and nowhere else, is wiped when freed, and is printed only by the writer of the
 * statement that owns it. Formats: Cisco types 0, 5, 6, 7, 8, 9. */
#ifndef GW_CONF_SECRET_H
#define GW_CONF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of a password; the lower limit is for new clear ones only. */
enum { SECRET_MAX = 128 };
/* Bytes of a master key (`key config-key password-encrypt`). */
enum { MASTER_KEY_MIN = 8, MASTER_KEY_MAX = 127 };

/* How a SIP password was entered; decides how it is written back. */
enum secret_type { SECRET_CLEAR = 0, SECRET_TYPE6 = 6, SECRET_TYPE7 = 7 };

struct secret {
	enum secret_type type;
	char *clear; /* NULL: type 6 and no (right) master key */
	char *stored; /* as written to the configuration: type 7 digits, type 6 text; for SECRET_CLEAR the
		       * type 7 form, made once, so that it can be written without the clear text in sight */
};

/* The password as it stood in the configuration. 0, or -1 with a text without '%' and without the password in
 * err and the secret unchanged: "Invalid encrypted password: 'X' is not a hexadecimal digit at position 7".
 * Clear text: 1 to 128 bytes. Type 7: stored in upper-case digits; 0 to 128 bytes. Type 6: kept with clear
 * NULL when master is NULL or wrong, refused only for characters outside its alphabet (or far too many).
 * Control bytes are refused in every type. */
int secret_parse(
    struct secret *, enum secret_type, const char *text, const char *master, char *err, size_t errsz);
/* Stores a password whose clear text is known as type 6. salt: 8 random bytes, drawn for this password. 0; -1
 * (unchanged): it has no clear text, or type6_encode refuses. */
int secret_seal(struct secret *, const char *master, const unsigned char *salt);
/* Finds the clear text of a type 6 password that was kept without. 0; -1 (unchanged): another master key. */
int secret_open(struct secret *, const char *master);
/* Forgets the clear text of a type 6 password: there is no master key any more. */
void secret_close(struct secret *);
struct secret secret_copy(const struct secret *);
void secret_free(struct secret *);
/* The same type, stored text and clear text. */
bool secret_equal(const struct secret *, const struct secret *);
/* The same clear text; where there is none, the same stored text. */
bool secret_alike(const struct secret *, const struct secret *);

/* Type 7 (reversible, fixed key). Seed 0 to 15; the caller frees. */
char *type7_encode(const char *clear, unsigned seed);
/* NULL with a text in err when it is no type 7 string. Upper and lower case digits; seeds 0 to 52; no body is
 * the empty password. Control bytes (so also byte 0) and more than 128 bytes are refused. The caller wipes
 * and frees. */
char *type7_decode(const char *text, char *err, size_t errsz);
/* Type 6 (AES, master key). salt: 8 bytes. The caller frees. Encode gives NULL when clear is longer than
 * SECRET_MAX or the crypto library refuses MD5 or AES, decode when key or text are wrong. */
char *type6_encode(const char *clear, const char *master, const unsigned char *salt);
char *type6_decode(const char *text, const char *master, char *err, size_t errsz);

/* One-way login secrets, stored as "$1$...", "$8$...", "$9$...". */
/* True when text has the form of the type (5, 8 or 9). */
bool login_hash_valid(unsigned type, const char *text);
/* Characters of a new salt, of ./0-9A-Za-z: type 5 has 4 as IOS writes them, the others 14. */
enum { LOGIN_SALT_MD5 = 4, LOGIN_SALT = 14 };
/* Hash of a clear text: type 5 (MD5-crypt), 8 (PBKDF2-HMAC-SHA256, 20,000 rounds) or 9 (scrypt N=16384 r=1
 * p=1). The caller frees. NULL when the crypto library refuses. */
char *login_hash(unsigned type, const char *clear, const char *salt);
/* Any of the three types; false for a malformed hash; in constant time once the hash is computed. */
bool login_check(const char *hash, const char *clear);

/* The same text, in a time that does not tell where they differ. */
bool secret_same(const char *a, const char *b);

#endif
