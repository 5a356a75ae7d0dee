/* banner, alias */
#include "cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/login.h"

/* banner */

static const char *const kind_names[BANNERS] = { [BANNER_EXEC] = "exec",
	[BANNER_INCOMING] = "incoming",
	[BANNER_LOGIN] = "login",
	[BANNER_MOTD] = "motd" };

/* The statement over all its lines: `banner motd DtextD`. */
static int
banner_set(struct cmd_call *c)
{
	const char *kind = c->parse->canonical + strlen("banner "), *text = strchr(kind, ' ') + 1, *end;
	size_t delimiter = str_starts(text, "^C") ? 2 : 1;
	char *mark = xstrndup(text, delimiter);
	struct access *a = cmd_object(c);

	text += delimiter;
	end = strstr(text, mark);
	free(mark);
	for (int i = 0; i < BANNERS; i++) {
		char *line = xstrndup(text, (size_t)(end - text));

		if (!str_starts(kind, kind_names[i])) {
			free(line);
			continue;
		}
		if (strstr(line, "^C") != NULL) {
			free(line);
			return cmd_error(c, "'^C' within a banner: it is saved between such marks");
		}
		free(a->banners[i]);
		a->banners[i] = *line == '\0' ? NULL : line;
		if (*line == '\0')
			free(line);
	}
	return 0;
}

static int
banner_unset(struct cmd_call *c)
{
	const char *kind = cmd_arg(c, "kind");
	struct access *a = cmd_object(c);

	if (kind == NULL)
		return cmd_error(c, "Which banner? 'no banner (motd|login|exec|incoming)'");
	for (int i = 0; i < BANNERS; i++)
		if (str_eq(kind, kind_names[i])) {
			free(a->banners[i]);
			a->banners[i] = NULL;
		}
	return 0;
}

static void
banner_write(struct writer *w, const void *o)
{
	const struct access *a = o;

	for (int i = 0; i < BANNERS; i++)
		if (a->banners[i] != NULL)
			write_line(w, "banner %s ^C%s^C", kind_names[i], a->banners[i]);
}

/* alias exec */

static int
alias_set(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");

	if (!conf_put_alias(c->conf, name, cmd_arg(c, "command")))
		return cmd_error(
		    c, "%d aliases are the limit: remove one before '%s' is added", ALIASES_MAX, name);
	return 0;
}

static int
alias_unset(struct cmd_call *c)
{
	const char *name = cmd_arg(c, "name");

	if (name == NULL)
		return cmd_error(c, "Which alias? 'no alias exec NAME'");
	conf_remove_alias(c->conf, name);
	return 0;
}

static bool
write_alias(void *arg, const void *key, size_t keylen, void *value)
{
	const struct alias *a = value;

	(void)key, (void)keylen;
	write_line(arg, "alias exec %s %s", a->name, a->command);
	return true;
}

static void
alias_write(struct writer *w, const void *o)
{
	(void)o;
	pmap_walk(&w->conf->aliases, NULL, 0, write_alias, w);
}

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->access;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_access(c);
}

/* clang-format off */
static const struct cmd rows[] = {
	{
		.form = "banner (motd|login|exec|incoming)$kind LINE$text", .flags = CMD_BANNER,
		.words = WORDS({ "banner", "What is said to those who log in" }, { "motd", "Message of the day, first of all" },
		    { "login", "Before a name or password is asked for" }, { "exec", "Behind the login" },
		    { "incoming", "Kept; there are no reverse connections" },
		    { "LINE", "d text d, over several lines; d is any character that the text has not" }),
		.no = "banner [(motd|login|exec|incoming)$kind] [LINE]",
		.set = banner_set, .unset = banner_unset, .write = banner_write, .example = "banner motd ^C Hello ^C",
	},
	{ .form = "banner (slip-ppp|prompt-timeout) LINE", .accept = KEPT_BECAUSE,
	    .example = "banner slip-ppp ^C Hello ^C", .flags = CMD_BANNER },
	{
		.form = "alias exec NAME$name LINE$command",
		.words = WORDS({ "alias", "Other names of commands" }, { "exec", "Of EXEC commands" }, { "NAME", "The name" },
		    { "LINE", "The command; what is typed behind the name follows it" }),
		.no = "alias exec [NAME$name] [LINE]",
		.set = alias_set, .unset = alias_unset, .write = alias_write, .example = "alias exec regs show sip-ua register status",
	},
	KEPT("alias"),
};
/* clang-format on */

const struct table banner_table = { &mode_config, rows, COUNT(rows), object, edit, NULL };
