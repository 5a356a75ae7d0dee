/* show sip-ua: registrations, settings in use, counters. Shapes as IOS prints them. */
#include "cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/vty.h"

static const struct ua_view *
view(const struct cmd_call *c)
{
	return cli_host(vty_cli(c->vty))->ua;
}

/* register status */

struct status_print {
	struct out *out;
	bool head;
	bool primary_only; /* the form without index has a table for each of the two, as IOS asks for them */
	unsigned slot;
};

static void
print_head(struct status_print *p, const struct reg_status *r)
{
	if (p->head && (!r->indexed || r->slot == p->slot))
		return;
	if (r->indexed)
		out_printf(p->out, "%s--------------------- Registrar-Index  %u ---------------------\n",
		    p->head ? "\n" : "", r->slot + 1);
	if (r->indexed || !p->head)
		out_str(p->out,
		    "Line                             peer       expires(sec) reg survival P-Associ-URI\n"
		    "================================ ========== ============ === ======== ============\n");
	p->head = true;
	p->slot = r->slot;
}

static bool
print_status(void *arg, const struct reg_status *r)
{
	struct status_print *p = arg;

	if (p->primary_only && !r->indexed && r->slot != 0)
		return true;
	print_head(p, r);
	out_printf(p->out, "%-32s %-10" PRId64 " %-12u %-3s %-8s %s", r->number, r->peer, r->left,
	    r->registered ? "yes" : "no", "normal", r->associated_uri == NULL ? "" : r->associated_uri);
	while (p->out->len > 0 && p->out->buf[p->out->len - 1] == ' ')
		p->out->len--;
	out_char(p->out, '\n');
	return true;
}

struct reason_print {
	struct out *out;
	bool head;
};

static bool
print_unregistrable(void *arg, const struct unregistrable *u)
{
	struct reason_print *p = arg;

	if (!p->head)
		out_str(p->out, "\nNot registrable:\n");
	p->head = true;
	out_printf(
	    p->out, "  dial-peer %" PRId64 ", destination-pattern %s: %s\n", u->peer, u->pattern, u->reason);
	return true;
}

/* What keeps registrations from being up, one line for each cause at each registrar. */
struct cause {
	enum reg_state state;
	const char *text;
};

static const struct cause causes[] = {
	{ REG_STATE_NO_CREDENTIAL, "no credential" },
	{ REG_STATE_NO_MASTER_KEY, "no master key for a type 6 password" },
	{ REG_STATE_NO_TRANSPORT, "transport not available" },
	{ REG_STATE_NO_ADDRESS, "name has no address" },
	{ REG_STATE_REJECTED, "rejected" },
	{ REG_STATE_REGISTRAR_DEAD, "registrar does not answer" },
};

struct cause_print {
	struct out *out;
	bool head;
};

static bool
print_cause(void *arg, const struct reg_status *r)
{
	struct cause_print *p = arg;
	const char *text = NULL;

	for (size_t i = 0; i < COUNT(causes); i++)
		if (causes[i].state == r->state)
			text = causes[i].text;
	if (text == NULL)
		return true;
	if (!p->head)
		out_str(p->out, "\nNot registered:\n");
	p->head = true;
	out_printf(p->out, "  %s at %s: %s", r->number, r->registrar, text);
	if (r->state == REG_STATE_NO_CREDENTIAL && r->realm != NULL)
		out_printf(p->out, " for realm \"%s\"", r->realm);
	else if (r->state == REG_STATE_REJECTED && r->status != 0)
		out_printf(p->out, " with %d %s", r->status, r->phrase == NULL ? "" : r->phrase);
	out_char(p->out, '\n');
	return true;
}

