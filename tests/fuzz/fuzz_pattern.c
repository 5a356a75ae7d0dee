/* A destination-pattern, and behind a line feed the digits to match it with. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "dialpeer/pattern.h"
#include "tests/fuzz/host.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size), *digits = strchr(text, '\n');
	char err[200], number[PATTERN_MAX + 1];
	struct pattern_result result;
	struct pattern *p;

	if (digits != NULL)
		*digits++ = '\0';
	p = pattern_compile(text, err, sizeof err);
	if (p != NULL) {
		if (pattern_match(p, digits == NULL ? text : digits, &result) &&
		    result.weight > PATTERN_DIGITS_MAX)
			abort();
		if ((pattern_not_registrable(text) == NULL) != pattern_is_number(text))
			abort();
		if (pattern_is_number(text) && pattern_number(text, number, sizeof number) != 0)
			abort();
	}
	pattern_free(p);
	free(text);
	return 0;
}
