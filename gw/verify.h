/* verify.h - passwords are checked by processes of their own: hashing takes tens of milliseconds, and PAM may
 * wait for a server. Each is this program again (--verify, for nobody else), is given one claim through a
 * pipe, answers by its exit status and ends; none of it is setuid or has more rights than the gateway. */
#ifndef GW_GW_VERIFY_H
#define GW_GW_VERIFY_H

#include "cli/login.h"
#include "gw/loop.h"

struct verify;

enum {
	VERIFY_AT_ONCE = 4, /* processes; more claims wait */
	VERIFY_LIMIT_MS = 30000, /* then a process is killed: LOGIN_ERROR */
};

struct verify *verify_new(struct loop *, int limit_ms);
void verify_free(struct verify *); /* no answer comes any more; NULL ok */
/* cli_host's verify and verify_cancel. The answer comes from the loop, or at once when no process can be made
 * (then NULL). */
void *verify_ask(struct verify *, const struct login_claim *, login_done *, void *done_arg);
void verify_cancel(struct verify *, void *job);

/* The process: reads the claim from standard input and never returns. pam_dir: where the PAM service file is;
 * NULL: where the system has them. */
void verify_main(const char *pam_dir) __attribute__((noreturn));

#endif
