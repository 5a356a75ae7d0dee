/* show dial-peer voice. */
#include "cli/commands.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"

/* In service: has what a call or a registration can be matched by (IOS: oper). */
static bool
is_up(const struct dial_peer *p)
{
	return !p->shutdown && p->pattern != NULL;
}

static const char *
session_target(const struct dial_peer *p)
{
	for (size_t i = 0; i < p->kept.list.n; i++)
		if (str_starts(p->kept.list.v[i]->line, "session target "))
			return p->kept.list.v[i]->line + sizeof "session target " - 1;
	return "";
}

static bool
print_summary(void *arg, const void *key, size_t keylen, void *value)
{
	const struct dial_peer *p = value;
	const char *target = session_target(p);

	(void)key, (void)keylen;
	out_printf(arg, "%-6u %-5s %-4s %-4s %-9s %-17s %-3u syst", p->tag,
	    p->kind == PEER_POTS ? "pots" : "voip", p->shutdown ? "down" : "up", is_up(p) ? "up" : "down", "",
	    p->pattern == NULL ? "" : p->pattern, p->preference);
	if (p->kind == PEER_POTS)
		out_printf(arg, " %-14s %s%s%s", "", is_up(p) ? "up" : "down", p->port == NULL ? "" : "   ",
		    p->port == NULL ? "" : p->port);
	else
		out_printf(arg, "%s%s", *target == '\0' ? "" : " ", target);
	out_char(arg, '\n');
	return true;
}

static int
summary(struct cmd_call *c)
{
	out_str(c->out, "dial-peer hunt 0\n"
			"             AD                                    PRE PASS                OUT\n"
			"TAG    TYPE  MIN  OPER PREFIX    DEST-PATTERN      FER THRU SESS-TARGET    STAT "
			"PORT    KEEPALIVE\n");
	pmap_walk(&c->conf->peers, NULL, 0, print_summary, c->out);
	return 0;
}

static void
print_accounts(struct out *o, const struct auth_list *l)
{
	for (size_t i = 0; i < l->list.n; i++)
		out_printf(o, "        authentication username = `%s', realm = `%s',\n", l->username,
		    l->list.v[i].realm == NULL ? "(any)" : l->list.v[i].realm);
}

static bool
print_peer(void *arg, const void *key, size_t keylen, void *value)
{
	const struct dial_peer *p = value;
	struct out *o = arg;

	(void)key, (void)keylen;
	out_printf(o, "%s%u\n", p->kind == PEER_POTS ? "VoiceEncapPeer" : "VoiceOverIpPeer", p->tag);
	out_printf(o, "        peer type = voice, system default peer = FALSE, information type = voice,\n");
	out_printf(o, "        description = `%s',\n", p->description == NULL ? "" : p->description);
	out_printf(o, "        tag = %u, destination-pattern = `%s',\n", p->tag,
	    p->pattern == NULL ? "" : p->pattern);
	out_printf(o, "        Admin state is %s, Operation state is %s,\n", p->shutdown ? "down" : "up",
	    is_up(p) ? "up" : "down");
	out_printf(o, "        preference = %u,\n", p->preference);
	if (p->kind == PEER_POTS)
		out_printf(o,
		    "        type = pots, port = `%s',\n        register E.164 number with SIP Registrar = "
		    "%s,\n",
		    p->port == NULL ? "" : p->port, p->sip_register ? "TRUE" : "FALSE");
	else
		out_printf(o, "        type = voip, session-target = `%s',\n", session_target(p));
	if (p->localhost.kind == LOCALHOST_NAME)
		out_printf(o, "        localhost = `%s'%s,\n", p->localhost.name,
		    p->localhost.preferred ? " preferred" : "");
	print_accounts(o, &p->auth);
	for (size_t i = 0; i < p->kept.list.n; i++)
		out_printf(o, "        kept, without effect: %s\n", p->kept.list.v[i]->line);
	out_char(o, '\n');
	return true;
}

static int
no_peer(struct cmd_call *c, uint32_t tag)
{
	return cmd_error(c, "Dial peer %u does not exist", tag);
}

