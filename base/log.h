/* log.h - one line for the operator: severity, facility and mnemonic as in IOS, text. No time stamp of its
 * own: the sink adds what it needs. Core code returns what went wrong and does not log; the edge logs once.
 */
#ifndef GW_BASE_LOG_H
#define GW_BASE_LOG_H

/* Syslog severities (RFC 5424 6.2.1), as IOS prints them in %FACILITY-SEVERITY-MNEMONIC. */
enum log_level {
	LOG_LEVEL_ALERT = 1,
	LOG_LEVEL_CRITICAL = 2,
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* facility "SIP", mnemonic "REG_INTERNAL"; text is one line without line feed, already escaped. */
typedef void log_sink(
    void *arg, enum log_level, const char *facility, const char *mnemonic, const char *text);

void log_to(log_sink *, void *arg); /* NULL: drop everything */
void log_at(enum log_level, const char *facility, const char *mnemonic, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
