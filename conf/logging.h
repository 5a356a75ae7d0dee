/* logging.h - where log lines go and how they look: `logging ...`, `service timestamps`, `service
 * sequence-numbers`. Part of the configuration: frozen once published (conf.h). */
#ifndef GW_CONF_LOGGING_H
#define GW_CONF_LOGGING_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

enum {
	LOGGING_OFF = -1, /* in place of a severity 0-7 */
	LOG_HOSTS_MAX = 8,
	LOG_BUFFER_DEFAULT = 1 << 20, /* bytes; IOS has 4096, gw holds whole SIP messages */
	LOG_BUFFER_MAX = 16 << 20,
	SYSLOG_UDP_PORT = 514, /* RFC 5426 3.3 */
	SYSLOG_TCP_PORT = 601, /* RFC 6587, and IOS */
};

enum stamp_kind { STAMP_NONE, STAMP_UPTIME, STAMP_DATETIME };
/* `service timestamps`; the members behind kind belong to STAMP_DATETIME. */
struct stamp {
	enum stamp_kind kind;
	bool msec, localtime, zone, year;
};

/* `logging host`. host.port 0: the default of the transport. */
struct log_host {
	struct host host;
	enum transport transport; /* UDP or TCP */
};

/* What stands as HOSTNAME in a syslog message (RFC 5424 6.2.4); NONE: the host name too. */
enum origin_kind { ORIGIN_NONE, ORIGIN_HOSTNAME, ORIGIN_IP, ORIGIN_STRING };

struct logging_conf {
	unsigned refs;
	bool on; /* false: the console only */
	int buffer, console, monitor, trap; /* the least urgent severity that is taken, or LOGGING_OFF */
	unsigned buffer_size; /* bytes */
	unsigned facility; /* RFC 5424 table 1 */
	enum origin_kind origin;
	char *origin_text; /* ORIGIN_STRING only, else NULL */
	VEC(struct log_host) hosts; /* in order of entry */
	struct stamp log_stamp, debug_stamp;
	bool sequence_numbers;
};

struct logging_conf *logging_new(void); /* one reference, the defaults */
struct logging_conf *logging_copy(const struct logging_conf *);
void logging_release(struct logging_conf *);

extern const struct stamp stamp_default;
bool stamp_equal(const struct stamp *, const struct stamp *);
unsigned log_host_port(const struct log_host *); /* the one in use */
bool log_host_equal(const struct log_host *, const struct log_host *);

/* "0" to "7" or "emergencies" to "debugging"; LOGGING_OFF: neither. */
int severity_parse(const char *text);
const char *severity_name(int severity);
/* "local7"; -1: no such. */
int facility_parse(const char *text);
const char *facility_name(unsigned facility);

#endif
