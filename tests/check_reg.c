/* check_reg.c - the registration machine: what it does in each place, and what it never does whatever comes.
 */
#include "ua/reg.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static const struct reg_terms terms = { .expires = 3600, .ratio = 80, .spread = 0 };

struct bench {
	struct reg reg;
	struct reg_actions out;
	const struct reg_terms *terms;
	msec now;
};

static struct bench
bench(void)
{
	struct bench b = { .terms = &terms, .now = 1000000 };

	reg_init(&b.reg, 7);
	return b;
}

static const struct reg_actions *
step(struct bench *b, struct reg_event e)
{
	e.terms = b->terms;
	reg_step(&b->reg, &e, b->now, &b->out);
	return &b->out;
}

static const struct reg_actions *
event(struct bench *b, enum reg_event_kind kind)
{
	return step(b, (struct reg_event){ .kind = kind });
}

static const struct reg_actions *
reply(struct bench *b, int status)
{
	return step(b,
	    (struct reg_event){
		.kind = REG_REPLY, .status = status, .granted = -1, .min_expires = -1, .retry_after = -1 });
}

static const struct reg_actions *
challenge(struct bench *b, enum reg_challenge what)
{
	return step(b, (struct reg_event){ .kind = REG_REPLY,
			   .status = 401,
			   .challenge = what,
			   .granted = -1,
			   .min_expires = -1,
			   .retry_after = -1 });
}

static const struct reg_actions *
granted(struct bench *b, int64_t seconds)
{
	return step(b,
	    (struct reg_event){
		.kind = REG_REPLY, .status = 200, .granted = seconds, .min_expires = -1, .retry_after = -1 });
}

static const struct reg_actions *
tick(struct bench *b)
{
	ck_assert_int_gt(b->out.timer, 0);
	b->now = b->out.timer;
	return event(b, REG_TIMER);
}

/* One bench per place a registration can be in. */

static struct bench
trying(void)
{
	struct bench b = bench();

	event(&b, REG_START);
	return b;
}

static struct bench
active(void)
{
	struct bench b = trying();

	challenge(&b, REG_CHALLENGE_NEW);
	granted(&b, 3600);
	return b;
}

static struct bench
refreshing(void)
{
	struct bench b = active();

	tick(&b);
	return b;
}

static struct bench
rejected(void)
{
	struct bench b = trying();

	reply(&b, 403);
	return b;
}

static struct bench
silent(void)
{
	struct bench b = trying();

	event(&b, REG_FAILED);
	return b;
}

static struct bench
lapsed(void)
{
	struct bench b = active();

	b.now = b.reg.until + 1;
	event(&b, REG_TIMER);
	reply(&b, 503);
	return b;
}

START_TEST(start_sends_without_credential)
{
	struct bench b = bench();
	const struct reg_actions *out = event(&b, REG_START);

	ck_assert(out->send && out->report && !out->done && out->fresh);
	ck_assert_uint_eq(out->expires, 3600);
	ck_assert_int_eq(out->auth, REG_AUTH_NONE);
	ck_assert_int_eq(out->timer, 0);
	ck_assert_int_eq(b.reg.state, REG_STATE_TRYING);
}
END_TEST

START_TEST(challenge_is_answered_once)
{
	struct bench b = trying();
	const struct reg_actions *out = challenge(&b, REG_CHALLENGE_NEW);

	ck_assert(out->send);
	ck_assert_int_eq(out->auth, REG_AUTH_ANSWER);
	out = challenge(&b, REG_CHALLENGE_REFUSED);
	ck_assert(!out->send);
	ck_assert_int_eq(b.reg.state, REG_STATE_REJECTED);
	ck_assert_int_ge(out->timer, b.now + 30000);
	ck_assert_int_le(out->timer, b.now + 60000);
}
END_TEST

START_TEST(stale_is_answered_at_once_and_once)
{
	struct bench b = trying();

	challenge(&b, REG_CHALLENGE_NEW);
	ck_assert(challenge(&b, REG_CHALLENGE_STALE)->send);
	ck_assert(!challenge(&b, REG_CHALLENGE_STALE)->send);
}
END_TEST

