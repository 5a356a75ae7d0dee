#include "gw/control.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/vec.h"
#include "gw/console.h"
#include "gw/gw.h"

enum {
	GREETING_MS = 5000, /* HELLO comes by then */
	GOODBYE_MS = 5000, /* what was printed last is taken by then */
	STRANGERS_MAX = 16, /* connections that have not said HELLO */
	BACKLOG = 64,
	ACCEPT_AGAIN_MS = 1000, /* after running out of descriptors */
	FRAMES_AT_ONCE = 64, /* then the network has its turn */
	BATCH = 1 << 16, /* bytes of frames written in one go */
};

/* A connection. */
struct attached {
	struct control *control;
	int fd;
	struct outlet *outlet;
	struct frame_stream in;
	struct out batch; /* frames to write at the end of what is being done */
	struct loop_timer *timer; /* the next thing to do: read on, give up, go */
	struct console *console; /* NULL: HELLO has not come */
	char *user;
	bool trusted, busy, reading, leaving;
};

struct control {
	struct gw *gw;
	char *path;
	int fd;
	struct stat self;
	struct loop_timer *again;
	VEC(struct attached *) attached;
};

/* The socket. */

static bool
address_of(const char *path, struct sockaddr_un *a, char *err, size_t errsz)
{
	*a = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof a->sun_path) {
		snprintf(err, errsz, "%s: more than %zu characters", path, sizeof a->sun_path - 1);
		return false;
	}
	memcpy(a->sun_path, path, strlen(path));
	return true;
}

/* 0; an errno. */
static int
connect_to(const struct sockaddr_un *a, int *fd)
{
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return errno;
	if (connect(*fd, (const struct sockaddr *)a, sizeof *a) != 0) {
		int reason = errno;

		close(*fd);
		return reason;
	}
	return 0;
}

int
control_connect(const char *path, char *err, size_t errsz)
{
	struct sockaddr_un a;
	struct stat st;
	struct group *g;
	int fd, reason;

	if (!address_of(path, &a, err, errsz))
		return -1;
	reason = connect_to(&a, &fd);
	switch (reason) {
	case 0:
		return fd;
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		snprintf(err, errsz, "%s: no gw is running there (start one with gw -D -s %s)", path, path);
		break;
	case EACCES:
		g = stat(path, &st) == 0 ? getgrgid(st.st_gid) : NULL;
		snprintf(err, errsz, "%s: permission denied: be root%s%s", path,
		    g == NULL ? "" : " or in group ", g == NULL ? "" : g->gr_name);
		break;
	case EAGAIN:
		snprintf(err, errsz, "%s: too many consoles are attaching; try again", path);
		break;
	default:
		snprintf(err, errsz, "%s: %s", path, strerror(reason));
	}
	return -1;
}

/* Whether the way is free: nothing there, or a socket that nobody listens on, which goes. */
static bool
make_way(const char *path, const struct sockaddr_un *a, bool *live, char *err, size_t errsz)
{
	struct stat st;
	int fd, reason;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return true;
		snprintf(err, errsz, "%s: %s", path, strerror(errno));
		return false;
	}
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(err, errsz, "%s: is no socket; name another one with -s", path);
		return false;
	}
	reason = connect_to(a, &fd);
	if (reason == 0 || reason == EAGAIN || reason == EACCES) {
		if (reason == 0)
			close(fd);
		*live = true;
		snprintf(err, errsz,
		    "%s: another gw is running there; attach to it with gw -a -s %s, or name another socket "
		    "with -s",
		    path, path);
		return false;
	}
	if (reason == ENOENT || (reason == ECONNREFUSED && unlink(path) == 0) || errno == ENOENT)
		return true;
	snprintf(err, errsz, "%s: %s", path, strerror(errno));
	return false;
}

