/* archive_files.h - the numbered files of the archive: PATH-1, PATH-2... What there is, the directory says.
 */
#ifndef GW_CLI_ARCHIVE_FILES_H
#define GW_CLI_ARCHIVE_FILES_H

#include "base/vec.h"
#include "cli/cli.h"

struct archive_file {
	unsigned number;
	char *path; /* for the members of struct cli_host */
	char *shown; /* as the operator names it */
};
struct archive_files {
	VEC(struct archive_file) list; /* the oldest first */
	char *next; /* name of the next, shown */
};

/* 0; -1 with a text without '%' when there is no archive, or none that gw can write. */
int archive_files_read(const struct cli *, struct archive_files *, char *err, size_t errsz);
void archive_files_free(struct archive_files *);

#endif
