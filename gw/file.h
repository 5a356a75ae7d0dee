/* file.h - configuration files: read whole, written all or nothing, listed, removed. */
#ifndef GW_GW_FILE_H
#define GW_GW_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The text of a regular file, terminated; the caller frees. NULL with "PATH: reason" in err; *missing (may be
 * NULL) says whether it just is not there. Never waits (FIFO) and never reads devices. */
char *file_read(const char *path, size_t max, size_t *len, bool *missing, char *err, size_t errsz);
/* The same of standard input, to its end; it may wait. */
char *file_read_input(size_t max, size_t *len, char *err, size_t errsz);
/* Writes a new file beside it, syncs it, and renames it over the old one (through symbolic links to the file
 * they name), then syncs the directory. At every instant either file stands there whole. Mode 0600, or
 * stricter where the old one was. 0; -1 with "PATH: reason", the old file untouched. */
int file_write(const char *path, const char *text, size_t len, char *err, size_t errsz);
/* Writes behind what the file has (through symbolic links too), synced; makes it, mode 0600, where it is not
 * there. 0; -1 with "PATH: reason", the file as it was. */
int file_append(const char *path, const char *text, size_t len, char *err, size_t errsz);
/* Removes a regular file or a symbolic link; that it is not there is no error. 0; -1 with "PATH: reason". */
int file_remove(const char *path, char *err, size_t errsz);
/* Regular files of one directory whose path begins with prefix (what stands before its last `/` is the
 * directory), in no particular order; the visit returns false to stop. changed: seconds since 1970. */
typedef bool file_seen(void *arg, const char *path, size_t size, int64_t changed);
void file_list(const char *prefix, file_seen *, void *arg);
bool file_is(const char *path); /* something stands there */
/* Bytes of the file system that holds path: all, and what is left for us. */
void file_space(const char *path, uint64_t *total, uint64_t *left);

#endif
