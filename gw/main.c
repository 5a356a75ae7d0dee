/* gw - IOS-style SIP gateway user agent. Options, start, end. */
#include <fcntl.h>
#include <getopt.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/config_text.h"
#include "gw/attach.h"
#include "gw/console.h"
#include "gw/control.h"
#include "gw/file.h"
#include "gw/front.h"
#include "gw/gw.h"
#include "gw/verify.h"

/* clang-format off */
static const char usage[] =
    "Usage: gw [-f FILE] [-s SOCKET] [--strict]\n"
    "           console on the terminal, or plain commands from standard input\n"
    "       gw -D [-f FILE] [-s SOCKET] [--strict]\n"
    "           service: no console, stays in the foreground\n"
    "       gw -a [-s SOCKET]\n"
    "           console of a running gw\n"
    "       gw -c COMMAND [-c COMMAND]... [-s SOCKET]\n"
    "           run commands in a running gw\n"
    "       gw -t FILE... [--warnings=error]\n"
    "           check configurations, touch no network\n"
    "\n"
    "  -f, --file FILE        startup configuration\n"
    "                         (" STARTUP_CONFIG ")\n"
    "  -D, --daemon           run as a service\n"
    "  -a, --attach           attach a console to a running gw\n"
    "  -c, --command COMMAND  run COMMAND, privileged; several run one after the\n"
    "                         other in the same mode\n"
    "  -s, --socket SOCKET    where consoles attach\n"
    "                         (" CONTROL_SOCKET ");\n"
    "                         without -D, -a and -c there is none unless named\n"
    "  -t, --test FILE        print FILE:LINE:COLUMN: text for every line in error;\n"
    "                         exit status 1 if there is one; FILE '-' is standard\n"
    "                         input\n"
    "      --warnings=error   with -t: a warning is an error\n"
    "      --strict           do not start when a line of the startup configuration\n"
    "                         is refused\n"
    "      --core             a crash may leave a core file, which holds all\n"
    "                         passwords in clear\n"
    "  -h, --help             this text\n"
    "  -V, --version          version\n"
    "\n"
    "gw(1) says more; gw-commands(7) has the commands of the console.\n";
/* clang-format on */

struct options {
	const char *file, *socket;
	VEC(const char *) tests; /* -t */
	VEC(const char *) commands; /* -c */
	bool warnings_are_errors;
	bool daemon, strict, core, attach, shell;
};

enum { OPTION_CORE = 256, OPTION_STRICT, OPTION_WARNINGS }; /* options without a letter */
enum { ERRORS_KEPT = 1 << 16 }; /* bytes of log that wait for the reader of standard error */

struct errors {
	const struct gw *gw;
	struct outlet *outlet;
	struct journal *lines;
	size_t dropped;
	bool journal; /* with the severity that the system journal reads */
};

/* Standard error is never waited for: log lines that it does not take are dropped and counted. */
static void
print_error(void *arg, enum log_level level, const char *line)
{
	struct errors *e = arg;
	struct out text = OUT_MEMORY;

	/* A trace is for the console that asked for it; without a terminal this is where its log goes. */
	if (level == LOG_LEVEL_DEBUG && (e->gw->console == NULL || !console_debugs(e->gw->console)))
		return;
	if (outlet_left(e->outlet) > ERRORS_KEPT) {
		e->dropped++;
		journal_lost(e->lines);
		return;
	}
	if (e->dropped > 0)
		out_printf(&text, "%s%zu log lines were dropped: nobody read them\n", e->journal ? "<4>" : "",
		    e->dropped);
	e->dropped = 0;
	/* Each line of a message: the journal takes them apart, and they are somebody else's text. */
	do {
		size_t n = strcspn(line, "\n");

		if (e->journal)
			out_printf(&text, "<%d>", (int)level);
		out_write(&text, line, n);
		out_char(&text, '\n');
		line += n;
	} while (*line++ != '\0');
	outlet_write(e->outlet, out_text(&text), text.len);
	out_free(&text);
}

/* `gw -t` */

static void
random_bytes(void *arg, void *buf, size_t len)
{
	(void)arg;
	loop_random(buf, len);
}

