/* What programs read. Every show command as JSON: strictly read here (RFC 8259), and compared with
 * doc/json.md in both directions: what a command prints is documented under it with its type, what is
 * documented is printed. And the texts that tools for IOS pick apart. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "tests/fixture.h"

enum { PATH = 200, TYPE = 8 };

static VEC(const struct cmd *) rows;

/* One member that was read: "registrations[].number", "string". */
struct member {
	char path[PATH], type[TYPE];
};
struct reader {
	const char *text, *p;
	VEC(struct member) members;
};

#define require(r, what)                                                                                     \
	ck_assert_msg(what, "%s at byte %zu of:\n%s", #what, (size_t)((r)->p - (r)->text), (r)->text)

static void
blanks(struct reader *r)
{
	r->p += strspn(r->p, " \t\r\n");
}

static void
digits(struct reader *r)
{
	require(r, strspn(r->p, "0123456789") > 0);
	r->p += strspn(r->p, "0123456789");
}

static void
read_number(struct reader *r)
{
	r->p += *r->p == '-';
	require(r, *r->p != '0' || strspn(r->p, "0123456789") == 1);
	digits(r);
	if (*r->p == '.') {
		r->p++;
		digits(r);
	}
	if (*r->p == 'e' || *r->p == 'E') {
		r->p++;
		r->p += *r->p == '+' || *r->p == '-';
		digits(r);
	}
}

static void
read_string(struct reader *r)
{
	require(r, *r->p == '"');
	for (r->p++; *r->p != '"';) {
		const unsigned char *u = (const unsigned char *)r->p;

		require(r, u[0] >= 0x20 && u[0] != 0x7f);
		if (u[0] == '\\' && u[1] == 'u') {
			require(r, strspn(r->p + 2, "0123456789abcdefABCDEF") >= 4);
			r->p += 6;
		} else if (u[0] == '\\') {
			require(r, u[1] != '\0' && strchr("\"\\/bfnrt", u[1]) != NULL);
			r->p += 2;
		} else if (u[0] < 0x80) {
			r->p++;
		} else {
			size_t n = utf8_sequence(u, strlen(r->p));

			require(r, n > 0);
			r->p += n;
		}
	}
	r->p++;
}

/* Statements contain statements: the inner ones are documented as the outer ones are. */
static void
join(char to[PATH], const char *path, const char *key, size_t len)
{
	int n = snprintf(to, PATH, "%s%s%.*s", path, *path == '\0' ? "" : ".", (int)len, key);

	ck_assert_int_lt(n, PATH);
	if (str_eq(to, "statements[].lines[]"))
		strcpy(to, "statements[]");
}

static const char *read_value(struct reader *, const char *path);

static void
read_members(struct reader *r, const char *path)
{
	VEC(char *) keys = { 0 };

	for (r->p++, blanks(r); *r->p != '}'; blanks(r)) {
		const char *key = r->p + 1;
		struct member m;
		size_t len;

		if (keys.n > 0) {
			require(r, *r->p == ',');
			r->p++;
			blanks(r);
			key = r->p + 1;
		}
		read_string(r);
		len = (size_t)(r->p - key) - 1;
		ck_assert_msg(len > 0 && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_") == len,
		    "'%.*s' is no snake_case", (int)len, key);
		vec_push(&keys, xstrndup(key, len));
		for (size_t i = 0; i + 1 < keys.n; i++)
			ck_assert_msg(!str_eq(keys.v[i], keys.v[keys.n - 1]), "'%s' twice", keys.v[i]);
		blanks(r);
		require(r, *r->p == ':');
		r->p++;
		join(m.path, path, key, len);
		snprintf(m.type, sizeof m.type, "%s", read_value(r, m.path));
		vec_push(&r->members, m);
		blanks(r);
		require(r, *r->p == ',' || *r->p == '}');
	}
	r->p++;
	for (size_t i = 0; i < keys.n; i++)
		free(keys.v[i]);
	vec_free(&keys);
}

static void
read_items(struct reader *r, const char *path)
{
	char *items = xasprintf("%s[]", path), inside[PATH];
	bool first = true;

	join(inside, "", items, strlen(items));
	for (r->p++, blanks(r); *r->p != ']'; blanks(r), first = false) {
		if (!first) {
			require(r, *r->p == ',');
			r->p++;
		}
		read_value(r, inside);
	}
	r->p++;
	free(items);
}

/* Its type. */
static const char *
read_value(struct reader *r, const char *path)
{
	static const char *const words[] = { "true", "false", "null" };

	blanks(r);
	switch (*r->p) {
	case '{':
		read_members(r, path);
		return "object";
	case '[':
		read_items(r, path);
		return "array";
	case '"':
		read_string(r);
		return "string";
	default:
		break;
	}
	for (size_t i = 0; i < COUNT(words); i++)
		if (str_starts(r->p, words[i])) {
			r->p += strlen(words[i]);
			return i == 2 ? words[i] : "boolean";
		}
	read_number(r);
	return "number";
}

static struct reader
read_document(const char *text)
{
	struct reader r = { .text = text, .p = text };

	require(&r, *r.p == '{');
	read_value(&r, "");
	require(&r, str_eq(r.p, "\n"));
	require(&r, r.members.n > 0);
	return r;
}

/* A gateway with something in every row of every table. */
static struct fixture *
busy_fixture(void)
{
	static const char startup[] = "hostname gw7\nsip-ua\n registrar 1 dns:a.example\n retry wrong\n";
	struct fixture *f = fixture_new(false);
	struct script_report report;
	char *config;
	size_t len;

	config = fixture_file("examples/site.cfg", &len);
	script_load(f->cli, f->conf, "site.cfg", config, len, &report);
	script_report_free(&report);
	free(config);
	f->startup = xstrdup(startup);
	ck_assert_int_eq(
	    fixture_type(f, "enable\n"
			    "configure terminal\n"
			    "logging host 192.0.2.9\n"
			    "banner motd #\n"
			    "sip-ua \"quoted\" \xff\n"
			    " no end\n"
			    "#\n"
			    "dial-peer voice 3 pots\n"
			    "description \xc3\xa4\\\n"
			    "destination-pattern 5103\n"
			    "voice-class sip localhost dns:gw.a.example preferred\n"
			    "authentication username desk3 password 0 Hush-Hush realm a.example\n"
			    "incoming called-number .\n"
			    "end\n"
			    "configure terminal\narchive\npath flash:copy\nlog config\nlogging enable\nend\n"
			    "archive config\nreload in 10\nconfigure terminal revert timer 5\nhostname gw8\n"
			    "end\n"),
	    0);
	return f;
}

static char *
section_of(const char *form)
{
	size_t len, n = strcspn(form, "[(<{ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	char *doc = fixture_file("doc/json.md", &len), *heading, *at, *end, *section;

	while (n > 0 && form[n - 1] == ' ')
		n--;
	heading = xasprintf("\n## %.*s\n", (int)n, form);
	at = strstr(doc, heading);
	ck_assert_msg(at != NULL, "doc/json.md has no '## %.*s'", (int)n, form);
	at += strlen(heading);
	end = strstr(at, "\n## ");
	section = xstrndup(at, end == NULL ? strlen(at) : (size_t)(end - at) + 1);
	free(heading);
	free(doc);
	return section;
}

START_TEST(what_a_command_prints_is_json_and_documented)
{
	const struct cmd *row = rows.v[_i];
	struct fixture *f = busy_fixture();
	char *text = fixture_json(f, row->example), *section = section_of(row->form);
	struct reader r = read_document(text);

	for (size_t i = 0; i < r.members.n; i++) {
		const struct member *m = &r.members.v[i];
		char *cell = xasprintf("\n| `%s` | ", m->path), *type;
		const char *at = strstr(section, cell);

		ck_assert_msg(at != NULL, "'%s' prints %s, doc/json.md does not say so", row->form, m->path);
		at += strlen(cell);
		type = xstrndup(at, strcspn(at, "|"));
		ck_assert_msg(strstr(type, m->type) != NULL, "'%s': %s is %s, documented is %s", row->form,
		    m->path, m->type, type);
		free(type);
		free(cell);
	}
	for (const char *at = section; (at = strstr(at, "\n| `")) != NULL;) {
		bool printed = false;

		at += strlen("\n| `");
		for (size_t i = 0; i < r.members.n; i++)
			printed |= strlen(r.members.v[i].path) == strcspn(at, "`") &&
				   str_starts(at, r.members.v[i].path);
		ck_assert_msg(
		    printed, "'%s' does not print the documented %.*s", row->form, (int)strcspn(at, "`"), at);
	}
	ck_assert_msg(strstr(text, "Hush") == NULL, "'%s' shows a password", row->form);
	vec_free(&r.members);
	free(section);
	free(text);
	fixture_free(f);
}
END_TEST

/* Nothing configured, nobody registered, no user agent. */
START_TEST(an_idle_gateway_prints_json_too)
{
	const struct cmd *row = rows.v[_i];
	struct fixture *f = fixture_new(false);
	struct reader r;
	char *text;

	if (strstr(row->form, "startup-config") != NULL || str_eq(row->form, "show configuration") ||
	    strstr(row->example, "voice 3") != NULL || strstr(row->form, "-diff") != NULL ||
	    strstr(row->form, "differences") != NULL)
		goto out; /* refused: there is none */
	cli_set_view(f->cli, NULL);
	text = fixture_json(f, row->example);
	r = read_document(text);
	vec_free(&r.members);
	free(text);
out:
	fixture_free(f);
}
END_TEST

/* Lines of a configuration, and the statements they are. */
static const struct {
	const char *typed, *statements;
} nested[] = {
	{ "hostname a\n", "[{\"line\":\"hostnamea\"}]" },
	{ "sip-ua\nmax-forwards 20\nretry register 3\nexit\nhostname a\n",
	    "[{\"line\":\"hostnamea\"},{\"line\":\"sip-ua\",\"lines\":[{\"line\":\"max-forwards20\"},"
	    "{\"line\":\"retryregister3\"}]}]" },
	{ "voice service voip\nsip\nlisten-port non-secure 5070\n",
	    "[{\"line\":\"voiceservicevoip\",\"lines\":[{\"line\":\"sip\",\"lines\":[{\"line\":\"listen-"
	    "portnon-"
	    "secure5070\"}]}]}]" },
	{ "banner motd ^C\nhostname b\n!\nend\n sip-ua\n^C\n",
	    "[{\"line\":\"bannermotd^C\\nhostnameb\\n!\\nend\\nsip-ua\\n^C\"}]" },
	{ "banner motd ^Cone line^C\nip http server\n",
	    "[{\"line\":\"iphttpserver\"},{\"line\":\"bannermotd^Coneline^C\"}]" },
};

START_TEST(a_configuration_is_nested_statements)
{
	struct fixture *f = fixture_new(false);
	struct out bare = OUT_MEMORY;
	char *text;

	fixture_type(f, "enable\nconfigure terminal\n");
	fixture_type(f, nested[_i].typed);
	text = fixture_json(f, "show running-config");
	for (const char *p = strchr(text, '['); *p != '\0'; p++)
		if (*p != ' ' && *p != '\n')
			out_char(&bare, *p);
	bare.buf[bare.len - 1] = '\0'; /* the object around it */
	ck_assert_str_eq(out_text(&bare), nested[_i].statements);
	out_free(&bare);
	free(text);
	fixture_free(f);
}
END_TEST

/* What inventory tools look for, line by line, and what they must find. */
static const struct {
	const char *command, *pattern, *found;
} patterns[] = {
	{ "show version", "^.*Software,* +\\(GW-SIP\\), Version ([^ ]+), +RELEASE.*\\(gw\\)$", "1.2.3" },
	{ "show version", ", Version ([^,]+),", "1.2.3" },
	{ "show version", "^ *([^ ]+) +uptime +is +1 day, 1 hour, 1 minute$", "Router" },
	{ "show version", " uptime is (.+)$", "1 day, 1 hour, 1 minute" },
	{ "show version", "^System +returned +to +ROM +by +([a-z]+)$", "reload" },
	{ "show version", "^[sS]ystem +image +file +is +\"[^:]*:([^\"]+)\"$", "/usr/bin/gw" },
	{ "show version", "^[Pp]rocessor +board +ID +([A-Z0-9]+)$", "GW0123456789A" },
	{ "show version", "^[Cc]onfiguration +register +is +([^ ]+)$", "0x2102" },
	{ "show inventory", "^NAME: +\"(.*)\", +DESCR: +\".*\"$", "Chassis" },
	{ "show inventory", "^PID: +([^ ]+) *, *VID: +[^ ]+ *, *SN: +[A-Z0-9]+$", "GW" },
	{ "show inventory", "^PID: .*, *VID: +([^ ]+) *, *SN: .*$", "V01" },
	{ "show inventory", "^PID: .*SN: +([A-Z0-9]+)$", "GW0123456789A" },
	{ "show clock", "^ *\\*?\\.?([0-9]+:[0-9]+:[0-9]+\\.[0-9]+) [A-Z]+ Fri Nov 20 2026$",
	    "08:00:00.123" },
	{ "show clock detail", "^Time source is (.+)$", "NTP" },
};

START_TEST(tools_find_what_they_look_for)
{
	struct fixture *f = fixture_new(false);
	regmatch_t m[2];
	regex_t re;
	char *found;

	ck_assert_int_eq(fixture_type(f, patterns[_i].command), 0);
	ck_assert_int_eq(regcomp(&re, patterns[_i].pattern, REG_EXTENDED | REG_NEWLINE), 0);
	ck_assert_msg(regexec(&re, out_text(&f->out), 2, m, 0) == 0, "'%s' does not match:\n%s",
	    patterns[_i].pattern, out_text(&f->out));
	found = xstrndup(out_text(&f->out) + m[1].rm_so, (size_t)(m[1].rm_eo - m[1].rm_so));
	ck_assert_str_eq(found, patterns[_i].found);
	free(found);
	regfree(&re);
	fixture_free(f);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("show_json");
	TCase *t = tcase_create("show_json");
	SRunner *r;
	int failed;

	for (size_t i = 0; command_tables[i] != NULL; i++)
		for (size_t k = 0; k < command_tables[i]->n; k++)
			if (command_tables[i]->rows[k].run != NULL &&
			    str_starts(command_tables[i]->rows[k].form, "show "))
				vec_push(&rows, &command_tables[i]->rows[k]);
	tcase_add_loop_test(t, what_a_command_prints_is_json_and_documented, 0, (int)rows.n);
	tcase_add_loop_test(t, an_idle_gateway_prints_json_too, 0, (int)rows.n);
	tcase_add_loop_test(t, a_configuration_is_nested_statements, 0, COUNT(nested));
	tcase_add_loop_test(t, tools_find_what_they_look_for, 0, COUNT(patterns));
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	vec_free(&rows);
	return failed != 0;
}
