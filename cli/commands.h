/* commands.h - the families of rows, one table for each. A new family is named here and in commands.c. */
#ifndef GW_CLI_COMMANDS_H
#define GW_CLI_COMMANDS_H

#include "cli/cmd.h"

extern const struct table exec_table, show_table, show_register_table, show_sip_table, show_peer_table,
    debug_table, terminal_table, common_table, before_table, system_table, between_table, voice_section_table,
    kept_voice_table, peer_section_table, sip_ua_section_table, after_table, voice_table, voice_sip_table,
    peer_table, sip_ua_table;
extern const struct table login_table, access_table, users_table, devices_table, banner_table,
    line_section_table, last_table, line_table;
extern const struct table key_table;
extern const struct table logging_table, show_logging_table;
extern const struct table files_table, replace_table, reload_table, show_running_table, show_archive_table,
    archive_section_table, archive_table, archive_log_table;

/* What families of rows share: the configuration as its own object, statements that only open a mode, and the
 * lines of such a mode. */
const void *whole_conf(const struct conf *, const struct context *);
void *edit_whole_conf(struct conf *, const struct context *);
int enter_only(struct cmd_call *);
/* `help`, in every mode. */
int print_help(struct cmd_call *);
/* Prints `line` and the mode's lines below it, if there are any; a `!` behind them at the top. */
void write_section(struct writer *, const char *line, const struct mode *);

/* `write memory`, with the question about lines that would be lost; and whether startup-config says what
 * runs.
 */
int files_save_startup(struct vty *);
/* `configure memory`. */
int files_configure_memory(struct vty *);
bool files_saved(const struct cli *);

#endif
