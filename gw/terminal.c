/* The front on a terminal: libedit, one key at a time, and none before it is there as a whole. libedit draws
 * into the front's output, which never waits. What a key asks of the console is sent once the editor has
 * returned, so that answers never come inside it. */
#include <histedit.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/str.h"
#include "gw/front_internal.h"

enum {
	HISTORY_LINES = 10, /* until the console says something else */
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
	front_print(cookie, text, len);
	return (ssize_t)len;
}

static char *
prompt(EditLine *el)
{
	struct front *f;

	el_get(el, EL_CLIENTDATA, &f);
	return f->read.prompt;
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
	if (keys[1] == 'q' || keys[1] == 'Q') /* as ^V */
		return n == 2 ? 3 : 2 + character_length((unsigned char)keys[2]);
	if (keys[1] != '[' && keys[1] != 'O')
		return 1 + character_length((unsigned char)keys[1]);
	while (i < n && i < 16 && keys[i] >= ' ' && keys[i] < '@')
		i++;
	return i + 1;
}

/* A key that means nothing here, as F5 or the beginning of a paste: libedit would take the end of it for
 * text. */
static bool
is_foreign(const char *keys, size_t length)
{
	return length > 3 && str_starts(keys, "\033[") &&
	       !(length == 4 && keys[3] == '~' && strchr("13478", keys[2]) != NULL);
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
	struct front *f;
	mbstate_t state = { 0 };
	const char *keys;
	size_t n, len;

	el_get(el, EL_CLIENTDATA, &f);
	if (f->run > 0) {
		*wc = RUN;
		return 1;
	}
	for (keys = front_waiting(f, &n); n > 0; keys = front_waiting(f, &n)) {
		len = mbrtowc(wc, keys, n, &state);
		if (len <= n) {
			front_taken(f, len == 0 ? 1 : len); /* a NUL is a key as well */
			return 1;
		}
		front_taken(f, 1); /* no character */
		memset(&state, 0, sizeof state);
	}
	return 0;
}

static unsigned char
key_run(EditLine *el, int ch)
{
	struct front *f;
	size_t n;
	const char *keys;
	char *text;

	(void)ch;
	el_get(el, EL_CLIENTDATA, &f);
	if (f->run == 0) /* typed */
		return CC_ERROR;
	keys = front_waiting(f, &n);
	text = xstrndup(keys, f->run);
	front_taken(f, f->run);
	f->run = 0;
	el_insertstr(el, text);
	str_wipe_free(text);
	return CC_REFRESH;
}

/* `?` and Tab: what comes of them edit_key decides. */
static unsigned char
key_wish(EditLine *el, int ch)
{
	struct front *f;

	el_get(el, EL_CLIENTDATA, &f);
	f->wish = ch == '?' ? FRAME_HELP : FRAME_COMPLETE;
	return CC_NORM;
}

