// SPDX-License-Identifier: MIT
/* replay FILE|FOLDER...: runs kept inputs, in processes of their own. Last line: N passed, N failed. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INPUT_MAX 65536
#define LIMIT_S	  60
#define BATCH	  32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int passed, failed;

static void run_file(const char *path)
{
	static uint8_t data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file) {
		fprintf(stderr, "replay: cannot read %s\n", path);
		exit(2);
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
}

/* In a process of their own: a failure ends it. */
static bool run_together(char *const paths[], unsigned int count)
{
	const pid_t child = fork();
	int status;

	if (!child) {
		alarm(LIMIT_S);
		for (unsigned int i = 0; i < count; i++)
			run_file(paths[i]);
		_exit(0);
	}
	return waitpid(child, &status, 0) == child && !status;
}

/* Many at once, as making a process takes longer than an input; one by one when one of them fails. */
static void run_batch(char *const paths[], unsigned int count)
{
	if (run_together(paths, count)) {
		passed += count;
		return;
	}
	for (unsigned int i = 0; i < count; i++) {
		if (run_together(paths + i, 1)) {
			passed++;
			continue;
		}
		failed++;
		printf("FAILED; repeat: build/asan/tests/fuzz/stack/replay %s\n", paths[i]);
	}
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_folder(const char *path)
{
	struct dirent **entries;
	const int n = scandir(path, &entries, is_input, alphasort);
	char *batch[BATCH];

	for (int i = 0; i < n; i += BATCH) {
		const int count = n - i < BATCH ? n - i : BATCH;

		for (int k = 0; k < count; k++) {
			batch[k] = malloc(strlen(path) + strlen(entries[i + k]->d_name) + 2);
			sprintf(batch[k], "%s/%s", path, entries[i + k]->d_name);
			free(entries[i + k]);
		}
		fflush(stdout);
		run_batch(batch, (unsigned int)count);
		for (int k = 0; k < count; k++)
			free(batch[k]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	struct stat st;

	if (argc < 2) {
		fprintf(stderr, "replay: name an input or a folder of them\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &st)) {
			fprintf(stderr, "replay: there is no %s\n", argv[i]);
			return 2;
		}
		if (S_ISDIR(st.st_mode))
			run_folder(argv[i]);
		else
			run_batch(argv + i, 1);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
