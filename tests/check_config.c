/* Configurations as texts and as lines typed: what is loaded is written back, what is forbidden is refused
 * and changes nothing, and one line is one version. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "tests/fixture.h"

/* Tools. */

static struct fixture *
configuring(const char *lines)
{
	struct fixture *f = fixture_new(false);

	ck_assert_int_eq(fixture_type(f, "enable\nconfigure terminal\n"), 0);
	out_free(&f->out);
	ck_assert_msg(fixture_type(f, lines) == 0, "'%s' is refused: %s", lines, out_text(&f->out));
	out_free(&f->out);
	return f;
}

static char *
errors_of_load(struct fixture *f, const char *name, const char *text, size_t len)
{
	struct script_report report;
	struct conf *draft = conf_share(f->conf);
	char *errors;

	script_load(f->cli, draft, name, text, len, &report);
	errors = out_take(&report.errors);
	script_report_free(&report);
	conf_release(f->conf);
	f->conf = draft;
	return errors;
}

/* Shows the first line that differs; what: where the texts come from, cut where it is long. */
static void
assert_same(const char *what, const char *expected, const char *got)
{
	size_t at = 0;

	if (str_eq(expected, got))
		return;
	while (expected[at] != '\0' && expected[at] == got[at])
		at++;
	while (at > 0 && expected[at - 1] != '\n')
		at--;
	ck_abort_msg("expected '%.*s', got '%.*s' in %.1500s", (int)strcspn(expected + at, "\n") % 500,
	    expected + at, (int)strcspn(got + at, "\n") % 500, got + at, what);
}

/* What text becomes when an empty gateway loads it; it must have no wrong line. */
static char *
loaded(const char *name, const char *text, size_t len)
{
	struct fixture *f = fixture_new(false);
	char *errors = errors_of_load(f, name, text, len), *written = fixture_config(f);

	ck_assert_msg(*errors == '\0', "%.1000s\n%.1500s", errors, text);
	free(errors);
	fixture_free(f);
	return written;
}

/* Written, read by an empty gateway and written again, and read again by one that has it already. */
static void
assert_stable(const char *name, const char *written)
{
	struct fixture *f = fixture_new(false);

	for (int pass = 0; pass < 2; pass++) {
		char *errors = errors_of_load(f, name, written, strlen(written)), *again = fixture_config(f);

		ck_assert_msg(*errors == '\0', "%s: %.1000s\n%.1500s", name, errors, written);
		assert_same(name, written, again);
		free(errors);
		free(again);
	}
	fixture_free(f);
}

/* Lines of a text, in turn, without blanks around them. NULL at the end; the caller frees. */
static char *
next_line(const char **text)
{
	size_t n = strcspn(*text, "\n"), from = 0, to = n;
	char *line;

	if (**text == '\0')
		return NULL;
	while (from < n && strchr(" \t", (*text)[from]) != NULL)
		from++;
	while (to > from && strchr(" \t\r", (*text)[to - 1]) != NULL)
		to--;
	line = xstrndup(*text + from, to - from);
	*text += n + ((*text)[n] == '\n');
	return line;
}

static size_t
matching_files(const char *directory, const char *end, char **names, size_t max)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/%s", srcdir == NULL ? "." : srcdir, directory);
	DIR *d = opendir(path);
	size_t n = 0;

	for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL && n < max; e = readdir(d)) {
		size_t len = strlen(e->d_name);

		if (len > strlen(end) && str_eq(e->d_name + len - strlen(end), end))
			names[n++] = xasprintf("%s/%s", directory, e->d_name);
	}
	if (d != NULL)
		closedir(d);
	free(path);
	return n;
}

/* Files. */

static char *router_files[64], *example_files[64];

/* The line as gw writes it: keywords in full, and no clear password. */
static char *
written_form(const char *line)
{
	static const struct {
		const char *typed, *full;
	} words[] = {
		{ "authentication u ", "authentication username " },
		{ "int ", "interface " },
	};
	struct out o = OUT_MEMORY;
	const char *p = NULL;

	for (size_t i = 0; i < COUNT(words); i++)
		if (str_starts(line, words[i].typed)) {
			out_str(&o, words[i].full);
			line += strlen(words[i].typed);
		}
	if (strchr("ac", *line) == NULL && o.len == 0)
		p = NULL;
	else if ((p = strstr(line, " p ")) == NULL)
		p = strstr(line, " password ");
	if (p != NULL && str_starts(p, " password 6 "))
		p = NULL;
	if (p != NULL)
		out_printf(&o, "%.*s password 7 ", (int)(p - line), line);
	else
		out_str(&o, line);
	return out_take(&o);
}

static bool
means_nothing(const char *line)
{
	return *line == '\0' || *line == '!' || str_eq(line, "exit") || str_eq(line, "end") ||
	       str_eq(line, "configure terminal");
}

START_TEST(a_router_configuration_loads_and_no_line_is_lost)
{
	const char *path = router_files[_i], *p;
	char *text, *written, *line;
	size_t len, kept = 0;

	text = fixture_file(path, &len);
	written = loaded(path, text, len);
	p = text;
	while ((line = next_line(&p)) != NULL) {
		if (!means_nothing(line)) {
			char *expected = written_form(line);

			ck_assert_msg(
			    strcasestr(written, expected) != NULL, "%s: '%s' is lost", path, expected);
			kept++;
			free(expected);
		}
		free(line);
	}
	ck_assert_uint_ge(kept, 10);
	assert_stable(path, written);
	free(text);
	free(written);
}
END_TEST

START_TEST(an_example_loads)
{
	size_t len;
	char *text = fixture_file(example_files[_i], &len), *written = loaded(example_files[_i], text, len);

	ck_assert_uint_gt(strlen(written), 40);
	assert_stable(example_files[_i], written);
	free(text);
	free(written);
}
END_TEST

/* What routers write and gw only keeps comes back byte for byte, in its place. */
static const char *const kept_texts[] = {
	"voice class e164-pattern-map 100\n e164 +1.........$\n e164 [2-9]..[2-9]......$\n!\n",
	"voice translation-rule 1\n rule 1 /^9\\(.*\\)/ /\\1/\n rule 2 // // type any national plan any "
	"isdn\n!\n",
	"interface GigabitEthernet0/0\n description uplink \"A\" to B, floor 3\n ip address 192.0.2.1 "
	"255.255.255.0\n"
	" no shutdown\n!\n",
	"voice class tenant 10\n registrar dns:a.example expires 240\n"
	" credentials number gw1 username u1 password 6 ``XOUDEUYHeLGdB`UAZ realm A.example\n"
	" authentication username u1 password 6 fe_a`iJYE\\DZYJhDhTP[`MYaTgRH_MAAB realm A.example\n!\n",
	"line con 0\n exec-timeout 0 0\nline vty 0 4\n login local\n transport input ssh\n!\n",
	"archive\n log config\n  logging enable\n  hidekeys\n path flash:backup\n!\n",
	"banner motd ^C\n  Keep out.\n! not a comment\n^C\n!\n",
	"crypto pki certificate chain CA\n certificate ca 01\n  30820122 300D0609 2A864886 F70D0101 "
	"01050003\n"
	"  82010F00 3082010A 02820101 00B3D3F1\n  quit\n!\n",
	"password encryption aes\n!\n",
	"ip route 0.0.0.0 0.0.0.0 192.0.2.254\n!\n",
	"no ip http server\n!\n",
};

START_TEST(a_kept_statement_comes_back_as_it_was)
{
	char *text = xasprintf("!\n%send\n", kept_texts[_i]);
	char *written = loaded("text", text, strlen(text));

	ck_assert_str_eq(written, text);
	assert_stable("text", written);
	free(written);
	free(text);
}
END_TEST

/* A global statement typed in a sub-mode leaves it, although the sub-mode has statements that begin alike. */
static const struct {
	const char *mode, *line, *inner;
} leaving[] = {
	{ "dial-peer voice 1 voip", "voice class dpg 200", "dial-peer 400" },
	{ "dial-peer voice 1 voip", "voice class codec 1", "codec preference 1 g711ulaw" },
	{ "dial-peer voice 1 voip", "media profile recorder 100", "media-type audio" },
	{ "dial-peer voice 1 voip", "media class 100", "recorder profile 100 siprec" },
	{ "dial-peer voice 1 voip", "ip dhcp pool A", "network 192.0.2.0 255.255.255.0" },
	{ "dial-peer voice 1 voip", "voice translation-rule 1", "rule 1 /1/ /2/" },
	{ "dial-peer voice 1 pots", "voice-port 0/1/0", "cptone DE" },
	{ "dial-peer voice 1 pots", "sip-ua", "keepalive target dns:a.example" },
	{ "dial-peer voice 1 pots", "interface Loopback0", "ip address 192.0.2.9 255.255.255.255" },
	{ "voice service voip", "media class 100", "recorder profile 100 siprec" },
	{ "voice service voip", "sip-ua", "keepalive target dns:a.example" },
	{ "sip-ua", "voice class codec 1", "codec preference 1 g711ulaw" },
	{ "sip-ua", "voice service voip", "mode border-element" },
	{ "sip-ua", "line vty 0 4", "login" },
	{ "interface Loopback0", "dial-peer voice 5 pots", "destination-pattern 5100" },
	{ "voice class codec 1", "voice class codec 2", "codec preference 1 g711alaw" },
};

