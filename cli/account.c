#include "cli/account.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/vty.h"
#include "conf/check.h"
#include "conf/login.h"

enum { SIP_PASSWORD_MIN = 4 };

const char authentication_form[] =
    "authentication username USERNAME$username " PASSWORD_FORM " [realm REALM$realm]";
const char authentication_no[] =
    "authentication {all$all|username USERNAME$username|password [0|6|7] PASSWORD|realm REALM$realm}";
const struct word authentication_words[] = {
	{ "authentication", "Digest authentication" },
	{ "username", "Username to answer a challenge with" },
	{ "USERNAME", "Username" },
	PASSWORD_WORDS,
	{ "realm", "Realm where the account applies" },
	{ "REALM", "Realm, as the registrar spells it" },
	{ NULL, NULL },
};

/* A type 6 password that cannot be used: said, and what to do. */
static void
warn_of_closed(struct cmd_call *c, const char *master)
{
	const char *username = cmd_arg(c, "username"), *realm = cmd_arg(c, "realm");

	if (master != NULL)
		cmd_warn(c,
		    "the master key does not open the type 6 password%s%s%s%s: it was encrypted with another "
		    "key, or is damaged",
		    username == NULL ? "" : " of username ", username == NULL ? "" : username,
		    realm == NULL ? "" : " realm ", realm == NULL ? "" : realm);
	else if (vty_say_no_key(c->vty))
		cmd_warn(c, "no master key: type 6 passwords are kept, and used when 'key config-key "
			    "password-encrypt' was typed");
}

int
password_seal(const struct cli *cli, const char *master, struct secret *s)
{
	const struct cli_host *h = cli_host(cli);
	unsigned char salt[8];

	if (master == NULL || h->random == NULL)
		return -1;
	h->random(h->arg, salt, sizeof salt);
	return secret_seal(s, master, salt);
}

/* Whether the type 6 text of the same password could stay. */
static bool
keep_text(const struct secret *was, struct secret *s)
{
	if (was == NULL || was->type != SECRET_TYPE6 || !str_eq(was->clear, s->clear))
		return false;
	secret_free(s);
	*s = secret_copy(was);
	return true;
}

/* least: bytes of a clear text. */
static int
take(struct cmd_call *c, const struct secret *was, size_t least, struct secret *s)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	const char *type = cmd_arg(c, "type"), *text = cmd_arg(c, "password");
	const char *master = h->master_key == NULL ? NULL : h->master_key(h->arg), *old = NULL;
	char err[200];

	if ((type == NULL || *type == '0') && (strlen(text) < least || strlen(text) > SECRET_MAX))
		return cmd_error_at(
		    c, "password", "Invalid password: %zu to %d characters are allowed", least, SECRET_MAX);
	if (secret_parse(s, type == NULL ? SECRET_CLEAR : (enum secret_type)(type[0] - '0'), text, master,
		err, sizeof err) != 0)
		return cmd_error_at(c, "password", "%s", err);
	if (s->clear == NULL && h->old_master_key != NULL)
		old = h->old_master_key(h->arg);
	if (s->clear == NULL && (old == NULL || secret_open(s, old) != 0)) {
		warn_of_closed(c, master);
		return 0;
	}
	if (old == NULL && (s->type == SECRET_TYPE6 || !c->conf->system->password_aes))
		return 0;
	if (master == NULL || !keep_text(was, s))
		(void)password_seal(vty_cli(c->vty), master, s);
	return 0;
}

int
password_take(struct cmd_call *c, const struct secret *was, struct secret *s)
{
	return take(c, was, SIP_PASSWORD_MIN, s);
}

struct following {
	const struct cli *cli;
	const char *key;
	const struct conf *running;
	bool aes;
};

/* What the running configuration has at the same place; NULL: nothing. */
static const struct secret *
running_secret(const struct conf *c, const struct secret_owner *o)
{
	const struct dial_peer *peer = o->peer == 0 ? NULL : conf_peer(c, o->peer);
	const struct credential *credential;
	const struct user *user;
	const struct auth *auth;

	if (o->statement != NULL && o->username != NULL) {
		user = conf_user(c, o->username, false);
		return user == NULL ? NULL : &user->password;
	}
	if (o->statement != NULL)
		return &conf_line(c, (enum line_kind)o->line, o->line_number)->password;
	if (o->username == NULL)
		return &c->system->enable_password;
	if (o->number != NULL) {
		credential = sip_ua_credential(c->sip_ua, o->number, o->realm);
		return credential == NULL ? NULL : &credential->secret;
	}
	if (o->peer != 0 && peer == NULL)
		return NULL;
	auth = auth_list_find(peer != NULL ? &peer->auth : &c->sip_ua->auth, o->realm);
	return auth == NULL ? NULL : &auth->secret;
}

static bool
opens(const char *key, const struct secret *s)
{
	char err[160], *clear = type6_decode(s->stored, key, err, sizeof err);
	bool same = str_eq(clear, s->clear);

	str_wipe_free(clear);
	return same;
}

static bool
follow(void *arg, struct secret *s, const struct secret_owner *owner)
{
	const struct following *f = arg;
	const struct secret *is = running_secret(f->running, owner);

	if (s->clear == NULL)
		return f->key != NULL && secret_open(s, f->key) == 0;
	if (f->key == NULL && s->type == SECRET_TYPE6) {
		secret_close(s);
		return true;
	}
	if (f->key == NULL || (s->type != SECRET_TYPE6 && !f->aes) ||
	    (is != NULL && secret_equal(is, s) && s->type == SECRET_TYPE6))
		return false;
	if (keep_text(is, s))
		return true;
	return (s->type != SECRET_TYPE6 || !opens(f->key, s)) && password_seal(f->cli, f->key, s) == 0;
}

