/* config_text.h - configurations as whole texts. */
#ifndef GW_CLI_CONFIG_TEXT_H
#define GW_CLI_CONFIG_TEXT_H

#include "base/json.h"
#include "cli/cli.h"

enum { CONFIG_TEXT_MAX = 64 << 20 }; /* bytes of a configuration file that gw reads */

/* What `write memory` writes: the statements between `!` and `end`. Loading it gives the same again. */
void config_text(const struct cli *, const struct conf *, struct out *);
/* The statements of such a text as an array: { "line": "sip-ua", "lines": [...] }, `lines` where there are
 * any. */
void config_json(struct json *, const char *key, const char *text);

#endif
