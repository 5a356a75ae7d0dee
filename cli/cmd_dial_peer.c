/* dial-peer voice: the statement and its mode. */
#include "cli/commands.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/account.h"
#include "cli/localhost.h"
#include "dialpeer/pattern.h"

static const char *
kind_name(enum peer_kind k)
{
	return k == PEER_POTS ? "pots" : "voip";
}

static int
peer_set(struct cmd_call *c)
{
	uint32_t tag = (uint32_t)cmd_uint(c, "tag", 0);
	const struct dial_peer *there = conf_peer(c->conf, tag);
	const char *word = cmd_arg(c, "kind");
	enum peer_kind kind = str_eq(word, "pots") ? PEER_POTS : PEER_VOIP;

	if (there == NULL && word == NULL)
		return cmd_error_at(
		    c, "tag", "Dial peer %u does not exist: 'pots' or 'voip' expected behind the tag", tag);
	if (there != NULL && word != NULL && there->kind != kind)
		return cmd_error_at(c, "kind",
		    "Dial peer %u is of type %s: type 'no dial-peer voice %u' before it becomes %s", tag,
		    kind_name(there->kind), tag, word);
	if (there == NULL)
		conf_add_peer(c->conf, tag, kind);
	c->enter_tag = tag;
	return 0;
}

static int
peer_unset(struct cmd_call *c)
{
	uint32_t tag = (uint32_t)cmd_uint(c, "tag", 0);

	if (tag == 0)
		return cmd_error(c, "Which dial peer? 'no dial-peer voice TAG'");
	if (!conf_remove_peer(c->conf, tag))
		return cmd_error_at(c, "tag", "Dial peer %u does not exist", tag);
	return 0;
}

static bool
write_peer(void *arg, const void *key, size_t keylen, void *value)
{
	struct writer *w = arg;
	const struct dial_peer *p = value;
	struct context ctx = { .mode = &mode_peer, .tag = p->tag };

	(void)key, (void)keylen;
	write_line(w, "dial-peer voice %u %s", p->tag, kind_name(p->kind));
	write_mode(w, &mode_peer, &ctx);
	write_line(w, "!");
	return true;
}

static void
peer_write(struct writer *w, const void *object)
{
	pmap_walk(&((const struct conf *)object)->peers, NULL, 0, write_peer, w);
}

/* clang-format off */
static const struct cmd section_rows[] = {
	KEPT("dial-peer cor"),
	KEPT("dial-peer (hunt|terminator|no-match|outbound|inbound|search|data)"),
	{
		.form = "dial-peer voice <1-2147483647>$tag [(pots|voip)$kind]",
		.words = WORDS({ "dial-peer", "Dial peers" }, { "voice", "Voice dial peer" },
		    { "<1-2147483647>", "Tag of the dial peer" }, { "pots", "Telephony" }, { "voip", "Voice over IP" }),
		.enter = &mode_peer, .set = peer_set, .unset = peer_unset, .write = peer_write,
		.example = "dial-peer voice 3 pots",
	},
};
/* clang-format on */

const struct table peer_section_table = { &mode_config, section_rows, COUNT(section_rows), whole_conf,
	edit_whole_conf, NULL };

/* The mode. */

static const void *
object(const struct conf *c, const struct context *ctx)
{
	return conf_peer(c, ctx->tag);
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	return conf_edit_peer(c, ctx->tag);
}

static struct kept_list *
kept(void *o)
{
	return &((struct dial_peer *)o)->kept;
}

static int
pattern_set(struct cmd_call *c)
{
	const char *text = cmd_arg(c, "pattern"), *reason;
	struct dial_peer *p;
	struct pattern *pattern;
	char err[200];

	pattern = pattern_compile(text, err, sizeof err);
	if (pattern == NULL)
		return cmd_error_at(c, "pattern", "%s: '%s'", err, text);
	pattern_free(pattern);
	p = cmd_object(c);
	reason = p->kind == PEER_POTS ? pattern_not_registrable(text) : NULL;
	if (reason != NULL && !str_eq(p->pattern, text))
		cmd_warn(c, "dial peer %u does not register: %s", p->tag, reason);
	free(p->pattern);
	p->pattern = xstrdup(text);
	return 0;
}

static int
pattern_unset(struct cmd_call *c)
{
	struct dial_peer *p = cmd_object(c);

	free(p->pattern);
	p->pattern = NULL;
	return 0;
}

static void
pattern_write(struct writer *w, const void *o)
{
	const struct dial_peer *p = o;

	if (p->pattern != NULL)
		write_line(w, "destination-pattern %s", p->pattern);
}

static int
peer_authentication_set(struct cmd_call *c)
{
	return authentication_set(c, &((struct dial_peer *)cmd_object(c))->auth);
}

static int
peer_authentication_unset(struct cmd_call *c)
{
	return authentication_unset(c, &((struct dial_peer *)cmd_object(c))->auth);
}

static void
peer_authentication_write(struct writer *w, const void *o)
{
	authentication_write(w, &((const struct dial_peer *)o)->auth);
}

static int
peer_localhost_set(struct cmd_call *c)
{
	return localhost_take(c, &((struct dial_peer *)cmd_object(c))->localhost);
}

static int
peer_localhost_unset(struct cmd_call *c)
{
	localhost_set(&((struct dial_peer *)cmd_object(c))->localhost,
	    c->op == CMD_NO ? LOCALHOST_NONE : LOCALHOST_DEFAULT, NULL, false);
	return 0;
}

static void
peer_localhost_write(struct writer *w, const void *o)
{
	localhost_write(w, "voice-class sip localhost", &((const struct dial_peer *)o)->localhost);
}