START_TEST(refresh_uses_what_worked_and_answers_a_new_nonce)
{
	struct bench b = active();
	const struct reg_actions *out = tick(&b);

	ck_assert_int_eq(out->auth, REG_AUTH_CACHED);
	ck_assert_int_eq(b.reg.state, REG_STATE_REGISTERED);
	out = challenge(&b, REG_CHALLENGE_NEW);
	ck_assert(out->send);
	ck_assert_int_eq(out->auth, REG_AUTH_ANSWER);
	ck_assert(!challenge(&b, REG_CHALLENGE_REFUSED)->send);
	ck_assert_int_eq(tick(&b)->auth, REG_AUTH_NONE);
}
END_TEST

START_TEST(proxies_on_the_way_are_answered_up_to_a_bound)
{
	struct bench b = trying();

	for (int i = 0; i < REG_ANSWERS_MAX; i++)
		ck_assert(challenge(&b, REG_CHALLENGE_NEW)->send);
	ck_assert(!challenge(&b, REG_CHALLENGE_NEW)->send);
}
END_TEST

START_TEST(three_credentials_in_thirty_seconds_however_often_woken)
{
	struct bench b = trying();
	msec begin = b.now;
	int credentials = 0;

	while (b.now < begin + REG_CREDENTIALS_SPAN) {
		if (challenge(&b, REG_CHALLENGE_NEW)->send) {
			credentials++;
			ck_assert(!challenge(&b, REG_CHALLENGE_REFUSED)->send);
		}
		b.now += REG_WAKE_GAP;
		ck_assert(step(&b, (struct reg_event){ .kind = REG_WAKE, .forget = true })->send);
	}
	ck_assert_int_eq(credentials, REG_CREDENTIALS_MAX);
}
END_TEST

static const struct {
	enum reg_challenge challenge;
	enum reg_state state;
	msec least;
} hopeless[] = {
	{ REG_CHALLENGE_NONE, REG_STATE_REJECTED, 30000 },
	{ REG_CHALLENGE_NO_ACCOUNT, REG_STATE_NO_CREDENTIAL, REG_BACKOFF_MAX / 2 },
	{ REG_CHALLENGE_NO_KEY, REG_STATE_NO_MASTER_KEY, REG_BACKOFF_MAX / 2 },
};

START_TEST(challenge_without_account_waits_longest)
{
	struct bench b = trying();
	const struct reg_actions *out = challenge(&b, hopeless[_i].challenge);

	ck_assert(!out->send && out->report);
	ck_assert_int_eq(b.reg.state, hopeless[_i].state);
	ck_assert_int_ge(out->timer, b.now + hopeless[_i].least);
	ck_assert_int_le(out->timer, b.now + REG_BACKOFF_MAX);
	ck_assert(step(&b, (struct reg_event){ .kind = REG_WAKE })->timer > 0);
	b.now += REG_WAKE_GAP;
	ck_assert(step(&b, (struct reg_event){ .kind = REG_WAKE })->send);
}
END_TEST

START_TEST(backoff_doubles_in_the_upper_half_up_to_thirty_minutes)
{
	struct bench b = trying();

	for (int i = 1; i < 20; i++) {
		msec full = i < 7 ? (msec)REG_BACKOFF_BASE << i : REG_BACKOFF_MAX;
		const struct reg_actions *out = reply(&b, i % 2 ? 403 : 500);

		if (full > REG_BACKOFF_MAX)
			full = REG_BACKOFF_MAX;
		ck_assert_int_ge(out->timer - b.now, full / 2);
		ck_assert_int_le(out->timer - b.now, full);
		ck_assert(tick(&b)->send);
	}
}
END_TEST

static const struct {
	int64_t retry_after;
	msec least, most;
} retries[] = {
	{ 20, 20000, 22000 },
	{ 0, 1000, 3000 },
	{ 1, 1000, 3000 },
	{ 1800, 1800000, 1980000 },
	{ 86400, 1800000, 1980000 },
	{ INT64_MAX, 1800000, 1980000 },
};

START_TEST(retry_after_beats_backoff_within_bounds)
{
	struct bench b = trying();
	const struct reg_actions *out = step(&b,
	    (struct reg_event){ .kind = REG_REPLY, .status = 503, .retry_after = retries[_i].retry_after });

	ck_assert_int_ge(out->timer - b.now, retries[_i].least);
	ck_assert_int_le(out->timer - b.now, retries[_i].most);
	b.now += 1000;
	if (b.now < b.reg.not_before)
		ck_assert(!step(&b, (struct reg_event){ .kind = REG_WAKE })->send);
	ck_assert(event(&b, REG_START)->send); /* by hand beats it */
}
END_TEST

