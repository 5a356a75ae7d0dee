/* alias.h - other names of EXEC commands: `alias exec`, and those that IOS has by itself. */
#ifndef GW_CLI_ALIAS_H
#define GW_CLI_ALIAS_H

#include "cli/vty.h"

/* The line with the alias at its beginning replaced; NULL: there is none. The caller wipes and frees. *name:
 * bytes that stood there, *command: bytes that stand there now. */
char *alias_expand(struct vty *, const char *line, size_t *name, size_t *command);
/* All of them, by name; IOS's own where they are not configured otherwise and their command exists. */
void alias_each(struct vty *, void (*visit)(void *arg, const char *name, const char *command), void *arg);

#endif