START_TEST(a_global_statement_leaves_the_sub_mode)
{
	char *text = xasprintf("%s\n%s\n%s\n", leaving[_i].mode, leaving[_i].line, leaving[_i].inner);
	char *expected = xasprintf("\n%s\n %s\n", leaving[_i].line, leaving[_i].inner);
	char *written = loaded("text", text, strlen(text));

	ck_assert_msg(strstr(written, expected) != NULL, "'%s' stands elsewhere:\n%s", expected + 1, written);
	free(written);
	free(expected);
	free(text);
}
END_TEST

/* In an indented file a line at the left is not the sub-mode's when a mode above knows it, and never a line
 * of a kept statement by default. */
/* L15 */
START_TEST(indentation_tells_what_the_words_do_not)
{
	static const char text[] =
	    "!\nsip-ua\n registrar 1 dns:a.example expires 60\n!\ncredentials\n ip source-address "
	    "192.0.2.1 port 2445\n!\ndial-peer voice 1 pots\n port 0/1/0\n!\nsnmp-server location x\n"
	    "isdn switch-type primary-net5\nend\n";
	static const char wrong[] = "interface Loopback0\n no ip address\n!\nhostnam gw7\nhostname gw8\n";
	char *written = loaded("text", text, strlen(text)), *errors;
	struct fixture *f = fixture_new(false);

	ck_assert_ptr_nonnull(strstr(written, "\ncredentials\n ip source-address 192.0.2.1 port 2445\n"));
	ck_assert_ptr_nonnull(strstr(written, "\nisdn switch-type primary-net5\n"));
	assert_stable("text", written);
	free(written);
	errors = errors_of_load(f, "wrong", wrong, strlen(wrong));
	ck_assert_str_eq(errors, "wrong:4:1: Invalid input: 'hostnam'\n");
	written = fixture_config(f);
	ck_assert_str_eq(written, "!\nhostname gw8\n!\ninterface Loopback0\n no ip address\n!\nend\n");
	free(written);
	free(errors);
	fixture_free(f);
}
END_TEST

/* Restrictions. */

#define A(n) "authentication username u password 0 secret realm r" #n ".example\n"
#define TWELVE_REALMS A(1) A(2) A(3) A(4) A(5) A(6) A(7) A(8) A(9) A(10) A(11) A(12)
#define C(n) "credentials number 1 username u password 0 secret realm r" #n ".example\n"
#define TWELVE_CREDENTIALS C(1) C(2) C(3) C(4) C(5) C(6) C(7) C(8) C(9) C(10) C(11) C(12)
#define EXCLUDE "registrars with an index exclude a primary and secondary one; type "
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

/* expected: the whole output; or "@N": the marker below character N of the line; "%": some refusal. */
static const struct {
	const char *before, *line, *expected;
} refusals[] = {
	/* The two forms of registrar exclude each other. */
	{ "sip-ua\nregistrar dns:a.example\n", "registrar 1 dns:b.example",
	    "% 'registrar' is configured: " EXCLUDE "'no registrar' first\n" },
	{ "sip-ua\nregistrar dns:a.example\nregistrar dns:b.example secondary\nno registrar\n",
	    "registrar 2 dns:c.example",
	    "% 'registrar ... secondary' is configured: " EXCLUDE "'no registrar secondary' first\n" },
	{ "sip-ua\nregistrar 3 dns:a.example\n", "registrar dns:b.example",
	    "% 'registrar 3' is configured: " EXCLUDE "'no registrar 3' first\n" },
	{ "sip-ua\nregistrar 3 dns:a.example\n", "registrar dns:b.example secondary",
	    "% 'registrar 3' is configured: " EXCLUDE "'no registrar 3' first\n" },
	{ "sip-ua\n", "registrar 1 dns:b.example secondary",
	    "% 'secondary' does not go with a registrar index\n" },
	/* Index and numbers out of range. */
	{ "sip-ua\n", "registrar 0 dns:a.example", "@10" },
	{ "sip-ua\n", "registrar 7 dns:a.example", "@10" },
	{ "sip-ua\n", "registrar -1 dns:a.example", "@10" },
	{ "sip-ua\n", "registrar 01x dns:a.example", "@10" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "no registrar 7", "@13" },
	{ "sip-ua\n", "registrar 1 dns:a.example expires 0", "@34" },
	{ "sip-ua\n", "registrar 1 dns:a.example expires 59", "@34" },
	{ "sip-ua\n", "registrar 1 dns:a.example expires 65536", "@34" },
	{ "sip-ua\n", "registrar 1 dns:a.example expires", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "registrar 1 dns:a.example expires 60 expires 60", "@37" },
	{ "sip-ua\n", "registrar 1", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "registrar 1 dns:a.example tls", "@27" },
	/* Addresses; V11. */
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 ipv4:256.1.1.1", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 ipv4:", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 dns:", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 ipv4:[::1]", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 ipv6:1.2.3.4", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 ipv6:[::1", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 dns:" X100 X100 X100, "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 dns:a..b", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 dns:a.example:0", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 dns:a.example:65536", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 dns:a.example:", "%" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar 1 pbx.example", "@12" },
	/* `no registrar`: one of several is not guessed. */
	{ "sip-ua\nregistrar 1 dns:a.example\nregistrar 4 dns:b.example\n", "no registrar",
	    "% Several registrars are configured: 'no registrar INDEX' removes one\n" },
	{ "sip-ua\nregistrar 1 dns:a.example\nregistrar 4 dns:a.example\n", "no registrar dns:a.example",
	    "% Several registrars are configured: 'no registrar INDEX' removes one\n" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "no registrar dns:c.example",
	    "% No registrar 'dns:c.example' is configured\n" },
	{ "sip-ua\nregistrar dns:a.example\n", "no registrar dns:c.example",
	    "% No registrar 'dns:c.example' is configured\n" },
	/* Leases of DHCP. */
	{ "sip-ua\nregistrar 1 dns:a.example\n", "registrar dhcp",
	    "% 'registrar dhcp' does not go with indexed registrars\n" },
	{ "sip-ua\n", "registrar dhcp", "%" },
	{ "sip-ua\n", "registrar 1 dhcp", "@12" },
	{ "sip-ua\nregistrar 1 dns:a.example\n", "credentials dhcp password 0 secret realm a.example", "%" },
	{ "sip-ua\n", "credentials dhcp password secret realm a.example", "%" },
	{ "sip-ua\n", "credentials dhcp", "%" },
	/* The 13th realm. */
	{ "sip-ua\n" TWELVE_REALMS, "authentication username u password 0 secret realm r13.example",
	    "% Realm 'r13.example' is one too many: 12 realms are configured, 12 are the limit\n" },
	{ "dial-peer voice 3 pots\n" TWELVE_REALMS,
	    "authentication username u password 0 secret realm r13.example",
	    "% Realm 'r13.example' is one too many: 12 realms are configured, 12 are the limit\n" },
	{ "sip-ua\n" TWELVE_CREDENTIALS,
	    "credentials number 1 username u password 0 secret realm r13.example",
	    "% Realm 'r13.example' is one too many for number 1: 12 realms are configured, 12 are the "
	    "limit\n" },
	/* A second user of one scope. */
	{ "sip-ua\n" A(1), "authentication username v password 0 secret realm r2.example",
	    "% Username 'u' is configured here already, and only one is possible: type 'no authentication "
	    "username u' first\n" },
	{ "dial-peer voice 3 pots\n" A(1), "authentication username v password 0 secret",
	    "% Username 'u' is configured here already, and only one is possible: type 'no authentication "
	    "username u' first\n" },
	{ "sip-ua\n" A(1), "no authentication username v",
	    "% No authentication for username 'v' is configured here\n" },
	{ "sip-ua\n" A(1), "no authentication username u password 7 x realm r2.example",
	    "% No authentication for realm 'r2.example' is configured here\n" },
	/* `no credentials` names one entry. */
	{ "sip-ua\n" C(1), "no credentials",
	    "% Credentials are removed one at a time: 'no credentials number NUMBER realm REALM'\n" },
	{ "sip-ua\n" C(1), "no credentials realm r1.example",
	    "% Credentials are removed one at a time: 'no credentials number NUMBER realm REALM'\n" },
	{ "sip-ua\n" C(1), "no credentials number 1",
	    "% No credentials of 1 without realm are configured\n" },
	{ "sip-ua\n" C(1), "no credentials number 1 username v realm r1.example", "%" },
	{ "sip-ua\n" C(1), "no credentials number 2 realm r1.example",
	    "% No credentials of 2 at realm r1.example are configured\n" },
	/* Passwords; V2, V5, V6. */
	{ "sip-ua\n" A(1), "authentication username u password 7 MyPassword realm r1.example",
	    "% Invalid encrypted password: 'M' is not a decimal digit at position 1\n" },
	{ "sip-ua\n", "authentication username u password 0 two words", "@41" },
	{ "sip-ua\n", "authentication username u password", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "authentication username u password 7", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "authentication username u password 0", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "authentication username u", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "authentication username u password abc", "%" },
	{ "sip-ua\n", "authentication username u password 0 7", "%" },
	{ "sip-ua\n", "authentication username u password 0 " X100 X10 X10 "123456789", "%" },
	{ "sip-ua\n", "authentication username realm realm x", "@30" },
	{ "sip-ua\n", "authentication username u password 7 08 more", "@40" },
	{ "sip-ua\n", "authentication username u password 6 has!char", "%" },
	/* Numbers; V9. */
	{ "sip-ua\n", "retry register 0", "@15" },
	{ "sip-ua\n", "retry register 11", "@15" },
	{ "sip-ua\n", "retry register 99999999999999999999", "@15" },
	{ "sip-ua\n", "retry register 0x5", "@15" },
	{ "sip-ua\n", "retry register 1e0", "@15" },
	{ "sip-ua\n", "retry register +5", "@15" },
	{ "sip-ua\n", "timers register 4294967796", "@16" },
	{ "", "dial-peer voice 0 pots", "@16" },
	{ "", "dial-peer voice 2147483648 pots", "@16" },
	{ "", "dial-peer voice 4294967297 pots", "@16" },
	{ "", "dial-peer voice 7", "%" },
	{ "dial-peer voice 7 pots\n", "dial-peer voice 7 voip",
	    "% Dial peer 7 is of type pots: type 'no dial-peer voice 7' before it becomes voip\n" },
	{ "dial-peer voice 7 pots\n", "preference 11", "@11" },
	{ "", "no dial-peer voice 9", "% Dial peer 9 does not exist\n" },
	/* Patterns; V12. */
	{ "dial-peer voice 7 pots\n", "destination-pattern [", "%" },
	{ "dial-peer voice 7 pots\n", "destination-pattern []", "%" },
	{ "dial-peer voice 7 pots\n", "destination-pattern [9-1]", "%" },
	{ "dial-peer voice 7 pots\n", "destination-pattern (", "%" },
	{ "dial-peer voice 7 pots\n", "destination-pattern 5 1", "@22" },
	{ "dial-peer voice 7 pots\n", "destination-pattern %%%", "%" },
	{ "dial-peer voice 7 pots\n", "destination-pattern " X100, "%" },
	/* Localhost is a name. */
	{ "voice service voip\nsip\n", "localhost ipv4:192.0.2.1",
	    "% 'dns:NAME' expected instead of 'ipv4:192.0.2.1'\n" },
	{ "voice service voip\nsip\n", "localhost dns:a.example:5060", "%" },
	{ "voice service voip\nsip\n", "localhost dns:a.example preferred twice", "@34" },
	{ "dial-peer voice 7 pots\n", "voice-class sip localhost dns:", "%" },
	/* Words that are not configuration. */
	{ "", "no", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "no", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "no no registrar 1", "%" },
	{ "sip-ua\n", "no default registrar 1", "%" },
	{ "sip-ua\n", "default no registrar 1", "%" },
	{ "", "do", "%" },
	{ "sip-ua\n", "do do show clock", "%" },
	{ "sip-ua\n", "do configure revert", "% Incomplete command.\n\n" },
	{ "sip-ua\n", "c", "%" },
	{ "sip-ua\n", "regi dns:", "%" },
};

