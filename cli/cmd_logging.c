/* logging, service timestamps, service sequence-numbers. */
#include "cli/commands.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/logging.h"

static const void *
object(const struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return c->logging;
}

static void *
edit(struct conf *c, const struct context *ctx)
{
	(void)ctx;
	return conf_edit_logging(c);
}

/* service timestamps */

static int
timestamps_set(struct cmd_call *c)
{
	struct logging_conf *l = cmd_object(c);
	struct stamp s = { .kind = STAMP_UPTIME };

	if (cmd_given(c, "datetime"))
		s = (struct stamp){ STAMP_DATETIME, cmd_given(c, "msec"), cmd_given(c, "localtime"),
			cmd_given(c, "zone"), cmd_given(c, "year") };
	*(cmd_given(c, "log") ? &l->log_stamp : &l->debug_stamp) = s;
	return 0;
}

static int
timestamps_unset(struct cmd_call *c)
{
	static const struct stamp none = { .kind = STAMP_NONE };
	struct logging_conf *l = cmd_object(c);
	struct stamp s = c->op == CMD_DEFAULT ? stamp_default : none;

	if (!cmd_given(c, "debug"))
		l->log_stamp = s;
	if (!cmd_given(c, "log"))
		l->debug_stamp = s;
	return 0;
}

static void
write_stamp(struct writer *w, const char *which, const struct stamp *s)
{
	if (stamp_equal(s, &stamp_default))
		return;
	switch (s->kind) {
	case STAMP_NONE:
		write_line(w, "no service timestamps %s", which);
		break;
	case STAMP_UPTIME:
		write_line(w, "service timestamps %s uptime", which);
		break;
	case STAMP_DATETIME:
		write_line(w, "service timestamps %s datetime%s%s%s%s", which, s->msec ? " msec" : "",
		    s->localtime ? " localtime" : "", s->zone ? " show-timezone" : "",
		    s->year ? " year" : "");
		break;
	}
}

static void
timestamps_write(struct writer *w, const void *o)
{
	const struct logging_conf *l = o;

	write_stamp(w, "debug", &l->debug_stamp);
	write_stamp(w, "log", &l->log_stamp);
}

/* logging buffered|console|monitor|trap */

static int
level_or(const struct cmd_call *c, int otherwise)
{
	const char *text = cmd_arg(c, "level");

	return text == NULL ? otherwise : severity_parse(text);
}

enum { INFORMATIONAL = 6, DEBUGGING = 7 };

/* What the row is about, and its default. */
static int *
destination(const struct cmd_call *c, struct logging_conf *l, int *otherwise)
{
	*otherwise = cmd_given(c, "trap") ? INFORMATIONAL : DEBUGGING;
	return cmd_given(c, "trap") ? &l->trap : cmd_given(c, "monitor") ? &l->monitor : &l->console;
}

static int
level_set(struct cmd_call *c)
{
	int otherwise, *level = destination(c, cmd_object(c), &otherwise);

	*level = level_or(c, otherwise);
	return 0;
}

static int
level_unset(struct cmd_call *c)
{
	int otherwise, *level = destination(c, cmd_object(c), &otherwise);

	*level = c->op == CMD_DEFAULT ? otherwise : LOGGING_OFF;
	return 0;
}

static void
write_level(struct writer *w, const char *name, int level, int otherwise)
{
	if (level == LOGGING_OFF)
		write_line(w, "no logging %s", name);
	else if (level != otherwise)
		write_line(w, "logging %s %s", name, severity_name(level));
}

static void
console_write(struct writer *w, const void *o)
{
	write_level(w, "console", ((const struct logging_conf *)o)->console, DEBUGGING);
}

static void
monitor_write(struct writer *w, const void *o)
{
	write_level(w, "monitor", ((const struct logging_conf *)o)->monitor, DEBUGGING);
}

static void
trap_write(struct writer *w, const void *o)
{
	write_level(w, "trap", ((const struct logging_conf *)o)->trap, INFORMATIONAL);
}

