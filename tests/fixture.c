#include "tests/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"
#include "cli/login.h"

static struct conf *
running(void *arg)
{
	return ((struct fixture *)arg)->conf;
}

static int
publish(void *arg, struct conf *next, char *err, size_t errsz)
{
	struct fixture *f = arg;

	(void)err, (void)errsz;
	conf_release(f->conf);
	f->conf = next;
	f->published++;
	return 0;
}

/* Files in memory. */

#define FLASH "/flash/"

static struct fixture_file *
find_file(const struct fixture *f, const char *path)
{
	for (size_t i = 0; i < f->files.n; i++)
		if (str_eq(f->files.v[i].path, path))
			return &f->files.v[i];
	return NULL;
}

static char *
read_file(void *arg, const char *path, size_t *len, char *err, size_t errsz)
{
	struct fixture *f = arg;
	const struct fixture_file *file = path == NULL ? NULL : find_file(f, path);
	const char *text = path == NULL ? f->startup : file == NULL ? NULL : file->text;

	if (text == NULL) {
		snprintf(err, errsz, "%s: No such file or directory", path == NULL ? "startup-config" : path);
		return NULL;
	}
	*len = strlen(text);
	return xstrdup(text);
}

static int
write_file(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	struct fixture *f = arg;
	char **at = &f->startup;

	if (f->full) {
		snprintf(err, errsz, "%s: No space left on device", path == NULL ? "startup-config" : path);
		return -1;
	}
	if (path != NULL && find_file(f, path) == NULL) {
		struct fixture_file file = { xstrdup(path), NULL };

		vec_push(&f->files, file);
	}
	if (path != NULL)
		at = &find_file(f, path)->text;
	free(*at);
	*at = xstrndup(text, len);
	return 0;
}

static int
append_file(void *arg, const char *path, const char *text, size_t len, char *err, size_t errsz)
{
	struct fixture *f = arg;
	const struct fixture_file *file = find_file(f, path);
	char *whole = xasprintf("%s%.*s", file == NULL ? "" : file->text, (int)len, text);
	int rc = write_file(arg, path, whole, strlen(whole), err, errsz);

	free(whole);
	return rc;
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
	struct fixture *f = arg;

	for (size_t i = 0; i < f->files.n; i++) {
		struct file_info info = { f->files.v[i].path, strlen(f->files.v[i].text),
			"Nov 20 2026 08:00:00 +00:00" };

		if (str_starts(info.path, prefix) && strchr(info.path + strlen(prefix), '/') == NULL &&
		    !visit(visit_arg, &info))
			return;
	}
}

static int
remove_file(void *arg, const char *path, char *err, size_t errsz)
{
	struct fixture *f = arg;
	struct fixture_file *file = find_file(f, path);

	if (file == NULL) {
		snprintf(err, errsz, "%s: No such file or directory", path);
		return -1;
	}
	free(file->path);
	free(file->text);
	vec_remove(&f->files, (size_t)(file - f->files.v));
	return 0;
}

static bool
file_exists(void *arg, const char *path)
{
	return find_file(arg, path) != NULL;
}

static void
disk_space(void *arg, uint64_t *total, uint64_t *left)
{
	(void)arg;
	*total = 1000000;
	*left = 750000;
}

const char *
fixture_flash(const struct fixture *f, const char *name)
{
	char *path = xasprintf(FLASH "%s", name);
	const struct fixture_file *file = find_file(f, path);

	free(path);
	return file == NULL ? NULL : file->text;
}

void
fixture_write(struct fixture *f, const char *name, const char *text)
{
	char *path = xasprintf(FLASH "%s", name), err[100];

	ck_assert_int_eq(write_file(f, path, text, strlen(text), err, sizeof err), 0);
	free(path);
}

/* Time. */

static int64_t
now(void *arg)
{
	return ((struct fixture *)arg)->now;
}

static void
wake(void *arg)
{
	((struct fixture *)arg)->woken++;
}

