/* show: startup configuration, version, log. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/config_text.h"
#include "cli/vty.h"

enum { CONFIG_REGISTER = 0x2102 }; /* IOS: the configuration is loaded at start */

/* The startup file in gw's own spelling, since it may hold passwords in the clear; lines that are refused
 * stand beside it as they are reported. */
struct startup {
	struct out text;
	struct script_report report;
	size_t len; /* of the file */
};

static int
load_startup(struct cmd_call *c, struct startup *s)
{
	const struct cli *cli = vty_cli(c->vty);
	const struct cli_host *h = cli_host(cli);
	struct conf *conf;
	char err[400], *file = h->read_file(h->arg, NULL, &s->len, err, sizeof err);

	if (file == NULL)
		return cmd_error(c, "%s", err);
	s->text = OUT_MEMORY;
	if (s->len == 0) {
		free(file);
		return cmd_error(c, "startup-config is not present");
	}
	conf = conf_new();
	script_load(cli, conf, h->startup_path(h->arg), file, s->len, &s->report);
	config_text(cli, conf, &s->text);
	conf_release(conf);
	mem_wipe(file, s->len);
	free(file);
	return 0;
}

static void
free_startup(struct startup *s)
{
	script_report_free(&s->report);
	out_free(&s->text);
}

static int
show_startup(struct cmd_call *c)
{
	struct startup s;

	if (load_startup(c, &s) != 0)
		return -1;
	out_printf(c->out, "Using %zu out of %d bytes\n%s%s", s.len, CONFIG_TEXT_MAX, out_text(&s.text),
	    out_text(&s.report.errors));
	free_startup(&s);
	return 0;
}

static int
show_startup_json(struct cmd_call *c)
{
	struct startup s;
	struct json j;

	if (load_startup(c, &s) != 0)
		return -1;
	json_begin(&j, c->out);
	config_json(&j, "statements", out_text(&s.text));
	json_array(&j, "refused");
	for (const char *line = out_text(&s.report.errors); *line != '\0'; line += strcspn(line, "\n") + 1)
		json_text(&j, NULL, line, strcspn(line, "\n"));
	json_close(&j);
	json_end(&j);
	free_startup(&s);
	return 0;
}

static void
print_uptime(struct out *o, int64_t s)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 31536000, "year" }, { 604800, "week" }, { 86400, "day" }, { 3600, "hour" },
		{ 60, "minute" } };
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

/* In the shape that tools know from IOS: they look for ", Version X,", "HOST uptime is", "System image file
 * is", "Processor board ID" and the register. */
static int
show_version(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));

	out_printf(c->out,
	    "gw Software (GW-SIP), Version %s, RELEASE SOFTWARE (gw)\nSIP gateway user agent for Linux\n\n",
	    h->version);
	out_printf(c->out, "%s uptime is ", c->conf->system->hostname);
	print_uptime(c->out, h->uptime(h->arg));
	out_str(c->out, "\nSystem returned to ROM by reload\n");
	if (h->program != NULL)
		out_printf(c->out, "System image file is \"file:%s\"\n", h->program);
	out_printf(c->out, "Configuration file is \"%s\"\n\n", h->startup_path(h->arg));
	if (h->serial != NULL)
		out_printf(c->out, "Processor board ID %s\n", h->serial);
	out_printf(c->out, "%zu dial peer%s, %zu credentials\n\nConfiguration register is 0x%04x\n",
	    c->conf->peers.n, c->conf->peers.n == 1 ? "" : "s", c->conf->sip_ua->credentials.n,
	    CONFIG_REGISTER);
	return 0;
}