/* A size that is left out stays, as in IOS; a severity that is left out is debugging. */
static int
buffered_set(struct cmd_call *c)
{
	uint64_t size = cmd_uint(c, "size", c->conf->logging->buffer_size);
	struct logging_conf *l;

	if (size > LOG_BUFFER_MAX)
		return cmd_error(
		    c, "Log buffer of %s bytes: %d are the limit", cmd_arg(c, "size"), LOG_BUFFER_MAX);
	l = cmd_object(c);
	l->buffer_size = (unsigned)size;
	l->buffer = level_or(c, DEBUGGING);
	return 0;
}

static int
buffered_unset(struct cmd_call *c)
{
	struct logging_conf *l = cmd_object(c);

	l->buffer_size = LOG_BUFFER_DEFAULT;
	l->buffer = c->op == CMD_DEFAULT ? DEBUGGING : LOGGING_OFF;
	return 0;
}

static void
buffered_write(struct writer *w, const void *o)
{
	const struct logging_conf *l = o;

	if (l->buffer != LOGGING_OFF && l->buffer_size != LOG_BUFFER_DEFAULT)
		write_line(w, "logging buffered %u%s%s", l->buffer_size, l->buffer == DEBUGGING ? "" : " ",
		    l->buffer == DEBUGGING ? "" : severity_name(l->buffer));
	else
		write_level(w, "buffered", l->buffer, DEBUGGING);
}

/* logging facility, logging origin-id */

static int
facility_set(struct cmd_call *c)
{
	((struct logging_conf *)cmd_object(c))->facility = (unsigned)facility_parse(cmd_arg(c, "facility"));
	return 0;
}

static int
facility_unset(struct cmd_call *c)
{
	((struct logging_conf *)cmd_object(c))->facility = (unsigned)facility_parse("local7");
	return 0;
}

static void
facility_write(struct writer *w, const void *o)
{
	const char *name = facility_name(((const struct logging_conf *)o)->facility);

	if (!str_eq(name, "local7"))
		write_line(w, "logging facility %s", name);
}

static void
set_origin(struct cmd_call *c, enum origin_kind kind, const char *text)
{
	struct logging_conf *l = cmd_object(c);
	char *copy = xstrdup(text);

	free(l->origin_text);
	l->origin = kind;
	l->origin_text = copy;
}

static int
origin_set(struct cmd_call *c)
{
	enum { HOSTNAME_MAX = 255 }; /* RFC 5424 6: HOSTNAME, printable ASCII */
	const char *text = cmd_arg(c, "text");
	size_t n = 0;

	while (text != NULL && text[n] > ' ' && text[n] < 127)
		n++;
	if (text != NULL && (text[n] != '\0' || n > HOSTNAME_MAX))
		return cmd_error(c,
		    "Origin '%.64s': printable ASCII without blanks, %d characters at the most", text,
		    HOSTNAME_MAX);
	set_origin(c, text != NULL ? ORIGIN_STRING : cmd_given(c, "ip") ? ORIGIN_IP : ORIGIN_HOSTNAME, text);
	return 0;
}

static int
origin_unset(struct cmd_call *c)
{
	set_origin(c, ORIGIN_NONE, NULL);
	return 0;
}

static void
origin_write(struct writer *w, const void *o)
{
	const struct logging_conf *l = o;

	switch (l->origin) {
	case ORIGIN_NONE:
		break;
	case ORIGIN_HOSTNAME:
		write_line(w, "logging origin-id hostname");
		break;
	case ORIGIN_IP:
		write_line(w, "logging origin-id ip");
		break;
	case ORIGIN_STRING:
		write_line(w, "logging origin-id string %s", l->origin_text);
		break;
	}
}

/* logging host */

