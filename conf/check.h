/* check.h - rules across statements: what may not be configured beside what. Each gives 0, or -1 with one
 * text that names the line in the way and what to type. Nothing is changed and nothing printed. */
#ifndef GW_CONF_CHECK_H
#define GW_CONF_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"

/* A registrar with this index (0: none) or as secondary, beside those configured. */
int check_registrar(const struct sip_ua *, unsigned index, bool secondary, char *err, size_t errsz);
/* One user in each scope, twelve realms. */
int check_authentication(
    const struct auth_list *, const char *username, const char *realm, char *err, size_t errsz);
/* Twelve realms for one number. */
int check_credential(const struct sip_ua *, const struct credential *, char *err, size_t errsz);

#endif
