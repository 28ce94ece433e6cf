// SPDX-License-Identifier: MIT
#include "arch/features.h"
#include "arch/cpu.h"

#include <stddef.h>

#define LEAF1_ECX_XSAVE	 (1u << 26)
#define LEAF1_ECX_AVX	 (1u << 28)
#define LEAF1_ECX_RDRAND (1u << 30)
#define LEAF7_EBX_AVX2	 (1u << 5)

#define CR4_OSXSAVE	 (1ull << 18)
#define XCR0_X87_SSE_AVX 7u

const char *cpu_features_enable(void)
{
	uint32_t leaf1[4], leaf7[4];
	uint64_t cr4;

	cpuid(1, 0, leaf1);
	cpuid(7, 0, leaf7);
	if (!(leaf1[2] & LEAF1_ECX_RDRAND))
		return "RDRAND";
	if (!(leaf1[2] & LEAF1_ECX_XSAVE) || !(leaf1[2] & LEAF1_ECX_AVX) ||
	    !(leaf7[1] & LEAF7_EBX_AVX2))
		return "AVX2";
	asm volatile("mov %%cr4, %0" : "=r"(cr4));
	asm volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_OSXSAVE));
	asm volatile("xsetbv" : : "c"(0), "a"(XCR0_X87_SSE_AVX), "d"(0));
	return NULL;
}