static void
print_count(size_t n, const char *what)
{
	fprintf(stderr, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

static const char *
test_key(void *arg)
{
	return ((struct master_key *)arg)->key;
}

static const char *
test_old_key(void *arg)
{
	return ((struct master_key *)arg)->old;
}

/* The key that belongs to the file, else that of the service. */
static void
load_test_key(struct master_key *m, const char *path)
{
	char err[400] = "";

	if (strcmp(path, "-") == 0) /* standard input has no file beside it */
		path = NULL;
	master_key_load(m, master_key_path(path), err, sizeof err);
	if (m->key == NULL && path != NULL && err[0] == '\0') {
		master_key_free(m);
		master_key_load(m, master_key_path(NULL), err, sizeof err);
	}
	if (err[0] != '\0')
		fprintf(stderr, "gw: warning: %s\n", err);
}

/* Whether the file is good. key: where its master key goes for the time. */
static bool
test_file(const struct cli *cli, struct master_key *key, const char *path, bool warnings_too)
{
	struct conf *draft = conf_new();
	struct script_report report;
	char err[400], *text;
	bool good = false;
	size_t len;

	if (strcmp(path, "-") == 0)
		text = file_read_input(CONFIG_TEXT_MAX, &len, err, sizeof err);
	else
		text = file_read(path, CONFIG_TEXT_MAX, &len, NULL, err, sizeof err);
	if (text == NULL) {
		fprintf(stderr, "gw: %s\n", err);
	} else {
		load_test_key(key, path);
		script_load(cli, draft, path, text, len, &report);
		master_key_free(key);
		good = report.nerrors == 0 && (!warnings_too || report.nwarnings == 0);
		fputs(out_text(&report.all), stderr);
		if (report.nerrors + report.nwarnings > 0) {
			fprintf(stderr, "%s: ", path);
			print_count(report.nerrors, "error");
			fputs(", ", stderr);
			print_count(report.nwarnings, "warning");
			fputs(" in ", stderr);
			print_count(report.nlines, "line");
			fputc('\n', stderr);
		}
		script_report_free(&report);
		mem_wipe(text, len);
		free(text);
	}
	conf_release(draft);
	return good;
}

static int
test_files(const struct options *o)
{
	struct master_key key;
	struct cli_host host = { .arg = &key,
		.random = random_bytes,
		.master_key = test_key,
		.old_master_key = test_old_key,
		.version = PACKAGE_VERSION };
	struct cli *cli = cli_new(&host);
	int rc = 0;

	for (size_t i = 0; i < o->tests.n; i++)
		if (!test_file(cli, &key, o->tests.v[i], o->warnings_are_errors))
			rc = 1;
	cli_free(cli);
	return rc;
}

/* A service manager's reload. The running configuration is the truth, and no log file is kept open. */
static void
reload(struct gw *gw)
{
	notify_reloading(gw->notify);
	log_at(LOG_LEVEL_NOTICE, "SYS", "SIGHUP",
	    "the log goes to standard error, no file to open again; the configuration stays as it is");
	notify_ready(gw->notify);
}

static void
on_signal(void *arg, int signal)
{
	struct gw *gw = arg;

	switch (signal) {
	case SIGWINCH:
		if (gw->front != NULL)
			front_resized(gw->front);
		break;
	case SIGHUP:
		/* A terminal that goes may say so twice. */
		if (gw->stopping)
			break;
		if (gw->front != NULL)
			gw_stop(gw);
		else if (gw->agent != NULL)
			reload(gw);
		break;
	case SIGINT:
		if (gw->front != NULL && !gw->stopping) {
			front_interrupt(gw->front);
			break;
		}
		__attribute__((fallthrough));
	default:
		gw->restart = false; /* whoever says so during a reload means the end */
		notify_stopping(gw->notify);
		gw_stop(gw);
		break;
	}
}

/* Passwords stand in memory: no core file, no debugger of others. */
static void
hide_memory(void)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &none);
}

/* Clocks for time stamps. */

static int64_t
wall(void *arg)
{
	(void)arg;
	return loop_wall();
}

static int64_t
uptime(void *arg)
{
	return loop_now() - ((const struct gw *)arg)->started;
}

/* The console of this process and its front, joined by calls. */

static void
to_front(void *arg, const struct frame *f)
{
	front_take(((struct gw *)arg)->front, f);
}

static size_t
front_left(void *arg)
{
	return front_output_left(((struct gw *)arg)->front);
}

static void
console_ended(void *arg)
{
	(void)arg; /* the front has heard it too */
}

static void
to_console(void *arg, const struct frame *f)
{
	static const struct console_origin origin = { false, "console", true };
	struct gw *gw = arg;
	const struct console_peer peer = { gw, to_front, front_left, console_ended };
	struct frame_hello hello;

	if (gw->console != NULL)
		console_take(gw->console, f);
	else if (frame_get_hello(f, &hello))
		gw->console = console_new(gw, &peer, &origin, &hello);
}

static void
front_ended(void *arg)
{
	struct gw *gw = arg;

	if (front_refused(gw->front))
		gw->status = 1;
	if (!gw->stopping)
		gw_stop(gw);
}

/* A service without its socket works; a gw that was asked for one, or finds another at it, does not. 0; -1:
 * said why. */