static int
show_peer(struct cmd_call *c)
{
	uint32_t tag = (uint32_t)cmd_uint(c, "tag", 0);
	struct dial_peer *p;

	if (tag == 0) {
		pmap_walk(&c->conf->peers, NULL, 0, print_peer, c->out);
		return 0;
	}
	p = conf_peer(c->conf, tag);
	if (p == NULL)
		return no_peer(c, tag);
	print_peer(c->out, NULL, 0, p);
	return 0;
}

/* JSON: what the summary says, and the rest. */

static void
json_summary(struct json *j, const struct dial_peer *p)
{
	const char *target = session_target(p);

	json_uint(j, "tag", p->tag);
	json_string(j, "type", p->kind == PEER_POTS ? "pots" : "voip");
	json_bool(j, "admin_up", !p->shutdown);
	json_bool(j, "oper_up", is_up(p));
	json_string(j, "destination_pattern", p->pattern);
	json_uint(j, "preference", p->preference);
	json_string(j, "session_target", *target == '\0' ? NULL : target);
	json_string(j, "port", p->port);
}

static void
json_details(struct json *j, const struct dial_peer *p)
{
	json_string(j, "description", p->description);
	if (p->kind == PEER_POTS)
		json_bool(j, "sip_register", p->sip_register);
	else
		json_null(j, "sip_register");
	json_string(j, "localhost", p->localhost.kind == LOCALHOST_NAME ? p->localhost.name : NULL);
	json_bool(j, "localhost_preferred", p->localhost.kind == LOCALHOST_NAME && p->localhost.preferred);
	json_array(j, "authentication");
	for (size_t i = 0; i < p->auth.list.n; i++) {
		json_object(j, NULL);
		json_string(j, "username", p->auth.username);
		json_string(j, "realm", p->auth.list.v[i].realm);
		json_close(j);
	}
	json_close(j);
	json_array(j, "without_effect");
	for (size_t i = 0; i < p->kept.list.n; i++)
		json_string(j, NULL, p->kept.list.v[i]->line);
	json_close(j);
}

struct peer_json {
	struct json j;
	bool details;
};

static bool
json_peer(void *arg, const void *key, size_t keylen, void *value)
{
	struct peer_json *p = arg;

	(void)key, (void)keylen;
	json_object(&p->j, NULL);
	json_summary(&p->j, value);
	if (p->details)
		json_details(&p->j, value);
	json_close(&p->j);
	return true;
}

static int
summary_json(struct cmd_call *c)
{
	struct peer_json p = { .details = false };

	json_begin(&p.j, c->out);
	json_array(&p.j, "dial_peers");
	pmap_walk(&c->conf->peers, NULL, 0, json_peer, &p);
	json_close(&p.j);
	json_end(&p.j);
	return 0;
}

static int
show_peer_json(struct cmd_call *c)
{
	uint32_t tag = (uint32_t)cmd_uint(c, "tag", 0);
	struct dial_peer *one = tag == 0 ? NULL : conf_peer(c->conf, tag);
	struct peer_json p = { .details = true };

	if (tag != 0 && one == NULL)
		return no_peer(c, tag);
	json_begin(&p.j, c->out);
	json_array(&p.j, "dial_peers");
	if (one != NULL)
		json_peer(&p, NULL, 0, one);
	else
		pmap_walk(&c->conf->peers, NULL, 0, json_peer, &p);
	json_close(&p.j);
	json_end(&p.j);
	return 0;
}

/* clang-format off */
#define SHOW_PEER { "show", "Show running system information" }, { "dial-peer", "Dial peers" }, { "voice", "Voice dial peers" }

static const struct cmd rows[] = {
	{ .form = "show dial-peer voice [<1-2147483647>$tag]",
	    .words = WORDS(SHOW_PEER, { "<1-2147483647>", "Tag of one dial peer" }), .run = show_peer, .json = show_peer_json,
	    .flags = CMD_PIPE | CMD_USER, .example = "show dial-peer voice 3" },
	{ .form = "show dial-peer voice summary", .words = WORDS(SHOW_PEER, { "summary", "One line for each" }),
	    .run = summary, .json = summary_json, .flags = CMD_PIPE | CMD_USER, .example = "show dial-peer voice summary" },
};
/* clang-format on */

const struct table show_peer_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
