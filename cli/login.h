/* login.h - what happens between the beginning of a console and its first prompt, and at `enable`: banners,
 * questions, method lists, levels, the log of it. No password is checked here: struct cli_host has `verify`.
 */
#ifndef GW_CLI_LOGIN_H
#define GW_CLI_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "cli/vty.h"
#include "conf/login.h"

/* How a console begins. */
struct login_entry {
	enum line_kind kind;
	unsigned number; /* of the line */
	const char *peer; /* Linux user whom the kernel names, copied; NULL: unknown */
	bool trusted; /* root, gw's own user, or the local console */
	bool command; /* gw -c: nobody can be asked, nothing is said but what commands print */
};

/* To be called once for a console, before its first prompt; one that never was is trusted and has no login.
 * Prints banners and asks what the line demands (`login ...` and `aaa authentication login`); a peer whose
 * Linux name is a configured `username` is that user without being asked, since the kernel (or sshd) knows
 * him. May close the console, and hold it while a password is checked. */
void login_begin(struct vty *, const struct login_entry *);
/* Nobody has logged in yet. */
bool login_pending(const struct vty *);
/* Control-C at one of its questions: asks from the beginning. */
void login_interrupted(struct vty *);
/* Forgets all of it, a check that is running too. For vty_free. */
void login_end(struct vty *);
/* `enable LEVEL`: sets the level, or asks. */
int login_enable(struct cmd_call *, unsigned level);
/* `login`: asks who it is from now on; users where the line has no login. */
int login_again(struct cmd_call *);
/* What `login block-for` has counted. */
struct login_watch {
	int64_t quiet_s; /* left of the quiet time; 0: there is none */
	size_t failures; /* that count now */
	int64_t window_s; /* until the oldest of them does not any more */
	uint64_t total; /* failures since the start */
};
struct login_watch login_watch(const struct cli *, const struct conf *);

/* A password, and what it is held against; everything is borrowed for the time of the call. */
struct login_claim {
	const char *password;
	const char *hash, *clear; /* one of them; neither, and no PAM: nobody's, false after the same time */
	bool pam; /* PAM service "gw" decides, for this user: */
	const char *user;
	const char *line, *from; /* told to PAM */
	int delay_ms; /* a refusal is answered no sooner, so that its time tells nothing */
};
enum { LOGIN_ERROR = -1, LOGIN_REFUSED, LOGIN_PROVED };
typedef void login_done(void *arg, int result);
/* Holds the password against hash or clear text; takes tens of milliseconds. PAM: LOGIN_ERROR. */
int login_prove(const struct login_claim *);

/* Failures at all consoles together, for `login block-for`; in seconds of cli_host's now. */
struct login_guard {
	VEC(int64_t) failures; /* oldest first */
	int64_t quiet_until;
	uint64_t total; /* failures since the start */
};

#endif
