/* SPDX-License-Identifier: MIT */
/* What the guest needs of the processor beyond x86-64. */
#ifndef ARCH_FEATURES_H
#define ARCH_FEATURES_H

/*
 * Switches AVX state on, which memcpy() needs: to be called before anything may copy. Returns the
 * name of a missing feature, or NULL.
 */
const char *cpu_features_enable(void);

#endif
