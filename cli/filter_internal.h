/* filter_internal.h - what the files of filters share: their words, and how a chain of them is read. */
#ifndef GW_CLI_FILTER_INTERNAL_H
#define GW_CLI_FILTER_INTERNAL_H

#include "cli/filter.h"

enum filter_kind {
	FILTER_APPEND,
	FILTER_BEGIN,
	FILTER_COUNT,
	FILTER_EXCLUDE,
	FILTER_INCLUDE,
	FILTER_JSON,
	FILTER_REDIRECT,
	FILTER_SECTION,
	FILTER_TEE
};
enum { FILTER_KINDS = FILTER_TEE + 1 };

struct filter_word {
	struct word word;
	enum { TAKES_NOTHING, TAKES_EXPRESSION, TAKES_FILE } takes;
	bool last; /* nothing may follow */
};
extern const struct filter_word filter_kinds[FILTER_KINDS];
extern const struct word filter_section_words[2]; /* exclude, include */
extern const struct word filter_tee_word; /* /append */

/* One filter as typed. */
struct filter_element {
	const char *word;
	size_t len; /* of the word; 0: there is none */
	const char *rest, *end; /* behind the word and one blank, up to the last character that is no blank */
	const char *bar; /* of the next one; NULL: none */
};

struct filter_element filter_element_at(const char *text);
/* Which filter the word means, in full or begun. before: filters before it; json: the first was.
 * PARSE_INVALID: *common letters of it are right. */
enum parse_status filter_kind_of(
    const struct filter_element *, size_t before, bool json, enum filter_kind *, size_t *common);
size_t filter_word_length(const char *text, const char *end); /* of the word at text */
bool filter_begins(const char *word, const char *typed, size_t len); /* typed is a beginning of it, or all */

#endif
