/* verify_internal.h - between gw/verify.c, which asks, and gw/verify_main.c, which answers in a process of
 * its own. A claim is one byte of kind, then four strings, each with its NUL: what the password is held
 * against (a hash, a clear text, for PAM the user), the password, the line, the address. */
#ifndef GW_GW_VERIFY_INTERNAL_H
#define GW_GW_VERIFY_INTERNAL_H

enum { CLAIM_HASH = 'h', CLAIM_CLEAR = 'c', CLAIM_PAM = 'p', CLAIM_NOBODY = 'n' };
/* No crash and no failed start can look like these. */
enum { EXIT_PROVED = 40, EXIT_REFUSED = 41, EXIT_ERROR = 42 };

#endif
