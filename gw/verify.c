#include "gw/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/vec.h"
#include "gw/verify_internal.h"

enum job_state { JOB_WAITS, JOB_RUNS, JOB_DELAYED };

struct job {
	struct verify *verify;
	enum job_state state;
	struct out request; /* JOB_WAITS: what the process will read */
	login_done *done; /* NULL: cancelled */
	void *done_arg;
	int64_t refuse_at; /* loop_now() before which a refusal is not answered */
	struct loop_timer *timer; /* JOB_RUNS: the limit; JOB_DELAYED: the answer */
	pid_t pid;
	int pidfd;
};

struct verify {
	struct loop *loop;
	int limit_ms;
	VEC(struct job *) jobs; /* in the order in which they came */
};

static void
forget(struct job *j)
{
	struct verify *v = j->verify;
	size_t i = 0;

	while (v->jobs.v[i] != j)
		i++;
	vec_remove(&v->jobs, i);
	loop_timer_free(j->timer);
	out_free(&j->request);
	if (j->pidfd >= 0) {
		loop_watch(v->loop, j->pidfd, false, false, NULL, NULL);
		close(j->pidfd);
	}
	free(j);
}

/* The job is gone before its answer is heard: that may ask for the next. */
static void
answer(struct job *j, int result)
{
	login_done *done = j->done;
	void *arg = j->done_arg;

	forget(j);
	if (done != NULL)
		done(arg, result);
}

static void
write_field(struct out *o, const char *text)
{
	out_write(o, text == NULL ? "" : text, (text == NULL ? 0 : strlen(text)) + 1);
}

static void
write_claim(struct out *o, const struct login_claim *c)
{
	const char *against = c->pam ? c->user : c->hash != NULL ? c->hash : c->clear;

	out_char(o, (char)(c->pam             ? CLAIM_PAM
			   : c->hash != NULL  ? CLAIM_HASH
			   : c->clear != NULL ? CLAIM_CLEAR
					      : CLAIM_NOBODY));
	write_field(o, against);
	write_field(o, c->password);
	write_field(o, c->line);
	write_field(o, c->from);
}

/* Gives the process what it reads; the pipe holds it whole. */
static int
hand_over(int fd, struct out *request)
{
	ssize_t n = fcntl(fd, F_SETFL, O_NONBLOCK) == 0 ? write(fd, request->buf, request->len) : -1;

	return n == (ssize_t)request->len ? 0 : -1;
}

static int
spawn(pid_t *pid, int input)
{
	char *const argv[] = { (char *)(uintptr_t) "gw", (char *)(uintptr_t) "--verify", NULL };
	char *const environment[] = { (char *)(uintptr_t) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, ignored;
	int rc;

	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	sigaddset(&ignored, SIGXFSZ);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &ignored);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	rc = posix_spawn(pid, "/proc/self/exe", &files, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	errno = rc;
	return rc == 0 ? 0 : -1;
}

static void on_exit_of(void *arg, int fd, bool read, bool write);

/* 0; -1: no process could be made. */
static int
start_process(struct job *j)
{
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	rc = hand_over(ends[1], &j->request);
	close(ends[1]);
	out_free(&j->request);
	if (rc == 0)
		rc = spawn(&j->pid, ends[0]);
	close(ends[0]);
	if (rc != 0)
		return -1;
	j->pidfd = (int)syscall(SYS_pidfd_open, j->pid, 0);
	if (j->pidfd >= 0 && loop_watch(j->verify->loop, j->pidfd, true, false, on_exit_of, j) == 0)
		return 0;
	kill(j->pid, SIGKILL);
	waitpid(j->pid, NULL, 0);
	return -1;
}

static void
start_next(struct verify *v)
{
	for (;;) {
		struct job *next = NULL;
		size_t running = 0;

		for (size_t i = v->jobs.n; i-- > 0;) {
			running += v->jobs.v[i]->state == JOB_RUNS;
			if (v->jobs.v[i]->state == JOB_WAITS)
				next = v->jobs.v[i];
		}
		if (next == NULL || running >= VERIFY_AT_ONCE)
			return;
		if (start_process(next) == 0) {
			next->state = JOB_RUNS;
			loop_timer_set(next->timer, loop_now() + v->limit_ms);
			continue;
		}
		log_at(LOG_LEVEL_ERROR, "AAA", "VERIFY", "no password can be checked: no process for it: %s",
		    strerror(errno));
		answer(next, LOGIN_ERROR);
	}
}

static void
on_exit_of(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct job *j = arg;
	struct verify *v = j->verify;
	int status = 0, result;

	(void)fd, (void)read_ready, (void)write_ready;
	if (waitpid(j->pid, &status, WNOHANG) == 0)
		return;
	result = !WIFEXITED(status)                    ? LOGIN_ERROR
		 : WEXITSTATUS(status) == EXIT_PROVED  ? LOGIN_PROVED
		 : WEXITSTATUS(status) == EXIT_REFUSED ? LOGIN_REFUSED
						       : LOGIN_ERROR;
	if (result == LOGIN_REFUSED && j->done != NULL && j->refuse_at > loop_now()) {
		loop_watch(v->loop, j->pidfd, false, false, NULL, NULL);
		close(j->pidfd);
		j->pidfd = -1;
		j->state = JOB_DELAYED;
		loop_timer_set(j->timer, j->refuse_at);
	} else {
		answer(j, result);
	}
	start_next(v);
}

/* The limit, or the time of the answer. */
static void
on_due(void *arg)
{
	struct job *j = arg;

	if (j->state == JOB_DELAYED)
		answer(j, LOGIN_REFUSED);
	else
		kill(j->pid, SIGKILL); /* its end comes to on_exit_of */
}

void *
verify_ask(struct verify *v, const struct login_claim *claim, login_done *done, void *done_arg)
{
	struct job *j = xcalloc(1, sizeof *j);
	bool there = false;

	j->verify = v;
	j->done = done;
	j->done_arg = done_arg;
	j->refuse_at = loop_now() + claim->delay_ms;
	j->timer = loop_timer_new(v->loop, on_due, j);
	j->pidfd = -1;
	write_claim(&j->request, claim);
	vec_push(&v->jobs, j);
	start_next(v);
	for (size_t i = 0; i < v->jobs.n; i++)
		there |= v->jobs.v[i] == j;
	return there ? j : NULL;
}

void
verify_cancel(struct verify *v, void *job)
{
	struct job *j = job;

	(void)v;
	j->done = NULL;
	if (j->state == JOB_RUNS)
		kill(j->pid, SIGKILL);
	else
		forget(j);
}

struct verify *
verify_new(struct loop *loop, int limit_ms)
{
	struct verify *v = xcalloc(1, sizeof *v);

	v->loop = loop;
	v->limit_ms = limit_ms;
	return v;
}

void
verify_free(struct verify *v)
{
	if (v == NULL)
		return;
	while (v->jobs.n > 0) {
		struct job *j = v->jobs.v[0];

		if (j->state == JOB_RUNS) {
			kill(j->pid, SIGKILL);
			waitpid(j->pid, NULL, 0);
		}
		forget(j);
	}
	vec_free(&v->jobs);
	free(v);
}
