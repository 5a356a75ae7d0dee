/* show logging, clear logging. */
#include "cli/commands.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/vty.h"
#include "conf/logging.h"

static bool
print_log_line(void *arg, const char *line)
{
	out_printf(arg, "%s\n", line);
	return true;
}

/* "    Console logging: level debugging, 12 messages logged, xml disabled,". pad: where the next line begins.
 */
static void
print_destination(struct out *o, const char *title, int level, uint64_t logged, const char *pad)
{
	if (level == LOGGING_OFF)
		out_printf(o, "    %s disabled\n", title);
	else
		out_printf(o,
		    "    %s level %s, %" PRIu64 " messages logged, xml disabled,\n%sfiltering disabled\n",
		    title, severity_name(level), logged, pad);
}

static void
print_server(struct out *o, const struct log_host *h, const struct log_server *s)
{
	out_printf(o, "        Logging to %s  (%s port %u, audit disabled,\n              link %s),\n",
	    h->host.name, h->transport == TRANSPORT_TCP ? "tcp" : "udp", log_host_port(h),
	    s->up ? "up" : "down");
	out_printf(o,
	    "              %" PRIu64 " message lines logged, \n"
	    "              0 message lines rate-limited, \n"
	    "              0 message lines dropped-by-MD, \n",
	    s->logged);
	if (s->dropped > 0)
		out_printf(o,
		    "              %" PRIu64 " message lines dropped: the server did not take them, \n",
		    s->dropped);
	out_str(o, "              xml disabled, sequence number disabled\n"
		   "              filtering disabled\n");
}

static int
show_logging(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	const struct logging_conf *l = c->conf->logging;
	struct log_status s = { 0 };

	h->log_status(h->arg, &s);
	out_printf(c->out,
	    "Syslog logging: %s (%" PRIu64 " messages dropped, 0 messages rate-limited, %" PRIu64
	    " flushes, 0 overruns, xml disabled, filtering disabled)\n\n"
	    "No Active Message Discriminator.\n\n\n\nNo Inactive Message Discriminator.\n\n\n",
	    l->on ? "enabled" : "disabled", s.dropped, s.flushes);
	print_destination(c->out, "Console logging:", l->console, s.console, "                     ");
	print_destination(c->out, "Monitor logging:", l->monitor, s.monitor, "                     ");
	print_destination(c->out, "Buffer logging: ", l->buffer, s.buffer, "                    ");
	out_str(c->out, "    Exception Logging: size (4096 bytes)\n"
			"    Count and timestamp logging messages: disabled\n"
			"    Persistent logging: disabled\n\n"
			"No active filter modules.\n\n");
	if (l->trap == LOGGING_OFF)
		out_str(c->out, "    Trap logging: disabled\n");
	else
		out_printf(c->out, "    Trap logging: level %s, %" PRIu64 " message lines logged\n",
		    severity_name(l->trap), s.trap);
	for (size_t i = 0; i < l->hosts.n; i++)
		print_server(c->out, &l->hosts.v[i], &s.servers[i]);
	out_str(c->out, "        Logging Source-Interface:       VRF Name:\n");
	if (l->buffer == LOGGING_OFF)
		return 0;
	out_printf(c->out, "\nLog Buffer (%u bytes):\n\n", l->buffer_size);
	h->log_lines(h->arg, print_log_line, c->out);
	return 0;
}

static bool
json_log_line(void *arg, const char *line)
{
	json_string(arg, NULL, line);
	return true;
}

static void
json_destination(struct json *j, const char *key, int level, uint64_t logged)
{
	json_object(j, key);
	json_string(j, "level", level == LOGGING_OFF ? NULL : severity_name(level));
	json_uint(j, "logged", logged);
	json_close(j);
}

static int
show_logging_json(struct cmd_call *c)
{
	const struct cli_host *h = cli_host(vty_cli(c->vty));
	const struct logging_conf *l = c->conf->logging;
	struct log_status s = { 0 };
	struct json j;

	h->log_status(h->arg, &s);
	json_begin(&j, c->out);
	json_object(&j, "logging");
	json_bool(&j, "on", l->on);
	json_uint(&j, "dropped", s.dropped);
	json_destination(&j, "console", l->console, s.console);
	json_destination(&j, "monitor", l->monitor, s.monitor);
	json_destination(&j, "buffer", l->buffer, s.buffer);
	json_destination(&j, "trap", l->trap, s.trap);
	json_uint(&j, "buffer_size_bytes", l->buffer_size);
	json_close(&j);
	json_array(&j, "servers");
	for (size_t i = 0; i < l->hosts.n; i++) {
		const struct log_host *host = &l->hosts.v[i];

		json_object(&j, NULL);
		json_string(&j, "host", host->host.name);
		json_string(&j, "transport", host->transport == TRANSPORT_TCP ? "tcp" : "udp");
		json_uint(&j, "port", log_host_port(host));
		json_bool(&j, "up", s.servers[i].up);
		json_uint(&j, "logged", s.servers[i].logged);
		json_uint(&j, "dropped", s.servers[i].dropped);
		json_close(&j);
	}
	json_close(&j);
	json_array(&j, "log");
	if (l->buffer != LOGGING_OFF)
		h->log_lines(h->arg, json_log_line, &j);
	json_close(&j);
	json_end(&j);
	return 0;
}

static int
clear_logging(struct vty *vty, const char *answer, void *arg)
{
	const struct cli_host *h = cli_host(vty_cli(vty));

	(void)arg;
	if (*answer == '\0' || *answer == 'y' || *answer == 'Y')
		h->log_clear(h->arg);
	return 0;
}

static int
confirm_clear(struct cmd_call *c)
{
	return vty_ask(c->vty, "Clear logging buffer [confirm]", VTY_KEY, clear_logging, NULL);
}

/* clang-format off */
static const struct cmd rows[] = {
	{ .form = "show logging", .words = WORDS({ "show", "Show running system information" },
	    { "logging", "Show the contents of logging buffers" }), .run = show_logging, .json = show_logging_json, .flags = CMD_PIPE,
	    .example = "show logging" },
	{ .form = "clear logging", .words = WORDS({ "clear", "Reset functions" }, { "logging", "Clear logging buffer" }),
	    .run = confirm_clear, .example = "clear logging" },
};
/* clang-format on */

const struct table show_logging_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
