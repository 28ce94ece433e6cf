/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls, by the names that it asks for. */
#ifndef TESTS_FUZZ_CARD_FUZZ_H
#define TESTS_FUZZ_CARD_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Runs one program; comes back only if nothing was found. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
/* Changes a program; its new length. */
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t len, size_t max_len, unsigned int seed);

#endif