/* What the line names; 0, or -1 with the error said. name is the caller's to free. */
static int
host_of(struct cmd_call *c, struct log_host *h)
{
	unsigned char binary[sizeof(struct in6_addr)];
	const char *text = cmd_arg(c, "host"), *dot = strrchr(text, '.'),
		   *last = dot == NULL ? text : dot + 1;
	char canonical[INET6_ADDRSTRLEN];

	*h = (struct log_host){ .transport =
				    str_eq(cmd_arg(c, "transport"), "tcp") ? TRANSPORT_TCP : TRANSPORT_UDP };
	h->host.port = (uint16_t)cmd_uint(c, "port", 0);
	if (inet_pton(AF_INET6, text, binary) == 1) {
		h->host.kind = HOST_IPV6;
		h->host.name = xstrdup(inet_ntop(AF_INET6, binary, canonical, sizeof canonical));
		return 0;
	}
	h->host.kind = inet_pton(AF_INET, text, binary) == 1 ? HOST_IPV4 : HOST_DNS;
	if (h->host.kind == HOST_DNS && (!dns_name_valid(text) || str_all(last, "0123456789")))
		return cmd_error(c, "Not an address or host name: '%.64s'", text);
	h->host.name = xstrdup(text);
	return 0;
}

static size_t
host_index(const struct logging_conf *l, const struct log_host *h)
{
	size_t i = 0;

	while (i < l->hosts.n && !log_host_equal(&l->hosts.v[i], h))
		i++;
	return i;
}

static int
host_set(struct cmd_call *c)
{
	const struct logging_conf *now = c->conf->logging;
	struct log_host h;

	if (host_of(c, &h) != 0)
		return -1;
	if (host_index(now, &h) < now->hosts.n) {
		host_free(&h.host);
		return 0;
	}
	if (now->hosts.n == LOG_HOSTS_MAX) {
		host_free(&h.host);
		return cmd_error(c,
		    "%d syslog servers are the limit: remove one with 'no logging host ADDRESS' first",
		    LOG_HOSTS_MAX);
	}
	vec_push(&((struct logging_conf *)cmd_object(c))->hosts, h);
	return 0;
}

/* Without transport: every entry of that host. */
static int
host_unset(struct cmd_call *c)
{
	struct logging_conf *l;
	struct log_host h;

	if (cmd_arg(c, "host") == NULL)
		return cmd_error(c, "Which server? 'no logging host ADDRESS'");
	if (host_of(c, &h) != 0)
		return -1;
	l = cmd_object(c);
	for (size_t i = l->hosts.n; i-- > 0;) {
		struct log_host *at = &l->hosts.v[i];

		if (cmd_given(c, "transport") ? !log_host_equal(at, &h)
					      : !str_caseeq(at->host.name, h.host.name))
			continue;
		host_free(&at->host);
		vec_remove(&l->hosts, i);
	}
	host_free(&h.host);
	return 0;
}

static void
hosts_write(struct writer *w, const void *o)
{
	const struct logging_conf *l = o;

	for (size_t i = 0; i < l->hosts.n; i++) {
		const struct log_host *h = &l->hosts.v[i];
		struct out more = OUT_MEMORY;

		if (h->transport == TRANSPORT_TCP || h->host.port != 0)
			out_printf(&more, " transport %s", h->transport == TRANSPORT_TCP ? "tcp" : "udp");
		if (h->host.port != 0)
			out_printf(&more, " port %u", h->host.port);
		write_line(w, "logging host %s%s", h->host.name, out_text(&more));
		out_free(&more);
	}
}

static void
write_nothing(struct writer *w, const void *o)
{
	(void)w, (void)o;
}

/* clang-format off */
#define LEVEL "(<0-7>|emergencies|alerts|critical|errors|warnings|notifications|informational|debugging)$level"
#define LEVEL_HELP { "<0-7>", "Logging severity level" }, { "emergencies", "System is unusable (severity=0)" }, \
	{ "alerts", "Immediate action needed (severity=1)" }, { "critical", "Critical conditions (severity=2)" }, \
	{ "errors", "Error conditions (severity=3)" }, { "warnings", "Warning conditions (severity=4)" }, \
	{ "notifications", "Normal but significant conditions (severity=5)" }, \
	{ "informational", "Informational messages (severity=6)" }, { "debugging", "Debugging messages (severity=7)" }