void
passwords_follow_key(const struct cli *cli, struct conf *next)
{
	const struct cli_host *h = cli_host(cli);
	struct following f = { .cli = cli,
		.key = h->master_key == NULL ? NULL : h->master_key(h->arg),
		.running = h->running(h->arg),
		.aes = next->system->password_aes };

	conf_change_secrets(next, follow, &f);
}

char *
password_text(const struct conf *conf, const struct secret *s)
{
	if (s->type == SECRET_CLEAR && !conf->system->password_encryption)
		return xasprintf("0 %s", s->clear);
	return xasprintf("%c %s", s->type == SECRET_TYPE6 ? '6' : '7', s->stored);
}

char *
login_new(const struct cli *cli, unsigned type, const char *clear)
{
	static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const struct cli_host *h = cli_host(cli);
	size_t n = type == 5 ? LOGIN_SALT_MD5 : LOGIN_SALT;
	unsigned char bytes[LOGIN_SALT];
	char salt[LOGIN_SALT + 1];

	if (h->random == NULL)
		return NULL;
	h->random(h->arg, bytes, n);
	for (size_t i = 0; i < n; i++)
		salt[i] = alphabet[bytes[i] & 63];
	salt[n] = '\0';
	return login_hash(type, clear, salt);
}

bool
enable_asks(const struct conf_system *s)
{
	return s->enable_hash != NULL || s->enable_password.stored != NULL;
}

int
check_new_password(struct cmd_call *c, const char *clear)
{
	unsigned least = c->conf->access->min_length;

	if (strlen(clear) >= least || vty_script(c->vty)) /* what is saved was there before */
		return 0;
	return cmd_error(
	    c, "Password too short - must be at least %u characters. Password not configured.", least);
}

int
login_password_take(struct cmd_call *c, const struct secret *was, struct secret *s)
{
	const char *type = cmd_arg(c, "type");

	if ((type == NULL || *type == '0') && check_new_password(c, cmd_arg(c, "password")) != 0)
		return -1;
	if (take(c, was, 1, s) != 0)
		return -1;
	if (s->clear == NULL || *s->clear != '\0')
		return 0;
	secret_free(s);
	return cmd_error_at(c, "password", "Invalid encrypted password: nothing is in it");
}

char *
login_secret_take(struct cmd_call *c)
{
	const char *type = cmd_arg(c, "type"), *algorithm = cmd_arg(c, "algorithm"),
		   *text = cmd_arg(c, "secret");
	char *hash;

	if (type != NULL && *type != '0') {
		if (login_hash_valid((unsigned)(*type - '0'), text))
			return xstrdup(text);
		cmd_error(
		    c, "Invalid type %c secret: '$%c$SALT$HASH' expected", *type, *type == '5' ? '1' : *type);
		return NULL;
	}
	if (check_new_password(c, text) != 0)
		return NULL;
	hash = login_new(vty_cli(c->vty),
	    str_eq(algorithm, "md5")      ? 5
	    : str_eq(algorithm, "sha256") ? 8
					  : 9,
	    text);
	if (hash == NULL)
		cmd_error(c, "The crypto library refuses to make a secret of this type");
	return hash;
}

char
login_type(const char *hash)
{
	return hash[1] == '1' ? '5' : hash[1];
}

int
authentication_set(struct cmd_call *c, struct auth_list *list)
{
	const char *username = cmd_arg(c, "username"), *realm = cmd_arg(c, "realm");
	const struct auth *was = auth_list_find(list, realm);
	struct secret secret;
	char err[300];

	if (check_authentication(list, username, realm, err, sizeof err) != 0)
		return cmd_error_at(
		    c, realm != NULL && str_eq(list->username, username) ? "realm" : "username", "%s", err);
	if (password_take(c, was == NULL ? NULL : &was->secret, &secret) != 0)
		return -1;
	auth_list_put(list, username, realm, secret);
	return 0;
}

int
authentication_unset(struct cmd_call *c, struct auth_list *list)
{
	const char *username = cmd_arg(c, "username"), *realm = cmd_arg(c, "realm");

	if (cmd_given(c, "all") || (username == NULL && realm == NULL)) {
		auth_list_clear(list);
		return 0;
	}
	if (username != NULL && !str_eq(username, list->username))
		return cmd_error_at(
		    c, "username", "No authentication for username '%s' is configured here", username);
	/* The user alone, as the refusal of a second one tells to type, removes all there is. */
	if (realm == NULL && auth_list_find(list, NULL) == NULL) {
		auth_list_clear(list);
		return 0;
	}
	if (!auth_list_remove(list, realm))
		return cmd_error_at(c, "realm", "No authentication for realm '%s' is configured here", realm);
	return 0;
}

void
authentication_write(struct writer *w, const struct auth_list *list)
{
	for (size_t i = 0; i < list->list.n; i++) {
		const struct auth *a = &list->list.v[i];
		char *password = password_text(w->conf, &a->secret);

		write_line(w, "authentication username %s password %s%s%s", list->username, password,
		    a->realm == NULL ? "" : " realm ", a->realm == NULL ? "" : a->realm);
		str_wipe_free(password);
	}
}
