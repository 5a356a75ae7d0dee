/* out.h - append-only text sink. Every text gw makes goes through one: to memory, or to a function. */
#ifndef GW_BASE_OUT_H
#define GW_BASE_OUT_H

#include <stdarg.h>
#include <stddef.h>

struct out {
	/* NULL: text gathers in buf. Else buf is handed over in pieces; *text is not terminated. */
	void (*flush)(void *arg, const char *text, size_t len);
	void *arg;
	char *buf;
	size_t len, cap;
};

/* Zero-initialised (or OUT_MEMORY) is an empty memory sink. */
#define OUT_MEMORY ((struct out){ 0 })
#define OUT_TO(f, a) ((struct out){ .flush = (f), .arg = (a) })

void out_write(struct out *, const char *text, size_t len);
void out_str(struct out *, const char *text);
void out_char(struct out *, char c);
void out_printf(struct out *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_vprintf(struct out *, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Like out_write, control bytes as \xNN (tab too) so that text from elsewhere cannot drive a terminal or
 * forge a log line; bytes above 0x7f pass when they are valid UTF-8. */
void out_escaped(struct out *, const char *text, size_t len);

/* Length of the valid UTF-8 sequence (2 to 4 bytes, RFC 3629) at p, 0 if there is none or it is
 * a C1 control. */
size_t utf8_sequence(const unsigned char *p, size_t len);

/* The gathered text, terminated; never NULL; borrowed until the next call. */
const char *out_text(struct out *);
/* The gathered text; the caller frees it; the sink is empty again. */
char *out_take(struct out *);
/* Hands over what a function sink still holds. */
void out_flush(struct out *);
/* Wipes (secrets may have passed) and frees the buffer. */
void out_free(struct out *);

#endif
