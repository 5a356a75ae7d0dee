/* enable, disable, show privilege, show aliases */
#include "cli/commands.h"

static const struct cmd rows[] = { { 0 } };
const struct table login_table = { &mode_exec, rows, 0, NULL, NULL, NULL };