START_TEST(retry_after_one_for_ever_slows_down)
{
	struct bench b = trying();
	msec begin = b.now;
	int n = 0;

	for (; b.now < begin + 3600000; n++) {
		step(&b, (struct reg_event){ .kind = REG_REPLY, .status = 503, .retry_after = 1 });
		tick(&b);
	}
	ck_assert_int_lt(n, 14);
}
END_TEST

START_TEST(too_brief_raises_the_interval)
{
	struct bench b = trying();
	const struct reg_actions *out = step(&b,
	    (struct reg_event){ .kind = REG_REPLY, .status = 423, .min_expires = 7200, .retry_after = -1 });

	ck_assert(out->send);
	ck_assert_uint_eq(out->expires, 7200);
	granted(&b, -1);
	ck_assert_uint_eq(b.reg.granted, 7200);
	ck_assert_uint_eq(tick(&b)->expires, 7200);
}
END_TEST

static const int64_t bad_minimum[] = { -1, 0, 60, 3600, 65536, INT32_MAX };

START_TEST(too_brief_without_sense_is_a_failure)
{
	struct bench b = trying();
	const struct reg_actions *out = step(
	    &b, (struct reg_event){
		    .kind = REG_REPLY, .status = 423, .min_expires = bad_minimum[_i], .retry_after = -1 });

	ck_assert(!out->send);
	ck_assert_int_eq(b.reg.state, REG_STATE_REJECTED);
}
END_TEST

START_TEST(too_brief_for_ever_ends)
{
	struct bench b = trying();
	int sends = 0;

	for (int64_t min = 4000; min < 60000; min += 100) {
		if (!step(&b,
			(struct reg_event){
			    .kind = REG_REPLY, .status = 423, .min_expires = min, .retry_after = -1 })
			 ->send)
			break;
		sends++;
	}
	ck_assert_int_eq(sends, REG_RAISES_MAX);
}
END_TEST

static const struct {
	int64_t granted;
	unsigned ratio;
	msec least, most; /* ms after the success */
} grants[] = {
	{ 3600, 80, 2880000, 2880000 },
	{ -1, 80, 2880000, 2880000 },
	{ 60, 80, 48000, 48000 },
	{ 10, 80, 8000, 8000 },
	{ 10, 100, 9000, 9000 },
	{ 10, 1, 3000, 3000 },
	{ 3600, 100, 3568000, 3568000 },
	{ 60, 100, 54000, 54000 },
	{ 60, 1, 3000, 3000 },
	{ 5, 80, 4000, 4000 },
	{ 1, 80, 3000, 3000 },
	{ 4294967296, 80, 52428000, 52428000 },
	{ INT64_MAX, 80, 52428000, 52428000 },
};

START_TEST(refresh_comes_at_the_ratio_of_the_grant_and_before_expiry)
{
	struct reg_terms t = { .expires = 3600, .ratio = grants[_i].ratio };
	struct bench b = trying();
	const struct reg_actions *out;

	b.terms = &t;
	out = granted(&b, grants[_i].granted);
	ck_assert_int_eq(b.reg.state, REG_STATE_REGISTERED);
	ck_assert_int_ge(out->timer - b.now, grants[_i].least);
	ck_assert_int_le(out->timer - b.now, grants[_i].most);
	ck_assert(grants[_i].granted < 4 || out->timer < b.reg.until);
}
END_TEST

START_TEST(grant_of_nothing_is_a_failure)
{
	struct bench b = refreshing();
	const struct reg_actions *out = granted(&b, 0);

	ck_assert(!out->send && out->report);
	ck_assert_int_eq(b.reg.state, REG_STATE_REJECTED);
	ck_assert(!reg_bound(&b.reg, b.now));
	ck_assert_int_ge(out->timer - b.now, 30000);
}
END_TEST

START_TEST(fleet_is_spread_and_keeps_its_places)
{
	struct reg_terms t = { .expires = 3600, .ratio = 80, .spread = 1000 };
	int tenths[10] = { 0 };

	for (uint32_t i = 0; i < 10000; i++) {
		struct bench b = trying();
		msec first;

		reg_init(&b.reg, i);
		event(&b, REG_START);
		b.terms = &t;
		first = granted(&b, 3600)->timer - b.now;
		ck_assert_int_ge(first, 360000);
		ck_assert_int_le(first, 2880000);
		tenths[(first - 1) / 288000]++;
		tick(&b);
		ck_assert_int_ge(granted(&b, 3600)->timer - b.now, 2592000);
		ck_assert_int_le(b.out.timer - b.now, 2880000);
	}
	for (int i = 2; i < 10; i++) {
		ck_assert_int_gt(tenths[i], 900);
		ck_assert_int_lt(tenths[i], 1400);
	}
}
END_TEST

