/* control.h - the control socket: consoles of other processes (gw -a, gw -c) attach to it. Who may connect
 * the file system decides: the socket belongs to user and group of the process and has mode 0660. */
#ifndef GW_GW_CONTROL_H
#define GW_GW_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

struct control;
struct gw;

/* Listens, but takes nobody before control_begin. A socket that nobody listens on any more is replaced. NULL
 * with a text; *live: another gw listens there. */
struct control *control_new(struct gw *, const char *path, bool *live, char *err, size_t errsz);
void control_begin(struct control *); /* takes consoles from now on; NULL ok */
void control_free(struct control *); /* NULL ok; removes the socket if it is still this one */

/* A connection to the socket of a running gw; -1 with a text. */
int control_connect(const char *path, char *err, size_t errsz);

#endif
