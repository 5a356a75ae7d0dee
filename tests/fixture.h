/* fixture.h - a command line without a program around it: files in memory, a clock that stands, canned rows.
 */
#ifndef GW_TESTS_FIXTURE_H
#define GW_TESTS_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "cli/vty.h"

struct fixture {
	struct cli *cli;
	struct conf *conf;
	struct out out; /* what the console printed */
	struct vty *vty;
	char *startup; /* the startup file; NULL: there is none */
	char *written; /* last file written elsewhere */
	bool full; /* the disk is: writing fails */
	char *master_key; /* NULL: none */
	const char *old_master_key;
	const char *rejected;
	unsigned published;
	bool debug;
	struct ua_view view;
};

struct fixture *fixture_new(bool interactive);
void fixture_free(struct fixture *);
/* Types the lines of text; 0 or the number of refused ones. */
int fixture_type(struct fixture *, const char *lines);
/* The running configuration; the caller frees. */
char *fixture_config(struct fixture *);
/* What `line | json` prints, typed with privileges in EXEC; the caller frees. Ends the test where it is
 * refused. */
char *fixture_json(struct fixture *, const char *line);
/* A file of the source tree; the caller frees. Ends the test where it is missing. */
char *fixture_file(const char *path, size_t *len);

#endif
