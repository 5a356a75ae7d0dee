#include "ua/reg.h"

#include <assert.h>
#include <string.h>

/* Uniform in [0, span). */
static msec
chance(struct reg *r, msec span)
{
	r->seed = r->seed * 1664525u + 1013904223u;
	return (msec)(r->seed >> 8) * span / (1 << 24);
}

static msec
smaller(msec a, msec b)
{
	return a < b ? a : b;
}

static msec
larger(msec a, msec b)
{
	return a > b ? a : b;
}

void
reg_init(struct reg *r, uint32_t seed)
{
	memset(r, 0, sizeof *r);
	r->seed = seed;
	(void)chance(r, 1); /* seeds that differ in their low bits only part here */
	r->state = REG_STATE_WAITING;
}

bool
reg_bound(const struct reg *r, msec now)
{
	return now < r->until;
}

bool
reg_failing(const struct reg *r)
{
	return r->phase == REG_WAIT;
}

static bool
maybe_bound(const struct reg *r, msec now)
{
	return now < r->until || now < r->maybe;
}

static void
set_state(struct reg *r, enum reg_state state, struct reg_actions *out)
{
	out->report |= r->state != state;
	r->state = (uint8_t)state;
}

/* RFC 5626 4.5: 30 s, doubled by each failure in a row (the first is one), at most 30 min, from the upper
 * half. */
static msec
backoff(struct reg *r)
{
	unsigned n = r->failures < 6 ? r->failures : 6;
	msec full = smaller((msec)REG_BACKOFF_BASE << n, REG_BACKOFF_MAX);

	return full / 2 + chance(r, full / 2);
}

/* Retry-After beats the back-off, but a registrar that says "1" for ever still gets a growing pause. */
static msec
retry_after(struct reg *r, int64_t seconds)
{
	unsigned n = r->failures < 10 ? r->failures : 10;
	msec wait = larger(1000, smaller(seconds, REG_BACKOFF_MAX / 1000) * 1000);

	wait += chance(r, wait / 10);
	return larger(wait, smaller((msec)REG_GAP_MIN << (n - 1), REG_BACKOFF_MAX));
}

/* When to refresh a grant. A fleet that registered in one moment (start, end of an outage) is spread over the
 * whole interval once; what is on schedule keeps its place but for a little jitter. Always before expiry,
 * with room for one transaction, as far as the grant leaves any. */
static msec
refresh(struct reg *r, const struct reg_terms *terms, bool on_schedule)
{
	msec grant = (msec)r->granted * 1000;
	msec full = smaller(grant * terms->ratio / 100, grant - smaller(grant / 10, 32000));
	msec range = (on_schedule ? full / 10 : full - full / 8) * smaller(terms->spread, 1000) / 1000;

	return larger(full - chance(r, range), REG_GAP_MIN);
}

/* At most three credentials without success in 30 s, whatever happens. */
static bool
may_show_credential(const struct reg *r, msec now)
{
	for (unsigned i = 0; i < REG_CREDENTIALS_MAX; i++)
		if (r->credentials[i] == 0 || r->credentials[i] + REG_CREDENTIALS_SPAN <= now)
			return true;
	return false;
}

static void
count_credential(struct reg *r, msec now)
{
	unsigned oldest = 0;

	for (unsigned i = 1; i < REG_CREDENTIALS_MAX; i++)
		if (r->credentials[i] < r->credentials[oldest])
			oldest = i;
	r->credentials[oldest] = now > 0 ? now : 1;
}

static void
send(struct reg *r, unsigned expires, enum reg_auth auth, msec now, struct reg_actions *out)
{
	if (auth == REG_AUTH_CACHED && !may_show_credential(r, now))
		auth = REG_AUTH_NONE;
	if (auth != REG_AUTH_NONE)
		count_credential(r, now);
	if (expires > 0) {
		r->asked = expires;
		r->maybe_before = r->maybe;
		r->maybe = larger(r->maybe, now + (msec)expires * 1000);
	}
	r->timer = 0;
	r->waiting = true;
	out->send = true;
	out->expires = expires;
	out->auth = auth;
}

static unsigned
expires_to_ask(const struct reg *r, const struct reg_terms *terms)
{
	unsigned expires = terms->expires > r->min_expires ? terms->expires : r->min_expires;

	return expires > REG_EXPIRES_MAX ? REG_EXPIRES_MAX : expires > 0 ? expires : 1;
}

static void
attempt(struct reg *r, const struct reg_terms *terms, msec due, msec now, struct reg_actions *out)
{
	r->phase = REG_TRYING;
	r->attempt = now;
	r->not_before = 0;
	r->due = due;
	r->answers = r->raises = 0;
	r->stale_used = false;
	out->fresh = true;
	send(r, expires_to_ask(r, terms), r->proven ? REG_AUTH_CACHED : REG_AUTH_NONE, now, out);
	if (!reg_bound(r, now) || r->state != REG_STATE_REGISTERED)
		set_state(r, REG_STATE_TRYING, out);
}

