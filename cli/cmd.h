/* cmd.h - one statement or command is one row.
 *
 * From the rows follow execution, abbreviation, `?`, Tab, `no`, `default`, the running configuration, the
 * manual and the generic tests. A configuration row has a field, or set/unset/write, or accept; an EXEC row
 * has run. */
#ifndef GW_CLI_CMD_H
#define GW_CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "cli/grammar.h"
#include "conf/conf.h"

struct cli;
struct vty;
struct cmd;
struct mode;

/* Where a line is typed: a mode and the object it edits. */
struct context {
	const struct mode *mode;
	uint32_t tag,
	    last; /* dial peer; lines: the first and the last of them, and each has its own object */
	char *section; /* the kept statement whose lines are typed; NULL elsewhere */
	const struct cmd *row; /* its row */
	size_t indent; /* columns before the line that opened the mode */
	bool indented; /* a line of the mode had more */
	VEC(size_t) indents; /* columns of the section's open lines, one for each level */
	VEC(size_t) open; /* and their places in it */
};

enum cmd_op { CMD_SET, CMD_NO, CMD_DEFAULT };

/* One line being carried out. */
struct cmd_call {
	struct vty *vty;
	const struct cmd *cmd;
	const struct parse *parse;
	struct context *context; /* of the mode the row belongs to */
	enum cmd_op op;
	struct conf *conf; /* configuration rows: the draft to change; EXEC rows: the running one, frozen */
	struct out *out; /* EXEC rows print here */
	struct out *error; /* what cmd_error said */
	const struct parse_arg *blamed; /* the argument that is wrong; NULL: the line as a whole */
	struct out *warning; /* lines that cmd_warn said */
	uint32_t enter_tag, enter_last; /* objects that .enter goes to: tag and last */
	char *section; /* kept statement that .section goes to; the caller frees */
};

/* What stood at $name; NULL: not there. */
const char *cmd_arg(const struct cmd_call *, const char *name);
bool cmd_given(const struct cmd_call *, const char *name);
uint64_t cmd_uint(const struct cmd_call *, const char *name, uint64_t otherwise);
/* Says why the line is refused ('% ' comes by itself); returns -1. */
int cmd_error(struct cmd_call *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of what stood at $name: a file's report names its column. */
int cmd_error_at(struct cmd_call *, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void cmd_warn(struct cmd_call *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The object of the row's mode, for editing. */
void *cmd_object(struct cmd_call *);

/* Prints configuration lines, indented as deep as the mode is. */
struct writer {
	struct out *out;
	unsigned level;
	const struct conf *conf;
	const struct cli *cli;
	const struct cmd *cmd; /* the row being written */
	bool all; /* defaults too: `show running-config all` */
};
void write_line(struct writer *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The lines of a mode, one level deeper; true when there were any. */
bool write_mode(struct writer *, const struct mode *, const struct context *);

enum field_kind { FIELD_NONE, FIELD_UINT, FIELD_BOOL, FIELD_TEXT };
/* A member that needs no function. UINT: `unsigned`; the form ends in its argument. BOOL: the line is `set`;
 * with a default of true the stored form is `no ...`. TEXT: `char *`, NULL is the default; the form ends in
 * its argument. */
struct field {
	enum field_kind kind;
	size_t offset;
	unsigned otherwise;
};
#define FIELD_UINT_OF(type, member, dflt)                                                                    \
	{                                                                                                    \
		FIELD_UINT, offsetof(type, member), (dflt)                                                   \
	}
#define FIELD_BOOL_OF(type, member, dflt)                                                                    \
	{                                                                                                    \
		FIELD_BOOL, offsetof(type, member), (dflt)                                                   \
	}
#define FIELD_TEXT_OF(type, member)                                                                          \
	{                                                                                                    \
		FIELD_TEXT, offsetof(type, member), 0                                                        \
	}

enum cmd_flags {
	CMD_HIDDEN = 1, /* works, but is not listed */
	CMD_PIPE = 2, /* prints: takes `| include ...`; every show does */
	CMD_GW = 4, /* ours; IOS has no such command */
	CMD_USER = 16, /* EXEC: in user mode too */
	CMD_BANNER = 8, /* text up to a delimiter, over several lines */
};

struct cmd {
	const char *form;
	const struct word *words;
	int (*set)(struct cmd_call *);
	int (*unset)(struct cmd_call *); /* `no` and `default` */
	void (*write)(struct writer *, const void *object);
	struct field field;
	const char *no; /* form of `no`, where it is not the beginning of the line; with run: it has one */
	const struct mode *enter; /* the line goes into this mode */
	const char *accept; /* IOS statement that is kept and written back, with why it does nothing */
	const char *section; /* with accept: it opens a mode of its own; prompt of that mode */
	int (*run)(struct cmd_call *);
	int (*json)(struct cmd_call *); /* `| json`: the same as one JSON document */
	const char *example;
	unsigned flags;
};

/* A statement that is kept; SECTION: with the lines of a mode of its own. */
#define KEPT_BECAUSE "gw does not act on it"
#define KEPT(f)                                                                                              \
	{                                                                                                    \
		.form = f " [LINE]", .accept = KEPT_BECAUSE, .example = f                                    \
	}
#define KEPT_EXACT(f, ex)                                                                                    \
	{                                                                                                    \
		.form = f, .accept = KEPT_BECAUSE, .example = ex                                             \
	}
/* `media profile` and `media class` are global. */
#define KEPT_MEDIA                                                                                           \
	KEPT("media (anti-trombone|bulk-stats|disable-detailed-stats|flow-around|flow-forwarding|"           \
	     "flow-through|forking|statistics|sync-streams|transcoder|video)")
#define SECTION(f, p)                                                                                        \
	{                                                                                                    \
		.form = f " [LINE]", .accept = KEPT_BECAUSE, .section = p, .example = f                      \
	}

#define WORDS(...) ((const struct word[]){ __VA_ARGS__, { NULL, NULL } })

/* A mode of the console. */
struct mode {
	const char *name; /* for the manual */
	const char *prompt; /* behind the host name: "(config-sip-ua)#" */
	const char *title; /* first line of `?` */
	const struct mode *parent; /* NULL: EXEC, or the top of the configuration */
	bool (*exists)(const struct conf *, const struct context *); /* NULL: always */
};

extern const struct mode mode_user, mode_exec, mode_config, mode_sip_ua, mode_voice, mode_voice_sip,
    mode_peer, mode_section, mode_archive, mode_archive_log, mode_line;

/* A family of rows of one mode. The order of the tables and rows is the order of the running configuration.
 */
struct table {
	const struct mode *mode;
	const struct cmd *rows;
	size_t n;
	const void *(*object)(const struct conf *, const struct context *); /* NULL for EXEC rows */
	void *(*edit)(struct conf *, const struct context *);
	struct kept_list *(*kept)(
	    void *object); /* where kept statements go; NULL: the configuration itself */
};

extern const struct table *const command_tables[]; /* ended by NULL; cli/commands.c */

#endif