static void
restart(void *arg)
{
	((struct fixture *)arg)->restarted++;
}

void
fixture_pass(struct fixture *f, int64_t ms)
{
	int64_t end = f->now + ms, next;

	while ((next = cli_tick(f->cli, f->now)) <= end) {
		ck_assert_int_gt(next, f->now); /* what is due was done */
		f->now = next;
	}
	f->now = end;
}

static const char *
startup_path(void *arg)
{
	(void)arg;
	return "startup-config";
}

static const char *
rejected(void *arg)
{
	return ((struct fixture *)arg)->rejected;
}

static void
random_bytes(void *arg, void *buf, size_t len)
{
	(void)arg;
	for (size_t i = 0; i < len; i++)
		((unsigned char *)buf)[i] = (unsigned char)(i * 5 + 1);
}

static const char *
master_key(void *arg)
{
	return ((struct fixture *)arg)->master_key;
}

static const char *
old_master_key(void *arg)
{
	return ((struct fixture *)arg)->old_master_key;
}

static int
set_master_key(void *arg, const char *key, char *err, size_t errsz)
{
	struct fixture *f = arg;
	char *copy;

	if (f->full) {
		snprintf(err, errsz, "master-key: No space left on device");
		return -1;
	}
	copy = xstrdup(key);
	str_wipe_free(f->master_key);
	f->master_key = copy;
	return 0;
}

static void
consoles(void *arg, console_visit *visit, void *visit_arg)
{
	(void)arg;
	if (visit(visit_arg, &(struct console_row){ "console", "console", "", 0 }))
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
	visit(visit_arg, "Nov 20 08:00:00.123: %SYS-5-CONFIG_I: Configured from console by console");
}

static void
log_status(void *arg, struct log_status *s)
{
	(void)arg;
	*s = (struct log_status){
		.console = 7, .buffer = 12, .trap = 9, .servers = { { true, 6, 0 }, { false, 3, 2 } }
	};
}

static void
nothing(void *arg)
{
	(void)arg;
}

static int64_t
uptime(void *arg)
{
	(void)arg;
	return 90061;
}

/* It stands at eight o'clock, whatever passes for the timers. */
static void
clock_in(void *arg, int64_t ms, char *text, size_t size)
{
	int minutes = 8 * 60 + (int)(ms / 60000 % (16 * 60));

	(void)arg;
	snprintf(text, size, "%02d:%02d:00.123 UTC Fri Nov 20 2026", minutes / 60, minutes % 60);
}

static void
clock_text(void *arg, char *text, size_t size)
{
	clock_in(arg, 0, text, size);
}

static bool
clock_synchronized(void *arg)
{
	(void)arg;
	return true;
}

static void
again(void *arg, const char *number, int slot)
{
	(void)arg, (void)number, (void)slot;
}

/* Registrations as a user agent would report them. */

