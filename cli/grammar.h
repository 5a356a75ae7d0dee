/* grammar.h - command forms: text to graph, and everything that is asked of the graph: does a line match,
 *which abbreviation is meant, what can follow here. Pure.
 *
 * A form is a sequence of
 *	word	a keyword, typed in full or as a prefix nobody else has
 *	NAME	an argument, by its upper-case label: LINE takes the rest of the line, A.B.C.D and X:X:X:X::X
 *are addresses, HOST is dns:, ipv4: or ipv6:, any other label takes one word
 *	<a-b>	a decimal number in that range
 *	[x y]	may be left out
 *	(a | b)	one of them
 *	{a | b}	any of them, each at most once, in any order
 * and `$name` behind a keyword, an argument or a ( ) gives the handler what stood there. */
#ifndef GW_CLI_GRAMMAR_H
#define GW_CLI_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"

/* Help for one keyword or label of a form; a label that stands twice takes its entries in order. */
struct word {
	const char *name, *help;
};

struct form;

/* NULL with a text in err when the form or its help (missing, unused) is wrong: a mistake of ours. The words
 * (ended by a NULL name; NULL: none) must outlive the form. otherwise: help where words has none; NULL: that
 * is an error, and so are words that nothing uses. */
struct form *form_compile(
    const char *text, const struct word *words, const char *otherwise, char *err, size_t errsz);
void form_free(struct form *);
/* Number of keywords at its beginning: what `no` needs at the least. */
unsigned form_lead(const struct form *);

/* One form that a line may match here. */
struct choice {
	const struct form *form;
	const void *row; /* the caller's */
	bool brief; /* the line may end anywhere behind the leading keywords (`no`) */
	bool hidden; /* works, but help does not list it */
	bool minor; /* never makes an abbreviation of another form's keyword ambiguous */
	bool pipe; /* behind the whole line help lists `|` */
};

enum parse_status { PARSE_OK, PARSE_EMPTY, PARSE_INVALID, PARSE_INCOMPLETE, PARSE_AMBIGUOUS };

struct parse_arg {
	const char *name; /* of the form */
	char *text; /* as typed; for a keyword its full spelling */
	uint64_t number; /* <a-b> only */
	size_t column; /* offset of its word in the line */
};

struct parse {
	enum parse_status status;
	const void *row; /* PARSE_OK */
	size_t column; /* PARSE_INVALID: offset of the first character that cannot match; PARSE_AMBIGUOUS: of
			  the word */
	size_t token; /* PARSE_INVALID, PARSE_AMBIGUOUS: number of the word, from 0 */
	struct parse_arg *args;
	size_t nargs;
	char *canonical; /* PARSE_OK: the line with its keywords in full */
	size_t keywords; /* PARSE_OK: bytes of it before the first word that is no keyword */
};

/* Reads line; *parse is always filled and must be freed (which wipes it: it may hold a password). */
void grammar_parse(const struct choice *, size_t n, const char *line, struct parse *);
void parse_free(struct parse *);

/* What `?` at the end of line says: names only behind a begun word, a table behind a blank; false: that
 * nothing fits. */
bool grammar_help(const struct choice *, size_t n, const char *line, struct out *);
/* Keywords that could stand where line ends, each through visit, with its help; sorted. The word begun is
 * *prefix. Returns 0, or -1 when line cannot match up to there. `end` tells whether the line could end here.
 */
typedef void grammar_visit(void *arg, const char *name, const char *help, bool keyword);
int grammar_next(const struct choice *, size_t n, const char *line, const char **prefix, bool *end,
    grammar_visit *, void *arg);
/* Prints the table of names and help texts as `?` does. */
void help_table(struct out *, const struct word *, size_t n, bool end);
/* Names only behind a begun word, else the table; behind a word that nothing fits, that, and false. */
bool help_words(struct out *, const char *prefix, const struct word *, size_t n, bool end);

#endif