START_TEST(redirection_is_a_failure)
{
	struct bench b = trying();

	ck_assert(!reply(&b, 302)->send);
	ck_assert_int_eq(b.reg.state, REG_STATE_REJECTED);
	ck_assert_int_ge(b.out.timer - b.now, 30000);
}
END_TEST

START_TEST(failed_refresh_keeps_the_binding_until_it_lapses)
{
	struct bench b = refreshing();

	event(&b, REG_FAILED);
	ck_assert_int_eq(b.reg.state, REG_STATE_REGISTRAR_DEAD);
	ck_assert(reg_bound(&b.reg, b.now));
	ck_assert(!reg_bound(&b.reg, b.reg.until));
}
END_TEST

static const struct {
	struct bench (*place)(void);
	bool unsent;
	bool sends; /* un-registers at once */
	bool waits; /* for the answer under way first */
} stops[] = {
	{ bench, false, false, false },
	{ trying, false, false, true },
	{ trying, true, false, false },
	{ active, false, true, false },
	{ refreshing, false, false, true },
	{ refreshing, true, true, false },
	{ rejected, false, false, false },
	{ silent, false, true, false }, /* it may have arrived */
	{ lapsed, false, false, false },
};

START_TEST(stop_unregisters_wherever_a_binding_may_be)
{
	struct bench b = stops[_i].place();
	const struct reg_actions *out =
	    step(&b, (struct reg_event){ .kind = REG_STOP, .unsent = stops[_i].unsent });

	ck_assert_int_eq(out->send, stops[_i].sends);
	ck_assert_int_eq(out->done, !stops[_i].sends && !stops[_i].waits);
	if (stops[_i].waits) {
		out = granted(&b, 3600);
		ck_assert(out->send && out->expires == 0);
	}
	if (out->done)
		return;
	ck_assert_uint_eq(out->expires, 0);
	ck_assert_int_eq(b.reg.state, REG_STATE_LEAVING);
	ck_assert(!event(&b, REG_STOP)->send);
	out = challenge(&b, REG_CHALLENGE_NEW);
	ck_assert(out->send && out->expires == 0 && out->auth == REG_AUTH_ANSWER);
	out = challenge(&b, REG_CHALLENGE_STALE);
	ck_assert(!out->send && out->done);
}
END_TEST

static const int ends[] = { 200, 302, 403, 404, 423, 500, 503, 600 };

START_TEST(whatever_the_answer_to_leaving_it_is_done)
{
	struct bench b = active();

	event(&b, REG_STOP);
	ck_assert(reply(&b, ends[_i])->done);
	b = active();
	event(&b, REG_STOP);
	ck_assert(event(&b, REG_FAILED)->done);
}
END_TEST

START_TEST(stop_while_a_first_register_is_refused_sends_nothing)
{
	struct bench b = trying();
	const struct reg_actions *out;

	event(&b, REG_STOP);
	out = challenge(&b, REG_CHALLENGE_NEW);
	ck_assert(out->done && !out->send);
}
END_TEST

START_TEST(start_while_leaving_registers_again_afterwards)
{
	struct bench b = active();
	const struct reg_actions *out;

	event(&b, REG_STOP);
	ck_assert(!event(&b, REG_START)->send);
	out = reply(&b, 200);
	ck_assert(out->send && !out->done && out->expires == 3600);
	ck_assert_int_eq(b.reg.state, REG_STATE_TRYING);

	b = trying();
	event(&b, REG_STOP);
	event(&b, REG_START);
	ck_assert(!granted(&b, 60)->send);
	ck_assert_int_eq(b.reg.state, REG_STATE_REGISTERED);
}
END_TEST

START_TEST(start_by_hand_refreshes_at_once_but_is_no_storm)
{
	struct bench b = active();

	ck_assert(!event(&b, REG_START)->send); /* within the same second */
	ck_assert(tick(&b)->send);
	granted(&b, 60);
	b.now += 5000;
	ck_assert(event(&b, REG_START)->send);
	ck_assert(!event(&b, REG_START)->send);
}
END_TEST

