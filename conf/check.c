#include "conf/check.h"

#include <stdio.h>

#include "base/str.h"

static int
refuse_beside(const char *line, const char *remedy, char *err, size_t errsz)
{
	snprintf(err, errsz,
	    "'%s' is configured: registrars with an index exclude a primary and secondary one; type '%s' "
	    "first",
	    line, remedy);
	return -1;
}

int
check_registrar(const struct sip_ua *s, unsigned index, bool secondary, char *err, size_t errsz)
{
	char line[32], remedy[32];

	if (index != 0 && secondary) {
		snprintf(err, errsz, "'secondary' does not go with a registrar index");
		return -1;
	}
	if (index != 0 && s->primary != NULL)
		return refuse_beside("registrar", "no registrar", err, errsz);
	if (index != 0 && s->secondary != NULL)
		return refuse_beside("registrar ... secondary", "no registrar secondary", err, errsz);
	for (unsigned i = 0; index == 0 && i < REGISTRARS_MAX; i++) {
		if (s->registrars[i] == NULL)
			continue;
		snprintf(line, sizeof line, "registrar %u", i + 1);
		snprintf(remedy, sizeof remedy, "no registrar %u", i + 1);
		return refuse_beside(line, remedy, err, errsz);
	}
	return 0;
}

int
check_authentication(
    const struct auth_list *l, const char *username, const char *realm, char *err, size_t errsz)
{
	size_t realms = 0;

	if (l->username != NULL && !str_eq(l->username, username)) {
		snprintf(err, errsz,
		    "Username '%.70s' is configured here already, and only one is possible: type 'no "
		    "authentication "
		    "username %.70s' first",
		    l->username, l->username);
		return -1;
	}
	for (size_t i = 0; i < l->list.n; i++)
		realms += l->list.v[i].realm != NULL;
	if (realm != NULL && realms >= REALMS_MAX && auth_list_find(l, realm) == NULL) {
		snprintf(err, errsz,
		    "Realm '%.70s' is one too many: %zu realms are configured, %d are the limit", realm,
		    realms, REALMS_MAX);
		return -1;
	}
	return 0;
}

int
check_credential(const struct sip_ua *s, const struct credential *c, char *err, size_t errsz)
{
	unsigned realms = sip_ua_count_realms(s, c->number);

	if (c->realm == NULL || realms < REALMS_MAX || sip_ua_credential(s, c->number, c->realm) != NULL)
		return 0;
	snprintf(err, errsz,
	    "Realm '%.70s' is one too many for number %.70s: %u realms are configured, %d are the limit",
	    c->realm, c->number, realms, REALMS_MAX);
	return -1;
}
