/* show sip-ua: settings in use, counters. Shapes as IOS prints them. */
#include "cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/vty.h"

static const struct ua_view *
view(const struct cmd_call *c)
{
	return cli_host(vty_cli(c->vty))->ua;
}

/* status, timers, retry, statistics */

static const char *
enabled(bool on)
{
	return on ? "ENABLED" : "DISABLED";
}

/* What the SIP user agent uses, from the configuration and from what is open. */
struct settings {
	const struct sip_ua *sip_ua;
	const char *bind; /* interface or address; NULL: none */
	const char *listening; /* NULL: nothing is open */
};

static struct settings
settings_in_use(const struct cmd_call *c)
{
	const struct voice *voice = c->conf->voice;
	const struct ua_view *v = view(c);

	return (struct settings){ c->conf->sip_ua,
		voice->bind_control != NULL ? voice->bind_control : voice->bind_all,
		v == NULL || v->listening == NULL ? NULL : v->listening(v->arg) };
}

static int
sip_status(struct cmd_call *c)
{
	struct settings s = settings_in_use(c);

	out_printf(c->out,
	    "SIP User Agent Status\n"
	    "SIP User Agent for UDP : %s\n"
	    "SIP User Agent for TCP : %s\n"
	    "SIP User Agent for TLS over TCP : DISABLED\n"
	    "SIP User Agent bind status(signaling): %s%s%s\n"
	    "SIP User Agent bind status(media): DISABLED\n"
	    "SIP User Agent listening on: %s\n"
	    "SIP max-forwards : %u\n"
	    "SIP DNS SRV version: 2 (rfc 2782)\n"
	    "Redirection (3xx) message handling: DISABLED\n"
	    "protocol mode is dual-stack\n",
	    enabled(s.sip_ua->transport_udp), enabled(s.sip_ua->transport_tcp), enabled(s.bind != NULL),
	    s.bind == NULL ? "" : " ", s.bind == NULL ? "" : s.bind,
	    s.listening == NULL ? "nothing" : s.listening, s.sip_ua->max_forwards);
	return 0;
}

static int
sip_status_json(struct cmd_call *c)
{
	struct settings s = settings_in_use(c);
	struct json j;

	json_begin(&j, c->out);
	json_object(&j, "sip_ua");
	json_bool(&j, "udp", s.sip_ua->transport_udp);
	json_bool(&j, "tcp", s.sip_ua->transport_tcp);
	json_bool(&j, "tls", false);
	json_string(&j, "bind_signaling", s.bind);
	json_null(&j, "bind_media");
	json_string(&j, "listening", s.listening);
	json_uint(&j, "max_forwards", s.sip_ua->max_forwards);
	json_uint(&j, "dns_srv_version", 2);
	json_bool(&j, "redirection", false);
	json_string(&j, "protocol_mode", "dual-stack");
	json_close(&j);
	json_end(&j);
	return 0;
}

/* Numbers that are printed in IOS's running text, one `%u` each. */
struct number {
	const char *key; /* JSON */
	unsigned value;
	const char *text; /* up to the next one */
};

static void
print_numbers(struct out *o, const struct number *n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out_printf(o, "%u%s", n[i].value, n[i].text);
}

static void
json_numbers(struct json *j, const struct number *n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_uint(j, n[i].key, n[i].value);
}

enum { TIMERS = 14, RETRIES = 14 };

static void
timers_in_use(const struct cmd_call *c, struct number n[TIMERS])
{
	const struct number timers[TIMERS] = {
		{ "trying_ms", 500, ", expires " },
		{ "expires_ms", 180000, ", connect " },
		{ "connect_ms", 500, ", disconnect " },
		{ "disconnect_ms", 500, "\nprack " },
		{ "prack_ms", 500, ", rel1xx " },
		{ "rel1xx_ms", 500, ", notify " },
		{ "notify_ms", 500, ", update " },
		{ "update_ms", 500, "\nrefer " },
		{ "refer_ms", 500, ", register " },
		{ "register_ms", c->conf->sip_ua->timer_register, ", info " },
		{ "info_ms", 500, ", options " },
		{ "options_ms", 500, ",hold " },
		{ "hold_min", 2880, " minutes\n, register-dns-cache ttl\ntcp/udp aging " },
		{ "aging_min", 5, " minutes\n" },
	};

	memcpy(n, timers, sizeof timers);
}

static int
sip_timers(struct cmd_call *c)
{
	struct number n[TIMERS];

	timers_in_use(c, n);
	out_str(c->out, "SIP UA Timer Values (millisecs unless noted)\ntrying ");
	print_numbers(c->out, n, TIMERS);
	return 0;
}