static void
assert_marker(struct fixture *f, const char *line, size_t at, const char *said)
{
	char *expected = xasprintf(
	    "%*s^\n%% Invalid input detected at '^' marker.\n\n", (int)(strlen(vty_prompt(f->vty)) + at), "");

	ck_assert_msg(str_eq(said, expected), "'%s':\n%s%s\n%s", line, vty_prompt(f->vty), line, said);
	free(expected);
}

/* L17, V2, V5, V6, V9, V10, V11, V12 */
START_TEST(a_forbidden_line_is_refused_and_changes_nothing)
{
	struct fixture *f = configuring(refusals[_i].before);
	const char *line = refusals[_i].line, *expected = refusals[_i].expected;
	char *before = fixture_config(f), *mode = xstrdup(vty_prompt(f->vty)), *after;
	unsigned published = f->published;

	ck_assert_msg(vty_line(f->vty, line, strlen(line)) != 0, "'%s' is taken", line);
	if (*expected == '@')
		assert_marker(f, line, (size_t)atoi(expected + 1), out_text(&f->out));
	else if (!str_eq(expected, "%"))
		ck_assert_str_eq(out_text(&f->out), expected);
	else
		ck_assert_msg(strstr(out_text(&f->out), "% ") != NULL, "'%s': %s", line, out_text(&f->out));
	after = fixture_config(f);
	ck_assert_str_eq(after, before);
	ck_assert_str_eq(vty_prompt(f->vty), mode);
	ck_assert_uint_eq(f->published, published);
	free(before);
	free(after);
	free(mode);
	fixture_free(f);
}
END_TEST