/* Somebody wants an attempt now; a configuration pasted line by line must not become a storm. */
static void
attempt_soon(struct reg *r, const struct reg_terms *terms, msec now, struct reg_actions *out)
{
	msec earliest = r->attempt + REG_WAKE_GAP;

	if (r->attempt == 0 || now >= earliest)
		attempt(r, terms, 0, now, out);
	else if (r->timer == 0 || earliest < r->timer)
		r->timer = earliest;
}

static void
fail(struct reg *r, enum reg_state why, int64_t retry_after_s, msec now, struct reg_actions *out)
{
	if (r->failures < UINT16_MAX)
		r->failures++;
	r->phase = REG_WAIT;
	if (why == REG_STATE_NO_CREDENTIAL || why == REG_STATE_NO_MASTER_KEY) {
		/* Asking again cannot help before the configuration changes. */
		r->timer = now + REG_BACKOFF_MAX / 2 + chance(r, REG_BACKOFF_MAX / 2);
	} else if (retry_after_s >= 0) {
		r->timer = now + retry_after(r, retry_after_s);
		r->not_before = r->timer;
	} else {
		r->timer = now + backoff(r);
	}
	set_state(r, why, out);
	out->report = true;
}

static void
leave(struct reg *r, msec now, struct reg_actions *out)
{
	r->phase = REG_LEAVING;
	r->timer = 0;
	if (!maybe_bound(r, now)) {
		r->phase = REG_IDLE;
		out->done = true;
		return;
	}
	r->left = true;
	r->answers = 0;
	out->fresh = true;
	send(r, 0, r->proven ? REG_AUTH_CACHED : REG_AUTH_NONE, now, out);
	set_state(r, REG_STATE_LEAVING, out);
}

static void
start(struct reg *r, const struct reg_terms *terms, msec now, struct reg_actions *out)
{
	switch ((enum reg_phase)r->phase) {
	case REG_IDLE:
		attempt(r, terms, 0, now, out);
		break;
	case REG_WAIT:
		r->failures = 0;
		attempt_soon(r, terms, now, out);
		break;
	case REG_ACTIVE:
		attempt_soon(r, terms, now, out);
		break;
	case REG_TRYING:
		break;
	case REG_LEAVING:
		if (r->left) {
			r->again = true;
		} else { /* the REGISTER is still under way: nothing has happened yet */
			r->phase = REG_TRYING;
			set_state(r, reg_bound(r, now) ? REG_STATE_REGISTERED : REG_STATE_TRYING, out);
		}
		break;
	}
}

static void
stop(struct reg *r, bool unsent, msec now, struct reg_actions *out)
{
	switch ((enum reg_phase)r->phase) {
	case REG_TRYING:
		if (!unsent) { /* RFC 3261 10.2: not before the request under way has ended */
			r->phase = REG_LEAVING;
			r->left = r->again = false;
			set_state(r, REG_STATE_LEAVING, out);
			break;
		}
		r->waiting = false;
		r->maybe = r->maybe_before;
		__attribute__((fallthrough));
	case REG_IDLE:
	case REG_WAIT:
	case REG_ACTIVE:
		r->again = false;
		leave(r, now, out);
		break;
	case REG_LEAVING:
		r->again = false;
		break;
	}
}

static void
success(struct reg *r, const struct reg_event *e, msec now, struct reg_actions *out)
{
	int64_t granted = e->granted >= 0 ? e->granted : r->asked;
	bool on_schedule;

	memset(r->credentials, 0, sizeof r->credentials);
	r->maybe = r->maybe_before = 0;
	r->proven = true;
	if (granted == 0) { /* it said yes and bound nothing */
		r->until = 0;
		r->granted = 0;
		fail(r, REG_STATE_REJECTED, e->retry_after, now, out);
		return;
	}
	r->granted = (uint32_t)smaller(granted, REG_EXPIRES_MAX);
	out->report = !reg_bound(r, now);
	r->until = now + (msec)r->granted * 1000;
	on_schedule = r->due > 0 && now - r->due <= larger(2000, (msec)r->granted * 1000 / 16);
	r->failures = 0;
	r->phase = REG_ACTIVE;
	r->timer = now + refresh(r, e->terms, on_schedule);
	set_state(r, REG_STATE_REGISTERED, out);
}

/* Whether this challenge gets an answer now. */
static bool
answer(struct reg *r, const struct reg_event *e, msec now)
{
	if (r->answers >= REG_ANSWERS_MAX || !may_show_credential(r, now))
		return false;
	if (e->challenge == REG_CHALLENGE_STALE) {
		if (r->stale_used)
			return false;
		r->stale_used = true;
	} else if (e->challenge != REG_CHALLENGE_NEW) {
		return false;
	}
	r->answers++;
	return true;
}

