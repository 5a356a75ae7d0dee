/* show sip-ua register: who is registered where, and why not. The table in IOS's shape; the rest is ours. */
#include "cli/commands.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/vty.h"

static const struct ua_view *
view(const struct cmd_call *c)
{
	return cli_host(vty_cli(c->vty))->ua;
}

/* Where a registration stands, in the words of each form. */
static const struct {
	const char *name; /* JSON */
	const char *cause; /* NULL: it keeps no registration from being up */
	const char *story;
} states[] = {
	[REG_STATE_WAITING] = { "waiting", NULL, "waiting for its turn" },
	[REG_STATE_TRYING] = { "trying", NULL, "a REGISTER is under way" },
	[REG_STATE_REGISTERED] = { "registered", NULL, "registered" },
	[REG_STATE_NO_CREDENTIAL] = { "no_credential", "no credential",
	    "no account for the realm that the registrar asks for" },
	[REG_STATE_REJECTED] = { "rejected", "rejected", "refused by the registrar" },
	[REG_STATE_REGISTRAR_DEAD] = { "registrar_dead", "registrar does not answer",
	    "the registrar does not answer" },
	[REG_STATE_NO_ADDRESS] = { "no_address", "name has no address",
	    "the registrar's name has no address" },
	[REG_STATE_NO_MASTER_KEY] = { "no_master_key", "no master key for a type 6 password",
	    "the password is type 6 and the master key is missing, or another one" },
	[REG_STATE_NO_TRANSPORT] = { "no_transport", "transport not available",
	    "the registrar's transport is not available" },
	[REG_STATE_LEAVING] = { "leaving", NULL, "un-registering" },
};

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
struct cause_print {
	struct out *out;
	bool head;
};

