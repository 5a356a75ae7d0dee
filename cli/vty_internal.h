/* vty_internal.h - what the files of the console share, and what scripts need of it beyond vty.h. */
#ifndef GW_CLI_VTY_INTERNAL_H
#define GW_CLI_VTY_INTERNAL_H

#include "cli/recall.h"
#include "cli/vty.h"

enum line_error_kind {
	LINE_FINE,
	LINE_INVALID,
	LINE_INCOMPLETE,
	LINE_AMBIGUOUS,
	LINE_UNKNOWN,
	LINE_BYTE,
	LINE_SAID
};

struct line_error {
	enum line_error_kind kind;
	size_t column; /* offset in the typed line; LINE_INCOMPLETE: none; LINE_SAID: 0 when no one word is
			  wrong */
	size_t token;
	struct out text; /* LINE_SAID, and LINE_BYTE without the place: with its '%' */
};

struct vty {
	const struct cli *cli;
	struct out *out;
	bool interactive, closed, held;
	unsigned level;
	char *user, *line, *from;
	struct login *login; /* cli/login.c; NULL: nothing of it yet */
	struct conf *batch; /* script: the draft all lines work on; NULL: each line publishes */
	VEC(struct context) stack; /* empty: EXEC; else global configuration first */
	struct line_error error;
	struct out warning;
	char *prompt;
	struct {
		char *text;
		enum vty_wants wants;
		vty_answer *fn;
		void *arg;
	} question;
	char *remembered; /* an answer that later ones are compared with */
	bool told_no_key; /* script: that type 6 passwords wait for a master key was said */
	void *attached; /* of the command whose questions are answered; NULL: nothing */
	void (*release)(void *);
	unsigned session; /* number of this `configure terminal` in the record of configuration lines */
	struct vty_terminal terminal;
	unsigned rows, columns; /* of the window */
	struct recall recall[2]; /* EXEC, configuration */
	void (*go_on)(void *arg);
	void *go_on_arg;
	struct { /* the rest of a banner */
		struct out text;
		char *delimiter; /* NULL: none is being typed */
		size_t keywords; /* bytes of its keywords */
		const struct cmd *row;
	} banner;
};

/* A console without anybody: every line works on the draft, nothing is published. */
struct vty *vty_new_script(const struct cli *, struct out *, struct conf *draft);
/* Like vty_line, but prints no error; vty_error and vty_warning tell. */
int vty_try(struct vty *, const char *line, size_t len);
const struct line_error *vty_error(const struct vty *);
const char *vty_warning(struct vty *); /* lines */
void vty_leave(struct vty *); /* `exit` in configuration */

/* Shared by the files of the console. */
const struct conf *vty_conf(const struct vty *); /* the draft of a script, else the running configuration */
struct context *vty_top(struct vty *); /* NULL: EXEC */
const struct mode *vty_mode(struct vty *);
void vty_push(struct vty *, struct context);
void vty_pop_to(struct vty *, size_t depth);
void vty_leave_vanished(struct vty *); /* modes whose object is gone: another console may have removed it */
void vty_refuse(struct vty *, enum line_error_kind, size_t column, size_t token);
void vty_refuse_parse(struct vty *, const struct parse *, size_t offset);
int vty_refuse_length(struct vty *, size_t len);
void vty_parse(struct vty *, const struct mode *, const char *line, enum cmd_op, struct parse *);
struct cmd_call vty_call(struct vty *, const struct parse *, struct context *, enum cmd_op);

/* A configuration line, blanks cut off; indent: columns before it; offset: where it begins in the typed line.
 */
int vty_config_line(struct vty *, const char *line, size_t indent, size_t offset);
/* The delimiter, when the text of `banner motd DtextD` (D a character or ^C) goes on behind this line; the
 * caller frees. NULL: it ends here, or there is none. */
char *banner_goes_on(const char *line);
int vty_banner_line(struct vty *, const char *line);
void vty_banner_end(struct vty *);

/* Words of a line. Blanks at its beginning, in bytes and in columns (may be NULL). */
size_t skip_blanks(const char *line, size_t *columns);
/* The word at line, if it is a beginning of `word` of at least so many letters: its length with the blanks
 * behind it; 0: it is not. */
size_t leading_word(const char *line, const char *word, size_t at_least);
/* `no` and `default` before a statement; *line moves behind them. */
enum cmd_op take_op(const char **line);

#endif
