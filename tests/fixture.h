/* fixture.h - a command line without a program around it: files in memory, a clock that stands, canned rows.
 */
#ifndef GW_TESTS_FIXTURE_H
#define GW_TESTS_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "cli/cli.h"
#include "cli/vty.h"

struct fixture_file {
	char *path, *text;
};

struct fixture {
	struct cli *cli;
	struct conf *conf;
	struct out out; /* what the console printed */
	struct vty *vty;
	char *startup; /* the startup file; NULL: there is none */
	VEC(struct fixture_file) files; /* those of flash: */
	bool full; /* the disk is: writing fails */
	char *master_key; /* NULL: none */
	const char *old_master_key;
	const char *rejected;
	unsigned published;
	int64_t now; /* ms; stands until it is set */
	unsigned woken, restarted;
	struct ua_view view;
};

struct fixture *fixture_new(bool interactive);
void fixture_free(struct fixture *);
/* Begins another console: "con 0", "vty 3", then perhaps "as NAME" (the Linux user), "trusted", "command". */
void fixture_attach(struct fixture *, const char *how);
/* Types the lines of text; 0 or the number of refused ones. */
int fixture_type(struct fixture *, const char *lines);
/* Lets time pass, doing what comes due on the way. */
void fixture_pass(struct fixture *, int64_t ms);
/* A file of flash:; NULL: there is none. */
const char *fixture_flash(const struct fixture *, const char *name);
void fixture_write(struct fixture *, const char *name, const char *text);
/* The running configuration; the caller frees. */
char *fixture_config(struct fixture *);
/* What `line | json` prints, typed with privileges in EXEC; the caller frees. Ends the test where it is
 * refused. */
char *fixture_json(struct fixture *, const char *line);
/* A file of the source tree; the caller frees. Ends the test where it is missing. */
char *fixture_file(const char *path, size_t *len);

#endif