static int
register_status(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const char *number = cmd_arg(c, "number");
	int slot = cmd_given(c, "secondary") ? 1 : (int)cmd_uint(c, "registrar", 0) - 1;
	struct out lines = OUT_MEMORY;
	struct status_print p = { .out = &lines, .primary_only = slot < 0 };
	struct cause_print cause = { c->out, false };
	struct reason_print reason = { c->out, false };

	if (v == NULL)
		return 0;
	v->registrations(v->arg, number, slot, print_status, &p);
	out_write(c->out, out_text(&lines), lines.len);
	out_free(&lines);
	v->registrations(v->arg, number, slot, print_cause, &cause);
	if (number == NULL && slot < 0)
		v->unregistrable(v->arg, print_unregistrable, &reason);
	return 0;
}

/* register why */

static const char *const state_text[] = {
	[REG_STATE_WAITING] = "waiting for its turn",
	[REG_STATE_TRYING] = "a REGISTER is under way",
	[REG_STATE_REGISTERED] = "registered",
	[REG_STATE_NO_CREDENTIAL] = "no account for the realm that the registrar asks for",
	[REG_STATE_REJECTED] = "refused by the registrar",
	[REG_STATE_REGISTRAR_DEAD] = "the registrar does not answer",
	[REG_STATE_NO_ADDRESS] = "the registrar's name has no address",
	[REG_STATE_NO_MASTER_KEY] = "the password is type 6 and the master key is missing, or another one",
	[REG_STATE_NO_TRANSPORT] = "the registrar's transport is not available",
	[REG_STATE_LEAVING] = "un-registering",
};

static void
print_account(struct out *o, const struct reg_status *r)
{
	const char *any = r->any_realm ? " (an entry without realm)" : "";

	if (r->from == CRED_PEER)
		out_printf(o, "  Account:     username %s, 'authentication' of dial-peer %" PRId64 "%s\n",
		    r->username, r->auth_peer, any);
	else if (r->from == CRED_CREDENTIALS)
		out_printf(o, "  Account:     username %s, 'credentials' of number %s%s\n", r->username,
		    r->number, any);
	else if (r->from == CRED_SIP_UA)
		out_printf(
		    o, "  Account:     username %s, 'authentication' under sip-ua%s\n", r->username, any);
	else if (r->realm != NULL)
		out_printf(o, "  Account:     none; looked in: 'authentication' of the dial peer, "
			      "'credentials', 'authentication' under "
			      "sip-ua\n");
}

/* The line to type. */
static void
print_remedy(struct out *o, const struct reg_status *r)
{
	bool one_word;

	switch (r->state) {
	case REG_STATE_NO_CREDENTIAL:
		if (r->case_realm != NULL)
			out_printf(o,
			    "  Note:        realm \"%s\" is configured; it differs in upper and lower case "
			    "only\n",
			    r->case_realm);
		if (r->realm == NULL)
			break;
		/* A realm of several words cannot be typed; the entry without one answers it. */
		one_word = r->realm[0] != '\0' && strchr(r->realm, ' ') == NULL;
		if (r->peer >= 0)
			out_printf(o,
			    "  To mend:     dial-peer voice %" PRId64 " pots\n"
			    "                authentication username USER password PASSWORD%s%s\n",
			    r->peer, one_word ? " realm " : "", one_word ? r->realm : "");
		else
			out_printf(o,
			    "  To mend:     sip-ua\n"
			    "                credentials number %s username USER password PASSWORD%s%s\n",
			    r->number, one_word ? " realm " : "", one_word ? r->realm : "");
		break;
	case REG_STATE_REJECTED:
		if ((r->status == 401 || r->status == 407 || r->status == 403) && r->username != NULL)
			out_printf(o,
			    "  To mend:     check the password of username %s at realm %s, and enter it "
			    "again\n",
			    r->username, r->realm == NULL ? "(none)" : r->realm);
		else if (r->status == 404)
			out_printf(
			    o, "  To mend:     ask the provider whether number %s exists there\n", r->number);
		break;
	case REG_STATE_REGISTRAR_DEAD:
		out_printf(o, "  To mend:     check that %s answers SIP over %s\n",
		    r->target == NULL ? r->registrar : r->target, r->transport);
		break;
	case REG_STATE_NO_ADDRESS:
		out_str(o, "  To mend:     check the name, or give it an address: ip host NAME ADDRESS\n");
		break;
	case REG_STATE_NO_MASTER_KEY:
		out_str(o, "  To mend:     key config-key password-encrypt\n");
		break;
	default:
		break;
	}
}

