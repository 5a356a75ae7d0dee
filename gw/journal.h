/* journal.h - where log lines go: a ring buffer for `show logging`, consoles, standard error, syslog servers;
 * each with the severities that the configuration lets through. */
#ifndef GW_GW_JOURNAL_H
#define GW_GW_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "conf/conf.h"

enum { JOURNAL_LINE_MAX = 4096 }; /* bytes of text in one line */

struct journal;

/* Prints one line (or a block of lines: a SIP message) somewhere. May attach and detach readers; must not
 * log. */
typedef void journal_print(void *arg, enum log_level, const char *line);
/* `logging console`, `logging monitor`, and standard error, which sees everything. */
enum journal_reader { JOURNAL_CONSOLE, JOURNAL_MONITOR, JOURNAL_STDERR };

/* A message on its way to the syslog servers. mnemonic NULL: a line of a trace. */
struct journal_entry {
	enum log_level level;
	const char *facility, *mnemonic, *text;
	int64_t wall; /* ms since 1970 */
};
typedef void journal_forward(void *arg, const struct journal_entry *);

struct journal_counters {
	uint64_t console, monitor, buffer, trap; /* messages; trap: lines */
	uint64_t lost; /* what readers did not take */
	uint64_t flushes; /* journal_clear */
};

/* wall: ms since 1970; now: ms that never go back, 0 being the start of the program. */
struct journal *journal_new(int64_t (*wall)(void *arg), int64_t (*now)(void *arg), void *arg);
void journal_free(struct journal *);
/* Takes what it needs from the configuration (held until the next call). Before: the defaults. */
void journal_configure(struct journal *, struct conf *);
log_sink journal_sink; /* arg: struct journal */
/* Lines from now on; a line being printed is not among them. */
void journal_attach(struct journal *, enum journal_reader, journal_print *, void *arg);
void journal_detach(struct journal *, void *arg); /* every reader with this arg */
/* A reader could not take a line. */
void journal_lost(struct journal *);
/* What passes `logging trap`; NULL: nowhere. */
void journal_to_servers(struct journal *, journal_forward *, void *arg);
/* A traced SIP message, secrets masked here. */
void journal_message(struct journal *, bool sent, const char *message, size_t len);
void journal_each(struct journal *, bool (*visit)(void *arg, const char *line), void *arg);
void journal_clear(struct journal *);
const struct journal_counters *journal_counters(const struct journal *);

#endif
