/* journal.h - where log lines go: a ring buffer for `show logging`, and standard error or the console. */
#ifndef GW_GW_JOURNAL_H
#define GW_GW_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

enum { JOURNAL_LINES = 512, JOURNAL_LINE_MAX = 4096 };

struct journal;

/* Prints one line (or a block of lines: a SIP message) somewhere. */
typedef void journal_print(void *arg, enum log_level, const char *line);

struct journal *journal_new(void);
void journal_free(struct journal *);
log_sink journal_sink; /* arg: struct journal */
/* In addition to the buffer; NULL: nowhere. */
void journal_to(struct journal *, journal_print *, void *arg);
/* A traced SIP message, secrets masked here. */
void journal_message(struct journal *, bool sent, const char *message, size_t len);
void journal_each(struct journal *, bool (*visit)(void *arg, const char *line), void *arg);
void journal_clear(struct journal *);

#endif
