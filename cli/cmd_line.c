/* line con 0, line aux 0, line vty A B: the statement and its mode. */
#include "cli/commands.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/vty.h"
#include "conf/login.h"

/* The lines of a mode stand in its context: the kind, and the first and last number. */
enum { KIND_SHIFT = 16, NUMBER_MASK = (1 << KIND_SHIFT) - 1, VTY_FIRST_LINES = 5 };

static uint32_t
tag_of(enum line_kind kind, uint64_t number)
{
	return (uint32_t)kind << KIND_SHIFT | (uint32_t)number;
}

static enum line_kind
kind_of(const struct context *ctx)
{
	return (enum line_kind)(ctx->tag >> KIND_SHIFT);
}

/* The lines that the statement names: enter_tag to enter_last. */
static int
take_range(struct cmd_call *c)
{
	const char *word = cmd_arg(c, "kind");
	enum line_kind kind = str_eq(word, "console") ? LINE_CONSOLE
			      : str_eq(word, "aux")   ? LINE_AUX
						      : LINE_VTY;
	uint64_t first = cmd_uint(c, "first", 0), last = cmd_uint(c, "last", first);

	if (last < first)
		return cmd_error(c, "The last line, %s, comes before the first, %s", cmd_arg(c, "last"),
		    cmd_arg(c, "first"));
	c->enter_tag = tag_of(kind, first);
	c->enter_last = tag_of(kind, last);
	return 0;
}

static int
line_set(struct cmd_call *c)
{
	if (take_range(c) != 0)
		return -1;
	for (uint32_t tag = c->enter_tag; tag <= c->enter_last; tag++)
		conf_edit_line(c->conf, (enum line_kind)(tag >> KIND_SHIFT), tag & NUMBER_MASK);
	return 0;
}

static int
line_unset(struct cmd_call *c)
{
	if (!cmd_given(c, "kind") || (str_eq(cmd_arg(c, "kind"), "vty") && !cmd_given(c, "first")))
		return cmd_error(c, "Which line? 'no line vty FIRST LAST', 'no line con 0'");
	if (take_range(c) != 0)
		return -1;
	for (uint32_t tag = c->enter_tag; tag <= c->enter_last; tag++)
		conf_reset_line(c->conf, (enum line_kind)(tag >> KIND_SHIFT), tag & NUMBER_MASK);
	return 0;
}

/* The statements of one line; NULL: it was never named. The caller frees and wipes. */
static char *
line_text(const struct writer *w, enum line_kind kind, unsigned number)
{
	struct context ctx = { .mode = &mode_line, .tag = tag_of(kind, number) };
	struct out o = OUT_MEMORY;
	struct writer inner = *w;

	if (!conf_line_named(w->conf, kind, number))
		return NULL;
	inner.out = &o;
	write_mode(&inner, &mode_line, &ctx);
	return out_take(&o);
}

static bool
write_one(struct writer *w, const char *name, enum line_kind kind)
{
	char *text = line_text(w, kind, 0);

	if (text == NULL)
		return false;
	write_line(w, "%s", name);
	out_str(w->out, text);
	str_wipe_free(text);
	return true;
}

/* Neighbours with the same statements share one line, but the first five stand by themselves, as in IOS. */
static bool
write_vty(struct writer *w)
{
	unsigned n = conf_vty_lines(w->conf);
	bool some = false;

	for (unsigned first = 0, next; first < n; first = next) {
		char *text = line_text(w, LINE_VTY, first), *other = NULL;

		for (next = first + 1; next < n; next++) {
			str_wipe_free(other);
			other = line_text(w, LINE_VTY, next);
			if (next == VTY_FIRST_LINES || !str_eq(text, other))
				break;
		}
		str_wipe_free(other);
		if (text == NULL)
			continue;
		if (next - first == 1)
			write_line(w, "line vty %u", first);
		else
			write_line(w, "line vty %u %u", first, next - 1);
		out_str(w->out, text);
		str_wipe_free(text);
		some = true;
	}
	return some;
}

static void
line_write(struct writer *w, const void *o)
{
	bool console = write_one(w, "line con 0", LINE_CONSOLE), aux = write_one(w, "line aux 0", LINE_AUX);

	(void)o;
	if (write_vty(w) || aux || console)
		write_line(w, "!");
}

