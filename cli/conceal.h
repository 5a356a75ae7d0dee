/* conceal.h - secrets in lines. Clear passwords in statements that gw only keeps: `... password [0] X`, and
 * the keys of TACACS+, RADIUS and key chains, become type 7, as `service password-encryption` does in IOS.
 * What IOS itself cannot encode (SNMP communities, keys of `crypto isakmp`) stays as it is: the configuration
 * must load again. */
#ifndef GW_CLI_CONCEAL_H
#define GW_CLI_CONCEAL_H

#include <stdbool.h>
#include <stddef.h>

/* The line with its clear password encoded; the caller wipes and frees. section: the kept statement whose
 * mode the line is of; NULL: none. */
char *conceal(const char *section, const char *line);
/* The line as it may be shown: clear passwords encoded, clear login secrets and keys masked. And as it may be
 * logged: whatever may be a secret masked, encoded or not. The caller wipes and frees. */
char *conceal_shown(const char *section, const char *line);
char *conceal_masked(const char *line);
/* A text line by line, each as it may be shown; the caller wipes and frees. */
char *conceal_text(const char *text, size_t len, size_t *shown_len);
/* The clear login secret of a `username` statement: `... secret [0] X`. Where the word `secret` ends and
 * where the clear text begins (it goes to the end of its word); false: there is none. */
bool clear_login(const char *line, size_t *behind, size_t *clear);
/* Whether what stands at `column` or behind it may be a password, or another secret; keywords count when
 * abbreviated, and where the line makes no sense. */
bool may_hold_secret(const char *line, size_t column);
/* Whether the statement is one that takes a password: where the keyword before it is mistyped or left out,
 * any word behind the first may be it. */
bool takes_secret(const char *line);

#endif
