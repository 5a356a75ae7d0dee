/* Passwords checked by processes: this program again, as gw does it. PAM answers from a directory of service
 * files made here. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "gw/verify.h"
#include "gw/verify_internal.h"

enum { LIMIT_MS = 30000, NO_ANSWER = 77 };

#define HASH "$9$ihSswXDbk0kaVK$o.uyR2nMrWtjMkrQwBXUR5lVuVt/KzG23rmYvshODXI"

enum { ASKED_MAX = 12 };

struct asked {
	struct world *world;
	int result;
};

struct world {
	struct loop *loop;
	struct verify *verify;
	unsigned left; /* answers that are waited for */
	struct asked asked[ASKED_MAX];
	int64_t began, ended;
};

static void
on_done(void *arg, int result)
{
	struct asked *a = arg;
	struct world *w = a->world;

	a->result = result;
	w->ended = loop_now();
	if (--w->left == 0)
		loop_stop(w->loop);
}

static void
world_open(struct world *w, int limit_ms)
{
	*w = (struct world){ .loop = loop_new() };
	w->verify = verify_new(w->loop, limit_ms);
	w->began = loop_now();
	for (size_t i = 0; i < ASKED_MAX; i++)
		w->asked[i] = (struct asked){ w, NO_ANSWER };
}

static void
world_close(struct world *w)
{
	verify_free(w->verify);
	loop_free(w->loop);
}

static void *
ask(struct world *w, size_t i, struct login_claim claim)
{
	w->left++;
	return verify_ask(w->verify, &claim, on_done, &w->asked[i]);
}

/* A file that tells the processes of this test to hang. */
static char *
hang_file(pid_t of)
{
	return xasprintf("check_verify.hang.%d", (int)of);
}

static void
let_hang(bool on)
{
	char *path = hang_file(getpid());
	int fd;

	if (on) {
		fd = open(path, O_CREAT | O_WRONLY, 0600);
		ck_assert_int_ge(fd, 0);
		close(fd);
	} else {
		unlink(path);
	}
	free(path);
}

static const struct {
	struct login_claim claim;
	int result;
} claims[] = {
	{ { .password = "cisco123", .hash = HASH }, LOGIN_PROVED },
	{ { .password = "cisco124", .hash = HASH }, LOGIN_REFUSED },
	{ { .password = "cisco123", .hash = "nonsense" }, LOGIN_REFUSED },
	{ { .password = "Sesame", .clear = "Sesame", .line = "vty3", .from = "192.0.2.7" }, LOGIN_PROVED },
	{ { .password = "", .clear = "Sesame" }, LOGIN_REFUSED },
	{ { .password = "Sesame" }, LOGIN_REFUSED },
	{ { .password = "", .clear = "" }, LOGIN_PROVED },
};

START_TEST(a_process_answers)
{
	struct world w;

	world_open(&w, LIMIT_MS);
	ck_assert_ptr_nonnull(ask(&w, 0, claims[_i].claim));
	ck_assert_int_eq(w.asked[0].result, NO_ANSWER);
	loop_run(w.loop);
	ck_assert_int_eq(w.asked[0].result, claims[_i].result);
	world_close(&w);
}
END_TEST

START_TEST(more_than_run_at_once_wait_for_their_turn)
{
	struct world w;

	world_open(&w, LIMIT_MS);
	for (size_t i = 0; i < ASKED_MAX; i++)
		ask(&w, i, (struct login_claim){ .password = i % 2 ? "Sesame" : "x", .clear = "Sesame" });
	loop_run(w.loop);
	for (size_t i = 0; i < ASKED_MAX; i++)
		ck_assert_int_eq(w.asked[i].result, i % 2 ? LOGIN_PROVED : LOGIN_REFUSED);
	world_close(&w);
}
END_TEST

/* Whatever was wrong, the answer takes as long. */
START_TEST(a_refusal_takes_its_time)
{
	enum { REFUSAL_MS = 300 };
	struct world w;

	world_open(&w, LIMIT_MS);
	ask(&w, 0, (struct login_claim){ .password = "x", .clear = "Sesame", .delay_ms = REFUSAL_MS });
	loop_run(w.loop);
	ck_assert_int_eq(w.asked[0].result, LOGIN_REFUSED);
	ck_assert_int_ge(w.ended - w.began, REFUSAL_MS);
	world_close(&w);
}
END_TEST

START_TEST(a_process_that_hangs_is_killed)
{
	struct world w;

	let_hang(true);
	world_open(&w, 100);
	ask(&w, 0, (struct login_claim){ .password = "Sesame", .clear = "Sesame" });
	loop_run(w.loop);
	let_hang(false);
	ck_assert_int_eq(w.asked[0].result, LOGIN_ERROR);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left of it */
	ck_assert_int_eq(errno, ECHILD);
	world_close(&w);
}
END_TEST