static int
listen_on(const char *path, const struct sockaddr_un *a, struct stat *self, char *err, size_t errsz)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;
	mode_t mask = umask(0117); /* never open to others, not for a moment */

	rc = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)a, sizeof *a);
	umask(mask);
	if (rc == 0 && lstat(path, self) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	snprintf(err, errsz, "%s: %s; name another socket with -s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		unlink(path);
	return -1;
}

/* Connections. */

static void
attached_free(struct attached *a)
{
	struct control *ctl = a->control;
	size_t i = 0;

	console_free(a->console);
	loop_timer_free(a->timer);
	outlet_free(a->outlet);
	loop_watch(ctl->gw->loop, a->fd, false, false, NULL, NULL);
	close(a->fd);
	frame_stream_free(&a->in);
	out_free(&a->batch);
	free(a->user);
	while (ctl->attached.v[i] != a)
		i++;
	vec_remove(&ctl->attached, i);
	free(a);
}

/* Not from within anything that still uses it: soon. */
static void
leave(struct attached *a)
{
	a->leaving = true;
	loop_watch(a->control->gw->loop, a->fd, false, false, NULL, NULL);
	a->reading = false;
	if (outlet_gone(a->outlet) || outlet_left(a->outlet) == 0)
		loop_timer_set(a->timer, LOOP_SOON);
	else
		loop_timer_set(a->timer, loop_now() + GOODBYE_MS);
}

static void
write_batch(struct attached *a)
{
	if (a->batch.len > 0)
		outlet_write(a->outlet, out_text(&a->batch), a->batch.len);
	out_free(&a->batch);
}

static void
send_frame(void *arg, const struct frame *f)
{
	struct attached *a = arg;

	frame_encode(&a->batch, f);
	if (!a->busy || a->batch.len > BATCH)
		write_batch(a);
}

static size_t
left(void *arg)
{
	return outlet_left(((struct attached *)arg)->outlet);
}

static void
ended(void *arg)
{
	struct attached *a = arg;

	if (!a->busy) {
		write_batch(a);
		leave(a);
	}
	a->leaving = true;
}

static void
refuse(struct attached *a, const char *why)
{
	struct out payload = OUT_MEMORY;

	frame_put_byte(&payload, BYE_REFUSED);
	frame_put_text(&payload, why, strlen(why));
	send_frame(a, &(struct frame){ FRAME_BYE, out_text(&payload), payload.len });
	out_free(&payload);
	a->leaving = true;
}

static void
greet(struct attached *a, const struct frame *f)
{
	struct console_peer peer = { a, send_frame, left, ended };
	struct console_origin origin = { true, a->user, a->trusted };
	struct frame_hello hello;

	if (!frame_get_hello(f, &hello)) {
		refuse(a, "protocol error");
		return;
	}
	if (hello.version != FRAME_VERSION) {
		refuse(a, "the running gw is of another version; restart it, or attach with the gw it was "
			  "started from");
		return;
	}
	loop_timer_set(a->timer, LOOP_NEVER);
	a->console = console_new(a->control->gw, &peer, &origin, &hello);
	if (a->console == NULL)
		refuse(a, "all lines are in use");
}

static void watch(struct attached *);

/* What has come, as long as its answers are taken. */
static void
take_frames(struct attached *a)
{
	struct frame f;
	int rc = 0;

	a->busy = true;
	for (int n = 0; !a->leaving && outlet_left(a->outlet) == 0; n++) {
		if (n == FRAMES_AT_ONCE) {
			loop_timer_set(a->timer, LOOP_SOON);
			break;
		}
		rc = frame_stream_next(&a->in, &f);
		if (rc <= 0)
			break;
		if (a->console == NULL)
			greet(a, &f);
		else
			console_take(a->console, &f);
		if (a->batch.len > 0)
			write_batch(a);
	}
	a->busy = false;
	if (rc < 0)
		refuse(a, "protocol error");
	write_batch(a);
	if (a->leaving)
		leave(a);
	else
		watch(a);
}

static void
on_readable(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct attached *a = arg;
	size_t room;
	char *at = frame_stream_room(&a->in, &room);
	ssize_t n = read(fd, at, room);

	(void)read_ready, (void)write_ready;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) { /* gone, with whatever was not read */
		outlet_drop(a->outlet);
		leave(a);
		return;
	}
	frame_stream_add(&a->in, (size_t)n);
	take_frames(a);
}

static void
watch(struct attached *a)
{
	bool on = outlet_left(a->outlet) == 0;

	if (on == a->reading)
		return;
	a->reading = on;
	loop_watch(a->control->gw->loop, a->fd, on, false, on_readable, a);
}