/* Lines that must work, and what they leave. absent: what then stands nowhere. */
static const struct {
	const char *lines, *present, *absent;
} effects[] = {
	{ "sip-ua\nregistrar 2 dns:a.example\nno registrar\n", "!\nend\n", "registrar" },
	{ "sip-ua\nno registrar\n", "!\nend\n", "registrar" },
	{ "sip-ua\nno registrar 3\n", "!\nend\n", "registrar" },
	{ "sip-ua\nregistrar 1 dns:a.example\nregistrar 2 dns:b.example\nno registrar dns:b.example\n",
	    " registrar 1 dns:a.example expires 3600\n", "registrar 2" },
	{ "sip-ua\nregistrar dns:a.example\nregistrar dns:b.example secondary\nno registrar\n",
	    " registrar dns:b.example expires 3600 secondary\n", "a.example" },
	{ "sip-ua\nregistrar dns:a.example\nno registrar\nregistrar 1 dns:b.example\n",
	    " registrar 1 dns:b.example", "a.example" },
	{ "sip-ua\nregistrar 1 dns:a.example\nregistrar 1 dns:b.example expires 60\n",
	    " registrar 1 dns:b.example expires 60\n", "a.example" },
	{ "sip-ua\nregistrar 6 dns:a.example expires 65535\n", " registrar 6 dns:a.example expires 65535\n",
	    "7 " },
	/* The example of the manual leaves the prefix out. */
	{ "sip-ua\nregistrar 2 1.1.1.1 expires 360\n", " registrar 2 ipv4:1.1.1.1 expires 360\n", "dns" },
	/* The line that the refusal of a second user names works, and then the user can change. */
	{ "sip-ua\n" A(1) A(2) "no authentication username u\n"
			       "authentication username v password 0 secret realm r1.example\n",
	    " authentication username v password 7 ", "username u" },
	{ "dial-peer voice 3 pots\n" A(1) A(2) "no authentication username u\n",
	    "dial-peer voice 3 pots\n!\n", "authentication" },
	{ "sip-ua\n" A(1) A(2) "no authentication username u password 0 secret realm r1.example\n",
	    "realm r2.example\n", "realm r1.example" },
	{ "sip-ua\n" A(1) "no authentication\n", "!\nend\n", "authentication" },
	{ "sip-ua\n" A(1) "no authentication all\n", "!\nend\n", "authentication" },
	/* One of twelve realms gets a new password; another number has its own twelve. */
	{ "sip-ua\n" TWELVE_REALMS "authentication username u password 7 0822455D0A16 realm r12.example\n",
	    " authentication username u password 7 0822455D0A16 realm r12.example\n", "r13" },
	{ "sip-ua\n" TWELVE_CREDENTIALS
	  "credentials number 2 username u password 7 0822455D0A16 realm r13.example\n",
	    " credentials number 2 username u password 7 0822455D0A16 realm r13.example\n", "password 0" },
	/* Same number and realm: the later one stands (the sample of the manual). */
	{ "sip-ua\n"
	  "credentials number 1111 username MyUsername password MyPassword realm Realm1.example.com\n"
	  "credentials number 1111 username AnotherUsername password 7 0822455D0A16 realm "
	  "Realm1.example.com\n",
	    " credentials number 1111 username AnotherUsername password 7 0822455D0A16 realm "
	    "Realm1.example.com\n",
	    "MyUsername" },
	{ "sip-ua\n" C(1) C(2) "no credentials number 1 realm r1.example\n", "realm r2.example\n",
	    "r1.example" },
	{ "sip-ua\n" C(1) "no credentials number 1 username u password 0 x realm r1.example\n", "!\nend\n",
	    "credentials" },
	{ "sip-ua\n" C(1) "no sip-ua\n", "!\nend\n", "sip-ua" },
	{ "sip-ua\ncredentials username u password 7 0822455D0A16 realm a.example\n",
	    " credentials username u password 7 0822455D0A16 realm a.example\n", "number" },
	/* The old password stays with its case of realm: realms are compared exactly. */
	{ "sip-ua\n" A(1) "authentication username u password 0 secret realm R1.example\n",
	    "realm R1.example\n", "r2" },
	/* V3, V4, V5: a password is one word of any characters. */
	{ "no service password-encryption\nsip-ua\nauthentication username u password 0 a?b!\n",
	    " authentication username u password 0 a?b!\n", " 7 " },
	{ "no service password-encryption\nsip-ua\nauthentication username u password !pass\n",
	    " authentication username u password 0 !pass\n", " 7 " },
	{ "no service password-encryption\nsip-ua\nauthentication username u password \\%$|#\n",
	    " authentication username u password 0 \\%$|#\n", " 7 " },
	{ "no service password-encryption\nsip-ua\nauthentication username u password realm realm realm\n",
	    " authentication username u password 0 realm realm realm\n", " 7 " },
	{ "no service password-encryption\nsip-ua\nauthentication username u password 0 \"quo\n",
	    " authentication username u password 0 \"quo\n", " 7 " },
	{ "no service password-encryption\nsip-ua\nauthentication username u password p\xc3\xa4ss\n",
	    " authentication username u password 0 p\xc3\xa4ss\n", " 7 " },
	{ "sip-ua\nauthentication username u password 0 " X100 X10 X10 "12345678\n",
	    " authentication username u password 7 ", "xxxx" },
	/* V1, V4, L5, L6: free text is kept as typed. */
	{ "dial-peer voice 1 pots\ndescription \"abc  def ! # % $\n", " description \"abc  def ! # % $\n",
	    "x" },
	{ "dial-peer voice 1 pots\ndescription gr\xc3\xbc\xc3\x9f"
	  "e\n",
	    " description gr\xc3\xbc\xc3\x9f"
	    "e\n",
	    "x" },
	{ "dial-peer voice 1 pots\ndescription \xff\xc3(\xed\xa0\x80\xc0\xaf\n",
	    " description \xff\xc3(\xed\xa0\x80\xc0\xaf\n", "x" },
	/* L14: blanks. */
	{ "sip-ua\n \t registrar\t 1   dns:a.example\texpires 60 \t \n",
	    " registrar 1 dns:a.example expires 60\n", "\t" },
	/* L16: modes. */
	{ "sip-ua\nexit\nexit\nconfigure terminal\ndial-peer voice 1 pots\n", "dial-peer voice 1 pots\n",
	    "x" },
	{ "dial-peer voice 1 pots\n!\ndescription a\n", " description a\n", "x" },
	/* Letters of keywords in either case. */
	{ "SIP-UA\nRegistrar 1 DNS:A.example EXPIRES 60\n", " registrar 1 dns:A.example expires 60\n",
	    "EXPIRES" },
	/* An abbreviation no statement of gw shares is not spoiled by one that is only kept. */
	{ "sip-ua\nregis 1 dns:a.example exp 60\n", " registrar 1 dns:a.example expires 60\n", "regis " },
	{ "sip-ua\ncred num 1 user u pass 7 0822455D0A16 rea r\n",
	    " credentials number 1 username u password 7 0822455D0A16 realm r\n", "cred " },
	/* `no` of what is not there, and `default`. */
	{ "sip-ua\nretry register 3\nno retry register\n", "!\nend\n", "retry" },
	{ "sip-ua\nretry register 3\ndefault retry register 5\n", "!\nend\n", "retry" },
	{ "sip-ua\nno transport udp\ndefault transport udp\n", "!\nend\n", "transport" },
	{ "sip-ua\nno remote-party-id\n", " no remote-party-id\n", "x" },
	{ "sip-ua\nno remote-party-id\nremote-party-id\n", " remote-party-id\n", " no " },
	/* A global line in a sub-mode leaves it. */
	{ "dial-peer voice 1 pots\nhostname gw7\n", "hostname gw7\n", " hostname" },
	/* A deeper `default` touches nothing above it. */
	{ "redundancy\n path a\n log config\n  default path\n  hidekeys\n",
	    "redundancy\n path a\n log config\n  hidekeys\n!\n", "default" },
	/* Secrets of kept statements do not stand in clear. */
	{ "username admin privilege 15 password 0 hush-hush\n", "username admin privilege 15 password 7 ",
	    "hush" },
	{ "tacacs-server key hush-hush\n", "tacacs-server key 7 ", "hush" },
	{ "radius-server host 192.0.2.5 key 0 hush-hush of two\n", "radius-server host 192.0.2.5 key 7 ",
	    "hush" },
	{ "radius server r1\n key hush-hush\n", " key 7 ", "hush" },
	{ "key chain k\n key 1\n  key-string hush-hush\n", "key chain k\n key 1\n  key-string 7 ", "hush" },
	{ "voice register pool 1\n username 5100 password hush-hush\n", " username 5100 password 7 ",
	    "hush" },
	/* Banners as a router saves them, with the byte that it shows as ^C. */
	{ "banner motd \003\nKeep out.\n\003\n", "banner motd ^C\nKeep out.\n^C\n", "\003" },
	{ " banner login \003Names\003\n", "banner login ^CNames^C\n", "\003" },
};

/* L5, L6, L14, L16, V1, V3, V4, V5, V16 */
START_TEST(a_permitted_line_does_what_it_says)
{
	struct fixture *f = configuring(effects[_i].lines);
	char *text = fixture_config(f);

	ck_assert_msg(strstr(text, effects[_i].present) != NULL, "after\n%s\n'%s' is missing in\n%s",
	    effects[_i].lines, effects[_i].present, text);
	ck_assert_msg(strstr(text, effects[_i].absent) == NULL, "after\n%s\n'%s' stands in\n%s",
	    effects[_i].lines, effects[_i].absent, text);
	assert_stable("text", text);
	free(text);
	fixture_free(f);
}
END_TEST

/* A slip of the finger is refused where it happens: no mode above takes the line for one of its own. */
static const struct {
	const char *mode, *line;
} slips[] = {
	{ "sip-ua", "credentials number 1 usrname u password 0 secret realm r" },
	{ "sip-ua", "credentials nmber 1 username u password 0 secret realm r" },
	{ "sip-ua", "credentials number 1 username u password 0 secret realm" },
	{ "sip-ua", "credentials number 1 username u password 0 secret relm r" },
	{ "sip-ua", "authentication user u pasword secret" },
	{ "sip-ua", "registrar 1 a.example" },
	{ "sip-ua", "registrar 1 dns:a.example expires x" },
	{ "sip-ua", "retry regster 3" },
	{ "sip-ua", "timers registr 500" },
	{ "sip-ua", "transport upd" },
	{ "sip-ua", "transport udp more" },
	{ "sip-ua", "max-forwards 0" },
	{ "sip-ua", "localhost a.example" },
	{ "dial-peer voice 1 pots", "authentication username u secret" },
	{ "dial-peer voice 1 pots", "preference best" },
	{ "dial-peer voice 1 pots", "port" },
	{ "dial-peer voice 1 pots", "port 0/1 0" },
	{ "dial-peer voice 1 pots", "sip-register no" },
	{ "dial-peer voice 1 pots", "shutdown now" },
	{ "dial-peer voice 1 pots", "voice-class sip localhost a.example" },
	{ "dial-peer voice 1 pots", "voice-class sip nothing" },
	{ "dial-peer voice 1 pots", "destination-pattern 1 2" },
	{ "voice service voip", "sip ua" },
	{ "voice service voip\nsip", "bind all eth0" },
	{ "voice service voip\nsip", "listen-port non-secure 0" },
	{ "voice service voip\nsip", "localhost 192.0.2.1x" },
};

START_TEST(a_slip_of_the_finger_is_refused_where_it_happens)
{
	char *lines = xasprintf("%s\n", slips[_i].mode), *before, *after, *mode;
	struct fixture *f = configuring(lines);

	before = fixture_config(f);
	mode = xstrdup(vty_prompt(f->vty));
	ck_assert_msg(vty_line(f->vty, slips[_i].line, strlen(slips[_i].line)) != 0, "'%s' is taken: %s",
	    slips[_i].line, out_text(&f->out));
	ck_assert_str_eq(vty_prompt(f->vty), mode);
	after = fixture_config(f);
	ck_assert_str_eq(after, before);
	free(before);
	free(after);
	free(mode);
	free(lines);
	fixture_free(f);
}
END_TEST

/* The second console takes away what the first one is writing below. */
/* F11 */
START_TEST(two_consoles_in_one_section_do_not_harm_each_other)
{
	struct fixture *f = configuring("redundancy\n path a\n log config\n  hidekeys\n");
	struct vty *other = vty_new(f->cli, &f->out, false);
	static const char *const theirs[] = { "enable", "configure terminal", "redundancy", "no path",
		"no log config" };
	char *text;

	for (size_t i = 0; i < COUNT(theirs); i++)
		ck_assert_int_eq(vty_line(other, theirs[i], strlen(theirs[i])), 0);
	ck_assert_int_eq(fixture_type(f, "  logging enable\n   deeper\n default path\n   deepest\n"), 0);
	text = fixture_config(f);
	assert_stable("two consoles", text);
	free(text);
	/* And the mode itself. */
	ck_assert_int_eq(vty_line(other, "no redundancy", 13), 0);
	ck_assert_int_ne(fixture_type(f, "  hidekeys\n"), 0);
	ck_assert_str_eq(vty_prompt(f->vty), "Router(config)#");
	vty_free(other);
	fixture_free(f);
}
END_TEST