static const struct reg_status rows[] = {
	{ .number = "+493055501",
	    .peer = -1,
	    .slot = 0,
	    .indexed = true,
	    .registrar = "dns:reg.a.example",
	    .target = "192.0.2.40:5060",
	    .transport = "UDP",
	    .state = REG_STATE_REGISTERED,
	    .registered = true,
	    .granted = 300,
	    .left = 187,
	    .status = 200,
	    .phrase = "OK",
	    .realm = "a.example",
	    .algorithm = "SHA-256",
	    .from = CRED_CREDENTIALS,
	    .username = "trunk01",
	    .auth_peer = -1,
	    .next_ms = 120000 },
	{ .number = "5100",
	    .peer = 1,
	    .slot = 0,
	    .indexed = true,
	    .registrar = "dns:reg.a.example",
	    .target = "192.0.2.40:5060",
	    .transport = "UDP",
	    .state = REG_STATE_NO_CREDENTIAL,
	    .status = 401,
	    .phrase = "Unauthorized",
	    .realm = "A.example",
	    .case_realm = "a.example",
	    .auth_peer = -1,
	    .attempts = 2,
	    .next_ms = 1800000 },
	{ .number = "+493055501",
	    .peer = -1,
	    .slot = 1,
	    .indexed = true,
	    .registrar = "ipv4:192.0.2.50",
	    .target = "192.0.2.50:5060",
	    .transport = "UDP",
	    .state = REG_STATE_REJECTED,
	    .status = 403,
	    .phrase = "Forbidden",
	    .realm = "b.example",
	    .algorithm = "MD5",
	    .from = CRED_SIP_UA,
	    .username = "trunk01",
	    .auth_peer = -1,
	    .attempts = 1,
	    .next_ms = 25000 },
	{ .number = "5100",
	    .peer = 1,
	    .slot = 1,
	    .indexed = true,
	    .registrar = "ipv4:192.0.2.50",
	    .target = "192.0.2.50:5060",
	    .transport = "UDP",
	    .state = REG_STATE_REGISTERED,
	    .registered = true,
	    .granted = 600,
	    .left = 599,
	    .status = 200,
	    .phrase = "OK",
	    .realm = "b.example",
	    .algorithm = "MD5",
	    .from = CRED_PEER,
	    .username = "desk1",
	    .auth_peer = 1,
	    .next_ms = 470000,
	    .associated_uri = "<sip:5100@b.example>" },
};

static void
registrations(void *arg, const char *number, int slot, bool (*visit)(void *, const struct reg_status *),
    void *visit_arg)
{
	(void)arg;
	for (size_t i = 0; i < COUNT(rows); i++)
		if ((number == NULL || str_eq(number, rows[i].number)) &&
		    (slot < 0 || rows[i].slot == (unsigned)slot) && !visit(visit_arg, &rows[i]))
			return;
}

static void
unregistrable(void *arg, bool (*visit)(void *, const struct unregistrable *), void *visit_arg)
{
	(void)arg;
	visit(visit_arg,
	    &(struct unregistrable){ 9, "919.......", "it has wildcards; only a complete number registers" });
}

static void
registrars(void *arg, bool (*visit)(void *, const struct registrar_status *), void *visit_arg)
{
	static const struct registrar_status r[] = {
		{ .slot = 0,
		    .indexed = true,
		    .text = "dns:reg.a.example",
		    .state = "up",
		    .target = "192.0.2.40:5060",
		    .local = "192.0.2.10",
		    .sessions = 2,
		    .registered = 1,
		    .probe_ms = -1 },
		{ .slot = 1,
		    .indexed = true,
		    .text = "ipv4:192.0.2.50",
		    .state = "up",
		    .target = "192.0.2.50:5060",
		    .local = "192.0.2.10",
		    .sessions = 2,
		    .registered = 1,
		    .probe_ms = -1 },
	};

	(void)arg;
	for (size_t i = 0; i < COUNT(r); i++)
		if (!visit(visit_arg, &r[i]))
			return;
}

static size_t
count(void *arg, const char *number)
{
	size_t n = 0;

	(void)arg;
	for (size_t i = 0; i < COUNT(rows); i++)
		n += str_eq(number, rows[i].number);
	return n;
}

static const struct sip_counters *
counters(void *arg)
{
	static struct sip_counters c = {
		.register_out = 12, .register_retry = 2, .options_in = 5, .unanswered = 1
	};

	(void)arg;
	c.replies_in[200] = 4;
	c.replies_in[401] = 5;
	c.replies_in[403] = 1;
	c.replies_out[200] = 5;
	return &c;
}

static const char *
listening(void *arg)
{
	(void)arg;
	return "all addresses:5060";
}