static int
sip_timers_json(struct cmd_call *c)
{
	struct number n[TIMERS];
	struct json j;

	timers_in_use(c, n);
	json_begin(&j, c->out);
	json_object(&j, "timers");
	json_numbers(&j, n, TIMERS);
	json_string(&j, "register_dns_cache", "ttl");
	json_close(&j);
	json_end(&j);
	return 0;
}

static void
retries_in_use(const struct cmd_call *c, struct number n[RETRIES])
{
	const struct number retries[RETRIES] = {
		{ "invite", 6, " response retry count = " },
		{ "response", 6, "\nbye retry count = " },
		{ "bye", 10, " cancel retry count = " },
		{ "cancel", 10, "\nprack retry count = " },
		{ "prack", 10, " comet retry count = " },
		{ "comet", 10, "\nreliable 1xx count = " },
		{ "reliable_1xx", 6, " notify retry count = " },
		{ "notify", 10, "\nrefer retry count = " },
		{ "refer", 10, " register retry count = " },
		{ "register", c->conf->sip_ua->retry_register, "\ninfo retry count = " },
		{ "info", 6, " subscribe retry count = " },
		{ "subscribe", 10, "\nupdate retry count = " },
		{ "update", 6, " options retry count = " },
		{ "options", 6, "\n" },
	};

	memcpy(n, retries, sizeof retries);
}

static int
sip_retry(struct cmd_call *c)
{
	struct number n[RETRIES];

	retries_in_use(c, n);
	out_str(c->out, "SIP UA Retry Values\ninvite retry count = ");
	print_numbers(c->out, n, RETRIES);
	return 0;
}