/* V13: nothing translates yet, so a rule is text: any is kept byte for byte, up to the limit of a line. */
static const char *const odd_rules[] = { "rule 1 /\\(/ /x/", "rule 1 /a/ /\\9/",
	"rule 1 /\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)\\(\\)/ /\\11/", "rule 1 // //",
	"rule 1 /a/ x", "rule 1 /a", "rule 1 /((((((((((.*)*)*)*)*)*)*)*)*)*$/ /\\1\\1\\1\\1/",
	"rule 1 /" X100 X100 "/ //" };

/* V13 */
START_TEST(an_odd_translation_rule_is_kept_as_it_is)
{
	char *lines = xasprintf("voice translation-rule 1\n%s\n", odd_rules[_i]), *text, *line, *digits;
	struct fixture *f = configuring(lines);

	line = xasprintf("voice translation-rule 1\n %s\n", odd_rules[_i]);
	text = fixture_config(f);
	ck_assert_msg(strstr(text, line) != NULL, "'%s' becomes\n%s", odd_rules[_i], text);
	assert_stable("rule", text);
	digits = xmalloc(30001);
	memset(digits, '5', 30000);
	memcpy(digits, "rule 2 /", 8);
	digits[30000] = '\0';
	ck_assert_int_ne(vty_line(f->vty, digits, 30000), 0);
	free(digits);
	free(line);
	free(text);
	free(lines);
	fixture_free(f);
}
END_TEST

/* F11: the second console takes away the very object; what the first types next is refused, one mode up. */
static const struct {
	const char *mode, *remove, *next;
} vanishing[] = {
	{ "dial-peer voice 7 pots", "no dial-peer voice 7", "description a" },
	{ "dial-peer voice 7 pots", "no dial-peer voice 7", "no shutdown" },
	{ "interface Loopback0", "no interface Loopback0", "shutdown" },
	{ "voice class codec 1", "no voice class codec 1", "codec preference 1 g711alaw" },
};

/* F11 */
START_TEST(a_mode_that_is_gone_falls_back_to_global)
{
	char *lines = xasprintf("%s\n", vanishing[_i].mode), *before, *after;
	struct fixture *f = configuring(lines);
	struct vty *other = vty_new(f->cli, &f->out, false);

	ck_assert_int_eq(vty_line(other, "enable", 6), 0);
	ck_assert_int_eq(vty_line(other, "configure terminal", 18), 0);
	ck_assert_int_eq(vty_line(other, vanishing[_i].remove, strlen(vanishing[_i].remove)), 0);
	before = fixture_config(f);
	vty_help(f->vty, "de");
	free(vty_complete(f->vty, "de"));
	ck_assert_int_ne(vty_line(f->vty, vanishing[_i].next, strlen(vanishing[_i].next)), 0);
	ck_assert_str_eq(vty_prompt(f->vty), "Router(config)#");
	after = fixture_config(f);
	ck_assert_str_eq(after, before);
	ck_assert_int_eq(fixture_type(f, lines), 0); /* made anew */
	free(before);
	free(after);
	free(lines);
	vty_free(other);
	fixture_free(f);
}
END_TEST

/* F10: one saves while the other is in the middle of things: whole lines, all of those carried out. */
START_TEST(saving_takes_what_was_carried_out_and_whole)
{
	static const char *const typed[] = { "dial-peer voice 7 pots", "description one",
		"destination-pattern 5107", "sip-ua", "registrar 1 dns:a.example",
		"credentials number 1 username u password secret realm r", "no dial-peer voice 7",
		"interface Loopback0", "shutdown", "exit" };
	struct fixture *f = configuring("");
	struct vty *other = vty_new(f->cli, &f->out, false);

	ck_assert_int_eq(vty_line(other, "enable", 6), 0);
	for (size_t i = 0; i < COUNT(typed); i++) {
		char *now;

		ck_assert_int_eq(vty_line(f->vty, typed[i], strlen(typed[i])), 0);
		ck_assert_int_eq(vty_line(other, "write memory", 12), 0);
		now = fixture_config(f);
		ck_assert_str_eq(f->startup, now);
		assert_stable("saved", f->startup);
		free(now);
	}
	vty_free(other);
	fixture_free(f);
}
END_TEST

/* V16 */
START_TEST(replacing_a_user_by_another_is_warned_of)
{
	struct fixture *f = configuring("sip-ua\ncredentials number 1 username u password secret realm r\n");

	ck_assert_int_eq(fixture_type(f, "credentials number 1 username v password secret realm r\n"), 0);
	ck_assert_str_eq(
	    out_text(&f->out), "% Warning: credentials of number 1 at realm r: username v replaces u\n");
	fixture_free(f);
}
END_TEST

/* V7 */
START_TEST(what_is_no_type_7_string_is_refused)
{
	size_t len;
	char *text = fixture_file("tests/data/type7/invalid.tsv", &len), *line;
	const char *p = text;
	unsigned refused = 0, taken = 0;

	free(next_line(&p)); /* the headings */
	while (*p != '\0') {
		size_t n = strcspn(p, "\t\n");
		char *encoded = xstrndup(p, n), *typed, *before, *after;
		struct fixture *f;
		bool accept;

		line = next_line(&p);
		accept = strstr(line, "accept") != NULL;
		f = configuring("sip-ua\nauthentication username u password 7 0822455D0A16 realm r\n");
		before = fixture_config(f);
		typed = xasprintf("authentication username u password 7 %s realm r", encoded);
		if (!accept || *encoded == '\0') {
			ck_assert_msg(vty_line(f->vty, typed, strlen(typed)) != 0, "'%s' is taken", typed);
			after = fixture_config(f);
			ck_assert_str_eq(after, before);
			free(after);
			refused++;
		} else {
			ck_assert_msg(vty_line(f->vty, typed, strlen(typed)) == 0, "'%s': %s", typed,
			    out_text(&f->out));
			taken++;
		}
		fixture_free(f);
		free(before);
		free(typed);
		free(encoded);
		free(line);
	}
	ck_assert_uint_ge(refused, 9);
	ck_assert_uint_eq(taken, 2);
	free(text);
}
END_TEST

/* Versions. */

static const char *const one_line_each[] = { "hostname gw2", "sip-ua", "registrar 1 dns:a.example",
	"credentials number 1 username u password secret realm r", "no registrar 1", "dial-peer voice 3 pots",
	"description a", "ip route 192.0.2.0 255.255.255.0 192.0.2.1", "voice class codec 1",
	"codec preference 1 g711ulaw", "no voice class codec 1" };

START_TEST(one_line_is_one_version)
{
	struct fixture *f = configuring("");

	for (size_t i = 0; i < COUNT(one_line_each); i++) {
		unsigned before = f->published;

		ck_assert_int_eq(vty_line(f->vty, one_line_each[i], strlen(one_line_each[i])), 0);
		ck_assert_msg(
		    f->published == before + 1, "'%s': %u versions", one_line_each[i], f->published - before);
	}
	fixture_free(f);
}
END_TEST

static void
count_change(void *arg, const void *key, size_t keylen, void *before, void *after)
{
	(void)key, (void)keylen;
	if (before != NULL && after != NULL)
		++*(unsigned *)arg;
	else
		*(unsigned *)arg += 1000;
}

START_TEST(one_changed_peer_of_ten_thousand_is_one_change)
{
	struct fixture *f = fixture_new(false);
	struct out text = OUT_MEMORY;
	struct conf *before;
	unsigned changes = 0;
	char *errors;

	for (unsigned i = 1; i <= 10000; i++)
		out_printf(&text, "dial-peer voice %u pots\n destination-pattern %u\n", i, 500000 + i);
	errors = errors_of_load(f, "many", out_text(&text), text.len);
	ck_assert_str_eq(errors, "");
	before = conf_hold(f->conf);
	ck_assert_int_eq(
	    fixture_type(f, "enable\nconfigure terminal\ndial-peer voice 7777 pots\ndescription one\n"), 0);
	pmap_diff(&before->peers, &f->conf->peers, count_change, &changes);
	ck_assert_uint_eq(changes, 1);
	ck_assert_ptr_null(conf_peer(before, 7777)->description);
	ck_assert_str_eq(conf_peer(f->conf, 7777)->description, "one");
	ck_assert_ptr_eq(before->sip_ua, f->conf->sip_ua);
	ck_assert_ptr_eq(before->voice, f->conf->voice);
	conf_release(before);
	out_free(&text);
	free(errors);
	fixture_free(f);
}
END_TEST

