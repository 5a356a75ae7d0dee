#include "cli/localhost.h"

int
localhost_take(struct cmd_call *c, struct localhost *l)
{
	struct host host;
	char err[300];

	if (host_parse(&host, cmd_arg(c, "host"), err, sizeof err) != 0)
		return cmd_error_at(c, "host", "%s", err);
	if (host.kind != HOST_DNS || host.port != 0) {
		host_free(&host);
		return cmd_error_at(c, "host", "'dns:NAME' expected instead of '%s'", cmd_arg(c, "host"));
	}
	localhost_set(l, LOCALHOST_NAME, host.name, cmd_given(c, "preferred"));
	host_free(&host);
	return 0;
}

void
localhost_write(struct writer *w, const char *words, const struct localhost *l)
{
	if (l->kind == LOCALHOST_NAME)
		write_line(w, "%s dns:%s%s", words, l->name, l->preferred ? " preferred" : "");
	else if (l->kind == LOCALHOST_NONE)
		write_line(w, "no %s", words);
}