/* The reader has taken all, or is gone. */
static void
on_written(void *arg)
{
	struct attached *a = arg;

	if (outlet_gone(a->outlet) || a->leaving)
		leave(a);
	else if (!a->busy)
		loop_timer_set(a->timer, LOOP_SOON);
}

static void
on_due(void *arg)
{
	struct attached *a = arg;

	if (a->leaving)
		attached_free(a);
	else if (a->console == NULL) /* it has not said HELLO in time */
		attached_free(a);
	else
		take_frames(a);
}

/* The local password file only: a directory service may take its time. */
static char *
user_name(uid_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p = NULL;
	char *name = NULL;

	while (f != NULL && (p = fgetpwent(f)) != NULL && p->pw_uid != uid)
		continue;
	name = p == NULL ? xasprintf("uid%u", (unsigned)uid) : xstrdup(p->pw_name);
	if (f != NULL)
		fclose(f);
	return name;
}

/* Those who have been silent for longest go first: whoever means it says HELLO at once. */
static void
bound_strangers(struct control *ctl)
{
	struct attached *oldest = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ctl->attached.n; i++)
		if (ctl->attached.v[i]->console == NULL && n++ == 0)
			oldest = ctl->attached.v[i];
	if (n >= STRANGERS_MAX)
		attached_free(oldest);
}

static void
attach(struct control *ctl, int fd)
{
	struct attached *a;
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t len = sizeof peer;
	int copy = -1;

	bound_strangers(ctl);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
	    (copy = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
		close(fd);
		return;
	}
	a = xcalloc(1, sizeof *a);
	a->control = ctl;
	a->fd = fd;
	a->user = user_name(peer.uid);
	a->trusted = peer.uid == 0 || peer.uid == geteuid();
	a->timer = loop_timer_new(ctl->gw->loop, on_due, a);
	a->outlet = outlet_new_own(ctl->gw->loop, copy, on_written, a); /* watched for itself */
	loop_timer_set(a->timer, loop_now() + GREETING_MS);
	vec_push(&ctl->attached, a);
	watch(a);
}

static void
on_connection(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct control *ctl = arg;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)read_ready, (void)write_ready;
	if (peer >= 0) {
		attach(ctl, peer);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		/* It would be ready again at once. */
		loop_watch(ctl->gw->loop, ctl->fd, false, false, NULL, NULL);
		loop_timer_set(ctl->again, loop_now() + ACCEPT_AGAIN_MS);
	}
}

static void
on_again(void *arg)
{
	struct control *ctl = arg;

	loop_watch(ctl->gw->loop, ctl->fd, true, false, on_connection, ctl);
}

struct control *
control_new(struct gw *gw, const char *path, bool *live, char *err, size_t errsz)
{
	struct control *ctl;
	struct sockaddr_un a;
	struct stat self;
	int fd;

	*live = false;
	if (!address_of(path, &a, err, errsz) || !make_way(path, &a, live, err, errsz))
		return NULL;
	fd = listen_on(path, &a, &self, err, errsz);
	if (fd < 0)
		return NULL;
	ctl = xcalloc(1, sizeof *ctl);
	ctl->gw = gw;
	ctl->path = xstrdup(path);
	ctl->fd = fd;
	ctl->self = self;
	ctl->again = loop_timer_new(gw->loop, on_again, ctl);
	return ctl;
}

void
control_begin(struct control *ctl)
{
	if (ctl != NULL)
		on_again(ctl);
}

void
control_free(struct control *ctl)
{
	struct stat st;

	if (ctl == NULL)
		return;
	while (ctl->attached.n > 0)
		attached_free(ctl->attached.v[0]);
	vec_free(&ctl->attached);
	loop_watch(ctl->gw->loop, ctl->fd, false, false, NULL, NULL);
	close(ctl->fd);
	if (lstat(ctl->path, &st) == 0 && st.st_dev == ctl->self.st_dev && st.st_ino == ctl->self.st_ino)
		unlink(ctl->path);
	loop_timer_free(ctl->again);
	free(ctl->path);
	free(ctl);
}
