/* secret.c - Cisco password types. Pure: salts and seeds are inputs, nothing is logged, every buffer that
 * held a clear text or a key is wiped. */
#include "conf/secret.h"

#include <assert.h>
#include <crypt.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/mem.h"
#include "base/str.h"

static const char hash_digits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* Position of the first control byte, n when there is none. */
static size_t
find_control(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && !is_control((unsigned char)s[i]))
		i++;
	return i;
}

static int
bad(char *err, size_t errsz, const char *what, size_t i)
{
	snprintf(err, errsz, "Invalid encrypted password: %s at position %zu", what, i + 1);
	return -1;
}

static int
bad_char(char *err, size_t errsz, const char *wanted, const char *text, size_t i)
{
	unsigned char c = (unsigned char)text[i];
	char what[80];

	if (c == '\0')
		snprintf(what, sizeof what, "%s is missing", wanted);
	else if (c < 0x20 || c > 0x7e || c == '%')
		snprintf(what, sizeof what, "byte 0x%02X is not %s", c, wanted);
	else
		snprintf(what, sizeof what, "'%c' is not %s", c, wanted);
	return bad(err, errsz, what, i);
}

/* ---- type 7 ---- */

static const char type7_key[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

enum { TYPE7_KEYS = sizeof type7_key - 1 };

char *
type7_encode(const char *clear, unsigned seed)
{
	size_t n = strlen(clear), size = 2 + 2 * n + 1;
	char *text = xmalloc(size);

	assert(seed < TYPE7_KEYS);
	snprintf(text, size, "%02u", seed);
	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 + 2 * i, 3, "%02X",
		    (unsigned)((unsigned char)clear[i] ^ (unsigned char)type7_key[(seed + i) % TYPE7_KEYS]));
	return text;
}

static unsigned
hex_value(char c)
{
	return (unsigned)(isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10);
}

static int
type7_check(const char *text, char *err, size_t errsz)
{
	size_t n = 0;

	for (; n < 2; n++)
		if (!isdigit((unsigned char)text[n]))
			return bad_char(err, errsz, "a decimal digit", text, n);
	if (hex_value(text[0]) * 10 + hex_value(text[1]) >= TYPE7_KEYS)
		return bad(err, errsz, "the seed is above 52", 0);
	for (; text[n] != '\0'; n++)
		if (!isxdigit((unsigned char)text[n]))
			return bad_char(err, errsz, "a hexadecimal digit", text, n);
	if (n % 2 != 0)
		return bad_char(err, errsz, "a hexadecimal digit", text, n);
	if (n > 2 + 2 * SECRET_MAX)
		return bad(err, errsz, "more than 128 bytes", 2 + 2 * SECRET_MAX);
	return 0;
}

char *
type7_decode(const char *text, char *err, size_t errsz)
{
	unsigned seed;
	size_t n, control;
	char *clear;

	if (type7_check(text, err, errsz) != 0)
		return NULL;
	seed = hex_value(text[0]) * 10 + hex_value(text[1]);
	n = strlen(text) / 2 - 1;
	clear = xcalloc(n + 1, 1);
	for (size_t i = 0; i < n; i++)
		clear[i] = (char)((hex_value(text[2 + 2 * i]) << 4 | hex_value(text[3 + 2 * i])) ^
				  (unsigned char)type7_key[(seed + i) % TYPE7_KEYS]);
	control = find_control(clear, n);
	if (control == n)
		return clear;
	bad(err, errsz, "a control byte results", 2 + 2 * control);
	mem_wipe(clear, n);
	free(clear);
	return NULL;
}

/* Configuration code may not read randomness, and the same text must be written the same way each time. */
static unsigned
seed_of(const char *clear)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *clear != '\0'; clear++)
		h = (h ^ (unsigned char)*clear) * 16777619u;
	return (h ^ h >> 16) & 15;
}

