#include "gw/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <sofia-sip/su_time.h>
#include <sofia-sip/su_wait.h>

#include "base/mem.h"
#include "base/vec.h"

struct watch {
	struct loop *loop;
	int fd, index;
	loop_ready *ready;
	void *arg;
};

struct loop_timer {
	struct loop *loop;
	int64_t at;
	unsigned round; /* in which it was called last */
	loop_due *due;
	void *arg;
};

struct loop {
	su_root_t *root;
	su_timer_t *anchor;
	VEC(struct watch *) watches;
	VEC(struct loop_timer *) timers;
	int timer, signals;
	int64_t armed; /* when the timerfd fires */
	unsigned round;
	loop_signal *on_signal;
	void *signal_arg;
};

/* libsofia crashes in a run of the loop that finds its last timer gone, as it is while no SIP stack is open.
 */
static void
on_anchor(su_root_magic_t *magic, su_timer_t *timer, su_timer_arg_t *arg)
{
	enum { HOUR_MS = 3600000 };

	(void)magic;
	su_timer_set_interval(timer, on_anchor, arg, HOUR_MS);
}

/* libsofia's timers follow the wall clock: set back by a day, it would leave every transaction under way
 * unanswered for that day. The library has this hook, called with the time it read; it gets one that only
 * advances. */
extern void (*_su_time)(su_time_t *);
static time_t boot; /* when the monotonic clock began */

static void
steady_time(su_time_t *t)
{
	struct timespec now;

	if (t == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	t->tv_sec = (unsigned long)(boot + now.tv_sec);
	t->tv_usec = (unsigned long)(now.tv_nsec / 1000);
}

static void
follow_monotonic_clock(void)
{
	boot = (time_t)((loop_wall() - loop_now()) / 1000) + SU_TIME_EPOCH;
	_su_time = steady_time;
}

static size_t
watch_index(const struct loop *l, int fd)
{
	size_t i = 0;

	while (i < l->watches.n && l->watches.v[i]->fd != fd)
		i++;
	return i;
}

static void
unwatch(struct loop *l, size_t i)
{
	su_root_deregister(l->root, l->watches.v[i]->index);
	free(l->watches.v[i]);
	vec_remove(&l->watches, i);
}

void *
loop_root(struct loop *l)
{
	return l->root;
}

void
loop_run(struct loop *l)
{
	su_root_run(l->root);
}

void
loop_stop(struct loop *l)
{
	su_root_break(l->root);
}

static int
on_ready(su_root_magic_t *magic, su_wait_t *wait, su_wakeup_arg_t *arg)
{
	struct watch *w = (struct watch *)arg;
	int events = su_wait_events(wait, w->fd);

	(void)magic;
	w->ready(w->arg, w->fd, (events & (SU_WAIT_IN | SU_WAIT_HUP | SU_WAIT_ERR)) != 0,
	    (events & SU_WAIT_OUT) != 0);
	return 0;
}

int
loop_watch(struct loop *l, int fd, bool read, bool write, loop_ready *ready, void *arg)
{
	size_t i = watch_index(l, fd);
	su_wait_t wait[1] = { SU_WAIT_INIT };
	struct stat st;
	struct watch *w;

	if (i < l->watches.n)
		unwatch(l, i);
	if (!read && !write)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) /* libsofia would print why it cannot */
		return -1;
	w = xcalloc(1, sizeof *w);
	*w = (struct watch){ l, fd, -1, ready, arg };
	if (su_wait_create(wait, fd, (read ? SU_WAIT_IN : 0) | (write ? SU_WAIT_OUT : 0)) == 0)
		w->index = su_root_register(l->root, wait, on_ready, (su_wakeup_arg_t *)w, su_pri_normal);
	if (w->index < 0) {
		su_wait_destroy(wait);
		free(w);
		return -1;
	}
	vec_push(&l->watches, w);
	return 0;
}

/* Timers. */

