/* syslog_text.h - one syslog message as RFC 5424 writes it, and the frame TCP needs. Pure. */
#ifndef GW_GW_SYSLOG_TEXT_H
#define GW_GW_SYSLOG_TEXT_H

#include <stdint.h>

#include "base/out.h"
#include "gw/journal.h"

enum { SYSLOG_MAX = 2048 }; /* bytes of one message: what every receiver should take (RFC 5424 6.1) */

struct syslog_source {
	unsigned facility;
	const char *hostname; /* "": not known */
	long pid;
};

/* "<189>1 2026-11-20T08:00:00.123Z gw1 gw 4711 CONFIG_I - %SYS-5-CONFIG_I: text", SYSLOG_MAX bytes at the
 * most, cut between characters. */
void syslog_write(struct out *, const struct syslog_source *, const struct journal_entry *);
/* The same behind its length (RFC 6587 3.4.1). */
void syslog_write_counted(struct out *, const struct syslog_source *, const struct journal_entry *);

#endif
