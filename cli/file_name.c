#include "cli/file_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"
#include "cli/life.h"

/* Names that mean the one directory of files. */
static const char *const file_systems[] = { "flash:", "flash0:", "bootflash:", "disk0:" };

/* What stands behind a prefix "system:" or "nvram:"; the name may be cut off as IOS allows. */
static bool
is_synonym(const char *text, const char *system, const char *name)
{
	const char *rest;

	if (str_caseeq(text, name))
		return true;
	if (!str_casestarts(text, system))
		return false;
	rest = text + strlen(system);
	rest += *rest == '/';
	return strlen(rest) >= 3 && str_casestarts(name, rest);
}

static bool
leads_out(const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, "/");

		if (n == 2 && name[0] == '.' && name[1] == '.')
			return true;
		name += n + (name[n] == '/');
	}
	return false;
}

/* "tftp://", "scp:": letters and digits up to a colon, before any slash. */
static size_t
scheme_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]))
		n++;
	return text[n] == ':' ? n + 1 : 0;
}

int
file_name_parse(const struct cli *cli, const char *text, struct file_name *name, char *err, size_t errsz)
{
	const struct cli_host *h = cli_host(cli);
	const char *rest = text;
	size_t scheme = scheme_length(text);

	*name = (struct file_name){ .kind = FILE_PATH };
	if (is_synonym(text, "system:", "running-config")) {
		name->kind = FILE_RUNNING;
		return 0;
	}
	if (is_synonym(text, "nvram:", "startup-config")) {
		name->kind = FILE_STARTUP;
		return 0;
	}
	if (is_synonym(text, "system:", "rollback-config") && scheme > 0) {
		name->kind = FILE_ROLLBACK;
		return 0;
	}
	if (scheme == 0 && text[0] == '/') {
		name->path = xstrdup(text);
		return 0;
	}
	if (scheme > 0) {
		bool local = false;

		for (size_t i = 0; i < COUNT(file_systems); i++)
			local |= str_casestarts(text, file_systems[i]) && scheme == strlen(file_systems[i]);
		if (!local) {
			snprintf(err, errsz,
			    "Only local files: '%.*s' is none of flash:, bootflash:, disk0:, "
			    "nvram:startup-config and system:running-config",
			    (int)(scheme < 40 ? scheme : 40), text);
			return -1;
		}
		rest += scheme;
		rest += strspn(rest, "/");
	}
	if (*rest == '\0' || leads_out(rest)) {
		snprintf(err, errsz, "%s: '%.80s'",
		    *rest == '\0' ? "A name is missing" : "'..' leads out of the directory of files", text);
		return -1;
	}
	if (h->state_dir == NULL) {
		snprintf(err, errsz, "There are no files here: '%.80s'", text);
		return -1;
	}
	name->path = xasprintf("%s/%s", h->state_dir(h->arg), rest);
	return 0;
}

void
file_name_free(struct file_name *n)
{
	free(n->path);
	n->path = NULL;
}

const char *
file_name_base(const char *text)
{
	size_t scheme = scheme_length(text);
	const char *slash = strrchr(text, '/');

	return slash != NULL ? slash + 1 : text + scheme;
}

char *
file_name_read(const struct cli *cli, const struct file_name *n, size_t *len, char *err, size_t errsz)
{
	const struct cli_host *h = cli_host(cli);
	const struct conf *conf = n->kind == FILE_RUNNING ? h->running(h->arg) : life_rollback(cli);
	struct out text = OUT_MEMORY;

	switch (n->kind) {
	case FILE_STARTUP:
	case FILE_PATH:
		return h->read_file(h->arg, n->path, len, err, errsz);
	case FILE_RUNNING:
	case FILE_ROLLBACK:
		break;
	}
	if (conf == NULL) {
		snprintf(err, errsz, "system:rollback-config: No Rollback Confirmed Change pending");
		return NULL;
	}
	config_text(cli, conf, &text);
	*len = text.len;
	return out_take(&text);
}
