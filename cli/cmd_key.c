/* The master key and what it encrypts: `key config-key password-encrypt`, `password encryption aes`. The key
 * is no part of the configuration; nothing shows it. */
#include "cli/commands.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/vty.h"

enum { NAMED_MAX = 10 }; /* passwords that another key has encrypted and that are named one by one */

static const char *
master_key(const struct cli *cli)
{
	const struct cli_host *h = cli_host(cli);

	return h->master_key == NULL ? NULL : h->master_key(h->arg);
}

/* All passwords with another key. */

struct recoding {
	const struct cli *cli;
	const char *key;
	bool aes; /* others than type 6 too */
	bool again; /* type 6 ones whose clear text is known, too */
	size_t sealed, closed, failed;
	struct out named;
};

static void
name_closed(struct recoding *r, const struct secret_owner *o)
{
	if (++r->closed > NAMED_MAX)
		return;
	out_str(&r->named, r->closed == 1 ? "" : ", ");
	if (o->statement != NULL)
		out_str(&r->named, o->statement);
	else if (o->username == NULL)
		out_str(&r->named, "enable password");
	else if (o->number != NULL)
		out_printf(&r->named, "credentials of number %s", o->number);
	else if (o->peer != 0)
		out_printf(&r->named, "authentication of dial peer %u", o->peer);
	else
		out_printf(&r->named, "authentication of username %s", o->username);
	if (o->realm != NULL)
		out_printf(&r->named, " realm %s", o->realm);
}

static bool
recode(void *arg, struct secret *s, const struct secret_owner *owner)
{
	struct recoding *r = arg;

	if (s->clear == NULL) {
		if (secret_open(s, r->key) == 0)
			return true;
		name_closed(r, owner);
		return false;
	}
	if (s->type == SECRET_TYPE6 ? !r->again : !r->aes)
		return false;
	if (password_seal(r->cli, r->key, s) != 0) {
		r->failed++;
		return false;
	}
	r->sealed++;
	return true;
}

static bool
close_secret(void *arg, struct secret *s, const struct secret_owner *owner)
{
	size_t *n = arg;

	(void)owner;
	if (s->type != SECRET_TYPE6 || s->clear == NULL)
		return false;
	secret_close(s);
	++*n;
	return true;
}

static int
refuse(struct vty *v, const char *why)
{
	vty_remember(v, NULL);
	out_printf(vty_out(v), "%% %s\n", why);
	return -1;
}

/* The draft becomes the running configuration together with the key; takes the draft. */
static int
publish(struct vty *v, struct conf *draft, const char *key)
{
	const struct cli_host *h = cli_host(vty_cli(v));
	char err[400];

	if (h->set_master_key(h->arg, key, err, sizeof err) != 0) {
		conf_release(draft);
		return refuse(v, err);
	}
	if (h->publish(h->arg, draft, err, sizeof err) != 0)
		return refuse(v, err);
	return 0;
}

static int
set_key(struct vty *v, const char *key)
{
	const struct cli_host *h = cli_host(vty_cli(v));
	struct conf *draft = conf_share(h->running(h->arg));
	struct recoding r = {
		.cli = vty_cli(v), .key = key, .aes = draft->system->password_aes, .again = true
	};
	int rc;

	conf_change_secrets(draft, recode, &r);
	if (r.failed > 0) {
		conf_release(draft);
		out_free(&r.named);
		return refuse(v, "The crypto library refuses to make type 6 passwords: nothing was changed");
	}
	rc = publish(v, draft, key);
	if (rc == 0 && r.closed > 0)
		out_printf(vty_out(v), "%% Warning: this key does not open %zu type 6 password%s: %s%s\n",
		    r.closed, r.closed == 1 ? "" : "s", out_text(&r.named),
		    r.closed > NAMED_MAX ? ", ..." : "");
	if (rc == 0)
		log_at(LOG_LEVEL_NOTICE, "SYS", "MASTER_KEY",
		    "The master key was set: %zu passwords encrypted with it, %zu need another", r.sealed,
		    r.closed);
	out_free(&r.named);
	vty_remember(v, NULL);
	return rc;
}

static int
delete_key(struct vty *v)
{
	const struct cli_host *h = cli_host(vty_cli(v));
	struct conf *draft = conf_share(h->running(h->arg));
	size_t n = 0;

	conf_change_secrets(draft, close_secret, &n);
	if (publish(v, draft, NULL) != 0)
		return -1;
	log_at(LOG_LEVEL_NOTICE, "SYS", "MASTER_KEY",
	    "The master key was deleted: %zu passwords cannot be used", n);
	return 0;
}

/* key config-key password-encrypt [KEY] */

/* NULL: it may be a key. */
static const char *
unfit(const char *key)
{
	size_t n = strlen(key);

	if (n < MASTER_KEY_MIN || n > MASTER_KEY_MAX)
		return "The master key must have 8 to 127 characters";
	return strchr(key, '\t') == NULL ? NULL : "The master key must not have a tab";
}

