/* voice service voip and its sip sub-mode. */
#include "cli/commands.h"

#include "base/mem.h"
#include "cli/localhost.h"

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->voice;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_voice(c);
}

static struct kept_list *
kept(void *o)
{
	return &((struct voice *)o)->kept;
}

static struct kept_list *
sip_kept(void *o)
{
	return &((struct voice *)o)->sip_kept;
}

/* sip */

static int
sip_unset(struct cmd_call *c)
{
	voice_reset_sip(cmd_object(c));
	return 0;
}

static void
sip_write(struct writer *w, const void *o)
{
	(void)o;
	write_section(w, "sip", &mode_voice_sip);
}

static int
voice_localhost_set(struct cmd_call *c)
{
	return localhost_take(c, &((struct voice *)cmd_object(c))->localhost);
}

static int
voice_localhost_unset(struct cmd_call *c)
{
	localhost_set(&((struct voice *)cmd_object(c))->localhost, LOCALHOST_DEFAULT, NULL, false);
	return 0;
}

static void
voice_localhost_write(struct writer *w, const void *o)
{
	localhost_write(w, "localhost", &((const struct voice *)o)->localhost);
}

/* clang-format off */
static const struct cmd voice_rows[] = {
	SECTION("ip address trusted list", "(cfg-iptrust-list)#"),
	KEPT("ip address trusted"),
	KEPT("address-hiding"),
	KEPT("mode"),
	KEPT("rtcp"),
	KEPT("rtp-media-loop"),
	KEPT("rtp-port"),
	KEPT("cause-code"),
	KEPT("clid"),
	KEPT_MEDIA,
	KEPT("media-address"),
	KEPT("allow-connections"),
	KEPT("no-reg"),
	KEPT("supplementary-service"),
	KEPT("redirect"),
	KEPT("redundancy-group"),
	KEPT("fax"),
	KEPT("fax-relay"),
	KEPT("modem"),
	KEPT("callmonitor"),
	KEPT("cpa"),
	KEPT("dtmf-interworking"),
	KEPT("gcid"),
	KEPT("notify redirect"),
	KEPT("qsig"),
	KEPT("shutdown"),
	KEPT("srtp"),
	KEPT("signaling forward"),
	KEPT("silent-discard"),
	KEPT("trace"),
	KEPT("vpn-group"),
	KEPT("emergency"),
	KEPT("codec"),
	SECTION("h323", "(conf-serv-h323)#"),
	SECTION("stun", "(conf-serv-stun)#"),
	{
		.form = "sip",
		.words = WORDS({ "sip", "SIP settings" }),
		.enter = &mode_voice_sip, .set = enter_only, .unset = sip_unset, .write = sip_write, .example = "sip",
	},
};

static const struct cmd sip_rows[] = {
	{
		.form = "bind control source-interface INTERFACE$interface",
		.words = WORDS({ "bind", "Source address of SIP" }, { "control", "Signalling" },
		    { "source-interface", "Take the address of an interface" },
		    { "INTERFACE", "Linux interface (eth0) or a local IP address" }),
		.field = FIELD_TEXT_OF(struct voice, bind_control), .example = "bind control source-interface eth0",
	},
	KEPT("bind media"),
	{
		.form = "bind all source-interface INTERFACE$interface",
		.words = WORDS({ "bind", "Source address of SIP" }, { "all", "Signalling and media" },
		    { "source-interface", "Take the address of an interface" },
		    { "INTERFACE", "Linux interface (eth0) or a local IP address" }),
		.field = FIELD_TEXT_OF(struct voice, bind_all), .example = "bind all source-interface eth0",
	},
	{
		.form = "listen-port non-secure <1-65535>$port",
		.words = WORDS({ "listen-port", "Port that SIP listens on" }, { "non-secure", "Of UDP and TCP" },
		    { "<1-65535>", "Port number" }),
		.field = FIELD_UINT_OF(struct voice, listen_port, 5060), .example = "listen-port non-secure 5070",
	},
	KEPT("listen-port secure"),
	{
		.form = "localhost HOST$host [preferred$preferred]",
		.words = WORDS({ "localhost", "Name that stands for the local address" }, LOCALHOST_WORDS),
		.set = voice_localhost_set, .unset = voice_localhost_unset, .write = voice_localhost_write,
		.example = "localhost dns:gw.example.com preferred",
	},
	KEPT("anat"), KEPT("asserted-id"), KEPT("associate"), KEPT("asymmetric"), KEPT("audio"), KEPT("authenticate"),
	KEPT("block"), KEPT("call"), KEPT("call-route"), KEPT("calltype-video"), KEPT("conn-reuse"), KEPT("contact-passing"),
	KEPT("content"), KEPT("copy-list"), KEPT("dscp-profile"), KEPT("ds0-num"), KEPT("e911"), KEPT("early-media"),
	KEPT("early-offer"), KEPT("encap"), KEPT("error-code-override"), KEPT("error-passthru"), KEPT("exception"),
	KEPT("g729"), KEPT("handle-replaces"), KEPT("header-passing"), KEPT("history-info"), KEPT("map"), KEPT("midcall-signaling"),
	KEPT("min-se"), KEPT("nat"), KEPT("notify"), KEPT("options-ping"), KEPT("outbound-proxy"), KEPT("pass-thru"), KEPT("permit"),
	KEPT("preloaded-route"), KEPT("privacy"), KEPT("privacy-policy"), KEPT("random-contact"), KEPT("random-request-uri"),
	KEPT("reason-header"), KEPT("redirect"), KEPT("referto-passing"), KEPT("registrar server"), KEPT("registration"),
	KEPT("rel1xx"), KEPT("requri-passing"), KEPT("reset"), KEPT("resource"), KEPT("retry-after"), KEPT("rsvp-fail-policy"), KEPT("send"), KEPT("session"),
	KEPT("sip-profiles"), KEPT("srtp"), KEPT("srtp-auth"), KEPT("tel-config"), KEPT("timers"), KEPT("tls-profile"), KEPT("transport switch"),
	KEPT("update-callerid"), KEPT("url"), KEPT("video"), KEPT("warn-header"), KEPT("xfer"),
};
/* clang-format on */

const struct table voice_table = { &mode_voice, voice_rows, COUNT(voice_rows), object, edit, kept };
const struct table voice_sip_table = { &mode_voice_sip, sip_rows, COUNT(sip_rows), object, edit, sip_kept };

/* The statement that opens the mode. */

static int
service_unset(struct cmd_call *c)
{
	conf_reset_voice(c->conf);
	return 0;
}

static void
service_write(struct writer *w, const void *o)
{
	(void)o;
	write_section(w, "voice service voip", &mode_voice);
}

/* clang-format off */
static const struct cmd section_rows[] = {
	{
		.form = "voice service voip",
		.words = WORDS({ "voice", "Voice settings" }, { "service", "Settings of a service" }, { "voip", "Voice over IP" }),
		.enter = &mode_voice, .set = enter_only, .unset = service_unset, .write = service_write,
		.example = "voice service voip",
	},
};
/* clang-format on */

const struct table voice_section_table = { &mode_config, section_rows, COUNT(section_rows), whole_conf,
	edit_whole_conf, NULL };
