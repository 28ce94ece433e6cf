/* SPDX-License-Identifier: MIT */
/* What a PVH loader hands over (Xen public ABI, arch-x86/hvm/start_info.h, layout version 1). */
#ifndef ARCH_START_INFO_H
#define ARCH_START_INFO_H

#include <stdint.h>

#define HVM_START_MAGIC 0x336ec578u
#define HVM_MEMORY_RAM	1u

struct hvm_start_info {
	uint32_t magic, version, flags, module_count;
	uint64_t modules, command_line, rsdp;
	uint64_t memory_map; /* from version 1 on */
	uint32_t memory_map_entries, reserved;
};

struct hvm_memory {
	uint64_t start, size;
	uint32_t type, reserved;
};

#endif