#define LOGGING { "logging", "Modify message logging facilities" }
#define SERVICE { "service", "Modify use of network based services" }
#define TRANSPORT "[transport (udp|tcp)$transport [port <1-65535>$port]]"
#define TRANSPORT_HELP { "transport", "Specify the transport protocol (default=UDP)" }, \
	{ "udp", "User Datagram Protocol (RFC 5426)" }, { "tcp", "Transmission Control Protocol (RFC 6587)" }, \
	{ "port", "Specify the port number (default=514, for TCP 601)" }, { "<1-65535>", "Port number" }
#define HOST_HELP { "A.B.C.D", "IP address of the syslog server" }, { "X:X:X:X::X", "IPv6 address of the syslog server" }

static const struct cmd rows[] = {
	{
		.form = "service timestamps [(debug$debug|log$log) [uptime|datetime$datetime "
			"{msec$msec|localtime$localtime|show-timezone$zone|year$year}]]",
		.words = WORDS(SERVICE, { "timestamps", "Timestamp debug/log messages" }, { "debug", "Timestamp debug messages" },
		    { "log", "Timestamp log messages" }, { "uptime", "Timestamp with system uptime" },
		    { "datetime", "Timestamp with date and time" }, { "msec", "Include milliseconds in timestamp" },
		    { "localtime", "Use local time zone for timestamps" },
		    { "show-timezone", "Add time zone information to timestamp" }, { "year", "Include year in timestamp" }),
		.set = timestamps_set, .unset = timestamps_unset, .write = timestamps_write,
		.example = "service timestamps log datetime msec show-timezone year",
	},
	{
		.form = "service sequence-numbers",
		.words = WORDS(SERVICE, { "sequence-numbers", "Stamp logger messages with a sequence number" }),
		.field = FIELD_BOOL_OF(struct logging_conf, sequence_numbers, false), .example = "service sequence-numbers",
	},
	{
		.form = "logging on", .words = WORDS(LOGGING, { "on", "Enable logging to all enabled destinations" }),
		.field = FIELD_BOOL_OF(struct logging_conf, on, true), .example = "logging on",
	},
	{
		.form = "logging buffered [<4096-2147483647>$size] [" LEVEL "]",
		.words = WORDS(LOGGING, { "buffered", "Set buffered logging parameters" },
		    { "<4096-2147483647>", "Logging buffer size, bytes" }, LEVEL_HELP),
		.set = buffered_set, .unset = buffered_unset, .write = buffered_write,
		.example = "logging buffered 65536 informational",
	},
	{
		.form = "logging console [" LEVEL "]",
		.words = WORDS(LOGGING, { "console", "Set console logging parameters" }, LEVEL_HELP),
		.set = level_set, .unset = level_unset, .write = console_write, .example = "logging console warnings",
	},
	{
		.form = "logging monitor$monitor [" LEVEL "]",
		.words = WORDS(LOGGING, { "monitor", "Set terminal line (monitor) logging parameters" }, LEVEL_HELP),
		.set = level_set, .unset = level_unset, .write = monitor_write, .example = "logging monitor errors",
	},
	{
		.form = "logging origin-id (hostname|ip$ip|string WORD$text)",
		.words = WORDS(LOGGING, { "origin-id", "Add origin ID to syslog messages" },
		    { "hostname", "Use origin hostname as ID (the default)" }, { "ip", "Use origin IP address as ID" },
		    { "string", "Define a unique text string as ID" }, { "WORD", "ID string" }),
		.no = "logging origin-id [hostname|ip|string [WORD]]",
		.set = origin_set, .unset = origin_unset, .write = origin_write, .example = "logging origin-id string edge-1",
	},
	{
		.form = "logging facility (auth|cron|daemon|kern|local0|local1|local2|local3|local4|local5|local6|local7|lpr|mail|news|"
			"sys9|sys10|sys11|sys12|sys13|sys14|syslog|user|uucp)$facility",
		.words = WORDS(LOGGING, { "facility", "Facility parameter for syslog messages" }, { "auth", "Authorization system" },
		    { "cron", "Cron/at facility" }, { "daemon", "System daemons" }, { "kern", "Kernel" }, { "local0", "Local use" },
		    { "local1", "Local use" }, { "local2", "Local use" }, { "local3", "Local use" }, { "local4", "Local use" },
		    { "local5", "Local use" }, { "local6", "Local use" }, { "local7", "Local use (the default)" },
		    { "lpr", "Line printer system" }, { "mail", "Mail system" }, { "news", "USENET news" },
		    { "sys9", "System use (cron)" }, { "sys10", "System use" }, { "sys11", "System use" }, { "sys12", "System use" },
		    { "sys13", "System use" }, { "sys14", "System use" }, { "syslog", "Syslog itself" },
		    { "user", "User process" }, { "uucp", "Unix-to-Unix copy system" }),
		.set = facility_set, .unset = facility_unset, .write = facility_write, .example = "logging facility local5",
	},
	{
		.form = "logging trap$trap [" LEVEL "]",
		.words = WORDS(LOGGING, { "trap", "Set syslog server logging level" }, LEVEL_HELP),
		.set = level_set, .unset = level_unset, .write = trap_write, .example = "logging trap debugging",
	},
	{
		.form = "logging host (A.B.C.D|X:X:X:X::X|HOSTNAME)$host " TRANSPORT,
		.words = WORDS(LOGGING, { "host", "Set syslog server IP address and parameters" }, HOST_HELP,
		    { "HOSTNAME", "Hostname of the syslog server" }, TRANSPORT_HELP),
		.set = host_set, .unset = host_unset, .write = hosts_write,
		.example = "logging host 192.0.2.1 transport tcp port 5514",
	},
	{
		.form = "logging host ipv6 X:X:X:X::X$host " TRANSPORT, .flags = CMD_HIDDEN, /* another spelling */
		.words = WORDS(LOGGING, { "host", "Set syslog server IP address and parameters" },
		    { "ipv6", "Set syslog server IPv6 address" }, { "X:X:X:X::X", "IPv6 address of the syslog server" },
		    TRANSPORT_HELP),
		.set = host_set, .unset = host_unset, .write = write_nothing, .example = "logging host ipv6 2001:db8::1",
	},
	{
		.form = "logging (A.B.C.D|X:X:X:X::X)$host " TRANSPORT, .flags = CMD_HIDDEN, /* the older spelling */
		.words = WORDS(LOGGING, HOST_HELP, TRANSPORT_HELP),
		.set = host_set, .unset = host_unset, .write = write_nothing, .example = "logging 192.0.2.1",
	},
	/* Behind the others, whose `no` takes less. */
	KEPT("logging (alarm|cns-events|count|delimiter|discriminator|dmvpn|esm|event|exception|filter|history|ip|listen|"
	    "message-counter|persistent|queue-limit|rate-limit|reload|server-arp|smartlog|snmp-authfail|snmp-trap|"
	    "source-interface|userinfo|xml)"),
	KEPT("logging (buffered|console|monitor) (discriminator|filtered|guaranteed|xml)"),
	KEPT_EXACT("logging host (A.B.C.D|X:X:X:X::X|HOSTNAME) (discriminator|filtered|sequence-num-session|session-id|stream|vrf|"
	    "xml) [LINE]", "logging host 192.0.2.1 vrf Mgmt-intf"),
};
/* clang-format on */

const struct table logging_table = { &mode_config, rows, COUNT(rows), object, edit, NULL };
