/* show running-config, whole or in part. */
#include "cli/commands.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/config_text.h"
#include "cli/diff.h"
#include "cli/vty_internal.h"

static void
write_text(const struct cli *cli, const struct conf *conf, bool all, struct out *out)
{
	out_str(out, "!\n");
	cli_write_config(cli, conf, all, out);
	out_str(out, "end\n");
}

void
config_text(const struct cli *cli, const struct conf *conf, struct out *out)
{
	write_text(cli, conf, false, out);
}

static void
print_header(struct cmd_call *c, size_t bytes)
{
	out_printf(c->out, "Building configuration...\n\nCurrent configuration : %zu bytes\n", bytes);
}

static int
show_whole(struct cmd_call *c)
{
	struct out text = OUT_MEMORY;

	write_text(vty_cli(c->vty), c->conf, cmd_given(c, "all"), &text);
	print_header(c, text.len);
	out_write(c->out, out_text(&text), text.len);
	out_free(&text);
	return 0;
}

static int
print_json(struct cmd_call *c, const char *text)
{
	struct json j;

	json_begin(&j, c->out);
	config_json(&j, "statements", text);
	json_end(&j);
	return 0;
}

static int
show_whole_json(struct cmd_call *c)
{
	struct out text = OUT_MEMORY;

	write_text(vty_cli(c->vty), c->conf, cmd_given(c, "all"), &text);
	print_json(c, out_text(&text));
	out_free(&text);
	return 0;
}

static int
show_numbered(struct cmd_call *c)
{
	struct out text = OUT_MEMORY;
	size_t number = 0;

	config_text(vty_cli(c->vty), c->conf, &text);
	print_header(c, text.len);
	for (const char *p = out_text(&text); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		out_printf(c->out, "%5zu : %.*s\n", ++number, (int)n, p);
		p += n + (p[n] == '\n');
	}
	out_free(&text);
	return 0;
}

/* Without the certificates. */
static void
write_brief(struct cmd_call *c, struct out *brief)
{
	struct out text = OUT_MEMORY;
	bool chain = false;

	config_text(vty_cli(c->vty), c->conf, &text);
	for (const char *p = out_text(&text); *p != '\0';) {
		size_t n = strcspn(p, "\n");

		if (*p != ' ')
			chain = str_starts(p, "crypto pki certificate chain ");
		n += p[n] == '\n';
		if (!chain || !str_starts(p, "  "))
			out_write(brief, p, n);
		p += n;
	}
	out_free(&text);
}

static int
show_brief(struct cmd_call *c)
{
	struct out brief = OUT_MEMORY;

	write_brief(c, &brief);
	print_header(c, brief.len);
	out_write(c->out, out_text(&brief), brief.len);
	out_free(&brief);
	return 0;
}

static int
show_brief_json(struct cmd_call *c)
{
	struct out brief = OUT_MEMORY;

	write_brief(c, &brief);
	print_json(c, out_text(&brief));
	out_free(&brief);
	return 0;
}

/* Whether a statement could begin with the words: nothing of the kind is configured, then. Else where the
 * first wrong character is. */
static bool
could_be(const struct cli *cli, const char *path, size_t *column)
{
	const struct choice *choices;
	struct parse p;
	bool could;
	size_t n;

	choices = cli_choices(cli, &mode_config, false, &n);
	grammar_parse(choices, n, path, &p);
	/* Behind a section's own line stand lines of the section. */
	could = p.status != PARSE_INVALID || p.token > 0;
	*column = p.column;
	parse_free(&p);
	return could;
}

/* 0; -1: nothing that could be configured begins like that. */
static int
write_part(struct cmd_call *c, struct out *part)
{
	const char *path = cmd_arg(c, "path");
	struct out text = OUT_MEMORY;
	int rc = 0;
	struct diff *d;
	size_t column = 0;

	config_text(vty_cli(c->vty), c->conf, &text);
	d = diff_new("", 0, out_text(&text), text.len);
	if (diff_print_path(d, path, part) == 0 && !could_be(vty_cli(c->vty), path, &column)) {
		vty_refuse(c->vty, LINE_INVALID, c->parse->args[0].column + column, 0);
		rc = -1;
	}
	diff_free(d);
	out_free(&text);
	return rc;
}

static int
show_part(struct cmd_call *c)
{
	struct out part = OUT_MEMORY;
	int rc = write_part(c, &part);

	if (rc == 0) {
		print_header(c, part.len);
		out_printf(c->out, "!\n%send\n", out_text(&part));
	}
	out_free(&part);
	return rc;
}

static int
show_part_json(struct cmd_call *c)
{
	struct out part = OUT_MEMORY;
	int rc = write_part(c, &part);

	if (rc == 0)
		print_json(c, out_text(&part));
	out_free(&part);
	return rc;
}

/* clang-format off */
#define SHOW { "show", "Show running system information" }, { "running-config", "Current operating configuration" }

static const struct cmd rows[] = {
	{ .form = "show running-config [(full|view full|all$all)]",
	    .words = WORDS(SHOW, { "full", "Whole" }, { "view", "As a view sees it" }, { "full", "Whole" },
	    { "all", "With defaults" }), .run = show_whole, .json = show_whole_json, .flags = CMD_PIPE, .example = "show running-config" },
	{ .form = "show running-config brief", .words = WORDS(SHOW, { "brief", "Without certificates" }),
	    .run = show_brief, .json = show_brief_json, .flags = CMD_PIPE, .example = "show running-config brief" },
	{ .form = "show running-config linenum", .words = WORDS(SHOW, { "linenum", "With line numbers" }),
	    .run = show_numbered, .json = show_whole_json, .flags = CMD_PIPE, .example = "show running-config linenum" },
	{ .form = "show running-config LINE$path", .words = WORDS(SHOW,
	    { "LINE", "Words of a statement and the sections above: dial-peer voice 100, voice service voip sip" }),
	    .run = show_part, .json = show_part_json, .flags = CMD_PIPE, .example = "show running-config sip-ua" },
	{ .form = "write terminal", .words = WORDS({ "write", "Write running configuration" }, { "terminal", "To the terminal" }),
	    .run = show_whole, .json = show_whole_json, .flags = CMD_PIPE, .example = "write terminal" },
};
/* clang-format on */

const struct table show_running_table = { &mode_exec, rows, COUNT(rows), NULL, NULL, NULL };
