// SPDX-License-Identifier: MIT
#include "arch/acpi.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
} __attribute__((packed));

struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

/* Offsets within the FADT. */
#define FADT_SCI_INT	 46
#define FADT_PM1A_EVENT	 56
#define FADT_PM1A_CNT	 64
#define FADT_PM_TIMER	 76
#define FADT_LEAST_BYTES 80

static bool sum_is_zero(const void *table, size_t len)
{
	const uint8_t *p = table;
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum == 0;
}

static const struct table *find_table(const struct table *rsdt, const char *signature)
{
	const uint8_t *entries = (const uint8_t *)(rsdt + 1);

	for (size_t at = 0; at + 4 <= rsdt->length - sizeof(*rsdt); at += 4) {
		uint32_t address;
		const struct table *t;

		memcpy(&address, entries + at, sizeof(address));
		t = (const struct table *)(uintptr_t)address;
		if (!memcmp(t->signature, signature, 4) && sum_is_zero(t, t->length))
			return t;
	}
	return NULL;
}

static uint32_t field32(const struct table *t, unsigned int offset)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)t + offset, sizeof(value));
	return value;
}

int acpi_read(uint64_t rsdp_address, struct acpi_info *out)
{
	const struct rsdp *rsdp = (const struct rsdp *)rsdp_address;
	const struct table *rsdt, *fadt;

	if (!rsdp || memcmp(rsdp->signature, "RSD PTR ", 8) || !sum_is_zero(rsdp, sizeof(*rsdp)))
		return -ENODEV;
	rsdt = (const struct table *)(uintptr_t)rsdp->rsdt;
	if (memcmp(rsdt->signature, "RSDT", 4) || !sum_is_zero(rsdt, rsdt->length))
		return -ENODEV;
	fadt = find_table(rsdt, "FACP");
	if (!fadt || fadt->length < FADT_LEAST_BYTES)
		return -ENODEV;
	out->sci_irq = ((const uint8_t *)fadt)[FADT_SCI_INT];
	out->pm1_event_port = (uint16_t)field32(fadt, FADT_PM1A_EVENT);
	out->pm1_control_port = (uint16_t)field32(fadt, FADT_PM1A_CNT);
	out->pm_timer_port = (uint16_t)field32(fadt, FADT_PM_TIMER);
	return out->pm_timer_port ? 0 : -ENODEV;
}