static void
print_next(struct out *o, const struct reg_status *r)
{
	if (r->next_ms >= 0)
		out_printf(o, "  Next try:    in %" PRId64 " s%s\n", (r->next_ms + 999) / 1000,
		    r->state == REG_STATE_REGISTERED ? " (refresh)" : "");
	else if (r->state == REG_STATE_REGISTRAR_DEAD)
		out_str(o, "  Next try:    when another registration's probe is answered\n");
	if (r->attempts > 1)
		out_printf(o, "  Failures:    %u in a row\n", r->attempts);
}

static bool
print_why(void *arg, const struct reg_status *r)
{
	struct out *o = arg;

	if (r->indexed)
		out_printf(o, "%s at registrar %u, %s", r->number, r->slot + 1, r->registrar);
	else
		out_printf(o, "%s at the %s registrar, %s", r->number, r->slot == 0 ? "primary" : "secondary",
		    r->registrar);
	if (r->target != NULL)
		out_printf(o, " (%s, %s)", r->target, r->transport);
	out_printf(o, "\n  State:       %s", state_text[r->state]);
	if (r->state == REG_STATE_REGISTERED)
		out_printf(o, ", %u of %u s left", r->left, r->granted);
	else if (r->registered)
		out_printf(o, "; the old binding still lasts %u s", r->left);
	if (r->peer >= 0)
		out_printf(o, "\n  Endpoint:    dial-peer %" PRId64 "\n", r->peer);
	else
		out_str(o, "\n  Endpoint:    credentials\n");
	if (r->status != 0)
		out_printf(o, "  Last answer: %d %s\n", r->status, r->phrase == NULL ? "" : r->phrase);
	else if (r->phrase != NULL)
		out_printf(o, "  Last answer: none (%s)\n", r->phrase);
	if (r->realm != NULL)
		out_printf(o, "  Realm asked: \"%s\"%s%s\n", r->realm, r->algorithm == NULL ? "" : ", ",
		    r->algorithm == NULL ? "" : r->algorithm);
	else
		out_str(o, "  Realm asked: none yet\n");
	print_account(o, r);
	print_next(o, r);
	print_remedy(o, r);
	out_char(o, '\n');
	return true;
}

struct registrar_print {
	struct out *out;
	int slot;
};

static bool
print_registrar(void *arg, const struct registrar_status *r)
{
	const struct registrar_print *p = arg;

	if (p->slot >= 0 && r->slot != (unsigned)p->slot)
		return true;
	out_printf(
	    p->out, "Registrar %s: %s, %zu of %zu registered", r->text, r->state, r->registered, r->sessions);
	if (r->target != NULL)
		out_printf(p->out, ", address %s", r->target);
	if (r->local != NULL)
		out_printf(p->out, " from %s", r->local);
	if (r->resolve_error != NULL)
		out_printf(p->out, "; name: %s (asked %s)", r->resolve_error,
		    r->name_server == NULL ? "the system's name servers" : r->name_server);
	out_char(p->out, '\n');
	return true;
}

static int
register_why(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const char *number = cmd_arg(c, "number");
	int slot = (int)cmd_uint(c, "registrar", 0) - 1;
	struct registrar_print p = { c->out, slot };

	if (v == NULL)
		return 0;
	if (v->count(v->arg, number) == 0)
		return cmd_error(c, "No endpoint '%s' registers here", number);
	v->registrations(v->arg, number, slot, print_why, c->out);
	v->registrars(v->arg, print_registrar, &p);
	return 0;
}

/* status, timers, retry, statistics */

static const char *
enabled(bool on)
{
	return on ? "ENABLED" : "DISABLED";
}

