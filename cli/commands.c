/* The modes, and the list of row tables: the one place where a new family is named. Configuration tables
 * stand in the order of the running configuration. */
#include "cli/commands.h"

#include "base/mem.h"
#include "cli/vty_internal.h"

static bool
peer_exists(const struct conf *c, const struct context *ctx)
{
	return conf_peer(c, ctx->tag) != NULL;
}

const struct mode mode_user = { "User EXEC", ">", "Exec commands:", NULL, NULL };
const struct mode mode_exec = { "Privileged EXEC", "#", "Exec commands:", NULL, NULL };
const struct mode mode_config = { "Global configuration", "(config)#", "Configure commands:", NULL, NULL };
const struct mode mode_sip_ua = { "SIP user agent", "(config-sip-ua)#",
	"SIP UA configuration commands:", &mode_config, NULL };
const struct mode mode_voice = { "Voice service", "(conf-voi-serv)#",
	"VOICE SERVICE configuration commands:", &mode_config, NULL };
const struct mode mode_voice_sip = { "Voice service, SIP", "(conf-serv-sip)#",
	"SIP configuration commands:", &mode_voice, NULL };
const struct mode mode_peer = { "Dial peer", "(config-dial-peer)#",
	"Dial Peer configuration commands:", &mode_config, peer_exists };
const struct mode mode_section = { "Section", "(config-section)#",
	"Kept configuration commands:", &mode_config, NULL };
const struct mode mode_archive = { "Archive", "(config-archive)#",
	"Archive configuration commands:", &mode_config, NULL };
const struct mode mode_archive_log = { "Archive, log of configuration lines", "(config-archive-log-cfg)#",
	"Log config configuration commands:", &mode_archive, NULL };

const struct mode mode_line = { "Line", "(config-line)#", "Line configuration commands:", &mode_config,
	NULL };

const void *
whole_conf(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c;
}

void *
edit_whole_conf(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c;
}

int
enter_only(struct cmd_call *c)
{
	(void)c;
	return 0;
}

void
write_section(struct writer *w, const char *line, const struct mode *mode)
{
	struct out lines = OUT_MEMORY;
	struct writer inner = *w;

	inner.out = &lines;
	if (write_mode(&inner, mode, NULL)) {
		write_line(w, "%s", line);
		out_write(w->out, out_text(&lines), lines.len);
		if (w->level == 0)
			write_line(w, "!");
	}
	out_free(&lines);
}

/* In every configuration mode. */

static int
exit_mode(struct cmd_call *c)
{
	vty_leave(c->vty);
	return 0;
}

static int
end_modes(struct cmd_call *c)
{
	vty_end(c->vty);
	return 0;
}

int
print_help(struct cmd_call *c)
{
	out_str(c->out,
	    "Type '?' at any place in a command, and what can stand there is listed:\n"
	    "  behind a blank, the words that can follow, with what they mean ('show ?');\n"
	    "  behind letters, the words that begin with them ('show pr?').\n"
	    "An empty list says that nothing fits: go back until '?' lists something.\n"
	    "Tab completes a word, and as many letters as tell it from others will do for it.\n\n");
	return 0;
}

static int
configure_again(struct cmd_call *c)
{
	vty_configure(c->vty);
	return 0;
}

/* clang-format off */
static const struct cmd common[] = {
	{ .form = "exit", .words = WORDS({ "exit", "Exit from the current mode" }), .run = exit_mode, .example = "exit" },
	{ .form = "end", .words = WORDS({ "end", "Exit from configure mode" }), .run = end_modes, .example = "end" },
	{ .form = "help", .words = WORDS({ "help", "Description of the interactive help system" }), .run = print_help,
	    .example = "help" },
	{ .form = "configure terminal", .flags = CMD_HIDDEN, /* scripts say it again */
	    .words = WORDS({ "configure", "Configure" }, { "terminal", "From here" }), .run = configure_again,
	    .example = "configure terminal" },
};

/* sip-ua */

static int
sip_ua_unset(struct cmd_call *c)
{
	conf_reset_sip_ua(c->conf);
	return 0;
}

static void
sip_ua_write(struct writer *w, const void *o)
{
	(void)o;
	write_section(w, "sip-ua", &mode_sip_ua);
}

static const struct cmd sip_ua_section[] = {
	{ .form = "sip-ua", .words = WORDS({ "sip-ua", "SIP user agent: registrars, accounts, timers" }),
	    .enter = &mode_sip_ua, .set = enter_only, .unset = sip_ua_unset, .write = sip_ua_write, .example = "sip-ua" },
};
/* clang-format on */

const struct table common_table = { NULL, common, COUNT(common), NULL, NULL, NULL };
const struct table sip_ua_section_table = { &mode_config, sip_ua_section, COUNT(sip_ua_section), whole_conf,
	edit_whole_conf, NULL };

const struct table *const command_tables[] = {
	&exec_table, &files_table, &replace_table, &reload_table, &show_table, &show_running_table,
	&show_archive_table, &show_register_table, &show_sip_table, &show_peer_table, &debug_table,
	&terminal_table, &login_table, /* EXEC */
	&show_logging_table, &common_table, &before_table, &logging_table, &system_table, &key_table,
	&access_table, &between_table, &voice_section_table, &kept_voice_table, &archive_section_table,
	&users_table, &devices_table, &peer_section_table, &sip_ua_section_table, &after_table, &banner_table,
	&line_section_table, &last_table, /* global configuration */
	&archive_table, &archive_log_table, &voice_table, &voice_sip_table, &peer_table, &sip_ua_table,
	&line_table, NULL, /* the modes below it */
};