/* ^Z and ^C complete the line; what becomes of it edited_line decides. */
static unsigned char
key_end(EditLine *el, int ch)
{
	struct front *f;

	el_get(el, EL_CLIENTDATA, &f);
	f->key = ch;
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

static void
edited_line(struct front *f, const char *line, size_t len)
{
	int key = f->key;
	size_t cut = f->cut;
	char *copy;

	while (len > 0 && strchr("\r\n", line[len - 1]) != NULL)
		len--;
	copy = xstrndup(line, len);
	len = strlen(copy); /* libedit counts what stands behind a quoted ^@, but does not hand it over */
	terminal_abandon(f);
	if (key == CONTROL_C)
		front_ask(f, FRAME_INTERRUPT, "", 0);
	else if (key == CONTROL_D)
		front_eof(f);
	else /* ^Z: what was typed is carried out first, as in IOS */
		front_ask_line(f, key == CONTROL_Z ? FRAME_END : FRAME_LINE, copy, len, cut);
	str_wipe_free(copy);
}

void
terminal_abandon(struct front *f)
{
	f->key = 0;
	f->cut = 0;
	el_reset(f->el);
	el_set(f->el, EL_PREP_TERM, 1);
}

/* A line that is not shown. */

static void
end_secret(struct front *f)
{
	mem_wipe(f->secret, sizeof f->secret);
	f->secret_len = 0;
}

void
terminal_forget(struct front *f)
{
	end_secret(f);
	terminal_abandon(f);
}

static void
secret_key(struct front *f, char key)
{
	switch (key) {
	case '\r':
	case '\n':
		front_print_text(f, "\n");
		front_ask_line(f, FRAME_LINE, f->secret, f->secret_len, 0);
		end_secret(f);
		break;
	case CONTROL_C:
	case CONTROL_Z:
		front_print_text(f, "\n");
		front_ask(f, FRAME_INTERRUPT, "", 0);
		end_secret(f);
		break;
	case CONTROL_D:
		if (f->secret_len == 0)
			front_eof(f);
		break;
	case CONTROL_U:
	case CONTROL_X:
		end_secret(f);
		break;
	case CONTROL_H:
	case DELETE:
		while (f->secret_len > 0 && ((unsigned char)f->secret[--f->secret_len] & 0xc0) == 0x80)
			; /* UTF-8 */
		break;
	default:
		if ((unsigned char)key >= ' ' && f->secret_len < sizeof f->secret)
			f->secret[f->secret_len++] = key;
		break;
	}
}

/* Hands one key to the editor. */
static void
edit_key(struct front *f)
{
	const LineInfo *li = el_line(f->el);
	int len = 0;
	const char *keys, *line;
	size_t n;

	keys = front_waiting(f, &n);
	if (f->key == 0) {
		size_t run = plain_run(keys, n), room = (size_t)(li->lastchar - li->buffer);

		room = room < TYPED_MAX ? TYPED_MAX - room : 0;
		if (run > room) {
			f->cut += run;
			front_taken(f, run);
			return;
		}
		/* At its end libedit echoes a key by itself; elsewhere, and that is slow, it draws the line
		 * anew. */
		f->run = run > 1 && li->cursor != li->lastchar ? run : 0;
	}
	line = el_gets(f->el, &len);
	if (f->wish != 0) {
		char *before;

		line = typed(f->el, &n);
		before = xstrndup(line, n);
		if (f->wish == FRAME_HELP)
			front_print_text(f, "?\n");
		front_ask(f, f->wish, before, strlen(before));
		str_wipe_free(before);
		f->wish = 0;
		return;
	}
	if (line == NULL || len <= 0 || strchr("\r\n", line[len - 1]) == NULL)
		return; /* not complete yet */
	edited_line(f, line, (size_t)len);
}

/* The answer to Tab: IOS leaves the line as it was typed and goes on below it. */
static void
complete(struct front *f)
{
	front_print_text(f, "\n");
	if (f->completion != NULL)
		el_insertstr(f->el, f->completion);
	else
		el_beep(f->el);
	free(f->completion);
	f->completion = NULL;
	f->completed = false;
}

/* What stands before the next line, and what is typed of it. */
void
terminal_draw(struct front *f)
{
	f->drawn = true;
	if (f->read.wants != VTY_LINE) {
		front_print_text(f, f->read.prompt);
		return;
	}
	if (f->completed)
		complete(f);
	el_set(f->el, EL_HIST, history, f->history[f->read.group]);
	el_set(f->el, EL_REFRESH);
}

/* True when all that waited is done, but for the beginning of a key. */
bool
terminal_take_keys(struct front *f)
{
	for (int i = 0; !f->ended && front_may_type(f); i++) {
		size_t n, length;
		const char *keys = front_waiting(f, &n);

		length = f->read.wants == VTY_SECRET && keys[0] != ESCAPE ? 1 : key_length(keys, n);
		if (f->key == 0 && length > n)
			return true;
		if (i == KEYS_AT_ONCE) {
			loop_timer_set(f->again, LOOP_SOON);
			return false;
		}
		if (f->read.wants == VTY_LINE && (f->key != 0 || !is_foreign(keys, length))) {
			edit_key(f);
			continue;
		}
		if (f->read.wants == VTY_SECRET)
			secret_key(f, keys[0]);
		else if (keys[0] == CONTROL_C)
			front_ask(f, FRAME_INTERRUPT, "", 0);
		else if (f->read.wants == VTY_KEY)
			front_ask(f, FRAME_KEY, keys, 1);
		front_taken(f, length);
	}
	return false;
}

void
terminal_history(struct front *f, enum frame_group group, size_t lines, const char *line)
{
	HistEvent ev;

	history(f->history[group], &ev, H_SETSIZE, (int)(lines < 256 ? lines : 256));
	if (lines == 0)
		history(f->history[group], &ev, H_CLEAR);
	if (*line != '\0')
		history(f->history[group], &ev, H_ENTER, line);
}

bool
terminal_size(unsigned *rows, unsigned *columns)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row > SCREEN_MAX ||
	    size.ws_col > SCREEN_MAX)
		return false;
	*rows = size.ws_row;
	*columns = size.ws_col < 2 ? 0 : size.ws_col; /* nobody can have meant 1 */
	return true;
}

/* Terminals have not been slow for decades, but their descriptions still ask for padding: bytes 0, which
 * programs at the other end take for text. */
static void
drop_padding(EditLine *el)
{
	static const char *const drawing[] = { "al", "cd", "ce", "ch", "cl", "dc", "dl", "dm", "ed", "ei",
		"ho", "ic", "im", "ip", "nd", "up", "DC", "DO", "IC", "LE", "RI", "UP" };

	for (size_t i = 0; i < COUNT(drawing); i++) {
		const char *control = NULL, *padding;
		char *clean;

		if (el_get(el, EL_GETTC, drawing[i], (void *)&control) != 0 || control == NULL ||
		    (padding = strstr(control, "$<")) == NULL || strchr(padding, '>') == NULL)
			continue;
		clean = xasprintf("%.*s%s", (int)(padding - control), control, strchr(padding, '>') + 1);
		el_set(el, EL_SETTC, drawing[i], clean, NULL);
		free(clean);
	}
}