static int
open_socket(struct gw *gw, const struct options *o)
{
	const char *path = o->socket != NULL ? o->socket : CONTROL_SOCKET;
	bool live;
	char err[400];

	if (o->socket == NULL && !o->daemon)
		return 0;
	gw->control = control_new(gw, path, &live, err, sizeof err);
	if (gw->control != NULL)
		return 0;
	if (o->socket == NULL && !live) {
		log_at(LOG_LEVEL_WARNING, "SYS", "NO_SOCKET", "No console can attach: %s", err);
		return 0;
	}
	fprintf(stderr, "gw: %s\n", err);
	return -1;
}

/* *again: it was told to start again. */
static int
run(const struct options *o, bool *again)
{
	struct gw gw = { .status = 0 };
	struct errors errors = { .gw = &gw, .journal = notify_journal(STDERR_FILENO) };
	const struct front_peer peer = { &gw, to_console, front_ended, NULL };
	struct cli_host host;
	char err[400], *directory = NULL;

	gw.started = loop_now();
	gw.state_dir = STATE_DIR;
	if (o->file != NULL) {
		directory = xstrdup(o->file);
		gw.state_dir = dirname(directory);
	}
	gw.startup_path = o->file == NULL ? STARTUP_CONFIG : o->file;
	machine_read(&gw.machine);
	gw.journal = journal_new(wall, uptime, &gw);
	gw.consoles = consoles_new(&gw);
	gw.loop = loop_new();
	if (gw.loop == NULL) {
		perror("gw: cannot start");
		consoles_free(gw.consoles);
		journal_free(gw.journal);
		free(directory);
		return 1;
	}
	gw.verify = verify_new(gw.loop, VERIFY_LIMIT_MS);
	errors.outlet = outlet_new(gw.loop, STDERR_FILENO, NULL, NULL);
	errors.lines = gw.journal;
	journal_attach(gw.journal, JOURNAL_STDERR, print_error, &errors);
	gw.syslog = syslog_new(gw.loop);
	journal_to_servers(gw.journal, syslog_forward, gw.syslog);
	log_to(journal_sink, gw.journal);
	if (o->daemon)
		gw.notify = notify_new(gw.loop);
	gw.conf = conf_new();
	host = apply_host(&gw);
	gw.cli = cli_new(&host);
	if (apply_startup(&gw, o->file == NULL, o->strict) != 0 ||
	    loop_signals(gw.loop, on_signal, &gw) != 0 || open_socket(&gw, o) != 0) {
		gw.status = 1;
		goto out;
	}
	gw.agent = agent_new(&gw, err, sizeof err);
	if (gw.agent == NULL) {
		fprintf(stderr,
		    "gw: %s\ngw: another port: 'voice service voip', 'sip', 'listen-port non-secure PORT' in "
		    "%s\n",
		    err, gw.startup_path);
		gw.status = 1;
		goto out;
	}
	cli_set_view(gw.cli, agent_view(gw.agent));
	if (!o->daemon) {
		gw.front = front_new(gw.loop, &peer, NULL, false);
		if (front_terminal(gw.front)) /* the console shows the log */
			journal_detach(gw.journal, &errors);
		front_begin(gw.front);
	}
	/* Opening the SIP stack runs the loop: the signal to end may have come already. */
	if (!gw.stopping) {
		control_begin(gw.control);
		notify_ready(gw.notify);
		apply_begin(&gw);
		loop_run(gw.loop);
	}
out:
	control_free(gw.control);
	if (gw.front != NULL && front_terminal(gw.front))
		journal_attach(gw.journal, JOURNAL_STDERR, print_error, &errors);
	console_free(gw.console);
	gw.console = NULL;
	front_free(gw.front);
	notify_free(gw.notify);
	agent_free(gw.agent);
	verify_free(gw.verify);
	cli_free(gw.cli);
	conf_release(gw.conf);
	log_to(NULL, NULL);
	syslog_free(gw.syslog);
	outlet_free(errors.outlet);
	loop_timer_free(gw.life);
	loop_free(gw.loop);
	consoles_free(gw.consoles);
	journal_free(gw.journal);
	master_key_free(&gw.master_key);
	out_free(&gw.rejected);
	free(directory);
	*again = gw.restart;
	return gw.status;
}

/* Descriptors 0 to 2 are what they are called, whoever started us. */
static void
open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* `reload`: the same program with the same arguments, and the same process to whoever watches it. */
static void
start_again(char **argv)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/proc/self/exe", argv);
	perror("gw: cannot start again");
}

