#include "cli/account.h"

#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "conf/check.h"

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

int
password_take(struct cmd_call *c, struct secret *s)
{
	const char *type = cmd_arg(c, "type"), *text = cmd_arg(c, "password");
	char err[200];

	if (secret_parse(s, type == NULL ? SECRET_CLEAR : (enum secret_type)(type[0] - '0'), text, NULL, err,
		sizeof err) == 0)
		return 0;
	return cmd_error(c, "%s", err);
}

char *
password_text(const struct conf *conf, const struct secret *s)
{
	if (s->type == SECRET_CLEAR && !conf->system->password_encryption)
		return xasprintf("0 %s", s->clear);
	return xasprintf("%c %s", s->type == SECRET_TYPE6 ? '6' : '7', s->stored);
}

char *
login_new(const struct cli *cli, const char *clear)
{
	static const char alphabet[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	const struct cli_host *h = cli_host(cli);
	unsigned char bytes[14];
	char salt[15];

	if (h->random == NULL)
		return NULL;
	h->random(h->arg, bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		salt[i] = alphabet[bytes[i] & 63];
	salt[14] = '\0';
	return login_hash(clear, salt);
}

int
authentication_set(struct cmd_call *c, struct auth_list *list)
{
	const char *username = cmd_arg(c, "username"), *realm = cmd_arg(c, "realm");
	struct secret secret;
	char err[300];

	if (check_authentication(list, username, realm, err, sizeof err) != 0)
		return cmd_error(c, "%s", err);
	if (password_take(c, &secret) != 0)
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
		return cmd_error(c, "No authentication for username '%s' is configured here", username);
	/* The user alone, as the refusal of a second one tells to type, removes all there is. */
	if (realm == NULL && auth_list_find(list, NULL) == NULL) {
		auth_list_clear(list);
		return 0;
	}
	if (!auth_list_remove(list, realm))
		return cmd_error(c, "No authentication for realm '%s' is configured here", realm);
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