int
terminal_open(struct front *f)
{
	static const struct {
		const char *key, *does;
	} keys[] = { { "?", "gw-wish" }, { "^I", "gw-wish" }, { "^Z", "gw-end" }, { "^C", "gw-end" },
		{ "^D", "gw-delete" }, { "^U", "vi-kill-line-prev" }, { "^X", "vi-kill-line-prev" },
		{ "^W", "ed-delete-prev-word" }, { "^R", "ed-redisplay" }, { "^^", "gw-run" },
		{ "\033q", "ed-quoted-insert" }, { "\033Q", "ed-quoted-insert" },
		{ "\033x", "ed-unassigned" }, { "\033X", "ed-unassigned" }, { "\033[1~", "ed-move-to-beg" },
		{ "\033[7~", "ed-move-to-beg" }, { "\033[4~", "ed-move-to-end" },
		{ "\033[8~", "ed-move-to-end" }, { "\033[3~", "ed-delete-next-char" } };
	cookie_io_functions_t io = { .write = draw };
	unsigned rows, columns;
	HistEvent ev;

	if (!terminal_size(&rows, &columns))
		return -1;
	setlocale(LC_CTYPE, "C.UTF-8");
	f->screen = fopencookie(f, "w", io);
	if (f->screen == NULL)
		return -1;
	f->el = el_init_fd("gw", stdin, f->screen, f->screen, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
	if (f->el == NULL)
		return -1;
	drop_padding(f->el);
	for (size_t i = 0; i < FRAME_GROUPS; i++) {
		f->history[i] = history_init();
		history(f->history[i], &ev, H_SETSIZE, HISTORY_LINES);
	}
	el_set(f->el, EL_CLIENTDATA, f);
	el_set(f->el, EL_GETCFN, next_key);
	el_set(f->el, EL_PROMPT, prompt);
	el_set(f->el, EL_EDITOR, "emacs");
	el_set(f->el, EL_HIST, history, f->history[FRAME_EXEC]);
	/* ^C and ^Z are keys of the console; and between two lines the terminal stays as it is. */
	el_set(f->el, EL_SETTY, "-d", "-isig", NULL);
	el_set(f->el, EL_SETTY, "-x", "-isig", "-icanon", "-echo", NULL);
	el_set(f->el, EL_ADDFN, "gw-wish", "list what can follow, or complete", key_wish);
	el_set(f->el, EL_ADDFN, "gw-end", "leave configuration", key_end);
	el_set(f->el, EL_ADDFN, "gw-run", "several characters", key_run);
	el_set(f->el, EL_ADDFN, "gw-delete", "delete, or end of input", key_delete);
	for (size_t i = 0; i < COUNT(keys); i++)
		el_set(f->el, EL_BIND, keys[i].key, keys[i].does, NULL);
	/* Counts before keys: IOS has none, and a large one takes libedit for ever. */
	for (char count[] = "\0330"; count[1] <= '9'; count[1]++)
		el_set(f->el, EL_BIND, count, "ed-unassigned", NULL);
	el_set(f->el, EL_UNBUFFERED, 1);
	return 0;
}

void
terminal_close(struct front *f)
{
	if (f->el != NULL) {
		el_end(f->el);
		for (size_t i = 0; i < FRAME_GROUPS; i++)
			history_end(f->history[i]);
	}
	f->el = NULL;
	if (f->screen != NULL)
		fclose(f->screen);
	f->screen = NULL;
	end_secret(f);
}

/* Takes the typed line off the screen, up to its first row. */
void
terminal_clear(struct front *f)
{
	struct winsize size = { 0 };
	const char *clear = NULL;
	const char *text;
	size_t len, column, rows;

	f->drawn = false;
	el_get(f->el, EL_GETTC, "ce", (void *)&clear);
	if (clear == NULL || *clear == '\0') { /* the terminal cannot */
		front_print_text(f, "\n");
		return;
	}
	if (f->read.wants == VTY_LINE) {
		text = typed(f->el, &len);
		column = strlen(f->read.prompt);
		for (size_t i = 0; i < len; i++)
			column += ((unsigned char)text[i] & 0xc0) != 0x80; /* UTF-8 */
		ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
		rows = column / (size.ws_col < 2 ? 80 : size.ws_col);
		for (; rows > 0; rows--)
			front_print_text(f, "\033[A");
	}
	front_print_text(f, "\r\033[J");
}

void
terminal_resize(struct front *f, unsigned rows, unsigned columns)
{
	bool drawn = f->drawn;
	char li[12], co[12];

	if (drawn)
		terminal_clear(f);
	/* Not el_resize: it would ask again, and the answer may be another. */
	snprintf(li, sizeof li, "%u", rows < 1 ? 24 : rows);
	snprintf(co, sizeof co, "%u", columns < 2 ? 80 : columns);
	el_set(f->el, EL_SETTC, "li", li, NULL);
	el_set(f->el, EL_SETTC, "co", co, NULL);
	if (drawn)
		terminal_draw(f);
}
