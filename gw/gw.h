/* gw.h - the running program: one of each, passed down; nothing is global. */
#ifndef GW_GW_GW_H
#define GW_GW_GW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/out.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "gw/journal.h"
#include "gw/loop.h"
#include "gw/master_key.h"
#include "gw/syslog.h"
#include "gw/machine.h"
#include "gw/notify.h"
#include "ua/dns.h"
#include "ua/regset.h"
#include "ua/sip.h"

struct console;
struct consoles;
struct front;
struct control;
struct agent;
struct verify;

struct gw {
	struct loop *loop;
	struct journal *journal;
	struct syslog *syslog;
	struct cli *cli;
	struct conf *conf; /* running */
	struct agent *agent; /* NULL: no network (gw -t) */
	struct consoles *consoles;
	struct front *front; /* keyboard of this process; NULL: service */
	struct console *console; /* its console */
	struct control *control; /* NULL: no socket */
	struct notify *notify; /* NULL: no service manager */
	struct loop_timer *life; /* cli_tick */
	struct verify *verify; /* passwords */
	const char *startup_path;
	struct master_key master_key;
	struct machine machine;
	const char *state_dir; /* flash: */
	struct out rejected; /* lines of the startup file that were refused */
	bool debug_messages; /* some console traces */
	int64_t started; /* loop_now() */
	bool stopping;
	int64_t stop_by; /* un-registering ends by then, answered or not */
	bool restart; /* when it has ended it begins again */
	int status; /* exit status */
};

/* apply.c */
struct cli_host apply_host(struct gw *); /* what commands may do */
/* Reads the master key and the startup file into gw->conf, reports every refused line. may_be_missing: it is
 * the default file, and the key the default one. 0; -1: nothing usable, or refused with strict. */
int apply_startup(struct gw *, bool may_be_missing, bool strict);
/* Timed changes, copies and reloads happen from now on. */
void apply_begin(struct gw *);
/* Begins to end: un-registers everywhere, bounded. A second call ends at once. */
void gw_stop(struct gw *);

/* agent.c: SIP, names and registrations. */
struct agent *agent_new(struct gw *, char *err, size_t errsz); /* NULL: cannot listen */
void agent_free(struct agent *);
void agent_apply(struct agent *, struct conf *before, struct conf *after);
void agent_stop(struct agent *); /* un-registers; ends the loop when done, at gw->stop_by at the latest */
void agent_trace(struct agent *, bool on);
void agent_again(struct agent *, const char *number, int slot);
void agent_clear_counters(struct agent *);
const struct ua_view *agent_view(const struct agent *);

#endif
