#include "gw/machine.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gw/file.h"
#include "ua/ident.h"

/* The 32 digits of a machine id are the key. */
static void
read_serial(struct machine *m)
{
	char err[400], hex[IDENT_HEX];
	unsigned char key[IDENT_KEY];
	struct ident *ident;
	size_t len;
	char *id = file_read("/etc/machine-id", 4096, &len, NULL, err, sizeof err);

	if (id == NULL || strspn(id, "0123456789abcdef") < IDENT_KEY) {
		free(id);
		return;
	}
	memcpy(key, id, sizeof key);
	free(id);
	ident = ident_new(key);
	ident_name(ident, "serial number", "gw", hex);
	ident_free(ident);
	memcpy(m->serial, "GW", 2);
	for (size_t i = 2; i + 1 < sizeof m->serial; i++)
		m->serial[i] = (char)toupper((unsigned char)hex[i]);
}

void
machine_read(struct machine *m)
{
	ssize_t n;

	*m = (struct machine){ .serial = "" };
	n = readlink("/proc/self/exe", m->program, sizeof m->program);
	if (n < 0 || (size_t)n >= sizeof m->program) /* it may have been cut off */
		n = 0;
	m->program[n] = '\0';
	read_serial(m);
}
