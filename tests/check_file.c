/* Appending to files: all or nothing, and to nothing but files. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <check.h>

#include "base/mem.h"
#include "gw/file.h"

static char directory[64], err[200];

static void
setup(void)
{
	snprintf(directory, sizeof directory, "/tmp/check_file.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
	err[0] = '\0';
}

static void
teardown(void)
{
	static const char *const names[] = { "a", "link", "dangling", "fifo", "made" };

	for (size_t i = 0; i < COUNT(names); i++)
		unlink(names[i]);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(directory), 0);
}

static int
append(const char *path, const char *text)
{
	return file_append(path, text, strlen(text), err, sizeof err);
}

static void
holds(const char *path, const char *expected)
{
	size_t len;
	char *text = file_read(path, 1000000, &len, NULL, err, sizeof err);

	ck_assert_msg(text != NULL, "%s", err);
	ck_assert_str_eq(text, expected);
	free(text);
}

/* F8 */
START_TEST(text_goes_behind_what_the_file_has)
{
	struct stat st;

	umask(0);
	ck_assert_int_eq(append("a", "one\n"), 0);
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(append("a", "two\n"), 0);
	ck_assert_int_eq(append("a", ""), 0);
	holds("a", "one\ntwo\n");
	ck_assert_int_eq(chmod("a", 0640), 0);
	ck_assert_int_eq(append("a", "three"), 0);
	ck_assert_int_eq(stat("a", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640); /* its owner's choice stays */
	holds("a", "one\ntwo\nthree");
}
END_TEST

START_TEST(a_link_leads_to_its_file)
{
	ck_assert_int_eq(symlink("a", "link"), 0);
	ck_assert_int_eq(append("link", "one\n"), 0); /* nothing there yet: made */
	ck_assert_int_eq(append("link", "two\n"), 0);
	holds("a", "one\ntwo\n");
}
END_TEST

/* F7 */
START_TEST(what_is_no_file_is_refused)
{
	static const struct {
		const char *path, *err;
	} unfit[] = {
		{ ".", ".: Is a directory" },
		{ "fifo", "fifo: Not a regular file" },
		{ "/dev/null", "/dev/null: Not a regular file" },
		{ "/dev/full", "/dev/full: Not a regular file" },
		{ "link", "link: Not a regular file" },
		{ "missing/a", "missing/a: No such file or directory" },
		{ "a/b", "a/b: Not a directory" },
		{ "", ": No such file or directory" },
	};

	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(symlink("fifo", "link"), 0);
	ck_assert_int_eq(append("a", "one\n"), 0);
	for (size_t i = 0; i < COUNT(unfit); i++) {
		ck_assert_int_eq(append(unfit[i].path, "text"), -1);
		ck_assert_str_eq(err, unfit[i].err);
	}
}
END_TEST

/* Whoever waits at a FIFO is not let in, a watchdog is not started, a socket stays. F7 */
START_TEST(what_is_no_file_is_not_even_opened_or_removed)
{
	static const char *const paths[] = { "fifo", "." };
	int watch = inotify_init1(IN_NONBLOCK), fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "made" };
	char events[1000];
	size_t len;

	ck_assert_int_eq(mkfifo("fifo", 0600), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_ge(inotify_add_watch(watch, "fifo", IN_OPEN), 0);
	for (size_t i = 0; i < COUNT(paths); i++) {
		bool missing = true;

		ck_assert_ptr_null(file_read(paths[i], 1000, &len, &missing, err, sizeof err));
		ck_assert(!missing);
		ck_assert_int_eq(append(paths[i], "text"), -1);
		ck_assert_int_eq(file_write(paths[i], "text", 4, err, sizeof err), -1);
		ck_assert_int_eq(file_remove(paths[i], err, sizeof err), -1);
	}
	ck_assert_str_eq(err, ".: Is a directory");
	ck_assert_int_eq(file_remove("made", err, sizeof err), -1);
	ck_assert_str_eq(err, "made: Not a regular file");
	ck_assert_int_eq(access("made", F_OK), 0);
	ck_assert_int_eq(access("fifo", F_OK), 0);
	ck_assert_int_eq(read(watch, events, sizeof events), -1);
	ck_assert_int_eq(symlink("fifo", "link"), 0);
	ck_assert_int_eq(file_remove("link", err, sizeof err), 0); /* the link alone */
	ck_assert_int_eq(file_remove("link", err, sizeof err), 0);
	close(watch);
	close(fd);
}
END_TEST

/* F3 */
START_TEST(what_does_not_fit_leaves_the_file_as_it_was)
{
	struct rlimit limit = { 10000, RLIM_INFINITY }, before;
	char *text = xmalloc(20001);

	memset(text, 'x', 20000);
	text[20000] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(append("a", "one\n"), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit.rlim_max = before.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(append("a", text), -1);
	ck_assert_str_eq(err, "a: File too large");
	ck_assert_int_eq(append("made", text), -1);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	holds("a", "one\n");
	ck_assert_int_eq(access("made", F_OK), -1);
	ck_assert_int_eq(append("a", "two\n"), 0);
	holds("a", "one\ntwo\n");
	free(text);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("file");
	TCase *t = tcase_create("file");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, text_goes_behind_what_the_file_has);
	tcase_add_test(t, a_link_leads_to_its_file);
	tcase_add_test(t, what_is_no_file_is_refused);
	tcase_add_test(t, what_is_no_file_is_not_even_opened_or_removed);
	tcase_add_test(t, what_does_not_fit_leaves_the_file_as_it_was);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