/* clang-format off */
static const struct cmd rows[] = {
	{
		.form = "description LINE$text",
		.words = WORDS({ "description", "What the dial peer is for" }, { "LINE", "Text" }),
		.field = FIELD_TEXT_OF(struct dial_peer, description), .example = "description Reception desk",
	},
	KEPT("translation-profile"), KEPT("translate-outgoing"), KEPT("call-block"), KEPT("corlist"), KEPT("huntstop"),
	KEPT("numbering-type"), KEPT("permission"), KEPT("carrier-id"), KEPT("application"), KEPT("service"),
	{
		.form = "preference <0-10>$value",
		.words = WORDS({ "preference", "Preference among peers that match equally well" }, { "<0-10>", "0 is the best" }),
		.field = FIELD_UINT_OF(struct dial_peer, preference, 0), .example = "preference 3",
	},
	{
		.form = "destination-pattern PATTERN$pattern",
		.words = WORDS({ "destination-pattern", "Number of the telephone, or prefix" },
		    { "PATTERN", "Digits, * # A-F, wildcards . [ ] ( ) % + ?, T for more digits, $ for the end" }),
		.set = pattern_set, .unset = pattern_unset, .write = pattern_write,
		.example = "destination-pattern 5550100",
	},
	KEPT("modem"), KEPT("session"), KEPT("destination"), KEPT("incoming"), KEPT("answer-address"),
	KEPT("voice-class aaa"), KEPT("voice-class called-number"), KEPT("voice-class codec"), KEPT("voice-class h323"),
	KEPT("voice-class permanent"), KEPT("voice-class source"), KEPT("voice-class stun-usage"),
	KEPT("voice-class tone-signal"),
	KEPT("voice-class sip (anat|asserted-id|associate|asymmetric|authenticate|bind|block|call-route|calltype-video|content|"
	    "copy-list|e911|early-offer|encap|error-code-override|g729|history-info|map|midcall-signaling|nat|options-keepalive|"
	    "options-ping|outbound-proxy|pass-thru|preloaded-route|privacy|privacy-policy|profiles|random-contact|"
	    "random-request-uri|referto-passing|registration|rel1xx|requri-passing|reset|resource|rsvp-fail-policy|send|session|"
	    "srtp|srtp-crypto|tel-config|tenant|transport|url)"),
	{
		.form = "voice-class sip localhost HOST$host [preferred$preferred]",
		.words = WORDS({ "voice-class", "Voice class settings of this peer" }, { "sip", "SIP settings of this peer" },
		    { "localhost", "Name that stands for the local address" }, LOCALHOST_WORDS),
		.no = "voice-class sip localhost [HOST$host] [preferred]",
		.set = peer_localhost_set, .unset = peer_localhost_unset, .write = peer_localhost_write,
		.example = "voice-class sip localhost dns:gw.example.com preferred",
	},
	{
		.form = authentication_form, .words = authentication_words, .no = authentication_no,
		.set = peer_authentication_set, .unset = peer_authentication_unset, .write = peer_authentication_write,
		.example = "authentication username user1 password 7 0822455D0A16 realm a.example",
	},
	{
		.form = "port PORT$port",
		.words = WORDS({ "port", "Voice port of the peer" }, { "PORT", "Port, as 0/1/0 or 0/0/0:23" }),
		.field = FIELD_TEXT_OF(struct dial_peer, port), .example = "port 0/1/0",
	},
	{
		.form = "sip-register",
		.words = WORDS({ "sip-register", "Register the number at the SIP registrars (on by default)" }),
		.field = FIELD_BOOL_OF(struct dial_peer, sip_register, true), .example = "sip-register",
	},
	{
		.form = "shutdown",
		.words = WORDS({ "shutdown", "Take the peer out of service" }),
		.field = FIELD_BOOL_OF(struct dial_peer, shutdown, false), .example = "shutdown",
	},
	KEPT("direct-inward-dial"), KEPT("digit-strip"), KEPT("forward-digits"), KEPT("prefix"), KEPT("register e164"),
	KEPT("clid"), KEPT("codec"), KEPT("dtmf-relay"), KEPT("rtp"), KEPT("vad"), KEPT("fax"), KEPT("fax-relay"),
	KEPT("max-conn"), KEPT("max-redirects"), KEPT("max-bandwidth"), KEPT("redirect"), KEPT_MEDIA, KEPT("media-class"),
	KEPT("srtp"), KEPT("call"), KEPT("req-qos"), KEPT("acc-qos"), KEPT("ip (circuit|precedence|qos)"), KEPT("ipv6 qos"), KEPT("playout-delay"),
	KEPT("progress_ind"), KEPT("signaling forward"), KEPT("signal-type"), KEPT("snmp"), KEPT("supplementary-service"),
	KEPT("tone"), KEPT("trunkgroup"), KEPT("trunk-group-label"), KEPT("expect-factor"), KEPT("icpif"), KEPT("image"),
	KEPT("info-digits"), KEPT("interworking"), KEPT("isdn"), KEPT("loopback"), KEPT("mta"), KEPT("poor-qov-trap"),
	KEPT("roaming"), KEPT("settle-call"), KEPT("tech-prefix"), KEPT("transfer-mode"), KEPT("dsp"),
	KEPT("emergency"), KEPT("session-target"), KEPT("echo-cancel"), KEPT("credentials"), KEPT("audio-prompt"),
	KEPT("disc_pi_off"), KEPT("disc-pi-off"), KEPT("dnis-map"), KEPT("preemption"), KEPT("security"), KEPT("station-id"),
};
/* clang-format on */

const struct table peer_table = { &mode_peer, rows, COUNT(rows), object, edit, kept };
