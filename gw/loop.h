/* loop.h - the one event loop; the only place that reads the clock, chance and signals. Descriptors, timers
 * (on a timerfd: sofia's own poll for a millisecond before each expiry), signals as events. */
#ifndef GW_GW_LOOP_H
#define GW_GW_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;

typedef void loop_ready(void *arg, int fd, bool read, bool write);
typedef void loop_due(void *arg);
typedef void loop_signal(void *arg, int signal);

struct loop *loop_new(void); /* NULL with errno: no descriptors left */
void loop_free(struct loop *);
void *loop_root(struct loop *); /* su_root_t for the SIP stack */
void loop_run(struct loop *); /* until loop_stop */
void loop_stop(struct loop *);

/* Watches fd, in place of an earlier watch of the same fd; both false: no more. 0; -1: it cannot be watched
 * (a regular file). */
int loop_watch(struct loop *, int fd, bool read, bool write, loop_ready *, void *arg);
/* Timers, a handful: one for each console and service, not one for each registration. */
struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *, loop_due *, void *arg); /* never due until it is set */
void loop_timer_free(struct loop_timer *); /* NULL ok; within its own call too */
/* Due once loop_now() has reached `at`, in place of the time set before; then never again until it is set.
 * A time that has passed (LOOP_SOON): behind what is ready now. LOOP_NEVER: not any more. */
#define LOOP_SOON ((int64_t)0)
#define LOOP_NEVER INT64_MAX
void loop_timer_set(struct loop_timer *, int64_t at);
/* SIGTERM, SIGINT, SIGHUP and SIGWINCH come here instead of ending the program. */
int loop_signals(struct loop *, loop_signal *, void *arg);

/* A descriptor whose reader is never waited for: what it does not take is kept here and goes when it can. */
struct outlet;
/* changed: nothing is left any more, or the reader is gone; from within outlet_write too. May be NULL. */
struct outlet *outlet_new(struct loop *, int fd, void (*changed)(void *arg), void *arg);
/* The same; outlet_free closes fd, which nothing else may watch (a socket: a duplicate). */
struct outlet *outlet_new_own(struct loop *, int fd, void (*changed)(void *arg), void *arg);
void outlet_free(struct outlet *);
void outlet_write(struct outlet *, const char *text, size_t len);
void outlet_drop(struct outlet *); /* what is kept */
size_t outlet_left(const struct outlet *); /* bytes kept */
bool outlet_gone(const struct outlet *); /* nobody reads any more; what is written is lost */

int64_t loop_now(void); /* ms, never goes back, does not jump with the wall clock */
int64_t loop_wall(void); /* ms since 1970 */
bool loop_synchronized(void); /* the kernel says that the wall clock follows NTP */
void loop_random(void *buf, size_t len);

#endif
