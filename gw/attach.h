/* attach.h - gw -a and gw -c: a front of this process at a console of a running gw. */
#ifndef GW_GW_ATTACH_H
#define GW_GW_ATTACH_H

#include <stdbool.h>

enum { ATTACH_FAILED = 2 }; /* exit status */

/* script: the lines to run; NULL: what is typed. command: as gw -c does, privileged; else with the rights of
 * the login, as those who have no other shell than this shall. Returns the exit status: 0; 1 when a line was
 * refused (at a terminal: never), or the gateway or the connection ended; ATTACH_FAILED. */
int attach(const char *path, const char *script, bool command);

#endif
