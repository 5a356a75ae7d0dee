/* syslog.h - log lines to syslog servers (`logging host`): RFC 5424 over UDP (RFC 5426) and TCP (RFC 6587).
 * Nothing waits: what a server does not take yet is kept up to a bound, then dropped and counted. Logs
 * nothing about its own troubles; `show logging` has them. */
#ifndef GW_GW_SYSLOG_H
#define GW_GW_SYSLOG_H

#include "cli/cli.h"
#include "conf/conf.h"
#include "gw/journal.h"
#include "gw/loop.h"

enum { SYSLOG_QUEUE_MAX = 1 << 20 }; /* bytes kept for one server */

struct syslog;

struct syslog *syslog_new(struct loop *);
/* Sends what goes without waiting. NULL ok. */
void syslog_free(struct syslog *);
/* Servers as the configuration (held until the next call) says; those that stay keep their connection and
 * what waits. */
void syslog_configure(struct syslog *, struct conf *);
journal_forward syslog_forward; /* arg: struct syslog */
/* Fills in the servers, in the order of the configuration. */
void syslog_status(const struct syslog *, struct log_status *);

#endif
