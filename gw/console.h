/* console.h - the console of this process: libedit on a terminal, plain lines otherwise. */
#ifndef GW_GW_CONSOLE_H
#define GW_GW_CONSOLE_H

#include <stdbool.h>

#include "base/log.h"

struct console;
struct gw;

/* On standard input and output; reading begins. When it ends (end of input, `exit`) it calls gw_stop. */
struct console *console_new(struct gw *);
void console_free(struct console *);
/* Whether log lines belong to the console: it is a terminal. */
bool console_terminal(const struct console *);
/* A log line, above the line being typed. (journal_print) */
void console_log(void *console, enum log_level, const char *line);
/* SIGINT: as Control-C. */
void console_interrupt(struct console *);
/* SIGWINCH: the terminal has another size. */
void console_resized(struct console *);

#endif
