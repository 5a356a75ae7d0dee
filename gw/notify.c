#include "gw/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

enum { AGAIN_MS = 100 };

struct notify {
	struct loop_timer *timer;
	int fd;
	struct sockaddr_un to;
	socklen_t len;
	const char *state; /* the last one said */
	bool unsent; /* it did not go out */
	bool failed; /* said so */
	int64_t every; /* ms between two signs of life; 0: nobody waits for them */
	int64_t alive_at; /* the next */
};

/* Waits for nobody: -1 when the manager's socket is full for now. */
static int
tell(struct notify *n, const char *text)
{
	if (sendto(n->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&n->to,
		n->len) >= 0)
		return 0;
	if (errno == EAGAIN || errno == ENOBUFS)
		return -1;
	if (!n->failed)
		log_at(LOG_LEVEL_WARNING, "SYS", "NOTIFY", "the service manager cannot be told: %s",
		    strerror(errno));
	n->failed = true;
	return 0;
}

static void
schedule(struct notify *n)
{
	int64_t at = n->every > 0 ? n->alive_at : LOOP_NEVER, again = loop_now() + AGAIN_MS;

	loop_timer_set(n->timer, n->unsent && again < at ? again : at);
}

static void
on_due(void *arg)
{
	struct notify *n = arg;
	int64_t now = loop_now();

	if (n->unsent)
		n->unsent = tell(n, n->state) != 0;
	if (n->every > 0 && n->alive_at <= now) {
		tell(n, "WATCHDOG=1");
		n->alive_at = now + n->every;
	}
	schedule(n);
}

static void
say(struct notify *n, const char *state)
{
	if (n == NULL)
		return;
	n->state = state;
	n->unsent = tell(n, state) != 0;
	schedule(n);
}

void
notify_ready(struct notify *n)
{
	say(n, "READY=1");
}

void
notify_stopping(struct notify *n)
{
	say(n, "STOPPING=1");
}

void
notify_reloading(struct notify *n)
{
	char text[64];

	if (n == NULL)
		return;
	/* Rounded up: systemd takes no time before that of its signal. Not said again if it is lost: READY=1
	 * follows. */
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, (loop_now() + 1) * 1000);
	tell(n, text);
}

static int
address(struct notify *n, const char *path)
{
	size_t len = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || len < 2 || len >= sizeof n->to.sun_path)
		return -1;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, path, len);
	n->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (path[0] == '@')
		n->to.sun_path[0] = '\0'; /* an abstract name: its length counts */
	else
		n->len++;
	return 0;
}

/* How often; 0: the watchdog waits for somebody else, or for nobody. */
static int64_t
watchdog(void)
{
	const char *time = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
	uint64_t usec = 0, pid = 0;
	int64_t half;

	if (time == NULL || str_uint(time, 1, INT64_MAX, &usec) != 0)
		return 0;
	if (process != NULL && (str_uint(process, 1, INT32_MAX, &pid) != 0 || pid != (uint64_t)getpid()))
		return 0;
	half = (int64_t)(usec / 2000);
	return half > 0 ? half : 1;
}

struct notify *
notify_new(struct loop *l)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct notify *n;

	if (path == NULL)
		return NULL;
	n = xcalloc(1, sizeof *n);
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd < 0 || address(n, path) != 0) {
		log_at(LOG_LEVEL_WARNING, "SYS", "NOTIFY",
		    "the service manager cannot be told: NOTIFY_SOCKET: %s",
		    n->fd < 0 ? strerror(errno) : "neither a path nor an abstract name");
		if (n->fd >= 0)
			close(n->fd);
		free(n);
		n = NULL;
	} else {
		n->timer = loop_timer_new(l, on_due, n);
		n->every = watchdog();
		n->alive_at = loop_now() + n->every;
		schedule(n);
	}
	return n;
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	loop_timer_free(n->timer);
	close(n->fd);
	free(n);
}

bool
notify_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char mine[64];
	struct stat st;

	if (stream == NULL || fstat(fd, &st) != 0)
		return false;
	snprintf(mine, sizeof mine, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return str_eq(stream, mine);
}
