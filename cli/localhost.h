/* localhost.h - `localhost dns:NAME [preferred]` in its three places. */
#ifndef GW_CLI_LOCALHOST_H
#define GW_CLI_LOCALHOST_H

#include "cli/cmd.h"

#define LOCALHOST_WORDS                                                                                      \
	{ "HOST", "dns:NAME" }, { "preferred", "Use it in From also with several registrars" }

int localhost_take(struct cmd_call *, struct localhost *);
void localhost_write(struct writer *, const char *words, const struct localhost *);

#endif
