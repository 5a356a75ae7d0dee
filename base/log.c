#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>

#include "base/out.h"

static log_sink *sink;
static void *sink_arg;

void
log_to(log_sink *to, void *arg)
{
	sink = to;
	sink_arg = arg;
}

void
log_at(enum log_level level, const char *facility, const char *mnemonic, const char *format, ...)
{
	struct out raw = OUT_MEMORY, line = OUT_MEMORY;
	va_list ap;

	if (sink == NULL)
		return;
	va_start(ap, format);
	out_vprintf(&raw, format, ap);
	va_end(ap);
	out_escaped(&line, out_text(&raw), raw.len);
	sink(sink_arg, level, facility, mnemonic, out_text(&line));
	out_free(&raw);
	out_free(&line);
}