/* ---- type 6: salt, cipher text and mac, written in base 41 ---- */

enum {
	TYPE6_SALT = 8,
	TYPE6_MAC = 4,
	TYPE6_BLOCK = 16,
	TYPE6_BLOB = TYPE6_SALT + SECRET_MAX + 1 + TYPE6_MAC, /* one more: some encoders append a NUL */
	TYPE6_TEXT = (TYPE6_BLOB / 2 + 2) * 3,
	BASE41 = 41,
	BASE41_ZERO = 'A',
};

struct type6_keys {
	unsigned char mac[TYPE6_BLOCK], cipher[TYPE6_BLOCK];
};

static int
aes_block(
    const unsigned char key[TYPE6_BLOCK], const unsigned char in[TYPE6_BLOCK], unsigned char out[TYPE6_BLOCK])
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0;
	bool ok = ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
		  EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
		  EVP_EncryptUpdate(ctx, out, &n, in, TYPE6_BLOCK) == 1 && n == TYPE6_BLOCK;

	EVP_CIPHER_CTX_free(ctx);
	return ok ? 0 : -1;
}

static int
type6_derive(struct type6_keys *keys, const char *master, const unsigned char *salt)
{
	unsigned char key[TYPE6_BLOCK], block[TYPE6_BLOCK] = { 0 };
	int rc = -1;

	memcpy(block, salt, TYPE6_SALT);
	if (EVP_Digest(master, strlen(master), key, NULL, EVP_md5(), NULL) == 1 &&
	    aes_block(key, block, keys->mac) == 0) {
		block[TYPE6_BLOCK - 1] = 1;
		rc = aes_block(key, block, keys->cipher);
	}
	mem_wipe(key, sizeof key);
	return rc;
}

/* Counter mode; enciphers and deciphers in place. */
static int
type6_cipher(const struct type6_keys *keys, unsigned char *text, size_t n)
{
	unsigned char counter[TYPE6_BLOCK] = { 0 }, stream[TYPE6_BLOCK];
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (i % TYPE6_BLOCK == 0) {
			counter[3] = (unsigned char)(i / TYPE6_BLOCK);
			rc = aes_block(keys->cipher, counter, stream);
		}
		if (rc == 0)
			text[i] ^= stream[i % TYPE6_BLOCK];
	}
	mem_wipe(stream, sizeof stream);
	return rc;
}

static int
type6_mac(const struct type6_keys *keys, const unsigned char *text, size_t n, unsigned char mac[TYPE6_MAC])
{
	unsigned char full[EVP_MAX_MD_SIZE];

	if (HMAC(EVP_sha1(), keys->mac, sizeof keys->mac, text, n, full, NULL) == NULL)
		return -1;
	memcpy(mac, full, TYPE6_MAC);
	return 0;
}

/* An odd blob is filled with a zero byte, an even one followed by the word 1. */
static char *
base41_encode(const unsigned char *blob, size_t n)
{
	size_t words = n / 2 + 1;
	char *text = xcalloc(words * 3 + 1, 1);

	for (size_t i = 0; i < words; i++) {
		unsigned high = 2 * i < n ? blob[2 * i] : 0;
		unsigned low = 2 * i + 1 < n ? blob[2 * i + 1] : 2 * i == n ? 1 : 0;
		unsigned word = high << 8 | low;

		text[3 * i] = (char)(BASE41_ZERO + word / (BASE41 * BASE41));
		text[3 * i + 1] = (char)(BASE41_ZERO + word / BASE41 % BASE41);
		text[3 * i + 2] = (char)(BASE41_ZERO + word % BASE41);
	}
	return text;
}

