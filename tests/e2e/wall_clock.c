/* Preloaded into gw by abuse.py: a wall clock that the test moves. The seconds to add stand in the file that
 * the variable WALL_CLOCK names. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile long *moved;

__attribute__((constructor)) static void
begin(void)
{
	int fd = open(getenv("WALL_CLOCK"), O_RDONLY | O_CLOEXEC);

	moved = mmap(NULL, sizeof *moved, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, t);

	if (clock == CLOCK_REALTIME)
		t->tv_sec += *moved;
	return rc;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec t;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	*tv = (struct timeval){ t.tv_sec, t.tv_nsec / 1000 };
	return 0;
}

time_t
time(time_t *at)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (at != NULL)
		*at = t.tv_sec;
	return t.tv_sec;
}