static int
show_version_json(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	struct json j;

	json_begin(&j, c->out);
	json_object(&j, "version");
	json_string(&j, "software", "gw");
	json_string(&j, "version", h->version);
	json_string(&j, "hostname", c->conf->system->hostname);
	json_int(&j, "uptime_s", h->uptime(h->arg));
	json_string(&j, "reload_reason", "reload");
	json_string(&j, "image_file", h->program);
	json_string(&j, "configuration_file", h->startup_path(h->arg));
	json_string(&j, "serial", h->serial);
	json_uint(&j, "dial_peers", c->conf->peers.n);
	json_uint(&j, "credentials", c->conf->sip_ua->credentials.n);
	json_uint(&j, "configuration_register", CONFIG_REGISTER);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* The one part there is. */
static const struct part {
	const char *name, *description, *pid, *vid;
} chassis = { "Chassis", "gw SIP gateway", "GW", "V01" };

static int
show_inventory(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));

	out_printf(c->out, "NAME: \"%s\", DESCR: \"%s\"\nPID: %-18s, VID: %-5s, SN: %s\n\n", chassis.name,
	    chassis.description, chassis.pid, chassis.vid, h->serial == NULL ? "" : h->serial);
	return 0;
}

static int
show_inventory_json(struct cmd_call *c)
{
	struct json j;

	json_begin(&j, c->out);
	json_array(&j, "inventory");
	json_object(&j, NULL);
	json_string(&j, "name", chassis.name);
	json_string(&j, "description", chassis.description);
	json_string(&j, "pid", chassis.pid);
	json_string(&j, "vid", chassis.vid);
	json_string(&j, "serial", cli_host(vty_cli(c->vty))->serial);
	json_close(&j);
	json_close(&j);
	json_end(&j);
	return 0;
}

/* Where the time comes from; NULL: nobody says. */
static const char *
time_source(const struct cli_host *h)
{
	return h->clock_synchronized != NULL && h->clock_synchronized(h->arg) ? "NTP" : NULL;
}

static int
show_clock(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	const char *source = time_source(h);
	char text[64];

	h->clock(h->arg, text, sizeof text);
	out_printf(c->out, "%s\n", text);
	if (!cmd_given(c, "detail"))
		return 0;
	if (source != NULL)
		out_printf(c->out, "Time source is %s\n", source);
	else
		out_str(c->out, "No time source\n");
	return 0;
}

static int
show_clock_json(struct cmd_call *c)
{
	static const char *const keys[] = { "time", "timezone", "weekday", "month", "day", "year" };
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	char text[64];
	const char *p = text;
	struct json j;

	h->clock(h->arg, text, sizeof text);
	json_begin(&j, c->out);
	json_object(&j, "clock");
	for (size_t i = 0; i < COUNT(keys); i++) {
		size_t n;

		p += strspn(p, " ");
		n = strcspn(p, " ");
		if (i < 4)
			json_text(&j, keys[i], p, n);
		else
			json_int(&j, keys[i], strtol(p, NULL, 10));
		p += n;
	}
	json_string(&j, "time_source", time_source(h));
	json_close(&j);
	json_end(&j);
	return 0;
}

/* clang-format off */
#define SHOW { "show", "Show running system information" }

static const struct cmd rows[] = {
	{ .form = "show startup-config", .words = WORDS(SHOW, { "startup-config", "Contents of the startup configuration" }),
	    .run = show_startup, .json = show_startup_json, .flags = CMD_PIPE, .example = "show startup-config" },
	{ .form = "show configuration", .words = WORDS(SHOW, { "configuration", "Contents of the startup configuration" }),
	    .run = show_startup, .json = show_startup_json, .flags = CMD_PIPE, .example = "show configuration" },
	{ .form = "show version", .words = WORDS(SHOW, { "version", "Software version and uptime" }), .run = show_version, .json = show_version_json,
	    .flags = CMD_PIPE | CMD_USER, .example = "show version" },
	{ .form = "show inventory [raw]", .words = WORDS(SHOW, { "inventory", "Parts, with their serial numbers" },
	    { "raw", "Every part: the same here" }),
	    .run = show_inventory, .json = show_inventory_json, .flags = CMD_PIPE | CMD_USER, .example = "show inventory" },
	{ .form = "show clock [detail$detail]", .words = WORDS(SHOW, { "clock", "Time of the system" },
	    { "detail", "And where it comes from" }), .run = show_clock, .json = show_clock_json,
	    .flags = CMD_PIPE | CMD_USER, .example = "show clock detail" },
};
/* clang-format on */

const struct table show_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
