/*
 * main() of a fuzz target where there is no fuzzer: gives it each file of
 * its corpus, which is the folder of its name in tests/fuzz/corpus, and says
 * so as TAP. What a fuzzer found is put there and stays a test. With
 * arguments: gives it these files.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#define PATH_SIZE 1024

/* As many bytes on the heap as the file has, so that AddressSanitizer sees
 * one read too many. */
static bool
replay(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t n = 0;
	long size = -1;

	if (f == NULL)
		return false;
	if (fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 &&
	    fseek(f, 0, SEEK_SET) == 0) {
		data = malloc((size_t)size);
		n = data == NULL ? 0 : fread(data, 1, (size_t)size, f);
	}
	(void)fclose(f);
	if (size >= 0 && n == (size_t)size)
		(void)LLVMFuzzerTestOneInput(data, n);
	free(data);
	return size >= 0 && n == (size_t)size;
}

/* A crash must leave the name of its file behind. */
static int
report(int number, const char *path, const char *name)
{
	bool good;

	(void)printf("# %s\n", path);
	(void)fflush(stdout);
	good = replay(path);
	(void)printf("%sok %d - %s\n", good ? "" : "not ", number, name);
	return good ? 0 : 1;
}

static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
replay_corpus(const char *folder)
{
	struct dirent **seeds = NULL;
	char path[PATH_SIZE];
	int n = scandir(folder, &seeds, is_seed, alphasort), failed = 0;

	if (n <= 0) {
		(void)printf("Bail out! no corpus in %s\n", folder);
		free(seeds);
		return 1;
	}
	(void)printf("1..%d\n", n);
	for (int i = 0; i < n; i++) {
		int fits = snprintf(
		    path, sizeof(path), "%s/%s", folder, seeds[i]->d_name);

		ASSERT(fits > 0 && fits < PATH_SIZE);
		failed += report(i + 1, path, seeds[i]->d_name);
		free(seeds[i]);
	}
	free(seeds);
	return failed == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
	const char *top = getenv("top_srcdir"), *name = strrchr(argv[0], '/');
	char folder[PATH_SIZE];
	int failed = 0;

	if (argc > 1) {
		(void)printf("1..%d\n", argc - 1);
		for (int i = 1; i < argc; i++)
			failed += report(i, argv[i], argv[i]);
		return failed == 0 ? 0 : 1;
	}
	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s",
	    top == NULL ? "." : top, name == NULL ? argv[0] : name + 1);
	return replay_corpus(folder);
}