static int
sip_status(struct cmd_call *c)
{
	const struct sip_ua *s = c->conf->sip_ua;
	const struct voice *voice = c->conf->voice;
	const char *bind = voice->bind_control != NULL ? voice->bind_control : voice->bind_all;
	const struct ua_view *v = view(c);
	const char *listening = v == NULL || v->listening == NULL ? NULL : v->listening(v->arg);

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
	    enabled(s->transport_udp), enabled(s->transport_tcp), enabled(bind != NULL),
	    bind == NULL ? "" : " ", bind == NULL ? "" : bind, listening == NULL ? "nothing" : listening,
	    s->max_forwards);
	return 0;
}

static int
sip_timers(struct cmd_call *c)
{
	out_printf(c->out,
	    "SIP UA Timer Values (millisecs unless noted)\n"
	    "trying 500, expires 180000, connect 500, disconnect 500\n"
	    "prack 500, rel1xx 500, notify 500, update 500\n"
	    "refer 500, register %u, info 500, options 500,hold 2880 minutes\n"
	    ", register-dns-cache ttl\n"
	    "tcp/udp aging 5 minutes\n",
	    c->conf->sip_ua->timer_register);
	return 0;
}

static int
sip_retry(struct cmd_call *c)
{
	out_printf(c->out,
	    "SIP UA Retry Values\n"
	    "invite retry count = 6 response retry count = 6\n"
	    "bye retry count = 10 cancel retry count = 10\n"
	    "prack retry count = 10 comet retry count = 10\n"
	    "reliable 1xx count = 6 notify retry count = 10\n"
	    "refer retry count = 10 register retry count = %u\n"
	    "info retry count = 6 subscribe retry count = 10\n"
	    "update retry count = 6 options retry count = 6\n",
	    c->conf->sip_ua->retry_register);
	return 0;
}

struct code_name {
	unsigned code;
	const char *name;
};

/* "name a/b" for each code; received before sent. */
static void
print_codes(struct out *o, const char *title, const struct sip_counters *n, const struct code_name *codes,
    size_t count)
{
	out_printf(o, "        %s:\n", title);
	for (size_t i = 0; i < count; i++)
		out_printf(o, "          %s %" PRIu64 "/%" PRIu64 "%s", codes[i].name,
		    n->replies_in[codes[i].code], n->replies_out[codes[i].code],
		    i + 1 == count || i % 2 == 1 ? "\n" : ",");
}

#define PRINT_CODES(o, title, n, ...)                                                                        \
	do {                                                                                                 \
		static const struct code_name names[] = { __VA_ARGS__ };                                     \
		print_codes(o, title, n, names, COUNT(names));                                               \
	} while (0)

