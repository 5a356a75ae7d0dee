/* filter.h - what stands behind `|`: begin, count, exclude, include, section let lines through; append,
 * redirect and tee write a file; json is for the command itself. Up to FILTERS_MAX of them, each behind a bar
 * of its own.
 *
 * A bar begins a filter where a blank stands before it; elsewhere (`include a|b`) it belongs to the
 * expression. One blank ends a filter's word, further ones belong to the expression; blanks at its end are
 * cut. Nothing may follow append and redirect; json comes first, and only append, redirect and tee may follow
 * it. Pure: files are written, and the clock is read, through struct filter_host. */
#ifndef GW_CLI_FILTER_H
#define GW_CLI_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "cli/grammar.h"

enum { FILTERS_MAX = 8 };

struct filter;

/* How append, redirect and tee write: all or nothing. 0; -1 with "PATH: reason". */
typedef int filter_store(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz);
struct filter_host {
	void *arg;
	filter_store *write, *append;
	const char *forbidden; /* why no file may be written; NULL: it may */
	int64_t (*now)(void *arg); /* ms; NULL: an expression may take as long as it likes */
};

/* Why a chain of filters is refused. */
struct filter_error {
	enum parse_status status; /* PARSE_OK: text says why */
	size_t column; /* PARSE_INVALID: in the text given */
	char text[400];
};

/* text: behind the first bar, "include RE | count RE" (POSIX extended, `{` and `}` ordinary as in IOS; at
 * most 256 characters, 6 `+`, no back-references). host is copied. NULL with the error; nothing was printed.
 */
struct filter *filter_new(
    const char *text, struct out *to, const struct filter_host *, struct filter_error *error);
bool filter_json(const struct filter *); /* the command is to print JSON */
struct out *filter_in(struct filter *); /* print here */
/* The end of the output: hands over the last line and the count, and frees. done: the command was; else files
 * stay as they are and what was to go there is printed. 0; -1 with a line in errors, which has no line feed
 * at its end, for each file that could not be written and each expression that took too long: nothing passes
 * it then, and no file is written. */
int filter_finish(struct filter *, bool done, struct out *errors);

const char *pipe_in(const char *line); /* the `|` of the first filter; NULL: none */
/* What could stand at the end of text (behind the first bar); as grammar_next, but where text is wrong
 * nothing is visited and *prefix is the wrong word. */
void filter_next(const char *text, const char **prefix, bool *end, grammar_visit *, void *arg);
bool filter_help(const char *text, struct out *); /* what `?` there says; false: that nothing fits */

#endif