static void
challenged(struct reg *r, const struct reg_event *e, msec now, struct reg_actions *out)
{
	if (answer(r, e, now)) {
		send(r, r->asked, REG_AUTH_ANSWER, now, out);
		return;
	}
	r->proven = false;
	switch (e->challenge) {
	case REG_CHALLENGE_NO_ACCOUNT:
		fail(r, REG_STATE_NO_CREDENTIAL, -1, now, out);
		break;
	case REG_CHALLENGE_NO_KEY:
		fail(r, REG_STATE_NO_MASTER_KEY, -1, now, out);
		break;
	case REG_CHALLENGE_NONE:
	case REG_CHALLENGE_NEW:
	case REG_CHALLENGE_STALE:
	case REG_CHALLENGE_REFUSED:
		fail(r, REG_STATE_REJECTED, e->retry_after, now, out);
		break;
	}
}

static void
too_brief(struct reg *r, const struct reg_event *e, msec now, struct reg_actions *out)
{
	if (e->min_expires <= r->asked || e->min_expires > REG_EXPIRES_MAX || r->raises >= REG_RAISES_MAX) {
		fail(r, REG_STATE_REJECTED, e->retry_after, now, out);
		return;
	}
	r->raises++;
	r->min_expires = (uint32_t)e->min_expires;
	out->fresh = true;
	send(r, r->min_expires, r->proven || r->answers > 0 ? REG_AUTH_CACHED : REG_AUTH_NONE, now, out);
}

static void
finish(struct reg *r, const struct reg_terms *terms, msec now, struct reg_actions *out)
{
	r->phase = REG_IDLE;
	r->until = r->maybe = r->maybe_before = 0;
	r->left = false;
	if (!r->again) {
		out->done = true;
		return;
	}
	r->again = false;
	r->failures = 0;
	attempt(r, terms, 0, now, out);
}

/* An answer, or none, while leaving. */
static void
leaving(struct reg *r, const struct reg_event *e, msec now, struct reg_actions *out)
{
	bool good = e->kind == REG_REPLY && e->status >= 200 && e->status < 300;
	bool challenge = e->kind == REG_REPLY && (e->status == 401 || e->status == 407);

	if (!r->left) { /* what was under way when STOP came has ended; now un-register */
		if (good && e->granted != 0) {
			int64_t granted = e->granted > 0 ? e->granted : r->asked;

			r->until = now + smaller(granted, REG_EXPIRES_MAX) * 1000;
			r->proven = true;
		}
		leave(r, now, out);
		return;
	}
	if (challenge && r->answers == 0 && answer(r, e, now)) {
		send(r, 0, REG_AUTH_ANSWER, now, out);
		return;
	}
	finish(r, e->terms, now, out);
}

static void
answered(struct reg *r, const struct reg_event *e, msec now, struct reg_actions *out)
{
	if (!r->waiting)
		return;
	r->waiting = false;
	/* A refusal says that this request bound nothing; silence does not. */
	if (e->kind == REG_REPLY && !(r->phase == REG_LEAVING && r->left))
		r->maybe = r->maybe_before;

	if (r->phase == REG_LEAVING)
		leaving(r, e, now, out);
	else if (e->kind == REG_FAILED)
		fail(r, REG_STATE_REGISTRAR_DEAD, -1, now, out);
	else if (e->status >= 200 && e->status < 300)
		success(r, e, now, out);
	else if (e->status == 401 || e->status == 407)
		challenged(r, e, now, out);
	else if (e->status == 423)
		too_brief(r, e, now, out);
	else /* a 3xx too: following it would take the account to a place nobody configured */
		fail(r, REG_STATE_REJECTED, e->retry_after, now, out);
}

void
reg_step(struct reg *r, const struct reg_event *e, msec now, struct reg_actions *out)
{
	*out = (struct reg_actions){ .auth = REG_AUTH_NONE };
	switch (e->kind) {
	case REG_START:
		start(r, e->terms, now, out);
		break;
	case REG_STOP:
		stop(r, e->unsent, now, out);
		break;
	case REG_TIMER:
		if (r->timer > 0 && now >= r->timer)
			attempt(r, e->terms, r->phase == REG_ACTIVE ? r->timer : 0, now, out);
		break;
	case REG_REPLY:
	case REG_FAILED:
		answered(r, e, now, out);
		break;
	case REG_WAKE:
		if (r->phase != REG_WAIT)
			break;
		if (e->forget)
			r->failures = 0;
		if (now >= r->not_before)
			attempt_soon(r, e->terms, now, out);
		break;
	}
	out->timer = r->timer;
	assert(r->phase == REG_IDLE || r->waiting == (r->timer == 0));
}
