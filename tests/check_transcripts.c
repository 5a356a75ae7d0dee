/* Consoles as they are seen: the files of tests/cli hold prompts, typed lines and exact output, and read as a
 * manual.
 *
 * "=== vty 3 as NAME" begins another console (fixture_attach).
 *
 * A line that begins with the current prompt is typed; `?` at its end asks for help, <Tab> completes (=>
 * shows the line then), ^Z is a key; a line <5 minutes> lets time pass. Everything up to the next prompt is
 * the output. Lines that begin with "# " are for the reader. With UPDATE_TRANSCRIPTS set the files are
 * written anew instead (make update-transcripts). */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "tests/fixture.h"

static VEC(char *) names;

static const char *
directory(void)
{
	static char path[1024];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof path, "%s/tests/cli", srcdir == NULL ? "." : srcdir);
	return path;
}

static bool
updating(void)
{
	return getenv("UPDATE_TRANSCRIPTS") != NULL;
}

static bool
ends_with(const char *s, size_t len, const char *end)
{
	return len >= strlen(end) && strncmp(s + len - strlen(end), end, strlen(end)) == 0;
}

/* One typed line, with what it prints. */
static void
type(struct fixture *f, const char *typed, size_t len)
{
	if (ends_with(typed, len, "?")) {
		char *line = xstrndup(typed, len - 1);

		vty_help(f->vty, line);
		free(line);
	} else if (ends_with(typed, len, "<Tab>")) {
		char *line = xstrndup(typed, len - strlen("<Tab>")), *rest = vty_complete(f->vty, line);

		if (rest != NULL)
			out_printf(&f->out, "=> %s%s\n", line, rest);
		free(rest);
		free(line);
	} else if (ends_with(typed, len, "^Z")) {
		vty_end(f->vty);
	} else {
		vty_line(f->vty, typed, len);
	}
}

/* Length of what looks like a prompt at the beginning of a line: NAME(mode)# or NAME>. */
static size_t
looks_like_prompt(const char *line)
{
	size_t n = strcspn(line, " (>#=\n");

	if (line[n] == '(')
		n += strcspn(line + n, " )#\n") + 1;
	return n > 0 && (line[n] == '#' || line[n] == '>') && strchr(line, '%') != line ? n + 1 : 0;
}

/* "<5 minutes>", "<1 hour>": milliseconds; 0: it is another line. */
static int64_t
passing(const char *line)
{
	unsigned n;
	char unit[8];

	if (sscanf(line, "<%u %7[a-z]>", &n, unit) != 2)
		return 0;
	return (int64_t)n * (str_starts(unit, "hour") ? 3600000 : str_starts(unit, "minute") ? 60000 : 1000);
}

/* The session of the file, played again. */
static char *
play(const char *text)
{
	struct fixture *f = fixture_new(true);
	char *result;

	fixture_write(f, "bad.cfg",
	    "hostname half\nsip-ua\n registrar 7 dns:a.example\n credentials username u password Clear1 "
	    "realm r\n");

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		const char *prompt = vty_prompt(f->vty);

		if (str_starts(text, "# ")) {
			out_write(&f->out, text, n);
			out_char(&f->out, '\n');
		} else if (passing(text) > 0) {
			out_write(&f->out, text, n + 1);
			fixture_pass(f, passing(text));
		} else if (str_starts(text, "=== ")) {
			char *how = xstrndup(text + 4, n - 4);

			out_printf(&f->out, "=== %s\n", how);
			fixture_attach(f, how);
			free(how);
		} else if (vty_closed(f->vty) ||
			   (*prompt == '\0' && str_starts(text, "Enter TEXT message."))) {
			/* Printed; no prompt tells it from what is typed. */
		} else if (str_starts(text, prompt) || (updating() && looks_like_prompt(text) > 0)) {
			size_t skip = str_starts(text, prompt) ? strlen(prompt) : looks_like_prompt(text);

			out_printf(&f->out, "%s%.*s\n", prompt, (int)(n - skip), text + skip);
			/* A secret is not shown as it is typed; the file has it in < >. */
			if (vty_wants(f->vty) == VTY_SECRET)
				type(f, text + skip + 1, n - skip - 2);
			else
				type(f, text + skip, n - skip);
		}
		text += n + (text[n] == '\n');
	}
	result = out_take(&f->out);
	fixture_free(f);
	return result;
}

START_TEST(a_console_session_looks_like_this)
{
	char *path = xasprintf("tests/cli/%s", names.v[_i]),
	     *full = xasprintf("%s/%s", directory(), names.v[_i]);
	size_t len;
	char *expected = fixture_file(path, &len), *got = play(expected);

	if (updating()) {
		FILE *file = fopen(full, "w");

		ck_assert(file != NULL && fputs(got, file) >= 0 && fclose(file) == 0);
	} else if (strcmp(got, expected) != 0) {
		size_t at = 0, line = 1;

		while (got[at] == expected[at])
			line += got[at++] == '\n';
		while (at > 0 && got[at - 1] != '\n')
			at--;
		ck_abort_msg("%s:%zu: expected \"%.*s\", got \"%.*s\"", path, line,
		    (int)strcspn(expected + at, "\n"), expected + at, (int)strcspn(got + at, "\n"), got + at);
	}
	free(got);
	free(expected);
	free(full);
	free(path);
}
END_TEST

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
main(void)
{
	Suite *s = suite_create("transcripts");
	TCase *t = tcase_create("transcripts");
	DIR *d = opendir(directory());
	SRunner *r;
	int failed;

	for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d))
		if (ends_with(e->d_name, strlen(e->d_name), ".txt"))
			vec_push(&names, xstrdup(e->d_name));
	if (d != NULL)
		closedir(d);
	if (names.n == 0) {
		fprintf(stderr, "%s: no transcripts\n", directory());
		return 1;
	}
	qsort(names.v, names.n, sizeof names.v[0], by_name);
	tcase_add_loop_test(t, a_console_session_looks_like_this, 0, (int)names.n);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	for (size_t i = 0; i < names.n; i++)
		free(names.v[i]);
	vec_free(&names);
	return failed != 0;
}
