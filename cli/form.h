/* form.h - a compiled form: the graph that cli/grammar.c walks. */
#ifndef GW_CLI_FORM_H
#define GW_CLI_FORM_H

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "cli/grammar.h"

enum node_kind { NODE_WORD, NODE_ARG, NODE_SPLIT, NODE_ONCE, NODE_END };
/* In order of preference where a word fits several. */
enum arg_type { ARG_LINE, ARG_WORD, ARG_HOST, ARG_IPV6, ARG_IPV4, ARG_NUMBER };

struct node {
	enum node_kind kind;
	enum arg_type type;
	unsigned bit; /* NODE_ONCE */
	char *label, *name;
	const char *help;
	uint64_t lo, hi;
	size_t next;
	VEC(size_t) ways; /* NODE_SPLIT */
};

struct form {
	VEC(struct node) nodes;
	size_t start;
	unsigned lead, bits;
};

#endif
