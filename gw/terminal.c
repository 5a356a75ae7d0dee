/* The console on a terminal: libedit, one key at a time, and none before it is there as a whole. libedit
 * draws into the console's output, which never waits. */
#include <histedit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/conceal.h"
#include "gw/console_internal.h"

enum {
	HISTORY_LINES = 256,
	KEYS_AT_ONCE = 1024,
	TYPED_MAX = LINE_MAX_BYTES + 512, /* more is not taken, and the line refused */
	SCREEN_MAX = 2000, /* rows or columns: libedit keeps an image of them */
	CONTROL_D = 4,
	CONTROL_H = 8,
	CONTROL_U = 21,
	CONTROL_V = 22,
	CONTROL_X = 24,
	CONTROL_Z = 26,
	RUN = 30, /* ^^: stands for several characters that go into the line in one step */
	ESCAPE = 27,
	DELETE = 127,
};

static ssize_t
draw(void *cookie, const char *text, size_t len)
{
	console_print(cookie, text, len);
	return (ssize_t)len;
}

static char *
prompt(EditLine *el)
{
	struct console *c;

	el_get(el, EL_CLIENTDATA, &c);
	free(c->prompt);
	c->prompt = xstrdup(vty_prompt(c->vty));
	return c->prompt;
}

static const char *
typed(EditLine *el, size_t *len)
{
	const LineInfo *li = el_line(el);

	*len = (size_t)(li->cursor - li->buffer);
	return li->buffer;
}

/* Bytes of the character that begins with this one. */
static size_t
character_length(unsigned char first)
{
	return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 1;
}

/* How many bytes the first key of the input has; more than there are: wait for the rest. */
static size_t
key_length(const char *keys, size_t n)
{
	size_t i = 2;

	if (n == 0)
		return 1;
	if (keys[0] == CONTROL_V) /* takes the next one as it is */
		return n == 1 ? 2 : 1 + character_length((unsigned char)keys[1]);
	if (keys[0] != ESCAPE)
		return character_length((unsigned char)keys[0]);
	if (n == 1)
		return 2;
	if (keys[1] != '[' && keys[1] != 'O')
		return 1 + character_length((unsigned char)keys[1]);
	while (i < n && i < 16 && keys[i] >= ' ' && keys[i] < '@')
		i++;
	return i + 1;
}

/* Whole characters at the beginning that only go into the line. */
static size_t
plain_run(const char *keys, size_t n)
{
	size_t i = 0;

	while (i < n && (unsigned char)keys[i] >= ' ' && keys[i] != DELETE && keys[i] != '?') {
		size_t len = mbrtowc(NULL, keys + i, n - i, &(mbstate_t){ 0 });

		if (len > n - i)
			break;
		i += len;
	}
	return i;
}

/* libedit's way to read: the key is complete, so it never waits. */
static int
next_key(EditLine *el, wchar_t *wc)
{
	struct console *c;
	mbstate_t state = { 0 };
	const char *keys;
	size_t n, len;

	el_get(el, EL_CLIENTDATA, &c);
	if (c->run > 0) {
		*wc = RUN;
		return 1;
	}
	for (keys = console_waiting(c, &n); n > 0; keys = console_waiting(c, &n)) {
		len = mbrtowc(wc, keys, n, &state);
		if (len <= n) {
			console_taken(c, len == 0 ? 1 : len); /* a NUL is a key as well */
			return 1;
		}
		console_taken(c, 1); /* no character */
		memset(&state, 0, sizeof state);
	}
	return 0;
}

static unsigned char
key_run(EditLine *el, int ch)
{
	struct console *c;
	size_t n;
	const char *keys;
	char *text;

	(void)ch;
	el_get(el, EL_CLIENTDATA, &c);
	if (c->run == 0) /* typed */
		return CC_ERROR;
	keys = console_waiting(c, &n);
	text = xstrndup(keys, c->run);
	console_taken(c, c->run);
	c->run = 0;
	el_insertstr(el, text);
	str_wipe_free(text);
	return CC_REFRESH;
}

static unsigned char
key_help(EditLine *el, int ch)
{
	struct console *c;
	size_t len;
	const char *buffer = typed(el, &len);
	char *line = xstrndup(buffer, len);

	(void)ch;
	el_get(el, EL_CLIENTDATA, &c);
	console_print_text(c, "?\n");
	vty_help(c->vty, line);
	out_flush(&c->out);
	str_wipe_free(line);
	return CC_REDISPLAY;
}

static unsigned char
key_tab(EditLine *el, int ch)
{
	struct console *c;
	size_t len;
	const char *buffer = typed(el, &len);
	char *line = xstrndup(buffer, len), *rest;

	(void)ch;
	el_get(el, EL_CLIENTDATA, &c);
	rest = vty_complete(c->vty, line);
	str_wipe_free(line);
	/* IOS leaves the line as it was typed and goes on below it. */
	console_print_text(c, "\n");
	if (rest != NULL)
		el_insertstr(el, rest);
	else
		el_beep(el);
	free(rest);
	return CC_REDISPLAY;
}