/* clang-format off */
static const struct cmd section_rows[] = {
	{
		.form = "line ((console|aux)$kind 0|vty$kind <0-999>$first [<0-999>$last])",
		.words = WORDS({ "line", "Lines: the console, and those that attach" }, { "console", "The console of 'gw'" },
		    { "aux", "Kept; there is none" }, { "0", "The only one" }, { "vty", "What attaches: 'gw -a', 'gw -c', ssh" },
		    { "<0-999>", "First line" }, { "<0-999>", "Last line" }),
		.no = "line [((console|aux)$kind [0]|vty$kind [<0-999>$first [<0-999>$last]])]",
		.enter = &mode_line, .set = line_set, .unset = line_unset, .write = line_write,
		.example = "line vty 0 4",
	},
	/* Asynchronous ports. */
	{ .form = "line LINE", .accept = KEPT_BECAUSE, .section = "(config-line)#", .example = "line tty 1" },
};
/* clang-format on */

const struct table line_section_table = { &mode_config, section_rows, COUNT(section_rows), whole_conf,
	edit_whole_conf, NULL };

/* The mode. */

static const void *
object(const struct conf *c, const struct context *ctx)
{
	return conf_line(c, kind_of(ctx), ctx->tag & NUMBER_MASK);
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	return conf_edit_line(c, kind_of(ctx), ctx->tag & NUMBER_MASK);
}

static struct kept_list *
kept(void *o)
{
	return &((struct line_conf *)o)->kept;
}

static int
timeout_set(struct cmd_call *c)
{
	((struct line_conf *)cmd_object(c))->timeout_s =
	    (unsigned)(cmd_uint(c, "minutes", 0) * 60 + cmd_uint(c, "seconds", 0));
	return 0;
}

static int
timeout_unset(struct cmd_call *c)
{
	((struct line_conf *)cmd_object(c))->timeout_s = c->op == CMD_NO ? 0 : 600;
	return 0;
}

static void
timeout_write(struct writer *w, const void *o)
{
	unsigned s = ((const struct line_conf *)o)->timeout_s;

	if (s != 600)
		write_line(w, "exec-timeout %u %u", s / 60, s % 60);
}

static int
password_set(struct cmd_call *c)
{
	struct line_conf *l = cmd_object(c);
	unsigned number = c->context->tag & NUMBER_MASK;
	const struct secret *before =
	    number == 0 ? NULL : &conf_line(c->conf, kind_of(c->context), number - 1)->password;
	struct secret s;

	if (login_password_take(c, &l->password, &s) != 0)
		return -1;
	/* The lines of a range that have one password keep one text for it: they are written together. */
	if (before != NULL && s.type == SECRET_TYPE6 && before->type == SECRET_TYPE6 && s.clear != NULL &&
	    str_eq(s.clear, before->clear)) {
		secret_free(&s);
		s = secret_copy(before);
	}
	secret_free(&l->password);
	l->password = s;
	return 0;
}

static int
password_unset(struct cmd_call *c)
{
	secret_free(&((struct line_conf *)cmd_object(c))->password);
	return 0;
}

static void
password_write(struct writer *w, const void *o)
{
	const struct secret *s = &((const struct line_conf *)o)->password;
	char *text;

	if (s->stored == NULL)
		return;
	text = password_text(w->conf, s);
	write_line(w, "password %s", text);
	str_wipe_free(text);
}

/* Where a password is asked for and there is none, nobody gets in. Lines are counted as in `show users`. */
static void
say_disabled(struct cmd_call *c)
{
	const struct line_conf *l = cmd_object(c);
	unsigned number = c->context->tag & NUMBER_MASK;

	if (l->password.stored == NULL && !vty_script(c->vty) && vty_interactive(c->vty))
		out_printf(c->out, "%% Login disabled on line %u, until 'password' is set\n",
		    kind_of(c->context) == LINE_VTY ? number + 1 : number);
}

static int
login_set(struct cmd_call *c)
{
	const char *list = cmd_arg(c, "list");
	enum line_login login = list != NULL && str_eq(list, "default") ? LINE_LOGIN_NOT_SAID
				: list != NULL                          ? LINE_LOGIN_LIST
				: cmd_given(c, "local")                 ? LINE_LOGIN_LOCAL
									: LINE_LOGIN_PASSWORD;

	line_set_login(cmd_object(c), login, login == LINE_LOGIN_LIST ? list : NULL);
	if (login == LINE_LOGIN_PASSWORD && !c->conf->access->new_model)
		say_disabled(c);
	return 0;
}

static int
login_unset(struct cmd_call *c)
{
	bool none = c->op == CMD_NO && !cmd_given(c, "list") && !cmd_given(c, "authentication");

	line_set_login(cmd_object(c), none ? LINE_LOGIN_NONE : LINE_LOGIN_NOT_SAID, NULL);
	return 0;
}

