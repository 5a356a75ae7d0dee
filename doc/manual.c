/* Prints the manual page of commands. */
#include <stdio.h>

#include "cli/cli.h"

int
main(void)
{
	struct cli_host host = { .version = PACKAGE_VERSION };
	struct cli *cli = cli_new(&host);
	struct out page = OUT_MEMORY;

	if (cli_table_error(cli) != NULL) {
		fprintf(stderr, "%s\n", cli_table_error(cli));
		return 1;
	}
	cli_write_manual(cli, &page);
	fputs(out_text(&page), stdout);
	out_free(&page);
	cli_free(cli);
	return fflush(stdout) != 0;
}
