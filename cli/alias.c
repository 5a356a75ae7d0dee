#include "cli/alias.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/vty_internal.h"
#include "conf/login.h"

static const struct {
	const char *name, *command;
} builtin[] = { { "h", "help" }, { "lo", "logout" }, { "p", "ping" }, { "r", "resume" }, { "s", "show" },
	{ "u", "undebug" }, { "un", "undebug" }, { "w", "where" } };

/* Whether the command exists at this console. */
static bool
exists(struct vty *v, const char *command)
{
	struct parse p;
	bool known;

	vty_parse(v, vty_privileged(v) ? &mode_exec : &mode_user, command, CMD_SET, &p);
	known = p.status == PARSE_OK || p.status == PARSE_INCOMPLETE;
	parse_free(&p);
	return known;
}

static const char *
command_of(struct vty *v, const char *name)
{
	const struct alias *a = conf_alias(vty_conf(v), name);

	if (a != NULL)
		return a->command;
	for (size_t i = 0; i < COUNT(builtin); i++)
		if (str_eq(builtin[i].name, name) && exists(v, builtin[i].command))
			return builtin[i].command;
	return NULL;
}

char *
alias_expand(struct vty *v, const char *line, size_t *name, size_t *command)
{
	char *word, *whole = NULL;
	const char *meant;

	*name = strcspn(line, " \t");
	word = xstrndup(line, *name);
	meant = command_of(v, word);
	if (meant != NULL) {
		*command = strlen(meant);
		whole = xasprintf("%s%s", meant, line + *name);
	}
	str_wipe_free(word);
	return whole;
}

struct each {
	struct vty *v;
	size_t next; /* of the built-in ones */
	void (*visit)(void *arg, const char *name, const char *command);
	void *arg;
};

/* The built-in ones that come before name; NULL: all that are left. */
static void
visit_builtin(struct each *e, const char *name)
{
	for (; e->next < COUNT(builtin) && (name == NULL || strcmp(builtin[e->next].name, name) < 0);
	     e->next++)
		if (exists(e->v, builtin[e->next].command))
			e->visit(e->arg, builtin[e->next].name, builtin[e->next].command);
}

static bool
visit_alias(void *arg, const void *key, size_t keylen, void *value)
{
	const struct alias *a = value;
	struct each *e = arg;

	(void)key, (void)keylen;
	visit_builtin(e, a->name);
	if (e->next < COUNT(builtin) && str_eq(builtin[e->next].name, a->name))
		e->next++;
	e->visit(e->arg, a->name, a->command);
	return true;
}

void
alias_each(struct vty *v, void (*visit)(void *arg, const char *name, const char *command), void *arg)
{
	struct each e = { v, 0, visit, arg };

	pmap_walk(&vty_conf(v)->aliases, NULL, 0, visit_alias, &e);
	visit_builtin(&e, NULL);
}