static int
base41_decode(const char *text, unsigned char *blob, size_t size, size_t *n)
{
	size_t len = strlen(text), words = len / 3;
	unsigned word = 0;

	if (len % 3 != 0 || words == 0 || words * 2 > size)
		return -1;
	for (size_t i = 0; i < words; i++) {
		word = 0;
		for (size_t k = 0; k < 3; k++)
			word = word * BASE41 + (unsigned)(text[3 * i + k] - BASE41_ZERO);
		if (word > 0xffff)
			return -1;
		blob[2 * i] = (unsigned char)(word >> 8);
		blob[2 * i + 1] = (unsigned char)word;
	}
	if (word != 1 && (word & 0xff) != 0)
		return -1;
	*n = word == 1 ? 2 * words - 2 : 2 * words - 1;
	return 0;
}

static int
type6_check(const char *text, char *err, size_t errsz)
{
	size_t n = 0;

	if (text[0] == '\0')
		return bad_char(err, errsz, "a type 6 character", text, 0);
	for (; text[n] != '\0'; n++)
		if (text[n] < BASE41_ZERO || text[n] >= BASE41_ZERO + BASE41)
			return bad_char(err, errsz, "a type 6 character", text, n);
	return n <= TYPE6_TEXT ? 0 : bad(err, errsz, "more than 128 bytes", TYPE6_TEXT);
}

char *
type6_encode(const char *clear, const char *master, const unsigned char *salt)
{
	unsigned char blob[TYPE6_BLOB], *body = blob + TYPE6_SALT;
	size_t n = strlen(clear);
	struct type6_keys keys;
	char *text = NULL;

	if (n > SECRET_MAX)
		return NULL;
	memcpy(blob, salt, TYPE6_SALT);
	memcpy(body, clear, n);
	if (type6_derive(&keys, master, salt) == 0 && type6_cipher(&keys, body, n) == 0 &&
	    type6_mac(&keys, body, n, body + n) == 0)
		text = base41_encode(blob, TYPE6_SALT + n + TYPE6_MAC);
	mem_wipe(&keys, sizeof keys);
	mem_wipe(blob, sizeof blob);
	return text;
}

char *
type6_decode(const char *text, const char *master, char *err, size_t errsz)
{
	unsigned char blob[TYPE6_BLOB + 3], *body = blob + TYPE6_SALT, mac[TYPE6_MAC];
	const char *why = "the text is damaged";
	struct type6_keys keys = { 0 };
	char *clear = NULL;
	size_t n;

	if (type6_check(text, err, errsz) != 0)
		return NULL;
	if (base41_decode(text, blob, sizeof blob, &n) != 0 || n < TYPE6_SALT + TYPE6_MAC)
		goto out;
	n -= TYPE6_SALT + TYPE6_MAC;
	why = "the crypto library refuses type 6";
	if (type6_derive(&keys, master, blob) != 0 || type6_mac(&keys, body, n, mac) != 0)
		goto out;
	why = "the master key is another one, or the text is damaged";
	if (CRYPTO_memcmp(mac, body + n, TYPE6_MAC) != 0 || type6_cipher(&keys, body, n) != 0)
		goto out;
	while (n > 0 && body[n - 1] == '\0')
		n--;
	why = "the password has control bytes or more than 128 bytes";
	if (n <= SECRET_MAX && find_control((const char *)body, n) == n)
		clear = xstrndup((const char *)body, n);
out:
	if (clear == NULL)
		snprintf(err, errsz, "Invalid encrypted password: %s", why);
	mem_wipe(&keys, sizeof keys);
	mem_wipe(blob, sizeof blob);
	return clear;
}

/* ---- passwords of SIP accounts ---- */

static int
clear_check(const char *text, char *err, size_t errsz)
{
	size_t n = strlen(text), control = find_control(text, n);

	if (n == 0 || n > SECRET_MAX)
		snprintf(err, errsz, "Invalid password: 1 to %d characters are allowed", SECRET_MAX);
	else if (control < n)
		snprintf(err, errsz, "Invalid password: control character at position %zu", control + 1);
	else
		return 0;
	return -1;
}

