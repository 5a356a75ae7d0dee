/* show: configuration, version, log. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/config_text.h"
#include "cli/vty.h"

void
config_text(const struct cli *cli, const struct conf *conf, struct out *out)
{
	out_str(out, "!\n");
	cli_write_config(cli, conf, out);
	out_str(out, "end\n");
}

static int
show_running(struct cmd_call *c)
{
	struct out text = OUT_MEMORY;

	config_text(vty_cli(c->vty), c->conf, &text);
	out_printf(c->out, "Building configuration...\n\nCurrent configuration : %zu bytes\n%s", text.len,
	    out_text(&text));
	out_free(&text);
	return 0;
}

/* What the file says in gw's own spelling, since it may hold passwords in the clear; lines that are refused
 * stand below as they are reported. */
static int
show_startup(struct cmd_call *c)
{
	const struct cli *cli = vty_cli(c->vty);
	const struct cli_host *h = cli_host(cli);
	struct script_report report;
	struct out text = OUT_MEMORY;
	struct conf *conf;
	char err[400], *file;
	size_t len;

	file = h->read_file(h->arg, NULL, &len, err, sizeof err);
	if (file == NULL)
		return cmd_error(c, "%s", err);
	conf = conf_new();
	script_load(cli, conf, h->startup_path(h->arg), file, len, &report);
	config_text(cli, conf, &text);
	out_printf(c->out, "Using %zu out of %d bytes\n%s%s", len, CONFIG_TEXT_MAX, out_text(&text),
	    out_text(&report.errors));
	script_report_free(&report);
	out_free(&text);
	conf_release(conf);
	mem_wipe(file, len);
	free(file);
	return 0;
}

static void
print_uptime(struct out *o, int64_t s)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 604800, "week" }, { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
	const char *comma = "";

	for (size_t i = 0; i < COUNT(units); i++) {
		int64_t n = s / units[i].seconds;

		s %= units[i].seconds;
		if (n == 0 && (*comma != '\0' || i + 1 < COUNT(units)))
			continue;
		out_printf(o, "%s%" PRId64 " %s%s", comma, n, units[i].name, n == 1 ? "" : "s");
		comma = ", ";
	}
}

static int
show_version(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));

	out_printf(c->out, "gw Software, Version %s\nSIP gateway user agent for Linux\n\n", h->version);
	out_printf(c->out, "%s uptime is ", c->conf->system->hostname);
	print_uptime(c->out, h->uptime(h->arg));
	out_printf(c->out, "\nConfiguration file is \"%s\"\n\n", h->startup_path(h->arg));
	out_printf(c->out, "%zu dial peer%s, %zu credentials\n", c->conf->peers.n,
	    c->conf->peers.n == 1 ? "" : "s", c->conf->sip_ua->credentials.n);
	return 0;
}

static int
show_clock(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	char text[64];

	h->clock(h->arg, text, sizeof text);
	out_printf(c->out, "%s\n", text);
	return 0;
}

/* clang-format off */
#define SHOW { "show", "Show running system information" }

static const struct cmd rows[] = {
	{ .form = "show running-config", .words = WORDS(SHOW, { "running-config", "Current operating configuration" }),
	    .run = show_running, .flags = CMD_PIPE, .example = "show running-config" },
	{ .form = "write terminal", .words = WORDS({ "write", "Write running configuration" }, { "terminal", "To the terminal" }),
	    .run = show_running, .flags = CMD_PIPE, .example = "write terminal" },
	{ .form = "show startup-config", .words = WORDS(SHOW, { "startup-config", "Contents of the startup configuration" }),
	    .run = show_startup, .flags = CMD_PIPE, .example = "show startup-config" },
	{ .form = "show version", .words = WORDS(SHOW, { "version", "Software version and uptime" }), .run = show_version,
	    .flags = CMD_PIPE | CMD_USER, .example = "show version" },
	{ .form = "show clock", .words = WORDS(SHOW, { "clock", "Time of the system" }), .run = show_clock,
	    .flags = CMD_PIPE | CMD_USER, .example = "show clock" },
};
/* clang-format on */

const struct table show_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