static int
confirm_answer(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	if (!str_eq(vty_remembered(v), answer))
		return refuse(v, "The keys do not match: nothing was changed");
	return set_key(v, answer);
}

static int
new_answer(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	if (unfit(answer) != NULL)
		return refuse(v, unfit(answer));
	vty_remember(v, answer);
	return vty_ask(v, "Confirm key: ", VTY_SECRET, confirm_answer, NULL);
}

static int
old_answer(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	if (!str_eq(master_key(vty_cli(v)), answer))
		return refuse(v, "This is not the old key: nothing was changed");
	if (vty_remembered(v) != NULL)
		return set_key(v, vty_remembered(v));
	return vty_ask(v, "New key: ", VTY_SECRET, new_answer, NULL);
}

static int
delete_answer(struct vty *v, const char *answer, void *arg)
{
	(void)arg;
	if (strcasecmp(answer, "yes") == 0 || strcasecmp(answer, "y") == 0)
		return delete_key(v);
	return refuse(v, "The master key was not deleted");
}

static int
key_delete(struct cmd_call *c)
{
	if (master_key(vty_cli(c->vty)) == NULL)
		return cmd_error(c, "There is no master key");
	out_str(c->out, "WARNING: All type 6 encrypted keys will become unusable\n");
	return vty_ask(
	    c->vty, "Continue with master key deletion ? [yes/no]: ", VTY_LINE, delete_answer, NULL);
}

static int
key_run(struct cmd_call *c)
{
	const char *key = cmd_arg(c, "key"), *is = master_key(vty_cli(c->vty));

	if (vty_script(c->vty) || cli_host(vty_cli(c->vty))->set_master_key == NULL)
		return cmd_error(c, "The master key is no part of a configuration: type 'key config-key "
				    "password-encrypt' at the console");
	if (c->op != CMD_SET)
		return key_delete(c);
	if (key == NULL && !vty_interactive(c->vty))
		return cmd_error(c, "Nobody can be asked here: 'key config-key password-encrypt KEY'");
	if (key != NULL && unfit(key) != NULL)
		return cmd_error(c, "%s", unfit(key));
	if (key != NULL && str_eq(key, is))
		return 0;
	vty_remember(c->vty, key);
	/* Whoever set a key of his own could read all passwords with it: a terminal is asked for the old one.
	 * Plain lines come from whoever owns the program, and so the key. */
	if (is != NULL && vty_interactive(c->vty))
		return vty_ask(c->vty, "Old key: ", VTY_SECRET, old_answer, NULL);
	if (key == NULL)
		return vty_ask(c->vty, "New key: ", VTY_SECRET, new_answer, NULL);
	return set_key(c->vty, vty_remembered(c->vty));
}

/* password encryption aes */

static int
aes_set(struct cmd_call *c)
{
	const struct cli *cli = vty_cli(c->vty);
	struct recoding r = { .cli = cli, .key = master_key(cli), .aes = true };

	if (r.key == NULL && vty_say_no_key(c->vty))
		cmd_warn(c,
		    "Can not encrypt password. Please configure a configuration-key with 'key config-key': "
		    "no master key, so type 6 passwords are not used and new ones are type 7");
	if (c->conf->system->password_aes)
		return 0;
	if (r.key != NULL)
		conf_change_secrets(c->conf, recode, &r);
	out_free(&r.named);
	if (r.failed > 0)
		cmd_warn(c, "the crypto library refuses to make type 6 passwords: they stay as they are");
	((struct conf_system *)cmd_object(c))->password_aes = true;
	return 0;
}

static int
aes_unset(struct cmd_call *c)
{
	if (!c->conf->system->password_aes)
		return 0;
	((struct conf_system *)cmd_object(c))->password_aes = false;
	cmd_warn(c, "type 6 passwords stay as they are; new ones are type 7");
	return 0;
}

static void
aes_write(struct writer *w, const void *object)
{
	if (((const struct conf_system *)object)->password_aes)
		write_line(w, "password encryption aes");
}

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->system;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_system(c);
}

/* clang-format off */
static const struct cmd rows[] = {
	{
		.form = "password encryption aes",
		.words = WORDS({ "password", "How passwords are stored" }, { "encryption", "Encryption of passwords" },
		    { "aes", "Passwords are stored as type 6, with the master key" }),
		.set = aes_set, .unset = aes_unset, .write = aes_write, .example = "password encryption aes",
	},
	{
		.form = "key config-key password-encrypt [LINE$key]",
		.words = WORDS({ "key", "Key management" }, { "config-key", "Keys of the configuration" },
		    { "password-encrypt", "Master key of type 6 passwords; it is asked for" },
		    { "LINE", "The master key, 8 to 127 characters" }),
		.no = "key config-key password-encrypt [LINE]", .run = key_run, .example = "key config-key password-encrypt",
	},
};
/* clang-format on */

const struct table key_table = { &mode_config, rows, COUNT(rows), object, edit, NULL };
