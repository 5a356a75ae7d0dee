/* account.h - what `authentication` and `credentials` share: the password, and one list of realms for one
 * user. */
#ifndef GW_CLI_ACCOUNT_H
#define GW_CLI_ACCOUNT_H

#include "cli/cmd.h"

#define PASSWORD_FORM "password [(0|6|7)$type] PASSWORD$password"
#define PASSWORD_WORDS                                                                                       \
	{ "password", "Password of the account" }, { "0", "A clear password follows" },                      \
	    { "6", "A type 6 (AES) password follows" }, { "7", "A type 7 password follows" },                \
	{                                                                                                    \
		"PASSWORD", "The password, one word"                                                         \
	}

#define SECRET_FORM "secret [(0|5|8|9)$type] SECRET$secret"
#define SECRET_WORDS                                                                                         \
	{ "secret", "One-way secret of the account" }, { "0", "A clear secret follows" },                    \
	    { "5", "An MD5 hash follows" }, { "8", "A PBKDF2 hash follows" },                                \
	    { "9", "A scrypt hash follows" },                                                                \
	{                                                                                                    \
		"SECRET", "The secret, one word"                                                             \
	}
#define ALGORITHM_FORM "algorithm-type (md5|sha256|scrypt)$algorithm secret [0] SECRET$secret"
#define ALGORITHM_WORDS                                                                                      \
	{ "algorithm-type", "How a clear secret is stored" }, { "md5", "As type 5" },                        \
	    { "sha256", "As type 8 (PBKDF2)" },                                                              \
	{                                                                                                    \
		"scrypt", "As type 9, the default"                                                           \
	}

/* The password the line carries, as it is to be stored: type 6 where that is wanted and there is a master
 * key. was: the one it replaces, whose stored text stays when it is the same password; NULL: none. 0, or -1
 * with the error said. */
int password_take(struct cmd_call *, const struct secret *was, struct secret *);
/* Stores it as type 6 with a salt of its own; 0, or -1: unchanged, no key, nothing random, no clear text. */
int password_seal(const struct cli *, const char *master, struct secret *);
/* Makes the passwords of a version that is older than the running one, or was read before it, what they would
 * be now: type 6 with the master key of now, with the text that the running one has for the same password;
 * unusable where the key was deleted. To be called before such a version is compared with the running one or
 * published; costs one look at every password. */
void passwords_follow_key(const struct cli *, struct conf *next);
/* "7 0822455D0A16", or "0 secret" when clear ones are to be shown; the caller frees and wipes. */
char *password_text(const struct conf *, const struct secret *);

/* A clear login secret as type 5, 8 or 9 with a salt of its own; NULL: nothing random to be had, or the
 * crypto library refuses. The caller frees. */
char *login_new(const struct cli *, unsigned type, const char *clear);
/* Whether `enable` has anything to ask for; the enable password counts where there is no enable secret. */
bool enable_asks(const struct conf_system *);

/* Who logs in: the rules of `security passwords min-length` count. */
int check_new_password(struct cmd_call *, const char *clear); /* 0, or -1 with the error said */
int login_password_take(struct cmd_call *, const struct secret *was, struct secret *); /* PASSWORD_FORM */
char *login_secret_take(struct cmd_call *); /* SECRET_FORM, ALGORITHM_FORM; NULL: the error is said */
char login_type(const char *hash); /* '5', '8' or '9' */

int authentication_set(struct cmd_call *, struct auth_list *);
int authentication_unset(struct cmd_call *, struct auth_list *);
void authentication_write(struct writer *, const struct auth_list *);

extern const char authentication_form[], authentication_no[];
extern const struct word authentication_words[];

#endif