/* V17 */
START_TEST(strays_change_nothing)
{
	struct bench b = active();
	struct reg before = b.reg;

	reply(&b, 403);
	event(&b, REG_FAILED);
	event(&b, REG_TIMER);
	event(&b, REG_WAKE);
	ck_assert_mem_eq(&before, &b.reg, sizeof before);
}
END_TEST

/* The long runs. */

struct chance {
	uint64_t x;
};

static uint64_t
draw(struct chance *c, uint64_t n)
{
	c->x ^= c->x << 13;
	c->x ^= c->x >> 7;
	c->x ^= c->x << 17;
	return (c->x >> 11) % n;
}

static struct reg_event
any_reply(struct chance *c)
{
	static const int statuses[] = { 200, 200, 200, 200, 202, 302, 401, 401, 401, 407, 403, 404, 423, 423,
		480, 500, 503, 600, 699 };
	static const int64_t numbers[] = { -1, -1, 0, 1, 5, 10, 60, 600, 3600, 7200, 65535, 65536,
		INT64_MAX };
	struct reg_event e = { .kind = REG_REPLY };

	e.status = statuses[draw(c, COUNT(statuses))];
	e.challenge = (enum reg_challenge)draw(c, REG_CHALLENGE_NO_KEY + 1);
	e.granted = numbers[draw(c, COUNT(numbers))];
	e.min_expires = numbers[draw(c, COUNT(numbers))];
	e.retry_after = draw(c, 3) ? -1 : numbers[draw(c, COUNT(numbers))];
	return e;
}

/* Whatever comes: always a timer or an answer awaited; attempts keep their distance; credentials stay few;
 * refreshes come before expiry; waits stay within bounds; leaving ends. */
START_TEST(no_sequence_of_events_breaks_the_rules)
{
	struct chance c = { 88172645463325252u + (uint64_t)_i };
	struct bench b = bench();
	struct reg_terms t = { .expires = 3600, .ratio = 80 };
	msec credentials[64] = { 0 };
	msec last_attempt = 0;
	unsigned n_credentials = 0, in_attempt = 0;
	bool waiting = false, bidden = false;

	b.terms = &t;
	for (int i = 0; i < 100000; i++) {
		struct reg_event e = { .kind = REG_START };
		const struct reg_actions *out;
		msec timer = b.reg.timer;

		t.spread = (unsigned)draw(&c, 1001);
		t.ratio = 1 + (unsigned)draw(&c, 100);
		t.expires = draw(&c, 2) ? 60 : 3600;
		if (waiting && draw(&c, 20) > 0) {
			b.now += (msec)draw(&c, 500);
			e = draw(&c, 8) ? any_reply(&c) : (struct reg_event){ .kind = REG_FAILED };
			e.terms = &t;
		} else if (draw(&c, 30) > 0) {
			e.kind = REG_TIMER;
			if (b.reg.timer > 0)
				b.now = b.reg.timer;
		} else {
			static const enum reg_event_kind kinds[] = { REG_START, REG_WAKE, REG_WAKE,
				REG_STOP };

			e.kind = kinds[draw(&c, COUNT(kinds))];
			e.unsent = e.kind == REG_STOP && b.reg.phase == REG_TRYING && draw(&c, 2);
			e.forget = draw(&c, 2);
			b.now += (msec)draw(&c, 3) * 700;
		}
		bidden |= e.kind == REG_START || e.kind == REG_WAKE || e.kind == REG_STOP;
		out = step(&b, e);

		if (out->done) {
			ck_assert(!out->send && out->timer == 0);
			reg_init(&b.reg, (uint32_t)draw(&c, UINT32_MAX));
			waiting = false;
			n_credentials = 0;
			last_attempt = 0;
			bidden = true;
			b.now += 100000;
			step(&b, (struct reg_event){ .kind = REG_START });
			in_attempt = 1;
			waiting = true;
			continue;
		}
		if (e.kind == REG_REPLY || e.kind == REG_FAILED)
			waiting = false;
		if (b.reg.phase == REG_IDLE)
			continue;
		if (e.kind == REG_STOP && e.unsent)
			waiting = false;
		ck_assert(!(out->send && waiting));
		waiting |= out->send;
		ck_assert_msg(
		    waiting == (out->timer == 0), "step %d: phase %d waits for nothing", i, b.reg.phase);
		ck_assert(out->timer == 0 || out->timer == timer || out->timer >= b.now);
		ck_assert(out->timer == 0 || out->timer <= b.now + (msec)REG_EXPIRES_MAX * 1000);

		if (out->send && out->fresh && out->expires > 0 && e.kind != REG_REPLY) { /* an attempt */
			if (last_attempt > 0 && !bidden)
				ck_assert_int_ge(b.now - last_attempt, REG_GAP_MIN);
			last_attempt = b.now;
			in_attempt = 0;
			bidden = false;
		}
		if (out->send)
			ck_assert_uint_le(++in_attempt, 1 + REG_ANSWERS_MAX + 1 + REG_RAISES_MAX + 2);
		if (b.reg.phase == REG_LEAVING)
			in_attempt = 0;

		if (b.reg.state == REG_STATE_REGISTERED && b.reg.phase == REG_ACTIVE)
			n_credentials = 0;
		if (e.kind == REG_REPLY && e.status >= 200 && e.status < 300)
			n_credentials = 0;
		if (out->send && out->auth != REG_AUTH_NONE) {
			if (n_credentials >= REG_CREDENTIALS_MAX)
				ck_assert_int_ge(
				    b.now - credentials[(n_credentials - REG_CREDENTIALS_MAX) % 64],
				    REG_CREDENTIALS_SPAN);
			credentials[n_credentials++ % 64] = b.now;
		}
		if (b.reg.phase == REG_ACTIVE && e.kind == REG_REPLY && b.reg.granted >= 4)
			ck_assert_int_lt(out->timer, b.reg.until);
		if (b.reg.phase == REG_WAIT && e.kind == REG_REPLY)
			ck_assert_int_le(out->timer - b.now, REG_BACKOFF_MAX * 11 / 10);
	}
}
END_TEST

