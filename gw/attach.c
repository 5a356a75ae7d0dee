#include "gw/attach.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gw/control.h"
#include "gw/front.h"
#include "gw/loop.h"

struct attachment {
	const char *path;
	struct loop *loop;
	struct front *front;
	int fd;
	struct outlet *outlet;
	struct frame_stream in;
	bool reading, lost, broken;
};

static void
send_frame(void *arg, const struct frame *f)
{
	struct attachment *a = arg;
	struct out bytes = OUT_MEMORY;

	frame_encode(&bytes, f);
	outlet_write(a->outlet, out_text(&bytes), bytes.len);
	out_free(&bytes);
}

static void
on_ended(void *arg)
{
	loop_stop(((struct attachment *)arg)->loop);
}

static void watch(struct attachment *, bool on);

/* What has come, as long as the reader of our output keeps up; else gw waits, for us only. */
static void
take_frames(void *arg)
{
	struct attachment *a = arg;
	struct frame f;
	int rc = 0;

	while (!front_stalled(a->front) && (rc = frame_stream_next(&a->in, &f)) > 0)
		front_take(a->front, &f);
	if (rc < 0) {
		a->broken = true;
		loop_stop(a->loop);
		return;
	}
	watch(a, !a->lost && !front_stalled(a->front));
}

static void
on_readable(void *arg, int fd, bool read_ready, bool write_ready)
{
	struct attachment *a = arg;
	size_t room;
	char *at = frame_stream_room(&a->in, &room);
	ssize_t n = read(fd, at, room);

	(void)read_ready, (void)write_ready;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		a->lost = true;
		watch(a, false);
		front_lost(a->front);
		return;
	}
	frame_stream_add(&a->in, (size_t)n);
	take_frames(a);
}

static void
watch(struct attachment *a, bool on)
{
	if (on == a->reading)
		return;
	a->reading = on;
	loop_watch(a->loop, a->fd, on, false, on_readable, a);
}

static void
on_signal(void *arg, int signal)
{
	struct attachment *a = arg;

	switch (signal) {
	case SIGWINCH:
		front_resized(a->front);
		break;
	case SIGINT:
		a->broken = !front_terminal(a->front); /* a script does not go on as if all had run */
		front_interrupt(a->front);
		break;
	default:
		a->broken = true;
		loop_stop(a->loop);
		break;
	}
}

/* Exit status, and a line that says why, where there is something to say. */
static int
verdict(const struct attachment *a, bool terminal)
{
	const char *why;

	switch (front_bye(a->front, &why)) {
	case BYE_CLOSED:
		if (!front_greeted(a->front)) {
			why = a->lost ? "the gateway is gone" : "no answer yet";
			break;
		}
		if (a->lost)
			fprintf(stderr, "gw: %s: the gateway is gone\n", a->path);
		return a->lost || a->broken || (!terminal && front_refused(a->front));
	case BYE_ENDING:
		fprintf(stderr, "gw: %s: %s\n", a->path, why);
		return 1;
	case BYE_REFUSED:
		break;
	}
	fprintf(stderr, "gw: cannot attach to %s: %s\n", a->path, why);
	return ATTACH_FAILED;
}

int
attach(const char *path, const char *script, bool command)
{
	struct attachment a = { .path = path };
	const struct front_peer peer = { &a, send_frame, on_ended, take_frames };
	char err[400];
	bool terminal;
	int status;

	a.fd = control_connect(path, err, sizeof err);
	if (a.fd < 0) {
		fprintf(stderr, "gw: cannot attach to %s\n", err);
		return ATTACH_FAILED;
	}
	a.loop = loop_new();
	if (a.loop == NULL || loop_signals(a.loop, on_signal, &a) != 0) {
		perror("gw: cannot attach");
		loop_free(a.loop);
		close(a.fd);
		return ATTACH_FAILED;
	}
	a.outlet = outlet_new_own(a.loop, dup(a.fd), NULL, NULL);
	a.front = front_new(a.loop, &peer, script, command);
	terminal = front_terminal(a.front);
	watch(&a, true);
	front_begin(a.front);
	loop_run(a.loop);
	front_close(a.front); /* the terminal is as before when something is said */
	status = verdict(&a, terminal);
	front_free(a.front);
	watch(&a, false);
	outlet_free(a.outlet);
	frame_stream_free(&a.in);
	loop_free(a.loop);
	close(a.fd);
	return status;
}
