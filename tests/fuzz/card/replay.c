// SPDX-License-Identifier: MIT
/*
 * replay FOLDER: puts the card through every file of the folder, each in a process of its own, as
 * the fuzzer did when it kept them. Model and platform as in card_fuzz.c.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "card_fuzz.h"
#include "program.h"

#define MAX_BYTES     (PROGRAM_MAX_STEPS * sizeof(struct step))
#define INPUT_LIMIT_S 20

static void run_file(const char *path)
{
	static uint8_t bytes[MAX_BYTES];
	FILE *file = fopen(path, "rb");
	size_t len;

	if (!file) {
		perror(path);
		_exit(EXIT_FAILURE);
	}
	len = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	alarm(INPUT_LIMIT_S);
	LLVMFuzzerTestOneInput(bytes, len);
	_exit(EXIT_SUCCESS);
}

static bool passes(const char *program, const char *path)
{
	const pid_t child = fork();
	int status = 1;

	if (child == 0)
		run_file(path);
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
		return true;
	printf("repeat: %s %s\n", program, path);
	return false;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	unsigned int passed = 0, failed = 0;
	struct dirent **files;
	int num_files;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER|FILE\n", argv[0]);
		return EXIT_FAILURE;
	}
	num_files = scandir(argv[1], &files, is_input, alphasort);
	if (num_files < 0)
		run_file(argv[1]);
	LLVMFuzzerTestOneInput((const uint8_t *)"",
			       0); /* makes the platform that the children get */
	for (int i = 0; i < num_files; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", argv[1], files[i]->d_name);
		if (passes(argv[0], path))
			passed++;
		else
			failed++;
		free(files[i]);
	}
	free(files);
	printf("%u passed, %u failed\n", passed, failed);
	return passed && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