START_TEST(a_version_that_is_held_never_changes)
{
	static const char *const lines[] = { "dial-peer voice 1 pots",
		"authentication username u password secret", "voice-class sip localhost dns:a.example",
		"huntstop", "exit", "sip-ua", "registrar 1 dns:c.example",
		"credentials number 1 username v password another realm r1.example", "no authentication",
		"no transport udp", "keepalive target dns:x.example", "voice service voip", "sip",
		"listen-port non-secure 5070", "bind media x", "interface Loopback0", "no ip address",
		"shutdown", "ip host a.example 192.0.2.77", "hostname other", "no dial-peer voice 1",
		"no sip-ua", "no voice service voip", "no interface Loopback0", "default hostname" };
	struct fixture *f = configuring("dial-peer voice 1 pots\ndescription a\nvad\n"
					"sip-ua\nregistrar 1 dns:b.example\n" C(1) A(
					    1) "timers trying 300\n"
					       "voice service voip\nallow-connections sip to sip\n"
					       "interface Loopback0\n ip address 192.0.2.1 255.255.255.255\n"
					       "ip host a.example 192.0.2.1\n");
	struct conf *held[COUNT(lines)];
	char *texts[COUNT(lines)];

	for (size_t i = 0; i < COUNT(lines); i++) {
		held[i] = conf_hold(f->conf);
		texts[i] = fixture_config(f);
		ck_assert_msg(vty_line(f->vty, lines[i], strlen(lines[i])) == 0, "'%s': %s", lines[i],
		    out_text(&f->out));
	}
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct conf *now = f->conf;
		char *text;

		f->conf = held[i];
		text = fixture_config(f);
		f->conf = now;
		ck_assert_msg(
		    str_eq(text, texts[i]), "version before '%s' was\n%s\nis\n%s", lines[i], texts[i], text);
		free(text);
		free(texts[i]);
		conf_release(held[i]);
	}
	fixture_free(f);
}
END_TEST

/* Passwords at rest. */

START_TEST(clear_passwords_are_written_as_type_7_unless_told_otherwise)
{
	struct fixture *f = configuring("sip-ua\nauthentication username u password 0 hush-hush realm r\n"
					"credentials number 1 username u password 7 0822455D0A16 realm r\n");
	char *encrypted = fixture_config(f), *clear, *again;

	ck_assert_ptr_null(strstr(encrypted, "hush-hush"));
	ck_assert_ptr_nonnull(strstr(encrypted, "authentication username u password 7 "));
	assert_stable("encrypted", encrypted);
	ck_assert_int_eq(fixture_type(f, "no service password-encryption\n"), 0);
	clear = fixture_config(f);
	ck_assert_ptr_nonnull(strstr(clear, "no service password-encryption\n"));
	ck_assert_ptr_nonnull(strstr(clear, "authentication username u password 0 hush-hush realm r\n"));
	/* What was entered as type 7 is not decoded. */
	ck_assert_ptr_nonnull(strstr(clear, "password 7 0822455D0A16 realm r\n"));
	assert_stable("clear", clear);
	ck_assert_int_eq(fixture_type(f, "service password-encryption\n"), 0);
	again = fixture_config(f);
	ck_assert_str_eq(again, encrypted);
	free(encrypted);
	free(clear);
	free(again);
	fixture_free(f);
}
END_TEST

START_TEST(the_order_of_the_password_switch_does_not_matter)
{
	static const char text[] =
	    "sip-ua\n authentication username u password 0 hush-hush realm r\n!\n"
	    "username admin password 0 hush-hush\n!\nno service password-encryption\nend\n";
	char *written = loaded("text", text, strlen(text));

	assert_stable("text", written);
	ck_assert_ptr_nonnull(strstr(written, "password 0 hush-hush realm r\n"));
	free(written);
}
END_TEST

START_TEST(writing_twice_gives_the_same_bytes)
{
	struct fixture *f =
	    configuring("sip-ua\n" TWELVE_REALMS TWELVE_CREDENTIALS "registrar 1 dns:a.example\n"
			"dial-peer voice 5 pots\nauthentication username u password 0 secret\n");
	char *a = fixture_config(f), *b = fixture_config(f);

	ck_assert_str_eq(a, b);
	ck_assert_int_eq(fixture_type(f, "end\n"), 0);
	out_free(&f->out);
	ck_assert_int_eq(fixture_type(f, "show running-config\n"), 0);
	ck_assert_ptr_nonnull(strstr(out_text(&f->out), a));
	ck_assert_ptr_null(strstr(out_text(&f->out), "secret"));
	free(a);
	free(b);
	fixture_free(f);
}
END_TEST

/* Forms of files: all mean the same; L8-L16. */

static const char plain[] = "hostname gw7\n"
			    "ip host a.example 192.0.2.1\n"
			    "!\n"
			    "voice service voip\n"
			    " allow-connections sip to sip\n"
			    " sip\n"
			    "  localhost dns:gw7.example.com\n"
			    "!\n"
			    "dial-peer voice 3 pots\n"
			    " description Desk 3\n"
			    " destination-pattern 5103\n"
			    " authentication username u password 7 0822455D0A16 realm r\n"
			    " port 0/1/0\n"
			    "!\n"
			    "sip-ua\n"
			    " registrar 1 dns:a.example expires 60\n"
			    "!\n"
			    "interface Loopback0\n"
			    " ip address 192.0.2.1 255.255.255.255\n"
			    "!\n";

enum dress {
	DRESS_PLAIN,
	DRESS_UNINDENTED,
	DRESS_CRLF,
	DRESS_TABS,
	DRESS_DEEP,
	DRESS_BOM,
	DRESS_TRAILING_BLANKS,
	DRESS_BANGS,
	DRESS_BLANK_LINES,
	DRESS_HEADER,
	DRESS_END,
	DRESS_NO_LAST_FEED,
	DRESS_EXITS,
	DRESS_CONFIGURE,
	DRESS_COMMENTS,
	DRESS_TWICE,
	DRESS_UPPER,
	DRESSES
};

/* The text in another dress. */
static char *
dressed(enum dress d, size_t *len)
{
	struct out o = OUT_MEMORY;
	const char *p = plain;

	if (d == DRESS_BOM)
		out_str(&o, "\xef\xbb\xbf");
	if (d == DRESS_HEADER)
		out_str(&o, "Building configuration...\n\nCurrent configuration : 1234 bytes\n!\n"
			    "! Last configuration change at 10:11:12 UTC Mon Jan 5 2026 by admin\n");
	if (d == DRESS_CONFIGURE)
		out_str(&o, "configure terminal\n");
	for (int pass = 0; pass < (d == DRESS_TWICE ? 2 : 1); pass++)
		for (p = plain; *p != '\0'; p += strcspn(p, "\n") + 1) {
			size_t blanks = strspn(p, " "), n = strcspn(p, "\n");

			if (d == DRESS_TABS)
				out_printf(&o, "%.*s", (int)blanks, "\t\t\t");
			else if (d == DRESS_DEEP)
				out_printf(&o, "%*s", (int)blanks * 4, "");
			else if (d != DRESS_UNINDENTED)
				out_printf(&o, "%*s", (int)blanks, "");
			if (d == DRESS_UPPER && blanks == 0) {
				size_t word = strcspn(p, " \n");

				for (size_t i = 0; i < word; i++)
					out_char(&o, (char)(p[i] >= 'a' && p[i] <= 'z' ? p[i] - 32 : p[i]));
				out_write(&o, p + word, n - word);
			} else {
				out_write(&o, p + blanks, n - blanks);
			}
			if (d == DRESS_TRAILING_BLANKS)
				out_str(&o, " \t ");
			if (d == DRESS_EXITS && p[0] == '!')
				out_str(&o, "\nexit\nexit\nexit");
			out_str(&o, d == DRESS_CRLF ? "\r\n" : "\n");
			if (d == DRESS_BANGS)
				out_str(&o, "!\n !\n  !\n");
			if (d == DRESS_BLANK_LINES)
				out_str(&o, "\n   \n\t\n");
			if (d == DRESS_COMMENTS)
				out_str(&o, " ! no sip-ua, password 0 x\n");
		}
	if (d == DRESS_END || d == DRESS_CRLF)
		out_str(&o, "end\r\n");
	if (d == DRESS_NO_LAST_FEED) {
		out_str(&o, "end");
	}
	*len = o.len;
	return out_take(&o);
}

/* L8, L9, L10, L14, L15 */
START_TEST(the_dress_of_a_file_does_not_matter)
{
	size_t len;
	char *text = dressed((enum dress)_i, &len), *naked, *a, *b;

	naked = dressed(DRESS_PLAIN, &(size_t){ 0 });
	a = loaded("plain", naked, strlen(naked));
	b = loaded("dressed", text, len);
	ck_assert_msg(str_eq(a, b), "%s\nbecomes\n%s", text, b);
	free(naked);
	free(text);
	free(a);
	free(b);
}
END_TEST

/* L8 */
START_TEST(a_password_or_description_never_ends_in_a_carriage_return)
{
	static const char text[] =
	    "no service password-encryption\r\ndial-peer voice 1 pots\r\n description a\r\n"
	    " authentication username u password secret\r\n";
	char *written = loaded("crlf", text, strlen(text));

	ck_assert_ptr_null(strchr(written, '\r'));
	ck_assert_ptr_nonnull(strstr(written, "password 0 secret\n"));
	free(written);
}
END_TEST

/* Whole files that mean nothing; L11, L12. */
static const char *const empty_files[] = { "", "!", "!\n", "\n\n\n", " \t \n!\n", "\r\n!\r\n", "end",
	"exit\nexit\nexit", "\xef\xbb\xbf", "\xef\xbb\xbf\n" };

