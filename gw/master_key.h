/* master_key.h - the key of type 6 passwords: a file of its own, never a part of the configuration.
 *
 * The file holds the key as one line. After a change a second line holds the key before it, with which the
 * startup configuration is still written: it goes with the next `write memory`. */
#ifndef GW_GW_MASTER_KEY_H
#define GW_GW_MASTER_KEY_H

#include <stdbool.h>
#include <stddef.h>

struct master_key {
	char *path; /* of the file */
	char *key, *old; /* NULL: none */
};

/* The file that belongs to a startup configuration: ".NAME.master-key" beside it; NULL: the default one,
 * whose key stands in the state directory. The caller frees. */
char *master_key_path(const char *startup);
/* Reads the file, which need not be there; takes over path. What is wrong with it comes as one line in err,
 * "" else: with a key all the same (others may read it), or without (it cannot be used). */
void master_key_load(struct master_key *, char *path, char *err, size_t errsz);
/* Writes the file with mode 0600, all or nothing; key NULL: removes it. 0; -1 with a text, nothing changed.
 */
int master_key_set(struct master_key *, const char *key, char *err, size_t errsz);
/* The startup configuration is written with the key: the old one goes. 0; -1 with a text. */
int master_key_saved(struct master_key *, char *err, size_t errsz);
/* The path leads to the file, by whatever name. */
bool master_key_is(const struct master_key *, const char *path);
void master_key_free(struct master_key *);

#endif
