#include "tests/fuzz/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"

static struct conf *
running(void *arg)
{
	return ((struct fuzz_host *)arg)->conf;
}

static int
publish(void *arg, struct conf *next, char *err, size_t errsz)
{
	struct fuzz_host *h = arg;

	(void)err, (void)errsz;
	conf_release(h->conf);
	h->conf = next;
	return 0;
}

static char *
read_file(void *arg, const char *path, size_t *len, char *err, size_t errsz)
{
	static const char text[] = "hostname gw7\nsip-ua\n registrar 1 dns:a.example\n wrong line\n";

	(void)arg;
	if (!str_eq(path, "/flash/extra.cfg")) {
		snprintf(err, errsz, "No such file");
		return NULL;
	}
	*len = sizeof text - 1;
	return xstrdup(text);
}

static int
write_file(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	(void)arg, (void)path, (void)text, (void)len;
	snprintf(err, errsz, "No space left on device");
	return -1;
}

static const char *
startup_path(void *arg)
{
	(void)arg;
	return "startup-config";
}

static void
random_bytes(void *arg, void *buf, size_t len)
{
	(void)arg;
	memset(buf, 7, len);
}

static const char *
master_key(void *arg)
{
	(void)arg;
	return "fuzz-master-key";
}

static int
set_master_key(void *arg, const char *key, char *err, size_t errsz)
{
	(void)arg, (void)key;
	snprintf(err, errsz, "No space left on device");
	return -1;
}

static void
consoles(void *arg, console_visit *visit, void *visit_arg)
{
	(void)arg;
	visit(visit_arg, &(struct console_row){ "vty0", "alice", "192.0.2.7", 3725 });
}

static void
clear_line(void *arg, const char *line)
{
	(void)arg, (void)line;
}

static void
log_lines(void *arg, log_visit *visit, void *visit_arg)
{
	(void)arg;
	visit(visit_arg, "%SYS-5-CONFIG_I: Configured from console by console");
}

static void
log_clear(void *arg)
{
	(void)arg;
}

static void
log_status(void *arg, struct log_status *s)
{
	(void)arg, (void)s;
}

static int64_t
uptime(void *arg)
{
	(void)arg;
	return 1;
}

static void
clock_text(void *arg, char *text, size_t size)
{
	(void)arg;
	snprintf(text, size, "08:00:00.123 UTC Fri Nov 20 2026");
}

static void
retry(void *arg, const char *number, int slot)
{
	(void)arg, (void)number, (void)slot;
}

static const char *
state_dir(void *arg)
{
	(void)arg;
	return "/flash";
}

static void
list_files(void *arg, const char *prefix, file_visit *visit, void *visit_arg)
{
	char *path = xasprintf("%s-3", prefix);
	struct file_info info = { path, 1, "Nov 20 2026 08:00:00 +00:00" };

	(void)arg;
	visit(visit_arg, &info);
	free(path);
}

static int
remove_file(void *arg, const char *path, char *err, size_t errsz)
{
	(void)arg, (void)path;
	snprintf(err, errsz, "Read-only file system");
	return -1;
}

static bool
file_exists(void *arg, const char *path)
{
	(void)arg;
	return str_eq(path, "/flash/extra.cfg");
}

static void
disk_space(void *arg, uint64_t *total, uint64_t *left)
{
	(void)arg;
	*total = *left = 0;
}

static void
clock_in(void *arg, int64_t ms, char *text, size_t size)
{
	(void)ms;
	clock_text(arg, text, size);
}

static int64_t
now(void *arg)
{
	(void)arg;
	return 1000;
}

struct cli *
fuzz_cli(struct fuzz_host **h)
{
	static struct fuzz_host the_host;
	static struct cli *cli;

	if (cli == NULL) {
		struct cli_host host = { .arg = &the_host,
			.running = running,
			.publish = publish,
			.read_file = read_file,
			.write_file = write_file,
			.append_file = write_file,
			.startup_path = startup_path,
			.random = random_bytes,
			.master_key = master_key,
			.set_master_key = set_master_key,
			.consoles = consoles,
			.clear_line = clear_line,
			.log_lines = log_lines,
			.log_clear = log_clear,
			.log_status = log_status,
			.uptime = uptime,
			.clock = clock_text,
			.clock_in = clock_in,
			.now = now,
			.wake = log_clear,
			.restart = log_clear,
			.state_dir = state_dir,
			.list_files = list_files,
			.remove_file = remove_file,
			.file_exists = file_exists,
			.disk_space = disk_space,
			.retry = retry,
			.clear_counters = log_clear,
			.version = "1.2.3" };

		cli = cli_new(&host);
	}
	conf_release(the_host.conf);
	the_host.conf = conf_new();
	*h = &the_host;
	return cli;
}

void
fuzz_check_written(const struct cli *cli, const struct conf *conf)
{
	struct out a = OUT_MEMORY, b = OUT_MEMORY;
	struct conf *again = conf_new();
	struct script_report report;

	config_text(cli, conf, &a);
	/* Into an empty gateway, and then into one that has it already. */
	for (int pass = 0; pass < 2; pass++) {
		script_load(cli, again, "written", out_text(&a), a.len, &report);
		config_text(cli, again, &b);
		if (report.nerrors > 0 || !str_eq(out_text(&a), out_text(&b))) {
			fprintf(stderr, "pass %d: %s--- written\n%s--- again\n%s", pass,
			    out_text(&report.errors), out_text(&a), out_text(&b));
			abort();
		}
		script_report_free(&report);
		out_free(&b);
	}
	conf_release(again);
	out_free(&a);
}