static void
login_write(struct writer *w, const void *o)
{
	const struct line_conf *l = o;

	switch (l->login) {
	case LINE_LOGIN_NOT_SAID:
		break;
	case LINE_LOGIN_NONE:
		write_line(w, "no login");
		break;
	case LINE_LOGIN_PASSWORD:
		write_line(w, "login");
		break;
	case LINE_LOGIN_LOCAL:
		write_line(w, "login local");
		break;
	case LINE_LOGIN_LIST:
		write_line(w, "login authentication %s", l->list);
		break;
	}
}

/* clang-format off */
static const struct cmd rows[] = {
	KEPT("session-timeout"), KEPT("access-class"), KEPT("ipv6 access-class"),
	{
		.form = "exec-timeout <0-35791>$minutes [<0-2147483>$seconds]",
		.words = WORDS({ "exec-timeout", "Idle time after which the console ends" }, { "<0-35791>", "Minutes; 0 0 for never" },
		    { "<0-2147483>", "Seconds" }),
		.set = timeout_set, .unset = timeout_unset, .write = timeout_write, .example = "exec-timeout 30 0",
	},
	{
		.form = "privilege level <0-15>$level",
		.words = WORDS({ "privilege", "What may be typed" }, { "level", "Level of who has none of his own" },
		    { "<0-15>", "1 for user, 15 for privileged commands" }),
		.field = FIELD_UINT_OF(struct line_conf, privilege, 1), .example = "privilege level 15",
	},
	{
		.form = PASSWORD_FORM, .words = WORDS(PASSWORD_WORDS), .no = "password [LINE]",
		.set = password_set, .unset = password_unset, .write = password_write, .example = "password 7 0822455D0A16",
	},
	{
		.form = "logging synchronous",
		.words = WORDS({ "logging", "Log lines on this line" }, { "synchronous", "They do not tear what is being typed" }),
		.field = FIELD_BOOL_OF(struct line_conf, synchronous, false), .example = "logging synchronous",
	},
	KEPT_EXACT("logging synchronous (level|limit) LINE", "logging synchronous level all"),
	{
		.form = "login [(local$local|authentication$authentication LIST$list)]",
		.words = WORDS({ "login", "What is asked for" }, { "local", "username and his secret" },
		    { "authentication", "As a list of methods says" }, { "LIST", "aaa authentication login LIST" }),
		.set = login_set, .unset = login_unset, .write = login_write, .example = "login local",
	},
	{
		.form = "history size <0-256>$lines",
		.words = WORDS({ "history", "Lines that are remembered" }, { "size", "How many" }, { "<0-256>", "Number of lines" }),
		.field = FIELD_UINT_OF(struct line_conf, history, 10), .example = "history size 200",
	},
	{
		.form = "length <0-512>$lines",
		.words = WORDS({ "length", "Lines on a screen" }, { "<0-512>", "0 for no pausing" }),
		.field = FIELD_UINT_OF(struct line_conf, length, 24), .example = "length 0",
	},
	{
		.form = "width <0-512>$columns",
		.words = WORDS({ "width", "Columns of a screen" }, { "<0-512>", "Number of columns" }),
		.field = FIELD_UINT_OF(struct line_conf, width, 80), .example = "width 132",
	},
	KEPT("transport (input|output|preferred)"),
	KEPT("absolute-timeout"), KEPT("accounting"), KEPT("activation-character"), KEPT("authorization"), KEPT("autobaud"),
	KEPT("autocommand"), KEPT("autocommand-options"), KEPT("autohangup"), KEPT("autoselect"), KEPT("callback"), KEPT("data-character-bits"), KEPT("databits"),
	KEPT("disconnect-character"), KEPT("dispatch-character"), KEPT("domain-lookup"), KEPT("editing"), KEPT("escape-character"), KEPT("exec"),
	KEPT("exec-banner"), KEPT("exec-character-bits"), KEPT("flowcontrol"), KEPT("flush-at-activation"), KEPT("full-help"),
	KEPT("hold-character"), KEPT("international"), KEPT("location"), KEPT("lockable"), KEPT("logout-warning"), KEPT("modem"),
	KEPT("monitor"), KEPT("motd-banner"), KEPT("notify"), KEPT("padding"), KEPT("parity"), KEPT("private"),
	KEPT("refuse-message"), KEPT("rotary"), KEPT("rxspeed"), KEPT("script"), KEPT("session-disconnect-warning"),
	KEPT("session-limit"), KEPT("special-character-bits"), KEPT("speed"), KEPT("start-character"), KEPT("stop-character"),
	KEPT("stopbits"), KEPT("telnet"), KEPT("terminal-type"), KEPT("timeout login"), KEPT("txspeed"), KEPT("vacant-message"),
};
/* clang-format on */

const struct table line_table = { &mode_line, rows, COUNT(rows), object, edit, kept };
