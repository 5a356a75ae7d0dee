#include "conf/logging.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/internal.h"

enum { SEVERITY_INFORMATIONAL = 6, SEVERITY_DEBUGGING = 7, FACILITY_LOCAL7 = 23 };

const struct stamp stamp_default = { .kind = STAMP_DATETIME, .msec = true, .localtime = true };

struct logging_conf *
logging_new(void)
{
	struct logging_conf *l = xcalloc(1, sizeof *l);

	l->refs = 1;
	l->on = true;
	l->buffer = l->console = l->monitor = SEVERITY_DEBUGGING;
	l->trap = SEVERITY_INFORMATIONAL;
	l->buffer_size = LOG_BUFFER_DEFAULT;
	l->facility = FACILITY_LOCAL7;
	l->log_stamp = l->debug_stamp = stamp_default;
	return l;
}

struct logging_conf *
logging_copy(const struct logging_conf *from)
{
	struct logging_conf *l = xmalloc(sizeof *l);

	*l = *from;
	l->refs = 1;
	l->origin_text = xstrdup(from->origin_text);
	memset(&l->hosts, 0, sizeof l->hosts);
	for (size_t i = 0; i < from->hosts.n; i++) {
		struct log_host h = { host_copy(&from->hosts.v[i].host), from->hosts.v[i].transport };

		vec_push(&l->hosts, h);
	}
	return l;
}

void
logging_release(struct logging_conf *l)
{
	if (--l->refs > 0)
		return;
	free(l->origin_text);
	for (size_t i = 0; i < l->hosts.n; i++)
		host_free(&l->hosts.v[i].host);
	vec_free(&l->hosts);
	free(l);
}

bool
stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->kind == b->kind &&
	       (a->kind != STAMP_DATETIME || (a->msec == b->msec && a->localtime == b->localtime &&
						 a->zone == b->zone && a->year == b->year));
}

unsigned
log_host_port(const struct log_host *h)
{
	return h->host.port != 0               ? h->host.port
	       : h->transport == TRANSPORT_TCP ? SYSLOG_TCP_PORT
					       : SYSLOG_UDP_PORT;
}

bool
log_host_equal(const struct log_host *a, const struct log_host *b)
{
	return a->transport == b->transport && a->host.kind == b->host.kind &&
	       str_caseeq(a->host.name, b->host.name) && log_host_port(a) == log_host_port(b);
}

static const char *const severities[] = { "emergencies", "alerts", "critical", "errors", "warnings",
	"notifications", "informational", "debugging" };
/* As IOS names them, but that it has sys9 beside cron; it has no name for 15. */
static const char *const facilities[] = { "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news",
	"uucp", "cron", "sys10", "sys11", "sys12", "sys13", "sys14", "sys15", "local0", "local1", "local2",
	"local3", "local4", "local5", "local6", "local7" };

static int
index_of(const char *const *names, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (str_caseeq(names[i], text))
			return (int)i;
	return -1;
}

int
severity_parse(const char *text)
{
	uint64_t n;

	if (str_uint(text, 0, SEVERITY_DEBUGGING, &n) == 0)
		return (int)n;
	return index_of(severities, COUNT(severities), text);
}

const char *
severity_name(int severity)
{
	return severities[severity];
}

int
facility_parse(const char *text)
{
	if (str_caseeq(text, "sys9"))
		text = "cron";
	return index_of(facilities, COUNT(facilities), text);
}

const char *
facility_name(unsigned facility)
{
	return facilities[facility];
}
