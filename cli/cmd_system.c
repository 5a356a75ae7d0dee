/* What concerns the box: name, names, secrets. */
#include "cli/commands.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/cli.h"
#include "cli/vty.h"

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

static void
set_text(char **at, const char *text)
{
	char *copy = xstrdup(text);

	free(*at);
	*at = copy;
}

/* hostname */

static int
hostname_set(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");

	if (!isalpha((unsigned char)name[0]) || strlen(name) > 63 || !dns_name_valid(name) ||
	    strchr(name, '.') != NULL)
		return cmd_error_at(c, "name",
		    "Hostname '%s': letters, digits and hyphens, 63 at the most, a letter first", name);
	set_text(&((struct conf_system *)cmd_object(c))->hostname, name);
	return 0;
}

static int
hostname_unset(struct cmd_call *c)
{
	set_text(&((struct conf_system *)cmd_object(c))->hostname, "Router");
	return 0;
}

static void
hostname_write(struct writer *w, const void *o)
{
	if (w->all || !str_eq(((const struct conf_system *)o)->hostname, "Router"))
		write_line(w, "hostname %s", ((const struct conf_system *)o)->hostname);
}

/* enable secret */

static int
enable_secret_set(struct cmd_call *c)
{
	const char *type = cmd_arg(c, "type"), *text = cmd_arg(c, "secret");
	static const struct {
		const char *name;
		unsigned type;
	} algorithms[] = { { "md5", 5 }, { "sha256", 8 }, { "scrypt", 9 } };
	const char *algorithm = cmd_arg(c, "algorithm");
	bool clear = type == NULL || type[0] == '0';
	unsigned wanted = 9;
	char *hash;

	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (str_eq(algorithm, algorithms[i].name))
			wanted = algorithms[i].type;

	if (!clear && !login_hash_valid((unsigned)(type[0] - '0'), text))
		return cmd_error_at(c, "secret", "Invalid type %c secret: '$%s$SALT$HASH' expected", type[0],
		    type[0] == '5' ? "1" : type);
	if (clear && check_new_password(c, text) != 0)
		return -1;
	hash = clear ? login_new(vty_cli(c->vty), wanted, text) : xstrdup(text);
	if (hash == NULL)
		return cmd_error(c, "The crypto library refuses to make a type %u secret", wanted);
	set_text(&((struct conf_system *)cmd_object(c))->enable_hash, hash);
	str_wipe_free(hash);
	return 0;
}

static int
enable_secret_unset(struct cmd_call *c)
{
	set_text(&((struct conf_system *)cmd_object(c))->enable_hash, NULL);
	return 0;
}

static void
enable_secret_write(struct writer *w, const void *o)
{
	const char *hash = ((const struct conf_system *)o)->enable_hash;

	if (hash != NULL)
		write_line(w, "enable secret %c %s", hash[1] == '1' ? '5' : hash[1], hash);
}

/* enable password: what `enable` asks for where there is no secret */

static int
enable_password_set(struct cmd_call *c)
{
	struct conf_system *s;
	struct secret secret;

	if (login_password_take(c, &c->conf->system->enable_password, &secret) != 0)
		return -1;
	s = cmd_object(c);
	secret_free(&s->enable_password);
	s->enable_password = secret;
	return 0;
}

static int
enable_password_unset(struct cmd_call *c)
{
	secret_free(&((struct conf_system *)cmd_object(c))->enable_password);
	return 0;
}

static void
enable_password_write(struct writer *w, const void *o)
{
	const struct secret *s = &((const struct conf_system *)o)->enable_password;
	char *text = s->stored == NULL ? NULL : password_text(w->conf, s);

	if (text != NULL)
		write_line(w, "enable password %s", text);
	str_wipe_free(text);
}

/* ip domain name, ip name-server, ip host */

static int
domain_set(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");

	if (!dns_name_valid(name))
		return cmd_error_at(c, "name", "Not a domain name: '%s'", name);
	set_text(&((struct conf_system *)cmd_object(c))->domain, name);
	return 0;
}

static int
domain_unset(struct cmd_call *c)
{
	set_text(&((struct conf_system *)cmd_object(c))->domain, NULL);
	return 0;
}

static void
domain_write(struct writer *w, const void *o)
{
	if (((const struct conf_system *)o)->domain != NULL)
		write_line(w, "ip domain name %s", ((const struct conf_system *)o)->domain);
}

static void
write_nothing(struct writer *w, const void *o)
{
	(void)w, (void)o;
}

static bool
is_ip(const char *text)
{
	unsigned char binary[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, binary) == 1 || inet_pton(AF_INET6, text, binary) == 1;
}