int
secret_parse(struct secret *secret, enum secret_type type, const char *text, const char *master, char *err,
    size_t errsz)
{
	struct secret s = { .type = type };
	char ignored[160];

	switch (type) {
	case SECRET_CLEAR:
		if (clear_check(text, err, errsz) != 0)
			return -1;
		s.clear = xstrdup(text);
		s.stored = type7_encode(text, seed_of(text));
		break;
	case SECRET_TYPE6:
		if (type6_check(text, err, errsz) != 0)
			return -1;
		s.clear = master != NULL ? type6_decode(text, master, ignored, sizeof ignored) : NULL;
		s.stored = xstrdup(text);
		break;
	case SECRET_TYPE7:
		s.clear = type7_decode(text, err, errsz);
		if (s.clear == NULL)
			return -1;
		s.stored = xstrdup(text);
		for (char *c = s.stored; *c != '\0'; c++)
			*c = (char)toupper((unsigned char)*c);
		break;
	default:
		snprintf(err, errsz, "Invalid encryption type: 0, 6 or 7 expected");
		return -1;
	}
	*secret = s;
	return 0;
}

int
secret_seal(struct secret *s, const char *master, const unsigned char *salt)
{
	char *text = s->clear == NULL ? NULL : type6_encode(s->clear, master, salt);

	if (text == NULL)
		return -1;
	str_wipe_free(s->stored);
	s->stored = text;
	s->type = SECRET_TYPE6;
	return 0;
}

int
secret_open(struct secret *s, const char *master)
{
	char ignored[160];

	if (s->type != SECRET_TYPE6 || s->clear != NULL)
		return -1;
	s->clear = type6_decode(s->stored, master, ignored, sizeof ignored);
	return s->clear == NULL ? -1 : 0;
}

void
secret_close(struct secret *s)
{
	if (s->type != SECRET_TYPE6)
		return;
	str_wipe_free(s->clear);
	s->clear = NULL;
}

struct secret
secret_copy(const struct secret *s)
{
	return (struct secret){ s->type, xstrdup(s->clear), xstrdup(s->stored) };
}

void
secret_free(struct secret *s)
{
	str_wipe_free(s->clear);
	str_wipe_free(s->stored); /* type 7 is as good as clear */
	s->clear = s->stored = NULL;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	return a->type == b->type && str_eq(a->stored, b->stored) && str_eq(a->clear, b->clear);
}

bool
secret_alike(const struct secret *a, const struct secret *b)
{
	return str_eq(a->clear, b->clear) && (a->clear != NULL || str_eq(a->stored, b->stored));
}

/* ---- login secrets ---- */

enum { LOGIN_BYTES = 32, LOGIN_TEXT = 43 };

static const struct login_form {
	unsigned type;
	const char *prefix;
	size_t salt_max, hash_len;
	const char *last; /* the last digit holds fewer bits: any other could never match */
} login_forms[] = {
	{ 5, "$1$", 8, 22, "./01" },
	{ 8, "$8$", 32, LOGIN_TEXT, ".26AEIMQUYcgkosw" },
	{ 9, "$9$", 32, LOGIN_TEXT, ".26AEIMQUYcgkosw" },
};

static bool
has_form(const struct login_form *form, const char *text)
{
	const char *salt = text + 3, *hash;

	if (!str_starts(text, form->prefix) || (hash = strchr(salt, '$')) == NULL || hash == salt)
		return false;
	if ((size_t)(hash - salt) > form->salt_max)
		return false;
	for (const char *c = salt; c < hash; c++)
		if (form->type == 5 ? strchr(hash_digits, *c) == NULL : *c <= ' ' || *c > '~')
			return false;
	hash++;
	return strlen(hash) == form->hash_len && str_all(hash, hash_digits) &&
	       strchr(form->last, hash[form->hash_len - 1]) != NULL;
}

