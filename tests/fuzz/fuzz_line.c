/* Lines typed at a console, each also asked about with `?` and Tab. A transcript is an input too: the prompt
 * before a line is passed over. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/vty.h"
#include "tests/fuzz/host.h"

static size_t
prompt_length(const char *line, size_t len)
{
	size_t n = strcspn(line, "#> ");

	return n < len && n < 60 && (line[n] == '#' || line[n] == '>') ? n + 1 : 0;
}

static void
type(struct vty *v, const char *line, size_t len)
{
	char *text = xstrndup(line, len);

	free(vty_complete(v, text));
	vty_help(v, text);
	if (len > 0 && text[len - 1] == '?') {
		text[len - 1] = '\0';
		vty_help(v, text);
	}
	free(text);
	vty_prompt(v);
	vty_line(v, line, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct out out = OUT_MEMORY;
	struct fuzz_host *host;
	struct cli *cli = fuzz_cli(&host);
	struct vty *v = vty_new(cli, &out, size % 2 == 0);

	vty_set_level(v, LEVEL_PRIVILEGED);
	for (const char *p = text; *p != '\0';) {
		size_t n = strcspn(p, "\n"), skip = prompt_length(p, n);

		type(v, p + skip, n - skip);
		out_free(&out);
		p += n + (p[n] == '\n');
	}
	vty_end(v);
	vty_free(v);
	fuzz_check_written(cli, host->conf);
	out_free(&out);
	free(text);
	return 0;
}