/* Every address of the line is one; else the error is said. */
static int
check_addresses(struct cmd_call *c)
{
	for (size_t i = 0; i < c->parse->nargs; i++)
		if (str_eq(c->parse->args[i].name, "address") && !is_ip(c->parse->args[i].text)) {
			c->blamed = &c->parse->args[i];
			return cmd_error(c, "Not an IP address: '%s'", c->parse->args[i].text);
		}
	return 0;
}

static size_t
server_index(const struct conf_system *s, const char *address)
{
	size_t i = 0;

	while (i < s->name_servers.n && !str_caseeq(s->name_servers.v[i], address))
		i++;
	return i;
}

static int
name_server_set(struct cmd_call *c)
{
	struct conf_system *s;
	size_t more = 0;

	if (check_addresses(c) != 0)
		return -1;
	for (size_t i = 0; i < c->parse->nargs; i++)
		more +=
		    server_index(c->conf->system, c->parse->args[i].text) == c->conf->system->name_servers.n;
	if (c->conf->system->name_servers.n + more > NAME_SERVERS_MAX)
		return cmd_error(c,
		    "%d name servers are the limit: remove one with 'no ip name-server ADDRESS' first",
		    NAME_SERVERS_MAX);
	s = cmd_object(c);
	for (size_t i = 0; i < c->parse->nargs; i++)
		if (server_index(s, c->parse->args[i].text) == s->name_servers.n)
			vec_push(&s->name_servers, xstrdup(c->parse->args[i].text));
	return 0;
}

static int
name_server_unset(struct cmd_call *c)
{
	struct conf_system *s = cmd_object(c);

	for (size_t i = 0; i < c->parse->nargs; i++) {
		size_t at = server_index(s, c->parse->args[i].text);

		if (at == s->name_servers.n)
			continue;
		free(s->name_servers.v[at]);
		vec_remove(&s->name_servers, at);
	}
	while (c->parse->nargs == 0 && s->name_servers.n > 0)
		free(s->name_servers.v[--s->name_servers.n]);
	return 0;
}

static void
name_server_write(struct writer *w, const void *o)
{
	const struct conf_system *s = o;

	for (size_t i = 0; i < s->name_servers.n; i++)
		write_line(w, "ip name-server %s", s->name_servers.v[i]);
}

static int
host_set(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");
	struct static_host *h;

	if (!dns_name_valid(name))
		return cmd_error_at(c, "name", "Not a host name: '%s'", name);
	if (check_addresses(c) != 0)
		return -1;
	h = static_host_new(name);
	for (size_t i = 0; i < c->parse->nargs; i++)
		if (str_eq(c->parse->args[i].name, "address"))
			vec_push(&h->addresses, xstrdup(c->parse->args[i].text));
	conf_put_host(c->conf, h);
	return 0;
}

static int
host_unset(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");

	if (name == NULL)
		return cmd_error(c, "Which name? 'no ip host NAME'");
	if (!conf_remove_host(c->conf, name))
		return cmd_error_at(c, "name", "No host '%s' is configured", name);
	return 0;
}

static bool
write_host(void *arg, const void *key, size_t keylen, void *value)
{
	const struct static_host *h = value;
	struct out line = OUT_MEMORY;

	(void)key, (void)keylen;
	for (size_t i = 0; i < h->addresses.n; i++)
		out_printf(&line, " %s", h->addresses.v[i]);
	write_line(arg, "ip host %s%s", h->name, out_text(&line));
	out_free(&line);
	return true;
}

static void
host_write(struct writer *w, const void *o)
{
	(void)o;
	pmap_walk(&w->conf->hosts, NULL, 0, write_host, w);
}

/* file prompt: whether copy and delete ask */

static int
file_prompt_set(struct cmd_call *c)
{
	const char *how = cmd_arg(c, "how");
	struct conf_system *s = cmd_object(c);

	s->file_prompt = how == NULL || *how == 'a' ? FILE_PROMPT_ALERT
			 : *how == 'n'              ? FILE_PROMPT_NOISY
						    : FILE_PROMPT_QUIET;
	return 0;
}

static int
file_prompt_unset(struct cmd_call *c)
{
	((struct conf_system *)cmd_object(c))->file_prompt = FILE_PROMPT_ALERT;
	return 0;
}

static void
file_prompt_write(struct writer *w, const void *o)
{
	static const char *const how[] = { "alert", "noisy", "quiet" };
	const struct conf_system *s = o;

	if (w->all || s->file_prompt != FILE_PROMPT_ALERT)
		write_line(w, "file prompt %s", how[s->file_prompt]);
}

/* clang-format off */
#define ADDRESSES_6 "ADDRESS$address [ADDRESS$address [ADDRESS$address [ADDRESS$address [ADDRESS$address [ADDRESS$address]]]]]"