/* ^Z and ^C complete the line; what becomes of it edited_line decides. */
static unsigned char
key_end(EditLine *el, int ch)
{
	struct console *c;

	el_get(el, EL_CLIENTDATA, &c);
	c->key = ch;
	el_push(el, "\n");
	return CC_NORM;
}

/* ^D on an empty line is the end of input; elsewhere it deletes what the cursor stands on. */
static unsigned char
key_delete(EditLine *el, int ch)
{
	const LineInfo *li = el_line(el);

	if (li->lastchar == li->buffer)
		return key_end(el, ch);
	if (li->cursor == li->lastchar)
		return CC_ERROR;
	el_cursor(el, 1);
	el_deletestr(el, 1);
	return CC_REFRESH;
}

/* History never holds a password: lines that may carry one stay out of it. */
static bool
may_remember(const char *line)
{
	return !may_hold_secret(line, strlen(line)) && !takes_secret(line) &&
	       strcasestr(line, "passw") == NULL && strcasestr(line, "cred") == NULL &&
	       strcasestr(line, "auth") == NULL;
}

static void
refuse_line(struct console *c)
{
	c->refused = true;
	out_printf(&c->out, "%% Line too long: %d bytes at the most\n", LINE_MAX_BYTES);
	out_flush(&c->out);
}

static void
edited_line(struct console *c, const char *line, size_t len)
{
	HistEvent ev;
	int key = c->key;
	char *copy;

	c->key = 0;
	while (len > 0 && strchr("\r\n", line[len - 1]) != NULL)
		len--;
	copy = xstrndup(line, len);
	c->running = true;
	if (key == CONTROL_C)
		vty_interrupt(c->vty);
	else if (key == CONTROL_D)
		console_end(c);
	else if (c->cut)
		refuse_line(c);
	else
		console_run_line(c, copy, len);
	if (key == CONTROL_Z) /* what was typed is carried out first, as in IOS */
		vty_end(c->vty);
	c->running = false;
	if (len > 0 && key != CONTROL_C && !c->cut && may_remember(copy))
		history(c->history, &ev, H_ENTER, copy);
	c->cut = false;
	str_wipe_free(copy);
	el_reset(c->el);
	el_set(c->el, EL_PREP_TERM, 1);
}

/* One byte of a line that is not shown. */
static void
secret_key(struct console *c, char key)
{
	switch (key) {
	case '\r':
	case '\n':
		console_print_text(c, "\n");
		c->running = true; /* what is logged meanwhile finds no line to draw again */
		console_run_line(c, c->password, c->password_len);
		c->running = false;
		c->secret = false;
		break;
	case CONTROL_C:
	case CONTROL_Z:
		console_print_text(c, "\n");
		vty_interrupt(c->vty);
		c->secret = false;
		break;
	case CONTROL_D:
		if (c->password_len == 0)
			console_end(c);
		return;
	case CONTROL_U:
	case CONTROL_X:
		break;
	case CONTROL_H:
	case DELETE:
		c->password_len -= c->password_len > 0;
		return;
	default:
		if ((unsigned char)key >= ' ' && c->password_len < sizeof c->password)
			c->password[c->password_len++] = key;
		return;
	}
	mem_wipe(c->password, sizeof c->password);
	c->password_len = 0;
}

/* What stands before the next line, and what is typed of it. */
void
terminal_draw_line(struct console *c)
{
	if (c->ended)
		return;
	if (c->secret)
		console_print_text(c, vty_prompt(c->vty));
	else
		el_set(c->el, EL_REFRESH);
}

/* Hands one key to the editor. */
static void
edit_key(struct console *c)
{
	const LineInfo *li = el_line(c->el);
	int len = 0;
	const char *keys, *line;
	size_t n;

	keys = console_waiting(c, &n);
	if (c->key == 0) {
		size_t run = plain_run(keys, n), room = (size_t)(li->lastchar - li->buffer);

		room = room < TYPED_MAX ? TYPED_MAX - room : 0;
		if (run > room) {
			c->cut = true;
			console_taken(c, run);
			return;
		}
		c->run = run > 1 ? run : 0;
	}
	line = el_gets(c->el, &len);
	if (line == NULL || len <= 0 || strchr("\r\n", line[len - 1]) == NULL)
		return; /* not complete yet */
	edited_line(c, line, (size_t)len);
	c->secret = vty_wants(c->vty) == VTY_SECRET;
	terminal_draw_line(c);
}

