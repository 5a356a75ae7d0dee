/* call.h - carrying out one parsed configuration line: the row's function, its field, or the kept statements.
 */
#ifndef GW_CLI_CALL_H
#define GW_CLI_CALL_H

#include "cli/cmd.h"

/* Changes c->conf, or leaves it as it was and says why in c->error. */
int call_config(struct cmd_call *);
/* Removes every kept statement of global configuration that is `line` or begins with it; false: none. */
bool call_forget(struct conf *, const char *line);
/* A line of a kept statement's own mode; indent: columns before it. 0 or -1 likewise. */
int section_line(struct cmd_call *, enum cmd_op, const char *text, size_t indent);
/* Which kept statement the context edits; NULL: it is gone. */
const struct kept *section_find(const struct conf *, const struct context *parent, const struct context *);

#endif