/* L11 */
START_TEST(an_empty_file_changes_nothing)
{
	char *written = loaded("empty", empty_files[_i], strlen(empty_files[_i]));

	ck_assert_str_eq(written, "!\nend\n");
	free(written);
}
END_TEST

/* L16 */
START_TEST(fifty_exits_leave_a_script_in_global_configuration)
{
	struct out text = OUT_MEMORY;
	char *written;

	out_str(&text, "sip-ua\n");
	for (int i = 0; i < 50; i++)
		out_str(&text, i % 2 ? "exit\n" : "end\n");
	out_str(&text, "hostname gw7\n");
	written = loaded("exits", out_text(&text), text.len);
	ck_assert_str_eq(written, "!\nhostname gw7\n!\nend\n");
	free(written);
	out_free(&text);
}
END_TEST

/* L13 */
START_TEST(the_same_line_a_hundred_thousand_times_is_one_setting)
{
	struct out text = OUT_MEMORY;
	char *written;

	out_str(&text, "sip-ua\n");
	for (int i = 0; i < 100000; i++)
		out_str(&text, "registrar 1 dns:a.example\n");
	written = loaded("many", out_text(&text), text.len);
	ck_assert_str_eq(written, "!\nsip-ua\n registrar 1 dns:a.example expires 3600\n!\nend\n");
	free(written);
	out_free(&text);
}
END_TEST

/* Bytes that no line may have; L1-L4. Each is refused whole, as itself and as part of a file. */

/* L3 */
START_TEST(a_control_character_is_refused)
{
	struct fixture *f;
	char line[] = "description a\x01z more";

	if (_i == '\t' || _i == '\n')
		return;
	f = configuring("dial-peer voice 1 pots\ndescription before\n");
	line[13] = (char)_i;
	ck_assert_int_ne(vty_line(f->vty, line, sizeof line - 1), 0);
	ck_assert_str_eq(conf_peer(f->conf, 1)->description, "before");
	for (const char *p = out_text(&f->out); *p != '\0'; p++)
		ck_assert_msg(*p == '\n' || (unsigned char)*p >= ' ', "byte %d is shown raw", *p);
	fixture_free(f);
}
END_TEST

static const size_t lengths[] = { 253, 254, 255, 1023, 1024, 4095, 4096, 4097, 8192, 1 << 20 };

/* L1 */
START_TEST(a_long_line_is_taken_whole_or_refused_whole)
{
	size_t len = lengths[_i];
	struct fixture *f = configuring("dial-peer voice 1 pots\n");
	char *line = xmalloc(len + 1), *text;
	int rc;

	memset(line, 'd', len);
	memcpy(line, "description ", 12);
	line[len - 1] = 'e';
	line[len] = '\0';
	rc = vty_line(f->vty, line, len);
	ck_assert_int_eq(rc != 0, len > LINE_MAX_BYTES);
	text = fixture_config(f);
	ck_assert_int_eq(strstr(text, line) != NULL, rc == 0);
	ck_assert_int_eq(strstr(text, "ddd") != NULL, rc == 0);
	ck_assert_uint_lt(f->out.len, 200);
	if (rc == 0)
		assert_stable("long", text);
	free(text);
	free(line);
	fixture_free(f);
}
END_TEST

/* Any sequence of lines: written, read and written again it is the same; F13, V13. */

static const char *const globals[] = { "hostname gw%u", "ip domain name d%u.example",
	"ip name-server 192.0.2.%u", "no ip name-server 192.0.2.%u", "ip host h%u.example 192.0.2.%u",
	"no ip host h%u.example", "service password-encryption", "no service password-encryption",
	"ip route 198.51.%u.0 255.255.255.0 192.0.2.%u", "no ip route 198.51.%u.0 255.255.255.0 192.0.2.%u",
	"no ip http server", "ip http server", "default ip http server", "logging host 192.0.2.%u",
	"no logging console", "clock timezone CET %u", "no dial-peer voice %u", "no sip-ua",
	"no voice service voip", "no voice class codec %u", "no interface Loopback%u", "dial-peer hunt %u",
	"no dial-peer hunt", "username a%u privilege 15 password 0 hush%u", "username a%u secret 0 hush%u",
	"no username a%u", "exit", "end", "ntp server 192.0.2.%u", "snmp-server community c%u ro",
	"enable secret 5 $1$gwt1$JHAkAI5VJJs85nYMxCwUj1", "no enable secret", "default hostname",
	"banner motd ^C Hello %u ^C", "no banner motd", "access-list 1%u permit 192.0.2.%u", "aaa new-model",
	"password encryption aes", "username a%u privilege %u", "username a%u nopassword",
	"username a%u autocommand show users", "aaa authentication login L%u group g%u local-case enable",
	"aaa authentication login default line none", "no aaa authentication login L%u",
	"aaa authorization exec default local", "no aaa new-model", "alias exec a%u show clock",
	"no alias exec a%u", "banner login # Hello # %u", "banner exec +Line $(line)+", "no banner exec",
	"login block-for 6%u attempts %u within 30", "no login block-for", "security passwords min-length %u",
	"no line vty %u 9", "line con 0", "line aux 0" };
static const char *const sip_ua_lines[] = { "registrar %u dns:r%u.example expires 1%u%u", "no registrar %u",
	"registrar dns:r%u.example tcp", "registrar dns:r%u.example secondary", "no registrar",
	"no registrar secondary", "registrar %u ipv4:192.0.2.%u:50%u refresh-ratio %u tcp tls",
	"registrar %u ipv6:[2001:DB8::%u] scheme sips",
	"registrar %u dns:a random-contact type t%u auth-realm r%u",
	"authentication username u%u password 0 hush%u realm r%u",
	"authentication username u1 password hush%u",
	"authentication username u1 password 7 0822455D0A16 realm R%u",
	"no authentication username u%u realm r%u", "no authentication username u%u", "no authentication all",
	"credentials number %u username u%u password 0 hush%u realm r%u",
	"credentials username u%u password hush%u",
	"credentials number +49%u username u%u password 6 AGMAScA`PBCfOaR_SJ`EUUQAOiQ[VeOeFaYI realm r%u",
	"no credentials number %u realm r%u", "no credentials username u%u", "retry register %u",
	"no retry register", "timers register 1%u%u", "max-forwards %u", "default max-forwards",
	"no transport udp", "transport udp", "no transport tcp", "default transport tcp",
	"transport tcp tls v1.%u", "no remote-party-id", "remote-party-id",
	"keepalive target ipv4:192.0.2.%u", "no keepalive target", "retry invite %u", "no retry invite",
	"localhost dns:gw%u.example preferred", "no localhost", "sip-server dns:s%u.example",
	"timers trying %u00", "registration spike %u", "crypto signaling default trustpoint T%u",
	"xfer target dial-peer", "no redirection",
	"retry register %u exhausted-random-interval minimum 2 maximum %u" };
static const char *const peer_lines[] = { "description Desk %u, floor %u", "no description",
	"destination-pattern 5%u", "destination-pattern +49[2-9]%u..T", "destination-pattern (1%u)+%%$",
	"no destination-pattern", "preference %u", "no preference", "port 0/%u/%u", "no port",
	"no sip-register", "sip-register", "shutdown", "no shutdown",
	"authentication username p%u password hush%u realm r%u",
	"authentication username p1 password 0 hush%u realm r%u", "no authentication",
	"no authentication username p%u", "voice-class sip localhost dns:p%u.example",
	"no voice-class sip localhost", "default voice-class sip localhost", "session target ipv4:192.0.2.%u",
	"session protocol sipv2", "no vad", "vad", "default vad", "codec g711ulaw", "voice-class codec %u",
	"no voice-class codec %u", "huntstop", "no huntstop", "incoming called-number .",
	"direct-inward-dial", "translation-profile incoming T%u",
	"voice-class sip bind control source-interface Loopback%u", "prefix %u", "forward-digits all",
	"no digit-strip", "dtmf-relay rtp-nte", "fax rate 9600", "media flow-around",
	"ip qos dscp cs%u media", "max-conn %u", "destination e164-pattern-map %u", "session transport tcp" };
static const char *const voice_lines[] = { "allow-connections sip to sip", "no allow-connections sip to sip",
	"mode border-element", "no supplementary-service sip refer", "supplementary-service h450.%u",
	"fax protocol t38 version 0", "media flow-around", "no media flow-around",
	"ip address trusted authenticate", "address-hiding", "rtp-port range 80%u0 81%u0",
	"no ip address trusted authenticate" };
static const char *const voice_sip_lines[] = { "bind control source-interface eth%u", "no bind control",
	"bind all source-interface 192.0.2.%u", "bind media source-interface eth%u",
	"listen-port non-secure 50%u", "no listen-port non-secure", "localhost dns:v%u.example",
	"localhost dns:v%u.example preferred", "no localhost", "default localhost", "min-se %u00",
	"no rel1xx", "early-offer forced", "registrar server expires max %u00", "asserted-id pai",
	"error-passthru", "no error-passthru", "header-passing", "session transport tcp" };
