/* The rows of every mode, compiled once into what the parser wants. */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/life.h"
#include "cli/login.h"

typedef VEC(struct choice) choice_list;

struct mode_choices {
	const struct mode *mode;
	choice_list plain, negated;
	size_t before; /* the last of plain: for help only */
};

struct cli {
	struct cli_host host;
	struct login_guard *guard;
	VEC(struct mode_choices) modes;
	VEC(struct form *) forms;
	char error[200];
	struct life *life;
};

static struct form *
compile(struct cli *cli, const char *text, const struct word *words, const char *otherwise)
{
	char err[120], *why;
	struct form *f = form_compile(text, words, otherwise, err, sizeof err);

	if (f == NULL) {
		why = xasprintf("'%s': %s", text, err);
		if (cli->error[0] == '\0')
			snprintf(cli->error, sizeof cli->error, "%s", why);
		free(why);
		return NULL;
	}
	vec_push(&cli->forms, f);
	return f;
}

static bool
belongs(const struct table *t, const struct cmd *row, const struct mode *m)
{
	if (m == &mode_user)
		return t->mode == &mode_exec && (row->flags & CMD_USER) != 0;
	/* A table without mode belongs to every configuration mode. */
	return t->mode == m || (t->mode == NULL && m != &mode_exec);
}

static bool
negatable(const struct cmd *c)
{
	return c->unset != NULL || c->field.kind != FIELD_NONE || c->accept != NULL ||
	       (c->run != NULL && c->no != NULL);
}

static void
add_rows(struct cli *cli, const struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct cmd *row = &t->rows[i];
		struct form *f = compile(cli, row->form, row->words,
				row->accept == NULL ? NULL
						    : "Kept in the configuration; gw does not act on it"),
			    *no = f;

		if (row->no != NULL)
			no = compile(cli, row->no, row->words, "");
		if (f == NULL || no == NULL)
			continue;
		for (size_t m = 0; m < cli->modes.n; m++) {
			struct mode_choices *mc = &cli->modes.v[m];
			struct choice plain = { f, row, false, (row->flags & CMD_HIDDEN) != 0,
				row->accept != NULL, (row->flags & CMD_PIPE) != 0 };
			struct choice negated = plain;

			negated.form = no;
			negated.brief = row->no == NULL;
			if (!belongs(t, row, mc->mode))
				continue;
			vec_push(&mc->plain, plain);
			if (negatable(row))
				vec_push(&mc->negated, negated);
		}
	}
}

/* What stands before a statement. vty_line takes it off the line; help lists it among the statements. */
static const struct word before[] = { { "default", "Set a command to its defaults" },
	{ "do", "To run exec commands in config mode" }, { "no", "Negate a command or set its defaults" } };

static void
add_before(struct cli *cli)
{
	for (size_t i = 0; i < COUNT(before); i++) {
		struct choice c = { .form = compile(cli, before[i].name, NULL, before[i].help) };

		for (size_t m = 0; m < cli->modes.n && c.form != NULL; m++) {
			struct mode_choices *mc = &cli->modes.v[m];

			if (mc->mode == &mode_user || mc->mode == &mode_exec)
				continue;
			vec_push(&mc->plain, c);
			mc->before++;
		}
	}
}

struct cli *
cli_new(const struct cli_host *host)
{
	static const struct mode *const modes[] = { &mode_user, &mode_exec, &mode_config, &mode_sip_ua,
		&mode_voice, &mode_voice_sip, &mode_peer, &mode_section, &mode_archive, &mode_archive_log,
		&mode_line };
	struct cli *cli = xcalloc(1, sizeof *cli);

	cli->host = *host;
	cli->guard = xcalloc(1, sizeof *cli->guard);
	for (size_t i = 0; i < COUNT(modes); i++) {
		struct mode_choices mc = { .mode = modes[i] };

		vec_push(&cli->modes, mc);
	}
	for (size_t i = 0; command_tables[i] != NULL; i++)
		add_rows(cli, command_tables[i]);
	add_before(cli);
	cli->life = life_new(cli);
	return cli;
}

void
cli_free(struct cli *cli)
{
	if (cli == NULL)
		return;
	for (size_t i = 0; i < cli->modes.n; i++) {
		vec_free(&cli->modes.v[i].plain);
		vec_free(&cli->modes.v[i].negated);
	}
	vec_free(&cli->modes);
	for (size_t i = 0; i < cli->forms.n; i++)
		form_free(cli->forms.v[i]);
	vec_free(&cli->forms);
	life_free(cli->life);
	vec_free(&cli->guard->failures);
	free(cli->guard);
	free(cli);
}

const struct cli_host *
cli_host(const struct cli *cli)
{
	return &cli->host;
}

struct life *
cli_life(const struct cli *cli)
{
	return cli->life;
}

int64_t
cli_tick(struct cli *cli, int64_t now_ms)
{
	return life_tick(cli->life, now_ms);
}

struct login_guard *
cli_guard(const struct cli *cli)
{
	return cli->guard;
}

void
cli_set_view(struct cli *cli, const struct ua_view *view)
{
	cli->host.ua = view;
}

const char *
cli_table_error(const struct cli *cli)
{
	return cli->error[0] == '\0' ? NULL : cli->error;
}

static const struct mode_choices *
choices_of(const struct cli *cli, const struct mode *mode)
{
	for (size_t i = 0; i < cli->modes.n; i++)
		if (cli->modes.v[i].mode == mode)
			return &cli->modes.v[i];
	return NULL;
}

const struct choice *
cli_choices(const struct cli *cli, const struct mode *mode, bool negated, size_t *n)
{
	const struct mode_choices *mc = choices_of(cli, mode);

	*n = mc == NULL ? 0 : negated ? mc->negated.n : mc->plain.n - mc->before;
	return mc == NULL ? NULL : negated ? mc->negated.v : mc->plain.v;
}

const struct choice *
cli_listed(const struct cli *cli, const struct mode *mode, bool negated, size_t *n)
{
	const struct mode_choices *mc = choices_of(cli, mode);

	if (mc == NULL || negated)
		return cli_choices(cli, mode, negated, n);
	*n = mc->plain.n;
	return mc->plain.v;
}

const struct table *
cli_table_of(const struct cmd *row)
{
	for (size_t i = 0; command_tables[i] != NULL; i++)
		if (row >= command_tables[i]->rows && row < command_tables[i]->rows + command_tables[i]->n)
			return command_tables[i];
	return NULL;
}

unsigned
cli_rank(const struct cmd *row)
{
	unsigned rank = 0;

	for (size_t i = 0; command_tables[i] != NULL; i++) {
		const struct table *t = command_tables[i];

		if (row >= t->rows && row < t->rows + t->n)
			return rank + (unsigned)(row - t->rows);
		rank += (unsigned)t->n;
	}
	return rank;
}
