/* notify.h - tells the service manager how the service is (systemd's sd_notify(3) protocol, spoken here). All
 * take NULL: nobody wants to know. */
#ifndef GW_GW_NOTIFY_H
#define GW_GW_NOTIFY_H

#include <stdbool.h>

#include "gw/loop.h"

struct notify;

/* As NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say. They stay in the environment: the program may become
 * a new one of itself, and systemd hears its main process only. NULL: nobody listens. From now on the
 * watchdog gets its sign of life from the loop, at half of its time. */
struct notify *notify_new(struct loop *);
void notify_free(struct notify *);
void notify_ready(struct notify *); /* the configuration acts, the ports are open; also behind reloading */
void notify_reloading(struct notify *);
void notify_stopping(struct notify *);
/* The descriptor is the one that the manager joined to the system's journal, as JOURNAL_STREAM names it
 * (systemd.exec(5)): lines may begin with their severity, "<3>". Who is started with another in its place
 * inherits the variable all the same. */
bool notify_journal(int fd);

#endif
