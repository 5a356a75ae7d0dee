#include "ua/ident.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/mem.h"

struct ident {
	EVP_MAC *mac;
	EVP_MAC_CTX *ctx; /* keyed once; each name starts it anew */
};

/* SHA-256 is in every OpenSSL there is; without it nothing here can work. */
static void
need(int ok)
{
	if (!ok)
		abort();
}

struct ident *
ident_new(const unsigned char key[IDENT_KEY])
{
	struct ident *id = xcalloc(1, sizeof *id);
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	id->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	need(id->mac != NULL);
	id->ctx = EVP_MAC_CTX_new(id->mac);
	need(id->ctx != NULL && EVP_MAC_init(id->ctx, key, IDENT_KEY, params) == 1);
	return id;
}

void
ident_free(struct ident *id)
{
	if (id == NULL)
		return;
	EVP_MAC_CTX_free(id->ctx);
	EVP_MAC_free(id->mac);
	free(id);
}

void
ident_name(struct ident *id, const char *what, const char *of, char hex[IDENT_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char mac[(IDENT_HEX - 1) / 2];
	size_t len;

	need(EVP_MAC_init(id->ctx, NULL, 0, NULL) == 1 &&
	     EVP_MAC_update(id->ctx, (const unsigned char *)what, strlen(what) + 1) == 1 &&
	     EVP_MAC_update(id->ctx, (const unsigned char *)of, strlen(of)) == 1 &&
	     EVP_MAC_final(id->ctx, mac, &len, sizeof mac) == 1 && len == sizeof mac);
	for (size_t i = 0; i < sizeof mac; i++) {
		hex[2 * i] = digits[mac[i] >> 4];
		hex[2 * i + 1] = digits[mac[i] & 15];
	}
	hex[2 * sizeof mac] = '\0';
}
