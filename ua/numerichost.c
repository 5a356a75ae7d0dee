/* numerichost.c - getaddrinfo for the whole program that never asks a name server.
 *
 * libsofia calls getaddrinfo inside the event loop, for instance when it answers a datagram whose Via names a
 * host: one datagram and a mute name server would stop everything for ten seconds. Names are the business of
 * ua/dns.c; what reaches getaddrinfo must be a literal address. This definition takes the place of libc's for
 * the program and the libraries it loads (c-ares has its own resolver and does not call it), and hands on to
 * libc's with AI_NUMERICHOST forced. */
#include "ua/sip_edge.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

void
numerichost(void)
{
}

int
getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
    struct addrinfo **restrict result)
{
	typedef int resolver(const char *restrict, const char *restrict, const struct addrinfo *restrict,
	    struct addrinfo **restrict);
	struct addrinfo numeric = { .ai_family = AF_UNSPEC };
	resolver *libc = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");

	if (libc == NULL)
		return EAI_SYSTEM;
	if (hints != NULL)
		numeric = *hints;
	numeric.ai_flags |= AI_NUMERICHOST;
	return libc(node, service, &numeric, result);
}