struct fixture *
fixture_new(bool interactive)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	struct cli_host host = { .arg = f,
		.running = running,
		.publish = publish,
		.read_file = read_file,
		.write_file = write_file,
		.append_file = append_file,
		.startup_path = startup_path,
		.rejected = rejected,
		.saved = nothing,
		.random = random_bytes,
		.master_key = master_key,
		.old_master_key = old_master_key,
		.set_master_key = set_master_key,
		.consoles = consoles,
		.clear_line = clear_line,
		.log_lines = log_lines,
		.log_clear = nothing,
		.log_status = log_status,
		.uptime = uptime,
		.clock = clock_text,
		.clock_synchronized = clock_synchronized,
		.clock_in = clock_in,
		.now = now,
		.wake = wake,
		.restart = restart,
		.state_dir = state_dir,
		.list_files = list_files,
		.remove_file = remove_file,
		.file_exists = file_exists,
		.disk_space = disk_space,
		.retry = again,
		.clear_counters = nothing,
		.version = "1.2.3",
		.serial = "GW0123456789A",
		.program = "/usr/bin/gw" };

	f->view = (struct ua_view){ f, registrations, unregistrable, registrars, count, counters, listening };
	host.ua = &f->view;
	f->cli = cli_new(&host);
	ck_assert_msg(cli_table_error(f->cli) == NULL, "%s", cli_table_error(f->cli));
	f->conf = conf_new();
	f->vty = vty_new(f->cli, &f->out, interactive);
	return f;
}

void
fixture_free(struct fixture *f)
{
	vty_free(f->vty);
	cli_free(f->cli);
	conf_release(f->conf);
	out_free(&f->out);
	free(f->startup);
	for (size_t i = 0; i < f->files.n; i++) {
		free(f->files.v[i].path);
		free(f->files.v[i].text);
	}
	vec_free(&f->files);
	free(f->master_key);
	free(f);
}

void
fixture_attach(struct fixture *f, const char *how)
{
	struct login_entry e = { .kind = str_starts(how, "con ") ? LINE_CONSOLE : LINE_VTY,
		.number = (unsigned)strtoul(how + 4, NULL, 10),
		.trusted = str_starts(how, "con ") || strstr(how, " trusted") != NULL,
		.command = strstr(how, " command") != NULL };
	const char *as = strstr(how, " as ");
	char *peer = as == NULL ? NULL : xstrndup(as + 4, strcspn(as + 4, " "));
	char *line = xasprintf("%.3s%u", how, e.number);
	bool interactive = vty_interactive(f->vty);

	e.peer = peer;
	vty_free(f->vty);
	f->vty = vty_new(f->cli, &f->out, interactive);
	vty_set_line(f->vty, line, "");
	login_begin(f->vty, &e);
	free(line);
	free(peer);
}

int
fixture_type(struct fixture *f, const char *lines)
{
	int refused = 0;

	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		refused += vty_line(f->vty, lines, n) != 0;
		lines += n + (lines[n] == '\n');
	}
	return refused;
}

char *
fixture_config(struct fixture *f)
{
	struct out text = OUT_MEMORY;

	config_text(f->cli, f->conf, &text);
	return out_take(&text);
}

char *
fixture_json(struct fixture *f, const char *line)
{
	char *typed = xasprintf("%s | json", line);

	vty_end(f->vty);
	ck_assert_int_eq(fixture_type(f, "enable"), 0);
	out_free(&f->out);
	ck_assert_msg(fixture_type(f, typed) == 0, "'%s': %s", typed, out_text(&f->out));
	free(typed);
	return out_take(&f->out);
}

char *
fixture_file(const char *path, size_t *len)
{
	const char *srcdir = getenv("srcdir");
	char *full = xasprintf("%s/%s", srcdir == NULL ? "." : srcdir, path), *text;
	FILE *file = fopen(full, "rb");
	long size;

	ck_assert_msg(file != NULL, "%s is missing", full);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = xmalloc((size_t)size + 1);
	ck_assert_uint_eq(fread(text, 1, (size_t)size, file), (size_t)size);
	text[size] = '\0';
	*len = (size_t)size;
	fclose(file);
	free(full);
	return text;
}