static const char *const section_lines[] = { " ip address 192.0.2.%u 255.255.255.0", " no ip address",
	" shutdown", " no shutdown", " codec preference %u g711ulaw", " no codec preference %u",
	" rule %u /^9\\(.*\\)/ /\\1%u/", " description text %u with  blanks", " e164 +1.........$",
	" password 0 hush%u", " key 7 0822455D0A16", " log config", "  logging enable %u", "  hidekeys",
	"   deep %u", " default shutdown", "      odd %u", "   odd %u", " username u%u password hush%u", " !",
	" login local", " no login", " login authentication L%u", " exec-timeout %u 0",
	" privilege level 1%u", " transport input ssh", " no transport input ssh", " logging synchronous",
	" length %u" };
static const char *const section_heads[] = { "interface Loopback%u", "voice class codec %u",
	"voice translation-rule %u", "voice class tenant %u", "line vty 0 %u", "line vty %u 9",
	"route-map R%u", "voice register pool %u", "ip access-list extended L%u", "trunk group %u",
	"telephony-service", "ephone-dn %u", "credentials", "voice-port 0/%u/%u", "router ospf %u",
	"crypto pki trustpoint T%u", "redundancy", "dial-peer cor list c%u" };

static uint32_t
chance(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)(*seed >> 8) * n) >> 24);
}

/* A line with its %u filled in. */
static void
fill(struct out *o, const char *template, uint32_t *seed)
{
	for (const char *p = template; *p != '\0'; p++) {
		if (p[0] == '%' && p[1] == 'u') {
			out_printf(o, "%u", 1 + chance(seed, 4));
			p++;
		} else if (p[0] == '%' && p[1] == '%') {
			out_char(o, *p++);
		} else {
			out_char(o, *p);
		}
	}
	out_char(o, '\n');
}

#define SOME(o, lines, n, seed)                                                                              \
	for (unsigned some_ = 0; some_ < (n); some_++)                                                       \
	fill(o, (lines)[chance(seed, COUNT(lines))], seed)

static char *
random_lines(uint32_t seed)
{
	struct out o = OUT_MEMORY;
	unsigned blocks = 1 + chance(&seed, 25);

	for (unsigned b = 0; b < blocks; b++) {
		unsigned n = chance(&seed, 12);

		switch (chance(&seed, 7)) {
		case 0:
		case 1:
			SOME(&o, globals, n, &seed);
			break;
		case 2:
			out_str(&o, "sip-ua\n");
			SOME(&o, sip_ua_lines, n, &seed);
			break;
		case 3:
			fill(&o, chance(&seed, 2) ? "dial-peer voice %u pots" : "dial-peer voice 1%u voip",
			    &seed);
			SOME(&o, peer_lines, n, &seed);
			break;
		case 4:
			out_str(&o, "voice service voip\n");
			SOME(&o, voice_lines, n, &seed);
			if (chance(&seed, 2)) {
				out_str(&o, "sip\n");
				SOME(&o, voice_sip_lines, n, &seed);
			}
			break;
		default:
			fill(&o, section_heads[chance(&seed, COUNT(section_heads))], &seed);
			SOME(&o, section_lines, n, &seed);
			break;
		}
	}
	return out_take(&o);
}

enum { RANDOM_ROUNDS = 10, RANDOM_STEP = 40 };

/* F13 */
START_TEST(any_configuration_survives_writing_and_reading)
{
	for (uint32_t i = 0; i < RANDOM_STEP; i++) {
		uint32_t seed = (uint32_t)_i * RANDOM_STEP + i + 1;
		char *lines = random_lines(seed * 2654435761u), *errors, *written, *again, *what;
		struct fixture *a = fixture_new(false), *b = fixture_new(false);

		free(errors_of_load(a, "random", lines, strlen(lines)));
		written = fixture_config(a);
		for (int pass = 0; pass < 2; pass++) {
			errors = errors_of_load(b, "written", written, strlen(written));
			again = fixture_config(b);
			what = xasprintf("seed %u, pass %d: %.500s\n%s", seed, pass, errors, lines);
			ck_assert_msg(*errors == '\0', "%.2000s", what);
			assert_same(what, written, again);
			free(what);
			free(errors);
			free(again);
		}
		fixture_free(a);
		fixture_free(b);
		free(written);
		free(lines);
	}
}
END_TEST

/* A script and a console make the same of the same lines. */
START_TEST(a_script_and_a_console_understand_alike)
{
	for (uint32_t i = 0; i < RANDOM_STEP; i++) {
		uint32_t seed = (uint32_t)_i * RANDOM_STEP + i + 1;
		char *all = random_lines(seed * 2246822519u), *lines = xasprintf("!\n%s", all), *a_text,
		     *b_text, *p, *what;
		struct fixture *a = fixture_new(false), *b = configuring("");

		/* `end` and `exit` leave a console's configuration, but not a script's. */
		while ((p = strstr(lines, "\nend\n")) != NULL || (p = strstr(lines, "\nexit\n")) != NULL)
			memcpy(p + 1, "!!!", 3);
		free(errors_of_load(a, "random", lines, strlen(lines)));
		fixture_type(b, lines);
		a_text = fixture_config(a);
		b_text = fixture_config(b);
		what = xasprintf("seed %u\n%s", seed, lines);
		assert_same(what, a_text, b_text);
		free(what);
		free(a_text);
		free(b_text);
		free(lines);
		free(all);
		fixture_free(a);
		fixture_free(b);
	}
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("config");
	TCase *t = tcase_create("files"), *lines = tcase_create("lines"), *forms = tcase_create("forms"),
	      *random = tcase_create("random");
	int routers =
	    (int)matching_files("tests/data/ios-configs", ".cfg", router_files, COUNT(router_files));
	int examples = (int)matching_files("examples", ".cfg", example_files, COUNT(example_files));
	SRunner *r;
	int failed;

	if (routers == 0 || examples == 0) {
		fprintf(stderr, "no configurations found\n");
		return 1;
	}
	tcase_add_loop_test(t, a_router_configuration_loads_and_no_line_is_lost, 0, routers);
	tcase_add_loop_test(t, an_example_loads, 0, examples);
	tcase_add_loop_test(t, a_kept_statement_comes_back_as_it_was, 0, COUNT(kept_texts));
	tcase_add_loop_test(t, a_global_statement_leaves_the_sub_mode, 0, COUNT(leaving));
	tcase_add_test(t, indentation_tells_what_the_words_do_not);
	suite_add_tcase(s, t);
	tcase_add_loop_test(lines, a_forbidden_line_is_refused_and_changes_nothing, 0, COUNT(refusals));
	tcase_add_loop_test(lines, a_permitted_line_does_what_it_says, 0, COUNT(effects));
	tcase_add_loop_test(lines, a_slip_of_the_finger_is_refused_where_it_happens, 0, COUNT(slips));
	tcase_add_test(lines, two_consoles_in_one_section_do_not_harm_each_other);
	tcase_add_loop_test(lines, a_mode_that_is_gone_falls_back_to_global, 0, COUNT(vanishing));
	tcase_add_test(lines, saving_takes_what_was_carried_out_and_whole);
	tcase_add_loop_test(lines, an_odd_translation_rule_is_kept_as_it_is, 0, COUNT(odd_rules));
	tcase_add_test(lines, replacing_a_user_by_another_is_warned_of);
	tcase_add_test(lines, what_is_no_type_7_string_is_refused);
	tcase_add_test(lines, one_line_is_one_version);
	tcase_add_test(lines, one_changed_peer_of_ten_thousand_is_one_change);
	tcase_add_test(lines, a_version_that_is_held_never_changes);
	tcase_add_test(lines, clear_passwords_are_written_as_type_7_unless_told_otherwise);
	tcase_add_test(lines, the_order_of_the_password_switch_does_not_matter);
	tcase_add_test(lines, writing_twice_gives_the_same_bytes);
	suite_add_tcase(s, lines);
	tcase_add_loop_test(forms, the_dress_of_a_file_does_not_matter, 0, DRESSES);
	tcase_add_test(forms, a_password_or_description_never_ends_in_a_carriage_return);
	tcase_add_loop_test(forms, an_empty_file_changes_nothing, 0, COUNT(empty_files));
	tcase_add_test(forms, fifty_exits_leave_a_script_in_global_configuration);
	tcase_add_test(forms, the_same_line_a_hundred_thousand_times_is_one_setting);
	tcase_add_loop_test(forms, a_control_character_is_refused, 0, 0x20);
	tcase_add_loop_test(forms, a_control_character_is_refused, 0x7f, 0x80);
	tcase_add_loop_test(forms, a_long_line_is_taken_whole_or_refused_whole, 0, COUNT(lengths));
	suite_add_tcase(s, forms);
	tcase_add_loop_test(random, any_configuration_survives_writing_and_reading, 0, RANDOM_ROUNDS);
	tcase_add_loop_test(random, a_script_and_a_console_understand_alike, 0, RANDOM_ROUNDS);
	tcase_set_timeout(forms, 60);
	tcase_set_timeout(random, 60);
	suite_add_tcase(s, random);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	for (int i = 0; i < routers; i++)
		free(router_files[i]);
	for (int i = 0; i < examples; i++)
		free(example_files[i]);
	return failed != 0;
}
