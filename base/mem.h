/* mem.h - allocation that does not fail: running out of memory ends the program with a message.
 * Everything a user or the network can make has a limit of its own; this is the last resort. */
#ifndef GW_BASE_MEM_H
#define GW_BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
/* NULL gives NULL. */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xmemdup(const char *bytes, size_t n); /* all of them, bytes 0 too, and a byte 0 behind them */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

/* Overwrites memory that held a secret; never optimised away. NULL where size is 0. */
void mem_wipe(void *p, size_t size);
/* Wipes and frees a string; NULL is allowed. */
void str_wipe_free(char *s);

#endif