static const struct login_form *
form_of(const char *text)
{
	for (size_t i = 0; i < COUNT(login_forms); i++)
		if (has_form(&login_forms[i], text))
			return &login_forms[i];
	return NULL;
}

bool
login_hash_valid(unsigned type, const char *text)
{
	const struct login_form *form = form_of(text);

	return form != NULL && form->type == type;
}

/* Ordinary base64 bit order with an alphabet of its own, no padding. */
static void
hash_text(const unsigned char hash[LOGIN_BYTES], char text[LOGIN_TEXT + 1])
{
	for (size_t i = 0; i < LOGIN_TEXT; i++) {
		size_t byte = i * 6 / 8, shift = 10 - i * 6 % 8;
		unsigned pair = (unsigned)hash[byte] << 8 | (byte + 1 < LOGIN_BYTES ? hash[byte + 1] : 0u);

		text[i] = hash_digits[pair >> shift & 63];
	}
	text[LOGIN_TEXT] = '\0';
}

/* Types 8 and 9; the salt is used as text. */
static int
login_derive(unsigned type, const char *clear, const char *salt, size_t saltlen, char text[LOGIN_TEXT + 1])
{
	const unsigned char *s = (const unsigned char *)salt;
	unsigned char hash[LOGIN_BYTES];
	size_t n = strlen(clear);
	int ok;

	if (type == 9)
		ok = EVP_PBE_scrypt(clear, n, s, saltlen, 16384, 1, 1, 0, hash, sizeof hash);
	else
		ok =
		    PKCS5_PBKDF2_HMAC(clear, (int)n, s, (int)saltlen, 20000, EVP_sha256(), sizeof hash, hash);
	if (ok == 1)
		hash_text(hash, text);
	mem_wipe(hash, sizeof hash);
	return ok == 1 ? 0 : -1;
}

/* MD5-crypt with the salt of `setting`, which may be a whole hash. The caller frees; NULL: refused. */
static char *
md5_crypt(const char *clear, const char *setting)
{
	struct crypt_data *data = xcalloc(1, sizeof *data);
	const char *made = crypt_r(clear, setting, data);
	char *hash = made != NULL && str_starts(made, "$1$") ? xstrdup(made) : NULL;

	mem_wipe(data, sizeof *data);
	free(data);
	return hash;
}

char *
login_hash(unsigned type, const char *clear, const char *salt)
{
	char text[LOGIN_TEXT + 1], setting[3 + LOGIN_SALT_MD5 + 2];

	assert(strlen(salt) == (type == 5 ? LOGIN_SALT_MD5 : LOGIN_SALT) && str_all(salt, hash_digits));
	if (type == 5) {
		snprintf(setting, sizeof setting, "$1$%s$", salt);
		return md5_crypt(clear, setting);
	}
	if (login_derive(type, clear, salt, LOGIN_SALT, text) != 0)
		return NULL;
	return xasprintf("$%u$%s$%s", type, salt, text);
}

static bool
md5_check(const char *hash, const char *clear)
{
	char *made = md5_crypt(clear, hash);
	bool same =
	    made != NULL && strlen(made) == strlen(hash) && CRYPTO_memcmp(made, hash, strlen(hash)) == 0;

	free(made);
	return same;
}

bool
login_check(const char *hash, const char *clear)
{
	const struct login_form *form = form_of(hash);
	char text[LOGIN_TEXT + 1];
	const char *salt = hash + 3;
	size_t saltlen;

	if (form == NULL)
		return false;
	if (form->type == 5)
		return md5_check(hash, clear);
	saltlen = strcspn(salt, "$");
	return login_derive(form->type, clear, salt, saltlen, text) == 0 &&
	       CRYPTO_memcmp(text, salt + saltlen + 1, LOGIN_TEXT) == 0;
}

bool
secret_same(const char *a, const char *b)
{
	size_t n = strlen(a);

	return strlen(b) == n && CRYPTO_memcmp(a, b, n) == 0;
}