/* True when all that waited is done, but for the beginning of a key. */
bool
terminal_take_keys(struct console *c)
{
	for (int i = 0; !c->ended && outlet_left(c->output) == 0; i++) {
		size_t n;
		const char *keys = console_waiting(c, &n);

		if (c->key == 0 && key_length(keys, n) > n)
			return true;
		if (i == KEYS_AT_ONCE) {
			loop_timer_set(c->again, LOOP_SOON);
			return false;
		}
		if (!c->secret) {
			edit_key(c);
			continue;
		}
		secret_key(c, keys[0]);
		console_taken(c, 1);
		if (!c->secret) {
			c->secret = vty_wants(c->vty) == VTY_SECRET;
			terminal_draw_line(c);
		}
	}
	return false;
}

/* False: not to be had, or too large. */
static bool
screen_size(struct winsize *size)
{
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, size) == 0 && size->ws_row <= SCREEN_MAX &&
	       size->ws_col <= SCREEN_MAX;
}

int
terminal_open(struct console *c)
{
	static const struct {
		const char *key, *does;
	} keys[] = { { "?", "gw-help" }, { "^I", "gw-tab" }, { "^Z", "gw-end" }, { "^C", "gw-end" },
		{ "^D", "gw-delete" }, { "^X", "em-kill-line" }, { "^W", "ed-delete-prev-word" },
		{ "^R", "ed-redisplay" }, { "^^", "gw-run" }, { "\033x", "ed-unassigned" },
		{ "\033X", "ed-unassigned" } };
	cookie_io_functions_t io = { .write = draw };
	struct winsize size;
	HistEvent ev;

	if (!screen_size(&size))
		return -1;
	setlocale(LC_CTYPE, "C.UTF-8");
	c->screen = fopencookie(c, "w", io);
	if (c->screen == NULL)
		return -1;
	c->el = el_init_fd("gw", stdin, c->screen, c->screen, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
	if (c->el == NULL)
		return -1;
	c->history = history_init();
	history(c->history, &ev, H_SETSIZE, HISTORY_LINES);
	el_set(c->el, EL_CLIENTDATA, c);
	el_set(c->el, EL_GETCFN, next_key);
	el_set(c->el, EL_PROMPT, prompt);
	el_set(c->el, EL_EDITOR, "emacs");
	el_set(c->el, EL_HIST, history, c->history);
	/* ^C and ^Z are keys of the console; and between two lines the terminal stays as it is. */
	el_set(c->el, EL_SETTY, "-d", "-isig", NULL);
	el_set(c->el, EL_SETTY, "-x", "-isig", "-icanon", "-echo", NULL);
	el_set(c->el, EL_ADDFN, "gw-help", "list what can follow", key_help);
	el_set(c->el, EL_ADDFN, "gw-tab", "complete", key_tab);
	el_set(c->el, EL_ADDFN, "gw-end", "leave configuration", key_end);
	el_set(c->el, EL_ADDFN, "gw-run", "several characters", key_run);
	el_set(c->el, EL_ADDFN, "gw-delete", "delete, or end of input", key_delete);
	for (size_t i = 0; i < COUNT(keys); i++)
		el_set(c->el, EL_BIND, keys[i].key, keys[i].does, NULL);
	el_set(c->el, EL_UNBUFFERED, 1);
	return 0;
}

void
terminal_close(struct console *c)
{
	if (c->el != NULL) {
		el_end(c->el);
		history_end(c->history);
	}
	if (c->screen != NULL)
		fclose(c->screen);
	free(c->prompt);
}

/* Takes the typed line off the screen, up to its first row. */
void
terminal_clear_line(struct console *c)
{
	struct winsize size = { 0 };
	const char *clear = NULL;
	const char *text;
	size_t len, column, rows;

	el_get(c->el, EL_GETTC, "ce", (void *)&clear);
	if (clear == NULL || *clear == '\0') { /* the terminal cannot */
		console_print_text(c, "\n");
		return;
	}
	if (!c->secret) {
		text = typed(c->el, &len);
		column = strlen(vty_prompt(c->vty));
		for (size_t i = 0; i < len; i++)
			column += ((unsigned char)text[i] & 0xc0) != 0x80; /* UTF-8 */
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		rows = column / (size.ws_col < 2 ? 80 : size.ws_col);
		for (; rows > 0; rows--)
			console_print_text(c, "\033[A");
	}
	console_print_text(c, "\r\033[J");
}

void
console_resized(struct console *c)
{
	struct winsize size;
	char rows[12], columns[12];

	if (!c->terminal || c->ended || !screen_size(&size))
		return;
	terminal_clear_line(c);
	/* Not el_resize: it would ask again, and the answer may be another. */
	snprintf(rows, sizeof rows, "%d", size.ws_row < 1 ? 24 : size.ws_row);
	snprintf(columns, sizeof columns, "%d", size.ws_col < 2 ? 80 : size.ws_col);
	el_set(c->el, EL_SETTC, "li", rows, NULL);
	el_set(c->el, EL_SETTC, "co", columns, NULL);
	terminal_draw_line(c);
}
