/* host.h - the least that a command line needs around it, for the fuzz targets: no files, no user agent, no
 * chance. */
#ifndef GW_TESTS_FUZZ_HOST_H
#define GW_TESTS_FUZZ_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "cli/cli.h"

struct fuzz_host {
	struct conf *conf;
};

/* The command line, made once for all inputs. */
struct cli *fuzz_cli(struct fuzz_host **);
/* Ends the program when the running configuration, written and read again, is another one. */
void fuzz_check_written(const struct cli *, const struct conf *);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