START_TEST(a_cancelled_claim_is_not_answered)
{
	struct world w;
	void *jobs[6];

	let_hang(true);
	world_open(&w, LIMIT_MS);
	for (size_t i = 0; i < COUNT(jobs); i++) /* four run, two wait */
		jobs[i] = ask(&w, i, (struct login_claim){ .password = "Sesame", .clear = "Sesame" });
	for (size_t i = 0; i < COUNT(jobs); i++)
		verify_cancel(w.verify, jobs[i]);
	let_hang(false);
	w.left = 0;
	ask(&w, 6, (struct login_claim){ .password = "Sesame", .clear = "Sesame" });
	loop_run(w.loop);
	ck_assert_int_eq(w.asked[6].result, LOGIN_PROVED);
	for (size_t i = 0; i < COUNT(jobs); i++)
		ck_assert_int_eq(w.asked[i].result, NO_ANSWER);
	world_close(&w);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

START_TEST(the_end_of_the_program_waits_for_nothing)
{
	struct world w;

	let_hang(true);
	world_open(&w, LIMIT_MS);
	for (size_t i = 0; i < 6; i++)
		ask(&w, i, (struct login_claim){ .password = "Sesame", .clear = "Sesame" });
	world_close(&w);
	let_hang(false);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* What the process makes of bytes that are no claim, and of PAM: by hand, without the other side. */

/* The exit status of the process with these bytes as its input. */
static int
process(const char *bytes, size_t len, const char *dir)
{
	int ends[2], status;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], bytes, len), (ssize_t)len);
	close(ends[1]);
	pid = fork();
	if (pid == 0) {
		dup2(ends[0], STDIN_FILENO);
		execl("/proc/self/exe", "gw", "--verify", dir, NULL);
		_exit(1);
	}
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define BYTES(text)                                                                                          \
	{                                                                                                    \
		text, sizeof text - 1                                                                        \
	}
static const struct {
	const char *bytes;
	size_t len;
} no_claims[] = { BYTES(""), BYTES("c"), BYTES("cSesame\0Sesame\0vty0\0"), BYTES("cSesame\0Sesame\0vty0\0."),
	BYTES("cSesame\0Sesame\0vty0\0\0more\0"), BYTES("xSesame\0Sesame\0vty0\0\0"), BYTES("\0\0\0\0\0") };

START_TEST(what_is_no_claim_is_an_error)
{
	ck_assert_int_eq(process(no_claims[_i].bytes, no_claims[_i].len, NULL), EXIT_ERROR);
}
END_TEST

START_TEST(a_claim_that_is_too_long_is_an_error)
{
	size_t len = 20000;
	char *bytes = xmalloc(len);

	memset(bytes, 'c', len);
	ck_assert_int_eq(process(bytes, len, NULL), EXIT_ERROR);
	free(bytes);
}
END_TEST

static const struct {
	const char *service; /* NULL: no file */
	int status;
} services[] = {
	{ "auth required pam_permit.so\naccount required pam_permit.so\n", EXIT_PROVED },
	{ "auth required pam_deny.so\naccount required pam_permit.so\n", EXIT_REFUSED },
	{ "auth required pam_permit.so\naccount required pam_deny.so\n", EXIT_REFUSED },
	/* a server that is away, as examples/pam.d-gw has it; and what makes a refusal of that */
	{ "auth required pam_debug.so auth=authinfo_unavail\naccount required pam_permit.so\n", EXIT_ERROR },
	{ "auth sufficient pam_debug.so auth=authinfo_unavail\nauth requisite pam_deny.so\n"
	  "account required pam_permit.so\n",
	    EXIT_REFUSED },
	{ "auth required pam_no_such_module.so\naccount required pam_permit.so\n", EXIT_ERROR },
	{ NULL, EXIT_ERROR },
};

START_TEST(pam_decides)
{
#if defined HAVE_PAM && defined HAVE_PAM_START_CONFDIR
	static const char claim[] = "palice\0Sesame\0vty0\000192.0.2.7";
	char dir[] = "/tmp/check_verify.XXXXXX", *path;
	FILE *f;
	int status;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = xasprintf("%s/gw", dir);
	if (services[_i].service != NULL) {
		f = fopen(path, "w");
		ck_assert(f != NULL && fputs(services[_i].service, f) >= 0 && fclose(f) == 0);
	}
	status = process(claim, sizeof claim, dir);
	unlink(path);
	rmdir(dir);
	free(path);
	ck_assert_int_eq(status, services[_i].status);
#else
	fprintf(stderr, "not tested: no PAM, or one that reads the system's service files only\n");
	(void)services;
#endif
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *s = suite_create("verify");
	TCase *t = tcase_create("verify");
	SRunner *r;
	int failed;

	if (argc >= 2 && str_eq(argv[1], "--verify")) {
		char *path = hang_file(getppid());

		if (access(path, F_OK) == 0)
			pause();
		free(path);
		verify_main(argc > 2 ? argv[2] : NULL);
	}
	tcase_add_loop_test(t, a_process_answers, 0, COUNT(claims));
	tcase_add_test(t, more_than_run_at_once_wait_for_their_turn);
	tcase_add_test(t, a_refusal_takes_its_time);
	tcase_add_test(t, a_process_that_hangs_is_killed);
	tcase_add_test(t, a_cancelled_claim_is_not_answered);
	tcase_add_test(t, the_end_of_the_program_waits_for_nothing);
	tcase_add_loop_test(t, what_is_no_claim_is_an_error, 0, COUNT(no_claims));
	tcase_add_test(t, a_claim_that_is_too_long_is_an_error);
	tcase_add_loop_test(t, pam_decides, 0, COUNT(services));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