static int
sip_statistics(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const struct sip_counters *n = v == NULL || v->counters == NULL ? NULL : v->counters(v->arg);
	struct out *o = c->out;

	if (n == NULL)
		return 0;
	out_str(o, "SIP Response Statistics (Inbound/Outbound)\n");
	PRINT_CODES(o, "Informational", n, { 100, "Trying" }, { 180, "Ringing" }, { 181, "Forwarded" },
	    { 182, "Queued" }, { 183, "SessionProgress" });
	PRINT_CODES(o, "Success", n, { 200, "Ok" }, { 202, "202Accepted" });
	PRINT_CODES(o, "Redirection", n, { 300, "MultipleChoice" }, { 301, "MovedPermanently" },
	    { 302, "MovedTemporarily" }, { 305, "UseProxy" }, { 380, "AlternateService" });
	PRINT_CODES(o, "Client Error", n, { 400, "BadRequest" }, { 401, "Unauthorized" },
	    { 402, "PaymentRequired" }, { 403, "Forbidden" }, { 404, "NotFound" },
	    { 405, "MethodNotAllowed" }, { 406, "NotAcceptable" }, { 407, "ProxyAuthReqd" },
	    { 408, "ReqTimeout" }, { 409, "Conflict" }, { 410, "Gone" }, { 413, "ReqEntityTooLarge" },
	    { 414, "ReqURITooLarge" }, { 415, "UnsupportedMediaType" }, { 420, "BadExtension" },
	    { 422, "SETooSmall" }, { 423, "IntervalTooBrief" }, { 480, "TempNotAvailable" },
	    { 481, "CallLegNonExistent" }, { 482, "LoopDetected" }, { 483, "TooManyHops" },
	    { 484, "AddrIncomplete" }, { 485, "Ambiguous" }, { 486, "BusyHere" }, { 487, "RequestCancel" },
	    { 488, "NotAcceptableMedia" }, { 489, "BadEvent" });
	PRINT_CODES(o, "Server Error", n, { 500, "InternalError" }, { 501, "NotImplemented" },
	    { 502, "BadGateway" }, { 503, "ServiceUnavail" }, { 504, "GatewayTimeout" }, { 505, "BadSipVer" },
	    { 580, "PreCondFailure" });
	PRINT_CODES(o, "Global Failure", n, { 600, "BusyEverywhere" }, { 603, "Decline" },
	    { 604, "NotExistAnywhere" }, { 606, "NotAcceptable" });
	out_printf(o,
	    "\nSIP Total Traffic Statistics (Inbound/Outbound)\n"
	    "          Invite %" PRIu64 "/0,          Ack %" PRIu64 "/0\n"
	    "          Bye %" PRIu64 "/0,          Cancel %" PRIu64 "/0\n"
	    "          Options %" PRIu64 "/0,          Register %" PRIu64 "/%" PRIu64 "\n"
	    "          Subscribe %" PRIu64 "/0,          NOTIFY %" PRIu64 "/0\n"
	    "          Refer %" PRIu64 "/0,          Info %" PRIu64 "/0\n",
	    n->invite_in, n->ack_in, n->bye_in, n->cancel_in, n->options_in, n->register_in, n->register_out,
	    n->subscribe_in, n->notify_in, n->refer_in, n->info_in);
	out_printf(o,
	    "\nRetry Statistics\n          Register %" PRIu64 "\n          Register unanswered %" PRIu64 "\n",
	    n->register_retry, n->unanswered);
	return 0;
}

/* clang-format off */
#define SHOW_SIP_UA { "show", "Show running system information" }, { "sip-ua", "SIP user agent" }

static const struct cmd rows[] = {
	{ .form = "show sip-ua register status [secondary$secondary|number NUMBER$number|registrar <1-6>$registrar]",
	    .words = WORDS(SHOW_SIP_UA, { "register", "Registrations" }, { "status", "Who is registered where" },
	    { "secondary", "At the secondary registrar" }, { "number", "Of one number" }, { "NUMBER", "Number" },
	    { "registrar", "At one registrar" }, { "<1-6>", "Registrar index" }),
	    .run = register_status, .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua register status" },
	{ .form = "show sip-ua register why NUMBER$number [registrar <1-6>$registrar]",
	    .words = WORDS(SHOW_SIP_UA, { "register", "Registrations" }, { "why", "The story of one number's registrations" },
	    { "NUMBER", "Number" }, { "registrar", "At one registrar" }, { "<1-6>", "Registrar index" }),
	    .run = register_why, .flags = CMD_PIPE | CMD_USER | CMD_GW, .example = "show sip-ua register why 5100" },
	{ .form = "show sip-ua status", .words = WORDS(SHOW_SIP_UA, { "status", "Settings in use" }), .run = sip_status,
	    .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua status" },
	{ .form = "show sip-ua timers", .words = WORDS(SHOW_SIP_UA, { "timers", "Timers in use" }), .run = sip_timers,
	    .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua timers" },
	{ .form = "show sip-ua retry", .words = WORDS(SHOW_SIP_UA, { "retry", "Retry counts in use" }), .run = sip_retry,
	    .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua retry" },
	{ .form = "show sip-ua statistics", .words = WORDS(SHOW_SIP_UA, { "statistics", "Counters of messages" }),
	    .run = sip_statistics, .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua statistics" },
};
/* clang-format on */

const struct table show_sip_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
