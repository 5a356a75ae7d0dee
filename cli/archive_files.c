#include "cli/archive_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"
#include "cli/file_name.h"
#include "cli/life.h"

/* The path with $h (host name) and $t (time) in full; to_time: cut off before $t. */
static char *
expand(const struct cli *cli, const char *path, bool to_time)
{
	const struct cli_host *h = cli_host(cli);
	struct out o = OUT_MEMORY;
	char clock[64] = "";

	if (h->clock != NULL)
		h->clock(h->arg, clock, sizeof clock);
	for (; *path != '\0'; path++) {
		if (path[0] == '$' && path[1] == 'h') {
			out_str(&o, h->running(h->arg)->system->hostname);
			path++;
		} else if (path[0] == '$' && path[1] == 't') {
			const char *date = clock, *time_end = strchr(clock, ' ');
			char month[4], time[16] = "";
			unsigned day, year;

			if (to_time)
				break;
			path++;
			/* "08:00:00.123 UTC Fri Nov 20 2026" */
			if (time_end == NULL ||
			    sscanf(date, "%15s %*s %*s %3s %u %u", time, month, &day, &year) != 4)
				continue;
			for (char *p = time; *p != '\0'; p++)
				*p = *p == ':' ? '-' : *p;
			out_printf(&o, "%s-%u-%s", month, day, time);
		} else {
			out_char(&o, *path);
		}
	}
	return out_take(&o);
}

struct listing {
	struct archive_files *files;
	const char *prefix, *shown;
	const char *between; /* what stands between prefix and number begins with a time; "": nothing does */
};

/* "Nov-20-08-00-00.123": what $t becomes. Length; 0: it is none. */
static size_t
time_length(const char *text)
{
	unsigned day, hour, minute, second, ms;
	char month[4];
	int n = 0;

	return sscanf(text, "%3[A-Za-z]-%2u-%2u-%2u-%2u.%3u%n", month, &day, &hour, &minute, &second, &ms,
		   &n) == 6
		   ? (size_t)n
		   : 0;
}

/* Whether the text is what it is now but for the time. */
static bool
is_between(const char *between, const char *text, size_t len)
{
	size_t now = time_length(between), then = time_length(text), rest = strlen(between) - now;

	return then <= len && (then > 0) == (now > 0) && len - then == rest &&
	       memcmp(text + then, between + now, rest) == 0;
}

static bool
take_file(void *arg, const struct file_info *info)
{
	const struct listing *l = arg;
	const char *rest = info->path + strlen(l->prefix), *dash = strrchr(rest, '-');
	struct archive_file f;
	uint64_t n;

	if (dash == NULL || str_uint(dash + 1, 1, UINT32_MAX - 1, &n) != 0 || strchr(rest, '/') != NULL)
		return true;
	if (!is_between(l->between, rest, (size_t)(dash - rest)))
		return true; /* a file of somebody else's */
	f = (struct archive_file){ (unsigned)n, xstrdup(info->path), xasprintf("%s%s", l->shown, rest) };
	vec_push(&l->files->list, f);
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const struct archive_file *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

int
archive_files_read(const struct cli *cli, struct archive_files *files, char *err, size_t errsz)
{
	const struct cli_host *h = cli_host(cli);
	const struct archive_conf *a = h->running(h->arg)->archive;
	struct listing l = { .files = files };
	struct file_name name;
	char *prefix, *whole;
	unsigned next;

	*files = (struct archive_files){ 0 };
	if (a->path == NULL || h->list_files == NULL) {
		snprintf(err, errsz, "Archive feature not enabled: 'archive' and 'path flash:NAME' first");
		return -1;
	}
	prefix = expand(cli, a->path, true);
	whole = expand(cli, a->path, false);
	if (file_name_parse(cli, whole, &name, err, errsz) != 0) {
		free(prefix);
		free(whole);
		return -1;
	}
	if (name.kind != FILE_PATH) {
		snprintf(err, errsz, "'%s' is no name for copies: 'path flash:NAME'", whole);
		free(prefix);
		free(whole);
		return -1;
	}
	l.between = whole + strlen(prefix);
	name.path[strlen(name.path) - (strlen(whole) - strlen(prefix))] = '\0';
	l.prefix = name.path;
	l.shown = prefix;
	h->list_files(h->arg, name.path, take_file, &l);
	if (files->list.n > 1)
		qsort(files->list.v, files->list.n, sizeof files->list.v[0], by_number);
	next = files->list.n == 0 ? 1 : files->list.v[files->list.n - 1].number + 1;
	files->next = xasprintf("%s-%u", whole, next);
	file_name_free(&name);
	free(prefix);
	free(whole);
	return 0;
}

void
archive_files_free(struct archive_files *files)
{
	for (size_t i = 0; i < files->list.n; i++) {
		free(files->list.v[i].path);
		free(files->list.v[i].shown);
	}
	vec_free(&files->list);
	free(files->next);
	files->next = NULL;
}

int
archive_save(const struct cli *cli, char *err, size_t errsz)
{
	const struct cli_host *h = cli_host(cli);
	const struct conf *conf = h->running(h->arg);
	struct out text = OUT_MEMORY;
	struct archive_files files;
	struct file_name name;
	int rc = -1;

	if (archive_files_read(cli, &files, err, errsz) != 0)
		return -1;
	if (file_name_parse(cli, files.next, &name, err, errsz) == 0) {
		config_text(cli, conf, &text);
		rc = h->write_file(h->arg, name.path, out_text(&text), text.len, err, errsz);
		out_free(&text);
		file_name_free(&name);
	}
	for (size_t i = 0; rc == 0 && i + conf->archive->maximum <= files.list.n; i++)
		rc = h->remove_file(h->arg, files.list.v[i].path, err, errsz);
	archive_files_free(&files);
	return rc;
}
