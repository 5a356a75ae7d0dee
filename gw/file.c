#include "gw/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/out.h"
#include "base/str.h"

static int
fail(const char *path, const char *why, char *err, size_t errsz)
{
	snprintf(err, errsz, "%s: %s", path, why);
	return -1;
}

static const char *
unfit(const struct stat *st)
{
	return S_ISREG(st->st_mode) ? NULL : S_ISDIR(st->st_mode) ? "Is a directory" : "Not a regular file";
}

char *
file_read(const char *path, size_t max, size_t *len, bool *missing, char *err, size_t errsz)
{
	struct stat st;
	char *text = NULL;
	size_t n = 0;
	ssize_t got = 1;
	int fd;

	if (missing != NULL)
		*missing = false;
	if (stat(path, &st) == 0 && unfit(&st) != NULL) { /* before it is opened: some devices act on that */
		fail(path, unfit(&st), err, errsz);
		return NULL;
	}
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (missing != NULL)
		*missing = fd < 0 && errno == ENOENT;
	if (fd < 0 || fstat(fd, &st) != 0) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	if (unfit(&st) != NULL) {
		fail(path, unfit(&st), err, errsz);
		goto out;
	}
	if ((size_t)st.st_size > max) {
		fail(path, "File too large", err, errsz);
		goto out;
	}
	text = malloc((size_t)st.st_size + 1); /* large: a reason to refuse the file, not to end */
	if (text == NULL) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	while (got > 0 && n < (size_t)st.st_size) {
		got = read(fd, text + n, (size_t)st.st_size - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (got < 0) {
		fail(path, strerror(errno), err, errsz);
		free(text);
		text = NULL;
		goto out;
	}
	text[n] = '\0';
	*len = n;
out:
	if (fd >= 0)
		close(fd);
	return text;
}

char *
file_read_input(size_t max, size_t *len, char *err, size_t errsz)
{
	struct out text = OUT_MEMORY;
	char piece[65536];
	ssize_t got;

	while ((got = read(STDIN_FILENO, piece, sizeof piece)) > 0 && text.len <= max)
		out_write(&text, piece, (size_t)got);
	mem_wipe(piece, sizeof piece);
	if (got < 0 || text.len > max) {
		fail("standard input", got < 0 ? strerror(errno) : "File too large", err, errsz);
		out_free(&text);
		return NULL;
	}
	*len = text.len;
	return out_take(&text);
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
sync_directory(const char *path)
{
	char *copy = xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	free(copy);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

int
file_write(const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	char *target = realpath(path, NULL), *temporary = NULL;
	mode_t mode = 0600;
	struct stat st;
	int fd = -1, rc = -1;

	if (target == NULL && errno != ENOENT)
		return fail(path, strerror(errno), err, errsz);
	if (target == NULL)
		target = xstrdup(path);
	if (stat(target, &st) == 0) {
		if (unfit(&st) != NULL) {
			fail(path, unfit(&st), err, errsz);
			goto out;
		}
		mode &= st.st_mode;
	}
	/* Read-only: somebody means it. It may go at any moment: then it is made anew. */
	if (access(target, W_OK) != 0 && errno != ENOENT) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	/* A name nobody has: not another process that saves the same file, nor a file of the user's. */
	temporary = xasprintf("%s.XXXXXX", target);
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 whatever the umask */
	if (fd < 0 || fchmod(fd, mode) != 0 || write_all(fd, text, len) != 0 || fsync(fd) != 0) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	if (close(fd) != 0 || (fd = -1, rename(temporary, target)) != 0) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	free(temporary);
	temporary = NULL;
	if (sync_directory(target) != 0) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	rc = 0;
out:
	if (fd >= 0)
		close(fd);
	if (temporary != NULL)
		unlink(temporary);
	free(temporary);
	free(target);
	return rc;
}

int
file_append(const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	char *target = NULL;
	int fd;

	if (there && unfit(&st) != NULL) /* before it is opened: some devices act on that */
		return fail(path, unfit(&st), err, errsz);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0 || fstat(fd, &st) != 0) {
		fail(path, strerror(errno), err, errsz);
		goto out;
	}
	if (unfit(&st) != NULL) {
		fail(path, unfit(&st), err, errsz);
		goto out;
	}
	target = realpath(path, NULL);
	if (target == NULL || write_all(fd, text, len) != 0 || fsync(fd) != 0 ||
	    (!there && sync_directory(target) != 0)) {
		fail(path, strerror(errno), err, errsz);
		if (ftruncate(fd, st.st_size) != 0) /* what a full disk took of it goes */
			fail(path, "Written in part", err, errsz);
		if (!there && target != NULL)
			unlink(target);
		goto out;
	}
	close(fd);
	free(target);
	return 0;
out:
	if (fd >= 0)
		close(fd);
	free(target);
	return -1;
}

int
file_remove(const char *path, char *err, size_t errsz)
{
	struct stat st;

	if (lstat(path, &st) == 0 && !S_ISLNK(st.st_mode) && unfit(&st) != NULL)
		return fail(path, unfit(&st), err, errsz);
	if (unlink(path) != 0)
		return errno == ENOENT ? 0 : fail(path, strerror(errno), err, errsz);
	(void)sync_directory(path); /* it is gone; at the worst a crash brings it back */
	return 0;
}

void
file_list(const char *prefix, file_seen *seen, void *arg)
{
	const char *slash = strrchr(prefix, '/'), *begin = slash == NULL ? prefix : slash + 1;
	char *directory = slash == NULL ? xstrdup("./") : xstrndup(prefix, (size_t)(slash + 1 - prefix));
	DIR *d = opendir(directory);
	bool more = true;

	for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL && more; e = readdir(d)) {
		char *path;
		struct stat st;

		if (!str_starts(e->d_name, begin))
			continue;
		path = xasprintf("%s%s", slash == NULL ? "" : directory, e->d_name);
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
			more = seen(arg, path, (size_t)st.st_size, (int64_t)st.st_mtime);
		free(path);
	}
	if (d != NULL)
		closedir(d);
	free(directory);
}

bool
file_is(const char *path)
{
	return access(path, F_OK) == 0;
}

void
file_space(const char *path, uint64_t *total, uint64_t *left)
{
	struct statvfs st;

	*total = *left = 0;
	if (statvfs(path, &st) != 0)
		return;
	*total = (uint64_t)st.f_blocks * st.f_frsize;
	*left = (uint64_t)st.f_bavail * st.f_frsize;
}