static const struct cmd rows[] = {
	{
		.form = "service password-encryption",
		.words = WORDS({ "service", "Services of the box" },
		    { "password-encryption", "Passwords are written as type 7 (on by default)" }),
		.field = FIELD_BOOL_OF(struct conf_system, password_encryption, true),
		.example = "service password-encryption",
	},
	{
		.form = "hostname NAME$name",
		.words = WORDS({ "hostname", "Name of the box" }, { "NAME", "Name, as in the prompt" }),
		.set = hostname_set, .unset = hostname_unset, .write = hostname_write, .example = "hostname gw1",
	},
	{
		.form = "file prompt [(alert|noisy|quiet)$how]",
		.words = WORDS({ "file", "Files" }, { "prompt", "Whether copy and delete ask" },
		    { "alert", "They ask (the default)" }, { "noisy", "They ask; gw has no more questions than those of alert" },
		    { "quiet", "They take the default of each question, for scripts" }),
		.no = "file prompt [(alert|noisy|quiet)]",
		.set = file_prompt_set, .unset = file_prompt_unset, .write = file_prompt_write, .example = "file prompt quiet",
	},
	{
		.form = "enable secret [(0|5|8|9)$type] SECRET$secret",
		.words = WORDS({ "enable", "Privileged EXEC" }, { "secret", "Secret that 'enable' asks for" },
		    { "0", "A clear secret follows" }, { "5", "An MD5 hash follows" }, { "8", "A PBKDF2 hash follows" },
		    { "9", "A scrypt hash follows" }, { "SECRET", "The secret, one word; it is stored as type 9" }),
		.no = "enable secret [(0|5|8|9)] [SECRET]",
		.set = enable_secret_set, .unset = enable_secret_unset, .write = enable_secret_write,
		.example = "enable secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM",
	},
	{
		.form = "enable algorithm-type (md5|sha256|scrypt)$algorithm secret SECRET$secret",
		.words = WORDS({ "enable", "Privileged EXEC" }, { "algorithm-type", "How the secret is hashed" },
		    { "md5", "MD5-crypt (type 5)" }, { "sha256", "PBKDF2 with SHA-256 (type 8)" }, { "scrypt", "scrypt (type 9)" },
		    { "secret", "Secret that 'enable' asks for" }, { "SECRET", "The clear secret, one word" }),
		.no = "enable algorithm-type [(md5|sha256|scrypt)] [secret] [SECRET]",
		.set = enable_secret_set, .unset = enable_secret_unset, .write = write_nothing, /* it is written as a hash */
		.example = "enable algorithm-type sha256 secret MySecret",
	},
	{
		.form = "enable password [(0|6|7)$type] PASSWORD$password",
		.words = WORDS({ "enable", "Privileged EXEC" }, { "password", "What 'enable' asks for where there is no secret" },
		    { "0", "A clear password follows" }, { "6", "A type 6 (AES) password follows" }, { "7", "A type 7 password follows" },
		    { "PASSWORD", "The password, one word; better is 'enable secret'" }),
		.no = "enable password [(0|6|7)] [PASSWORD]",
		.set = enable_password_set, .unset = enable_password_unset, .write = enable_password_write,
		.example = "enable password 7 0822455D0A16",
	},
	{
		.form = "ip domain name NAME$name",
		.words = WORDS({ "ip", "IP settings" }, { "domain", "Domain name" }, { "name", "Domain of this box" },
		    { "NAME", "Appended to host names without a dot" }),
		.set = domain_set, .unset = domain_unset, .write = domain_write, .example = "ip domain name example.com",
	},
	{
		.form = "ip domain-name NAME$name", .flags = CMD_HIDDEN, /* the older spelling */
		.words = WORDS({ "ip", "IP settings" }, { "domain-name", "Domain of this box" },
		    { "NAME", "Appended to host names without a dot" }),
		.set = domain_set, .unset = domain_unset, .write = write_nothing, .example = "ip domain-name example.com",
	},
	{
		.form = "ip name-server " ADDRESSES_6,
		.words = WORDS({ "ip", "IP settings" }, { "name-server", "Name servers to ask, instead of the system's" },
		    { "ADDRESS", "Address of a name server" }),
		.no = "ip name-server [" ADDRESSES_6 "]",
		.set = name_server_set, .unset = name_server_unset, .write = name_server_write,
		.example = "ip name-server 192.0.2.53",
	},
	{
		.form = "ip host NAME$name ADDRESS$address [" ADDRESSES_6 "]",
		.words = WORDS({ "ip", "IP settings" }, { "host", "Name that is not looked up elsewhere" },
		    { "NAME", "Host name" }, { "ADDRESS", "Its addresses, in the order to try" }),
		.set = host_set, .unset = host_unset, .write = host_write, .example = "ip host example.com 192.0.2.1",
	},
};
/* clang-format on */

const struct table system_table = { &mode_config, rows, COUNT(rows), object, edit, NULL };
