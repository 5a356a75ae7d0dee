/* life.h - what happens to the configuration later: a timed change that is taken back unless it is confirmed,
 * a copy into the archive every so often, a reload. And the record of configuration lines. Time is handed in
 * (cli_tick); nothing here waits. */
#ifndef GW_CLI_LIFE_H
#define GW_CLI_LIFE_H

#include "cli/vty.h"

struct json;
struct life;
struct life *life_new(struct cli *);
void life_free(struct life *);
int64_t life_tick(struct life *, int64_t now_ms);
struct life *cli_life(const struct cli *);

/* A configuration line was accepted in place of what ran before. */
void life_changed(const struct cli *);

/* Timed changes. minutes until `before` (a reference is taken) runs again; idle: from the last configuration
 * line on. False: there is no clock here, or one is pending. */
bool life_guard(struct vty *, struct conf *before, unsigned minutes, bool idle);
bool life_guarded(const struct cli *);
bool life_set_guard(struct vty *, unsigned minutes, bool idle); /* another time; false: none is pending */
bool life_confirm(struct vty *); /* what runs now stays; false: nothing was pending */
bool life_revert(const struct cli *); /* now; false: nothing was pending */
const struct conf *life_rollback(const struct cli *); /* what would run again; NULL: nothing is pending */
void life_show_guard(const struct cli *, struct out *);

/* Reload. minutes ahead, 0: now. -1 with a text: not to be had here. */
int life_reload(struct vty *, int64_t in_ms, char *err, size_t errsz);
bool life_cancel_reload(const struct cli *); /* false: none was due */
void life_show_reload(const struct cli *, struct out *);

/* The record of configuration lines (archive, log config). depth: modes above the line;
 * section: the kept statement it stands in, or NULL. */
void life_record(struct vty *, size_t depth, const char *section, const char *no, const char *line);
unsigned life_session(const struct cli *); /* a number for the lines of one `configure terminal` */
struct record_filter {
	unsigned first, last; /* by number, from 1 */
	const char *user; /* NULL: all */
	bool provisioning; /* the lines alone, as a configuration */
};
void life_show_record(const struct cli *, const struct record_filter *, struct out *);
void life_clear_record(const struct cli *);

/* The same as JSON: members of an object that is open. */
void life_json_guard(const struct cli *, struct json *);
void life_json_reload(const struct cli *, struct json *);
void life_json_record(const struct cli *, const struct record_filter *, struct json *);

/* Archive: writes the running configuration as the next numbered file. -1 with a text. cli/archive_files.c */
int archive_save(const struct cli *, char *err, size_t errsz);

#endif
