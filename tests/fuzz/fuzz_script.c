/* A configuration file: whatever it is, what is kept of it is written and read again to the same. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/fuzz/host.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *exact = xmalloc(size > 0 ? size : 1); /* reading beyond the end would be seen */
	struct script_report report;
	struct fuzz_host *host;
	struct cli *cli = fuzz_cli(&host);

	if (size > 0)
		memcpy(exact, data, size);
	script_load(cli, host->conf, "input", exact, size, &report);
	if (memchr(out_text(&report.errors), '\r', report.errors.len) != NULL)
		abort();
	script_report_free(&report);
	fuzz_check_written(cli, host->conf);
	free(exact);
	return 0;
}