static void
arm(struct loop *l)
{
	struct itimerspec when = { 0 };
	int64_t at = LOOP_NEVER;

	for (size_t i = 0; i < l->timers.n; i++)
		if (l->timers.v[i]->at < at)
			at = l->timers.v[i]->at;
	if (at == l->armed)
		return;
	l->armed = at;
	if (at != LOOP_NEVER) {
		when.it_value.tv_sec = at / 1000;
		when.it_value.tv_nsec = at % 1000 * 1000000;
		if (at <= 0)
			when.it_value.tv_nsec = 1; /* zero would switch it off */
	}
	timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* A timer that is due and was not called in this round; one that sets itself again has its turn in the next,
 * so that descriptors come between. */
static struct loop_timer *
next_due(const struct loop *l, int64_t now)
{
	for (size_t i = 0; i < l->timers.n; i++)
		if (l->timers.v[i]->at <= now && l->timers.v[i]->round != l->round)
			return l->timers.v[i];
	return NULL;
}

static void
on_timer(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct loop *l = arg;
	struct loop_timer *t;
	int64_t now = loop_now();

	(void)fd, (void)read_ready, (void)write_ready;
	/* What has fired stays ready until it is armed anew: who is due again at once needs no call. */
	if (l->armed <= now)
		l->armed = LOOP_SOON;
	l->round++;
	while ((t = next_due(l, now)) != NULL) {
		t->round = l->round;
		t->at = LOOP_NEVER;
		t->due(t->arg);
	}
	arm(l);
}

struct loop_timer *
loop_timer_new(struct loop *l, loop_due *due, void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof *t);

	*t = (struct loop_timer){ .loop = l, .at = LOOP_NEVER, .round = l->round, .due = due, .arg = arg };
	vec_push(&l->timers, t);
	return t;
}

void
loop_timer_set(struct loop_timer *t, int64_t at)
{
	if (t->at == at)
		return;
	t->at = at;
	arm(t->loop);
}

void
loop_timer_free(struct loop_timer *t)
{
	size_t i = 0;

	if (t == NULL)
		return;
	while (t->loop->timers.v[i] != t)
		i++;
	vec_remove(&t->loop->timers, i);
	arm(t->loop);
	free(t);
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	while (l->watches.n > 0)
		unwatch(l, l->watches.n - 1);
	vec_free(&l->watches);
	vec_free(&l->timers);
	if (l->timer >= 0)
		close(l->timer);
	if (l->signals >= 0)
		close(l->signals);
	su_timer_destroy(l->anchor);
	if (l->root != NULL)
		su_root_destroy(l->root);
	su_deinit();
	free(l);
}

struct loop *
loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof *l);
	int reason;

	su_init();
	follow_monotonic_clock();
	l->root = su_root_create(NULL);
	l->signals = -1;
	l->armed = LOOP_NEVER;
	/* All that it will ever need, while there are descriptors. */
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l->root != NULL && l->timer >= 0) {
		su_root_threading(l->root, 0);
		l->anchor = su_timer_create(su_root_task(l->root), 0);
		on_anchor(NULL, l->anchor, NULL);
		if (loop_watch(l, l->timer, true, false, on_timer, l) == 0)
			return l;
	}
	reason = errno;
	loop_free(l);
	errno = reason;
	return NULL;
}

static void
on_signalfd(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct loop *l = arg;
	struct signalfd_siginfo info;

	(void)read_ready, (void)write_ready;
	while (read(fd, &info, sizeof info) == sizeof info)
		l->on_signal(l->signal_arg, (int)info.ssi_signo);
}

int
loop_signals(struct loop *l, loop_signal *on_signal, void *arg)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return -1;
	l->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->on_signal = on_signal;
	l->signal_arg = arg;
	return l->signals < 0 ? -1 : loop_watch(l, l->signals, true, false, on_signalfd, l);
}

/* Output. */

enum { WRITE_PIECE = 4096 }; /* PIPE_BUF: a pipe that is writable takes it whole */

struct outlet {
	struct loop *loop;
	int fd;
	bool own; /* fd was opened here */
	void (*changed)(void *arg);
	void *arg;
	char *text;
	size_t at, len, cap; /* what is kept stands at text + at */
	bool watched, gone;
};