/* The commands as lines; the caller frees. */
static char *
script_of(const struct options *o)
{
	struct out text = OUT_MEMORY;

	for (size_t i = 0; i < o->commands.n; i++)
		out_printf(&text, "%s\n", o->commands.v[i]);
	return out_take(&text);
}

/* gwsh, the shell of an account: a console, or the command that sshd runs with -c. */
static bool
is_shell(const char *name)
{
	const char *slash = strrchr(name, '/');

	name = slash == NULL ? name : slash + 1;
	return str_eq(name, "gwsh") || str_eq(name, "-gwsh");
}

#define TRY_HELP "Try 'gw --help' for more information.\n"

/* Wrong usage: one line that says what, and where more is. Returns the exit status. */
static int __attribute__((format(printf, 1, 2))) wrong_usage(const char *format, ...)
{
	va_list ap;

	fputs("gw: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputs("\n" TRY_HELP, stderr);
	return 2;
}

/* -1: go on; else the exit status. */
static int
read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = { { "file", required_argument, NULL, 'f' },
		{ "daemon", no_argument, NULL, 'D' }, { "attach", no_argument, NULL, 'a' },
		{ "command", required_argument, NULL, 'c' }, { "socket", required_argument, NULL, 's' },
		{ "test", required_argument, NULL, 't' },
		{ "warnings", required_argument, NULL, OPTION_WARNINGS },
		{ "strict", no_argument, NULL, OPTION_STRICT }, { "core", no_argument, NULL, OPTION_CORE },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 } };
	int c;

	o->shell = o->attach = argc > 0 && is_shell(argv[0]);
	while ((c = getopt_long(argc, argv, "f:Dac:s:t:hV", longs, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->file = optarg;
			break;
		case 'D':
			o->daemon = true;
			break;
		case 'a':
			o->attach = true;
			break;
		case 'c':
			vec_push(&o->commands, optarg);
			o->attach = true;
			break;
		case 's':
			o->socket = optarg;
			break;
		case 't':
			vec_push(&o->tests, optarg);
			break;
		case OPTION_WARNINGS:
			if (strcmp(optarg, "error") != 0)
				return wrong_usage("--warnings=%s: 'error' is the only choice", optarg);
			o->warnings_are_errors = true;
			break;
		case OPTION_STRICT:
			o->strict = true;
			break;
		case OPTION_CORE:
			o->core = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return fflush(stdout) != 0;
		case 'V':
			puts("gw " PACKAGE_VERSION);
			return fflush(stdout) != 0;
		default:
			fputs(TRY_HELP, stderr); /* getopt has said what is wrong */
			return 2;
		}
	}
	while (o->tests.n > 0 && optind < argc)
		vec_push(&o->tests, argv[optind++]);
	if (o->warnings_are_errors && o->tests.n == 0)
		return wrong_usage("--warnings goes with -t");
	if (optind < argc)
		return wrong_usage("unexpected argument '%s'", argv[optind]);
	if (o->attach && (o->daemon || o->strict || o->file != NULL || o->tests.n > 0))
		return wrong_usage("-a and -c go with -s only: the running gw has its configuration");
	if (o->tests.n > 0 && (o->daemon || o->strict || o->file != NULL || o->socket != NULL))
		return wrong_usage("-t goes with --warnings only: it checks files and runs nothing");
	return -1;
}

/* gw -a, gw -c, gwsh. What sshd was asked to run instead of a session, through gwsh or in spite of a
 * ForceCommand, runs with the rights of the login, as on a router: it must not be a way around `enable`. */
static int
run_attached(const struct options *o)
{
	const char *asked = getenv("SSH_ORIGINAL_COMMAND");
	bool command = o->commands.n > 0;
	char *script = NULL;
	int status;

	if (command)
		script = script_of(o);
	else if (asked != NULL && *asked != '\0')
		script = xasprintf("%s\n", asked);
	status = attach(o->socket != NULL ? o->socket : CONTROL_SOCKET, script, command && !o->shell);

	str_wipe_free(script);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	bool again = false;
	int status;

	open_standard();
	/* How gw starts itself to check a password; the directory is for tests. */
	if ((argc == 2 || argc == 3) && strcmp(argv[1], "--verify") == 0)
		verify_main(argv[2]);
	signal(SIGPIPE, SIG_IGN); /* a reader that went away is an error of write */
	signal(SIGXFSZ, SIG_IGN); /* and so is the limit on the size of files */
	status = read_options(&o, argc, argv);
	if (status < 0) {
		if (!o.core)
			hide_memory();
		status = o.tests.n > 0 ? test_files(&o) : o.attach ? run_attached(&o) : run(&o, &again);
	}
	vec_free(&o.tests);
	vec_free(&o.commands);
	if (again)
		start_again(argv);
	return status;
}
