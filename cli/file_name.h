/* file_name.h - files as IOS names them: running-config, startup-config, flash:NAME. */
#ifndef GW_CLI_FILE_NAME_H
#define GW_CLI_FILE_NAME_H

#include "cli/cli.h"

enum file_kind {
	FILE_RUNNING, /* running-config, system:running-config */
	FILE_STARTUP, /* startup-config, nvram:startup-config */
	FILE_ROLLBACK, /* system:rollback-config: what a timed change goes back to; to read only */
	FILE_PATH, /* flash: disk0: bootflash: and plain names: below the state directory; /absolute */
};
struct file_name {
	enum file_kind kind;
	char *path; /* FILE_PATH only, else NULL: for the members of struct cli_host */
};

/* 0, or -1 with a text without '%' that names the word. Network addresses and names that lead out of flash:
 * are refused. */
int file_name_parse(const struct cli *, const char *text, struct file_name *, char *err, size_t errsz);
void file_name_free(struct file_name *);
/* The last part of a name, which questions propose: "x.cfg" of "flash:/sub/x.cfg". */
const char *file_name_base(const char *text);

/* The text of it; the caller wipes and frees. NULL with a text in err. */
char *file_name_read(const struct cli *, const struct file_name *, size_t *len, char *err, size_t errsz);

#endif