/* A terminal that is writable may still wait in the middle of a write. It is opened once more for writing
 * that never waits: the flag on the descriptor we were given would be everybody's. -1: no terminal. */
static int
open_again(int fd)
{
	char path[32];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return isatty(fd) ? open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
}

struct outlet *
outlet_new(struct loop *l, int fd, void (*changed)(void *arg), void *arg)
{
	struct outlet *o = xcalloc(1, sizeof *o);

	o->loop = l;
	o->fd = open_again(fd);
	o->own = o->fd >= 0;
	o->fd = o->own ? o->fd : fd;
	o->changed = changed;
	o->arg = arg;
	return o;
}

struct outlet *
outlet_new_own(struct loop *l, int fd, void (*changed)(void *arg), void *arg)
{
	struct outlet *o = outlet_new(l, fd, changed, arg);

	o->own = true;
	return o;
}

void
outlet_free(struct outlet *o)
{
	if (o == NULL)
		return;
	if (o->watched)
		loop_watch(o->loop, o->fd, false, false, NULL, NULL);
	if (o->own)
		close(o->fd);
	mem_wipe(o->text, o->cap);
	free(o->text);
	free(o);
}

static bool
writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) == 1;
}

/* Writes what the reader takes; returns how much that was. */
static size_t
write_some(struct outlet *o, const char *text, size_t len)
{
	size_t done = 0;

	while (done < len && !o->gone && writable(o->fd)) {
		ssize_t n = write(o->fd, text + done, len - done < WRITE_PIECE ? len - done : WRITE_PIECE);

		if (n > 0)
			done += (size_t)n;
		else if (n < 0 && errno == EAGAIN)
			break;
		else if (n < 0 && errno != EINTR)
			o->gone = true;
	}
	return o->gone ? len : done;
}

static void on_outlet(void *arg, int fd, bool read, bool write);

static void
outlet_watch(struct outlet *o)
{
	if (o->watched == (o->len > 0))
		return;
	o->watched = o->len > 0;
	loop_watch(o->loop, o->fd, false, o->watched, on_outlet, o);
}

static void
on_outlet(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct outlet *o = arg;
	size_t done = write_some(o, o->text + o->at, o->len);

	(void)fd, (void)read_ready, (void)write_ready;
	o->len -= done;
	o->at = o->len == 0 ? 0 : o->at + done;
	outlet_watch(o);
	if (o->len == 0 && o->changed != NULL)
		o->changed(o->arg);
}

static void
keep(struct outlet *o, const char *text, size_t len)
{
	if (o->at > 0 && o->at + o->len + len > o->cap) {
		memmove(o->text, o->text + o->at, o->len);
		o->at = 0;
	}
	if (o->len + len > o->cap) {
		o->cap = (o->len + len) * 2;
		o->text = xrealloc(o->text, o->cap);
	}
	memcpy(o->text + o->at + o->len, text, len);
	o->len += len;
	outlet_watch(o);
}

void
outlet_write(struct outlet *o, const char *text, size_t len)
{
	bool was_gone = o->gone;
	size_t done = o->len == 0 ? write_some(o, text, len) : 0;

	if (done < len)
		keep(o, text + done, len - done);
	if (o->gone && !was_gone && o->changed != NULL)
		o->changed(o->arg);
}

void
outlet_drop(struct outlet *o)
{
	o->at = o->len = 0;
	outlet_watch(o);
}

size_t
outlet_left(const struct outlet *o)
{
	return o->len;
}

bool
outlet_gone(const struct outlet *o)
{
	return o->gone;
}

/* Clock and chance. */

static int64_t
milliseconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
loop_now(void)
{
	return milliseconds(CLOCK_MONOTONIC);
}

int64_t
loop_wall(void)
{
	return milliseconds(CLOCK_REALTIME);
}

bool
loop_synchronized(void)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	return state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

void
loop_random(void *buf, size_t len)
{
	unsigned char *p = buf;

	while (len > 0) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno != EINTR)
			abort(); /* the kernel has no random numbers: nothing here may go on */
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}
