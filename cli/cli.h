/* cli.h - the command line as a whole: made once, shared by every console, script and test. No I/O of its
 * own: what a command needs from the world stands in struct cli_host. */
#ifndef GW_CLI_CLI_H
#define GW_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "base/out.h"
#include "cli/cmd.h"
#include "conf/conf.h"
#include "conf/logging.h"
#include "ua/status.h"

/* One line of `show logging`. */
typedef bool log_visit(void *arg, const char *line);

/* What `show logging` counts: messages, but trap: lines sent to syslog servers. */
struct log_server {
	bool up; /* messages can be sent */
	uint64_t logged, dropped;
};
struct log_status {
	uint64_t dropped; /* lines that a console or standard error did not take */
	uint64_t flushes; /* clear logging */
	uint64_t console, monitor, buffer, trap;
	struct log_server servers[LOG_HOSTS_MAX]; /* in the order of the running configuration */
};

/* A file, as `dir` lists it. */
struct file_info {
	const char *path; /* as in read_file */
	size_t size; /* bytes */
	const char *changed; /* "Nov 20 2026 08:00:00 +00:00" */
};
typedef bool file_visit(void *arg, const struct file_info *); /* false: enough */

/* One row of `show users`. */
struct console_row {
	const char *line; /* "con0", "vty3" */
	const char *user, *location; /* "": unknown */
	int64_t idle_s;
};
typedef bool console_visit(void *arg, const struct console_row *);

struct login_claim; /* cli/login.h */
struct login_guard;

/* The world as commands see it. Members may be NULL where a program has no such thing (tests, gw -t). */
struct cli_host {
	void *arg;
	const struct ua_view *ua;
	struct conf *(*running)(void *arg); /* borrowed */
	/* Makes `next` the running configuration; takes over the reference. 0; -1 with a text: nothing
	 * changed. */
	int (*publish)(void *arg, struct conf *next, char *err, size_t errsz);
	/* Whole files. read: text, the caller frees, NULL with err. write: all or nothing, synced. path NULL:
	 * startup. */
	char *(*read_file)(void *arg, const char *path, size_t *len, char *err, size_t errsz);
	int (*write_file)(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz);
	/* Behind what the file has; path is never NULL. All or nothing, synced, too. */
	int (*append_file)(
	    void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz);
	const char *(*startup_path)(void *arg);
	const char *(*state_dir)(void *arg); /* where flash: files are; borrowed */
	/* Regular files whose path begins with prefix, which ends in a directory's `/` or in the beginning of
	 * a name; in no particular order. */
	void (*list_files)(void *arg, const char *prefix, file_visit *, void *visit_arg);
	int (*remove_file)(void *arg, const char *path, char *err, size_t errsz);
	bool (*file_exists)(void *arg, const char *path);
	void (*disk_space)(void *arg, uint64_t *total, uint64_t *free); /* bytes, where flash: files are */
	/* Lines of the startup file that were refused at start and would be lost by `write memory`; NULL or
	 * "": none. */
	const char *(*rejected)(void *arg);
	void (*saved)(void *arg);
	void (*random)(void *arg, void *buf, size_t len);
	/* The key of type 6 passwords, NULL: there is none; and the one before it, with which the startup
	 * configuration may still be written. Borrowed until it is set. */
	const char *(*master_key)(void *arg);
	const char *(*old_master_key)(void *arg);
	/* NULL: there is none any more. Lasts over a restart. 0; -1 with a text: nothing changed. */
	int (*set_master_key)(void *arg, const char *key, char *err, size_t errsz);
	void (*consoles)(void *arg, console_visit *, void *visit_arg); /* by number */
	void (*clear_line)(void *arg, const char *line); /* "vty3": ends the session there, if there is one */
	void (*log_lines)(void *arg, log_visit *, void *visit_arg);
	void (*log_clear)(void *arg);
	void (*log_status)(void *arg, struct log_status *);
	int64_t (*uptime)(void *arg); /* seconds */
	void (*clock)(void *arg, char *text, size_t size); /* "12:34:56.789 UTC Sat Nov 21 2026" */
	bool (*clock_synchronized)(void *arg); /* by NTP; false too where nobody can say */
	void (*clock_in)(void *arg, int64_t ms, char *text, size_t size); /* what it will say in ms */
	int64_t (*now)(void *arg); /* ms, never goes back */
	void (*wake)(void *arg); /* something was scheduled: cli_tick wants to be called */
	void (*restart)(void *arg); /* ends the program in good order and starts it again */
	void (*retry)(void *arg, const char *number, int slot); /* register again now; NULL, -1: all */
	void (*clear_counters)(void *arg);
	/* Checks a password beside the loop; done gets LOGIN_PROVED, LOGIN_REFUSED or LOGIN_ERROR, perhaps
	 * before verify returns. What it returns is for verify_cancel, until done is called. NULL: checked at
	 * once. */
	void *(*verify)(
	    void *arg, const struct login_claim *, void (*done)(void *done_arg, int result), void *done_arg);
	void (*verify_cancel)(void *arg, void *job);
	/* `show sip-ua status` and friends ask what is really in use. */
	const char *version;
	const char *serial; /* of the machine, letters and digits; NULL: it has none */
	const char *program; /* path of the running program; NULL: not known */
};

struct cli *cli_new(const struct cli_host *);
void cli_free(struct cli *);
void cli_set_view(struct cli *, const struct ua_view *); /* once the user agent runs */
const struct cli_host *cli_host(const struct cli *);
/* Does what is due at now_ms (host's now); returns when it wants to be called next, INT64_MAX: not before
 * wake. */
int64_t cli_tick(struct cli *, int64_t now_ms);
struct login_guard *cli_guard(const struct cli *);
/* A mistake in the tables (help missing, form wrong), or NULL; for the tests. */
const char *cli_table_error(const struct cli *);

/* The running configuration as text. all: defaults too. */
void cli_write_config(const struct cli *, const struct conf *, bool all, struct out *);
/* The manual of all commands, as a man page (gw-commands(7)). */
void cli_write_manual(const struct cli *, struct out *);

/* The rows of a mode; negated: those that take `no`. For the parser and the tests. */
const struct choice *cli_choices(const struct cli *, const struct mode *, bool negated, size_t *n);
/* The same for help, and the words that stand before statements: default, do, no (without row). */
const struct choice *cli_listed(const struct cli *, const struct mode *, bool negated, size_t *n);
const struct table *cli_table_of(const struct cmd *);
unsigned cli_rank(const struct cmd *); /* position of a row among all */

/* Scripts: many lines, one transaction. */
struct script_report {
	struct out errors, warnings; /* "FILE:LINE:COLUMN: text" lines, "FILE:LINE:COLUMN: warning: text" */
	struct out all; /* both, in the order of the file */
	size_t nerrors, nwarnings, nlines;
};
/* Runs every line of text on the draft, which keeps what the good lines did. */
void script_load(const struct cli *, struct conf *draft, const char *name, const char *text, size_t len,
    struct script_report *);
void script_report_free(struct script_report *);

#endif