static bool
print_cause(void *arg, const struct reg_status *r)
{
	struct cause_print *p = arg;
	const char *text = states[r->state].cause;

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

/* The registrar that is asked for, -1: all. */
static int
slot_of(const struct cmd_call *c)
{
	return cmd_given(c, "secondary") ? 1 : (int)cmd_uint(c, "registrar", 0) - 1;
}

static int
register_status(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const char *number = cmd_arg(c, "number");
	int slot = slot_of(c);
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

/* What both commands say of a registration. */
static void
json_registration(struct json *j, const struct reg_status *r)
{
	json_string(j, "number", r->number);
	json_maybe(j, "dial_peer", r->peer >= 0, r->peer);
	json_string(j, "registrar", r->registrar);
	json_maybe(j, "registrar_index", r->indexed, r->slot + 1);
	json_bool(j, "secondary", !r->indexed && r->slot != 0);
	json_bool(j, "registered", r->registered);
	json_string(j, "state", states[r->state].name);
	json_uint(j, "expires_s", r->left);
	json_string(j, "survival", "normal");
	json_string(j, "associated_uri", r->associated_uri);
	json_string(j, "realm", r->realm);
	json_maybe(j, "answer_code", r->status != 0, r->status);
	json_string(j, "answer_phrase", r->phrase);
}

static bool
json_status(void *arg, const struct reg_status *r)
{
	struct json *j = arg;

	json_object(j, NULL);
	json_registration(j, r);
	json_close(j);
	return true;
}

static bool
json_unregistrable(void *arg, const struct unregistrable *u)
{
	struct json *j = arg;

	json_object(j, NULL);
	json_maybe(j, "dial_peer", u->peer >= 0, u->peer);
	json_string(j, "destination_pattern", u->pattern);
	json_string(j, "reason", u->reason);
	json_close(j);
	return true;
}

static int
register_status_json(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const char *number = cmd_arg(c, "number");
	int slot = slot_of(c);
	struct json j;

	json_begin(&j, c->out);
	json_array(&j, "registrations");
	if (v != NULL)
		v->registrations(v->arg, number, slot, json_status, &j);
	json_close(&j);
	json_array(&j, "not_registrable");
	if (v != NULL && number == NULL && slot < 0)
		v->unregistrable(v->arg, json_unregistrable, &j);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* register why */

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

/* The lines to type, or what to look at; nothing where nothing helps. */
static void
remedy(struct out *o, const struct reg_status *r)
{
	bool one_word;

	switch (r->state) {
	case REG_STATE_NO_CREDENTIAL:
		if (r->realm == NULL)
			break;
		/* A realm of several words cannot be typed; the entry without one answers it. */
		one_word = r->realm[0] != '\0' && strchr(r->realm, ' ') == NULL;
		if (r->peer >= 0)
			out_printf(o, "dial-peer voice %" PRId64 " pots\n authentication", r->peer);
		else
			out_printf(o, "sip-ua\n credentials number %s", r->number);
		out_printf(o, " username USER password PASSWORD%s%s\n", one_word ? " realm " : "",
		    one_word ? r->realm : "");
		break;
	case REG_STATE_REJECTED:
		if ((r->status == 401 || r->status == 407 || r->status == 403) && r->username != NULL)
			out_printf(o, "check the password of username %s at realm %s, and enter it again\n",
			    r->username, r->realm == NULL ? "(none)" : r->realm);
		else if (r->status == 404)
			out_printf(o, "ask the provider whether number %s exists there\n", r->number);
		break;
	case REG_STATE_REGISTRAR_DEAD:
		out_printf(o, "check that %s answers SIP over %s\n",
		    r->target == NULL ? r->registrar : r->target, r->transport);
		break;
	case REG_STATE_NO_ADDRESS:
		out_str(o, "check the name, or give it an address: ip host NAME ADDRESS\n");
		break;
	case REG_STATE_NO_MASTER_KEY:
		out_str(o, "  To mend:     key config-key password-encrypt\n");
		break;
	default:
		break;
	}
}

static void
print_remedy(struct out *o, const struct reg_status *r)
{
	struct out lines = OUT_MEMORY;
	const char *before = "  To mend:     ";

	if (r->state == REG_STATE_NO_CREDENTIAL && r->case_realm != NULL)
		out_printf(o,
		    "  Note:        realm \"%s\" is configured; it differs in upper and lower case only\n",
		    r->case_realm);
	remedy(&lines, r);
	for (const char *line = out_text(&lines); *line != '\0'; line += strcspn(line, "\n") + 1) {
		out_printf(o, "%s%.*s\n", before, (int)strcspn(line, "\n"), line);
		before = "               ";
	}
	out_free(&lines);
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
	out_printf(o, "\n  State:       %s", states[r->state].story);
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
no_endpoint(struct cmd_call *c, const char *number)
{
	return cmd_error(c, "No endpoint '%s' registers here", number);
}

static int
register_why(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const char *number = cmd_arg(c, "number");
	int slot = slot_of(c);
	struct registrar_print p = { c->out, slot };

	if (v == NULL)
		return 0;
	if (v->count(v->arg, number) == 0)
		return no_endpoint(c, number);
	v->registrations(v->arg, number, slot, print_why, c->out);
	v->registrars(v->arg, print_registrar, &p);
	return 0;
}

static const char *const sources[] = {
	[CRED_PEER] = "dial_peer", [CRED_CREDENTIALS] = "credentials", [CRED_SIP_UA] = "sip_ua"
};

static void
json_account(struct json *j, const struct reg_status *r)
{
	if (r->from == CRED_NONE) {
		json_null(j, "account");
		return;
	}
	json_object(j, "account");
	json_string(j, "source", sources[r->from]);
	json_string(j, "username", r->username);
	json_maybe(j, "dial_peer", r->from == CRED_PEER, r->auth_peer);
	json_bool(j, "any_realm", r->any_realm);
	json_close(j);
}

static bool
json_why(void *arg, const struct reg_status *r)
{
	struct json *j = arg;
	struct out lines = OUT_MEMORY;

	json_object(j, NULL);
	json_registration(j, r);
	json_uint(j, "granted_s", r->granted);
	json_string(j, "address", r->target);
	json_string(j, "transport", r->transport);
	json_string(j, "configured_realm", r->case_realm);
	json_string(j, "algorithm", r->algorithm);
	json_account(j, r);
	json_maybe(j, "next_try_ms", r->next_ms >= 0, r->next_ms);
	json_uint(j, "failures", r->attempts);
	json_array(j, "remedy");
	remedy(&lines, r);
	for (const char *line = out_text(&lines); *line != '\0'; line += strcspn(line, "\n") + 1)
		json_text(j, NULL, line, strcspn(line, "\n"));
	out_free(&lines);
	json_close(j);
	json_close(j);
	return true;
}

struct registrar_json {
	struct json j;
	int slot;
};

static bool
json_registrar(void *arg, const struct registrar_status *r)
{
	struct registrar_json *p = arg;
	struct json *j = &p->j;

	if (p->slot >= 0 && r->slot != (unsigned)p->slot)
		return true;
	json_object(j, NULL);
	json_string(j, "registrar", r->text);
	json_maybe(j, "registrar_index", r->indexed, r->slot + 1);
	json_string(j, "state", r->state);
	json_uint(j, "sessions", r->sessions);
	json_uint(j, "registered", r->registered);
	json_string(j, "address", r->target);
	json_string(j, "local_address", r->local);
	json_string(j, "name_error", r->resolve_error);
	json_string(j, "name_server", r->name_server);
	json_close(j);
	return true;
}

static int
register_why_json(struct cmd_call *c)
{
	const struct ua_view *v = view(c);
	const char *number = cmd_arg(c, "number");
	struct registrar_json p = { .slot = slot_of(c) };

	if (v != NULL && v->count(v->arg, number) == 0)
		return no_endpoint(c, number);
	json_begin(&p.j, c->out);
	json_array(&p.j, "registrations");
	if (v != NULL)
		v->registrations(v->arg, number, p.slot, json_why, &p.j);
	json_close(&p.j);
	json_array(&p.j, "registrars");
	if (v != NULL)
		v->registrars(v->arg, json_registrar, &p);
	json_close(&p.j);
	json_end(&p.j);
	return 0;
}

/* clang-format off */
#define SHOW_REGISTER { "show", "Show running system information" }, { "sip-ua", "SIP user agent" }, { "register", "Registrations" }

static const struct cmd rows[] = {
	{ .form = "show sip-ua register status [secondary$secondary|number NUMBER$number|registrar <1-6>$registrar]",
	    .words = WORDS(SHOW_REGISTER, { "status", "Who is registered where" },
	    { "secondary", "At the secondary registrar" }, { "number", "Of one number" }, { "NUMBER", "Number" },
	    { "registrar", "At one registrar" }, { "<1-6>", "Registrar index" }),
	    .run = register_status, .json = register_status_json, .flags = CMD_PIPE | CMD_USER, .example = "show sip-ua register status" },
	{ .form = "show sip-ua register why NUMBER$number [registrar <1-6>$registrar]",
	    .words = WORDS(SHOW_REGISTER, { "why", "The story of one number's registrations" },
	    { "NUMBER", "Number" }, { "registrar", "At one registrar" }, { "<1-6>", "Registrar index" }),
	    .run = register_why, .json = register_why_json, .flags = CMD_PIPE | CMD_USER | CMD_GW, .example = "show sip-ua register why 5100" },
};
/* clang-format on */

const struct table show_register_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