START_TEST(months_of_refusal_are_a_handful_of_requests)
{
	struct bench b = trying();
	msec begin = b.now;
	int n = 0;

	for (; b.now < begin + 30LL * 86400 * 1000; n++) {
		b.now += 100;
		reply(&b, 403);
		tick(&b);
	}
	ck_assert_int_gt(n, 30 * 48);
	ck_assert_int_lt(n, 30 * 96 + 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("reg");
	TCase *tc = tcase_create("machine");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, start_sends_without_credential);
	tcase_add_test(tc, challenge_is_answered_once);
	tcase_add_test(tc, stale_is_answered_at_once_and_once);
	tcase_add_test(tc, refresh_uses_what_worked_and_answers_a_new_nonce);
	tcase_add_test(tc, proxies_on_the_way_are_answered_up_to_a_bound);
	tcase_add_test(tc, three_credentials_in_thirty_seconds_however_often_woken);
	tcase_add_loop_test(tc, challenge_without_account_waits_longest, 0, (int)COUNT(hopeless));
	tcase_add_test(tc, backoff_doubles_in_the_upper_half_up_to_thirty_minutes);
	tcase_add_loop_test(tc, retry_after_beats_backoff_within_bounds, 0, (int)COUNT(retries));
	tcase_add_test(tc, retry_after_one_for_ever_slows_down);
	tcase_add_test(tc, too_brief_raises_the_interval);
	tcase_add_loop_test(tc, too_brief_without_sense_is_a_failure, 0, (int)COUNT(bad_minimum));
	tcase_add_test(tc, too_brief_for_ever_ends);
	tcase_add_loop_test(
	    tc, refresh_comes_at_the_ratio_of_the_grant_and_before_expiry, 0, (int)COUNT(grants));
	tcase_add_test(tc, grant_of_nothing_is_a_failure);
	tcase_add_test(tc, fleet_is_spread_and_keeps_its_places);
	tcase_add_test(tc, redirection_is_a_failure);
	tcase_add_test(tc, failed_refresh_keeps_the_binding_until_it_lapses);
	tcase_add_loop_test(tc, stop_unregisters_wherever_a_binding_may_be, 0, (int)COUNT(stops));
	tcase_add_loop_test(tc, whatever_the_answer_to_leaving_it_is_done, 0, (int)COUNT(ends));
	tcase_add_test(tc, stop_while_a_first_register_is_refused_sends_nothing);
	tcase_add_test(tc, start_while_leaving_registers_again_afterwards);
	tcase_add_test(tc, start_by_hand_refreshes_at_once_but_is_no_storm);
	tcase_add_test(tc, strays_change_nothing);
	tcase_add_loop_test(tc, no_sequence_of_events_breaks_the_rules, 0, 10);
	tcase_add_test(tc, months_of_refusal_are_a_handful_of_requests);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