static int
sip_retry_json(struct cmd_call *c)
{
	struct number n[RETRIES];
	struct json j;

	retries_in_use(c, n);
	json_begin(&j, c->out);
	json_object(&j, "retry");
	json_numbers(&j, n, RETRIES);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* Status codes that IOS counts, with its names; a code below 100 begins a class. */
static const struct code_name {
	unsigned code;
	const char *name;
} codes[] = {
	{ 1, "Informational" },
	{ 100, "Trying" },
	{ 180, "Ringing" },
	{ 181, "Forwarded" },
	{ 182, "Queued" },
	{ 183, "SessionProgress" },
	{ 2, "Success" },
	{ 200, "Ok" },
	{ 202, "202Accepted" },
	{ 3, "Redirection" },
	{ 300, "MultipleChoice" },
	{ 301, "MovedPermanently" },
	{ 302, "MovedTemporarily" },
	{ 305, "UseProxy" },
	{ 380, "AlternateService" },
	{ 4, "Client Error" },
	{ 400, "BadRequest" },
	{ 401, "Unauthorized" },
	{ 402, "PaymentRequired" },
	{ 403, "Forbidden" },
	{ 404, "NotFound" },
	{ 405, "MethodNotAllowed" },
	{ 406, "NotAcceptable" },
	{ 407, "ProxyAuthReqd" },
	{ 408, "ReqTimeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 413, "ReqEntityTooLarge" },
	{ 414, "ReqURITooLarge" },
	{ 415, "UnsupportedMediaType" },
	{ 420, "BadExtension" },
	{ 422, "SETooSmall" },
	{ 423, "IntervalTooBrief" },
	{ 480, "TempNotAvailable" },
	{ 481, "CallLegNonExistent" },
	{ 482, "LoopDetected" },
	{ 483, "TooManyHops" },
	{ 484, "AddrIncomplete" },
	{ 485, "Ambiguous" },
	{ 486, "BusyHere" },
	{ 487, "RequestCancel" },
	{ 488, "NotAcceptableMedia" },
	{ 489, "BadEvent" },
	{ 5, "Server Error" },
	{ 500, "InternalError" },
	{ 501, "NotImplemented" },
	{ 502, "BadGateway" },
	{ 503, "ServiceUnavail" },
	{ 504, "GatewayTimeout" },
	{ 505, "BadSipVer" },
	{ 580, "PreCondFailure" },
	{ 6, "Global Failure" },
	{ 600, "BusyEverywhere" },
	{ 603, "Decline" },
	{ 604, "NotExistAnywhere" },
	{ 606, "NotAcceptable" },
};

/* Requests that IOS counts. */
static const struct request_name {
	const char *name, *method;
	size_t in, out; /* of struct sip_counters; out NEVER: gw sends none */
} requests[] = {
#define NEVER SIZE_MAX
#define IN(member) offsetof(struct sip_counters, member)
	{ "Invite", "INVITE", IN(invite_in), NEVER },
	{ "Ack", "ACK", IN(ack_in), NEVER },
	{ "Bye", "BYE", IN(bye_in), NEVER },
	{ "Cancel", "CANCEL", IN(cancel_in), NEVER },
	{ "Options", "OPTIONS", IN(options_in), NEVER },
	{ "Register", "REGISTER", IN(register_in), IN(register_out) },
	{ "Subscribe", "SUBSCRIBE", IN(subscribe_in), NEVER },
	{ "NOTIFY", "NOTIFY", IN(notify_in), NEVER },
	{ "Refer", "REFER", IN(refer_in), NEVER },
	{ "Info", "INFO", IN(info_in), NEVER },
#undef IN
};

static uint64_t
counter(const struct sip_counters *n, size_t offset)
{
	return offset == NEVER ? 0 : *(const uint64_t *)(const void *)((const char *)n + offset);
}

static const struct sip_counters *
counters(const struct cmd_call *c)
{
	const struct ua_view *v = view(c);

	return v == NULL || v->counters == NULL ? NULL : v->counters(v->arg);
}

/* "name a/b" for each code, two on a line; received before sent. */
static void
print_codes(struct out *o, const struct sip_counters *n)
{
	unsigned column = 0;

	for (size_t i = 0; i < COUNT(codes); i++) {
		unsigned code = codes[i].code;
		bool last = i + 1 == COUNT(codes) || codes[i + 1].code < 100;

		if (code < 100) {
			out_printf(o, "        %s:\n", codes[i].name);
			column = 0;
			continue;
		}
		out_printf(o, "          %s %" PRIu64 "/%" PRIu64 "%s", codes[i].name, n->replies_in[code],
		    n->replies_out[code], last || column % 2 == 1 ? "\n" : ",");
		column++;
	}
}

static int
sip_statistics(struct cmd_call *c)
{
	const struct sip_counters *n = counters(c);
	struct out *o = c->out;

	if (n == NULL)
		return 0;
	out_str(o, "SIP Response Statistics (Inbound/Outbound)\n");
	print_codes(o, n);
	out_str(o, "\nSIP Total Traffic Statistics (Inbound/Outbound)\n");
	for (size_t i = 0; i < COUNT(requests); i++)
		out_printf(o, "          %s %" PRIu64 "/%" PRIu64 "%s", requests[i].name,
		    counter(n, requests[i].in), counter(n, requests[i].out), i % 2 == 1 ? "\n" : ",");
	out_printf(o,
	    "\nRetry Statistics\n          Register %" PRIu64 "\n          Register unanswered %" PRIu64 "\n",
	    n->register_retry, n->unanswered);
	return 0;
}

static int
sip_statistics_json(struct cmd_call *c)
{
	const struct sip_counters *n = counters(c);
	struct json j;

	json_begin(&j, c->out);
	json_array(&j, "responses");
	for (size_t i = 0; n != NULL && i < COUNT(codes); i++) {
		if (codes[i].code < 100)
			continue;
		json_object(&j, NULL);
		json_uint(&j, "code", codes[i].code);
		json_string(&j, "name", codes[i].name);
		json_uint(&j, "received", n->replies_in[codes[i].code]);
		json_uint(&j, "sent", n->replies_out[codes[i].code]);
		json_close(&j);
	}
	json_close(&j);
	json_array(&j, "requests");
	for (size_t i = 0; n != NULL && i < COUNT(requests); i++) {
		json_object(&j, NULL);
		json_string(&j, "method", requests[i].method);
		json_uint(&j, "received", counter(n, requests[i].in));
		json_uint(&j, "sent", counter(n, requests[i].out));
		json_close(&j);
	}
	json_close(&j);
	json_object(&j, "retries");
	json_maybe(&j, "register", n != NULL, n == NULL ? 0 : (int64_t)n->register_retry);
	json_maybe(&j, "register_unanswered", n != NULL, n == NULL ? 0 : (int64_t)n->unanswered);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* clang-format off */
#define SHOW_SIP_UA { "show", "Show running system information" }, { "sip-ua", "SIP user agent" }

static const struct cmd rows[] = {
	{ .form = "show sip-ua status", .words = WORDS(SHOW_SIP_UA, { "status", "Settings in use" }), .run = sip_status, .json = sip_status_json,
	    .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua status" },
	{ .form = "show sip-ua timers", .words = WORDS(SHOW_SIP_UA, { "timers", "Timers in use" }), .run = sip_timers, .json = sip_timers_json,
	    .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua timers" },
	{ .form = "show sip-ua retry", .words = WORDS(SHOW_SIP_UA, { "retry", "Retry counts in use" }), .run = sip_retry, .json = sip_retry_json,
	    .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua retry" },
	{ .form = "show sip-ua statistics", .words = WORDS(SHOW_SIP_UA, { "statistics", "Counters of messages" }),
	    .run = sip_statistics, .json = sip_statistics_json, .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua statistics" },
};
/* clang-format on */

const struct table show_sip_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
