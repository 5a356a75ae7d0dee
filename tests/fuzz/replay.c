/* Runs every file of the given directories, and every line of each, through a fuzz target; for `make check`.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "tests/fuzz/host.h"

static size_t inputs;

static void
run(const char *data, size_t size)
{
	LLVMFuzzerTestOneInput((const uint8_t *)data, size);
	inputs++;
}

static void
run_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rb");
	char *text = xmalloc(size + 1);

	if (file == NULL || fread(text, 1, size, file) != size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		exit(1);
	}
	fclose(file);
	run(text, size);
	run(text, size / 2);
	for (size_t at = 0; at < size;) {
		const char *feed = memchr(text + at, '\n', size - at);
		size_t len = feed == NULL ? size - at : (size_t)(feed - (text + at));

		run(text + at, len);
		at += len + 1;
	}
	free(text);
}

static void
run_directory(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/%s", srcdir == NULL ? "." : srcdir, name);
	DIR *d = opendir(path);

	for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
		char *full = xasprintf("%s/%s", path, e->d_name);
		struct stat st;

		if (stat(full, &st) == 0 && S_ISREG(st.st_mode))
			run_file(full, (size_t)st.st_size);
		free(full);
	}
	if (d != NULL)
		closedir(d);
	free(path);
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = { "tests/cli", "tests/data/ios-configs", "tests/data/registrars",
		"tests/data/digest", "tests/data/translation", "tests/data/type7", "examples" };

	run("", 0);
	for (int i = 1; i < argc; i++)
		run_directory(argv[i]);
	for (size_t i = 0; argc == 1 && i < COUNT(usual); i++)
		run_directory(usual[i]);
	printf("%zu inputs\n", inputs);
	return inputs > 1 ? 0 : 1;
}
