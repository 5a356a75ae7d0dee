#include "gw/master_key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"
#include "conf/secret.h"
#include "gw/file.h"

enum { FILE_MAX = 2 * (MASTER_KEY_MAX + 2) };

char *
master_key_path(const char *startup)
{
	const char *slash, *name;

	if (startup == NULL)
		return xstrdup(STATE_DIR "/master-key");
	slash = strrchr(startup, '/');
	name = slash == NULL ? startup : slash + 1;
	return xasprintf("%.*s.%s.master-key", (int)(name - startup), startup, name);
}

/* The line at *text as a key; *text moves behind it. NULL: it is none. */
static char *
take_key(const char **text)
{
	size_t n = strcspn(*text, "\n"), len = n;
	const char *line = *text;

	*text += n + (line[n] == '\n');
	while (len > 0 && line[len - 1] == '\r')
		len--;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return NULL;
	return len < MASTER_KEY_MIN || len > MASTER_KEY_MAX ? NULL : xstrndup(line, len);
}

/* What others may do to the file; "": nothing. */
static void
judge_mode(const char *path, char *err, size_t errsz)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if ((st.st_mode & 077) != 0)
		snprintf(err, errsz, "%s: mode %04o lets others at the master key: it must be 0600", path,
		    (unsigned)st.st_mode & 07777);
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		snprintf(err, errsz, "%s: the master key belongs to user %u, who can change it", path,
		    (unsigned)st.st_uid);
}

void
master_key_load(struct master_key *m, char *path, char *err, size_t errsz)
{
	bool missing;
	size_t len;
	char *text = file_read(path, FILE_MAX, &len, &missing, err, errsz);
	const char *rest = text;

	*m = (struct master_key){ .path = path };
	if (text == NULL) {
		if (missing)
			err[0] = '\0';
		return;
	}
	if (strlen(text) == len)
		m->key = take_key(&rest);
	if (m->key == NULL)
		snprintf(err, errsz, "%s: not a master key: one line of %d to %d characters expected", path,
		    MASTER_KEY_MIN, MASTER_KEY_MAX);
	else
		m->old = take_key(&rest);
	mem_wipe(text, len);
	free(text);
	if (m->key == NULL)
		return;
	err[0] = '\0';
	judge_mode(path, err, errsz);
}

static int
write_keys(const char *path, const char *key, const char *old, char *err, size_t errsz)
{
	struct out text = OUT_MEMORY;
	int rc;

	if (key == NULL)
		return file_remove(path, err, errsz);
	out_printf(&text, "%s\n", key);
	if (old != NULL)
		out_printf(&text, "%s\n", old);
	rc = file_write(path, out_text(&text), text.len, err, errsz);
	out_free(&text);
	return rc;
}

int
master_key_set(struct master_key *m, const char *key, char *err, size_t errsz)
{
	/* The startup configuration knows the key it was written with, not those that came in between. */
	const char *old = key == NULL ? NULL : m->old != NULL ? m->old : m->key;
	char *new_key, *new_old;

	if (write_keys(m->path, key, old, err, errsz) != 0)
		return -1;
	new_key = xstrdup(key);
	new_old = xstrdup(old);
	str_wipe_free(m->key);
	str_wipe_free(m->old);
	m->key = new_key;
	m->old = new_old;
	return 0;
}

int
master_key_saved(struct master_key *m, char *err, size_t errsz)
{
	if (m->old == NULL)
		return 0;
	if (write_keys(m->path, m->key, NULL, err, errsz) != 0)
		return -1;
	str_wipe_free(m->old);
	m->old = NULL;
	return 0;
}

bool
master_key_is(const struct master_key *m, const char *path)
{
	struct stat key, other;

	return m->path != NULL && stat(m->path, &key) == 0 && stat(path, &other) == 0 &&
	       key.st_dev == other.st_dev && key.st_ino == other.st_ino;
}

void
master_key_free(struct master_key *m)
{
	free(m->path);
	str_wipe_free(m->key);
	str_wipe_free(m->old);
}
