// SPDX-License-Identifier: MIT
/* The host rung's bus addresses. */
#include "suites.h"

#include "driver/host/dma_map.h"

static struct dma_map map;
static uint8_t memory[65536] __attribute__((aligned(4096)));

static void setup(void)
{
	ck_assert(dma_map_init(&map));
}

static void teardown(void)
{
	dma_map_destroy(&map);
}

START_TEST(bytes_of_a_mapping_are_found_and_those_beside_it_are_refused)
{
	dma_addr_t bus = dma_map_add(&map, memory + 100, 2000, DMA_MAP_READ);

	ck_assert_uint_gt(bus, UINT32_MAX);
	ck_assert_ptr_eq(dma_map_find(&map, bus, 2000, DMA_MAP_READ), memory + 100);
	ck_assert_ptr_eq(dma_map_find(&map, bus + 1999, 1, DMA_MAP_READ), memory + 2099);
	ck_assert_ptr_null(dma_map_find(&map, bus + 1999, 2, DMA_MAP_READ));
	ck_assert_ptr_null(dma_map_find(&map, bus - 1, 1, DMA_MAP_READ));
	ck_assert_ptr_null(dma_map_find(&map, bus, 1, DMA_MAP_WRITE));
	ck_assert_ptr_null(dma_map_find(&map, 0, 1, DMA_MAP_READ));
	ck_assert_ptr_null(dma_map_find(&map, UINT64_MAX, 2, DMA_MAP_READ));
	ck_assert_uint_eq(map.refused, 5);
}
END_TEST

START_TEST(an_address_is_dead_after_unmap_and_rests)
{
	dma_addr_t first = dma_map_add(&map, memory, 100, DMA_MAP_WRITE);

	dma_map_remove(&map, first, 100);
	ck_assert_ptr_null(dma_map_find(&map, first, 1, DMA_MAP_WRITE));
	for (unsigned int i = 0; i < 10000; i++) {
		dma_addr_t bus = dma_map_add(&map, memory, 100, DMA_MAP_WRITE);

		ck_assert_uint_ne(bus, first);
		dma_map_remove(&map, bus, 100);
	}
}
END_TEST

START_TEST(a_full_map_refuses_and_recovers)
{
	static dma_addr_t all[65536];
	unsigned int n = 0;

	while ((all[n] = dma_map_add(&map, memory, 1, DMA_MAP_READ)) != OS_DMA_ERROR)
		n++;
	ck_assert_uint_gt(n, 8192);
	for (unsigned int i = 0; i < n; i++)
		dma_map_remove(&map, all[i], 1);
	ck_assert_uint_eq(map.used, 0);
	ck_assert_uint_ne(dma_map_add(&map, memory, 1, DMA_MAP_READ), OS_DMA_ERROR);
}
END_TEST

START_TEST(nothing_and_too_much_are_refused)
{
	ck_assert_uint_eq(dma_map_add(&map, memory, 0, DMA_MAP_READ), OS_DMA_ERROR);
	ck_assert_uint_eq(dma_map_add(&map, memory, 65537, DMA_MAP_READ), OS_DMA_ERROR);
	ck_assert_uint_ne(dma_map_add(&map, memory, 65536, DMA_MAP_READ), OS_DMA_ERROR);
}
END_TEST

START_TEST(reads_of_whole_beats_get_poison_beside_the_mapping)
{
	dma_addr_t bus = dma_map_add(&map, memory + 100, 50, DMA_MAP_READ);
	dma_addr_t beat = bus & ~(dma_addr_t)(DMA_BEAT_BYTES - 1);
	uint8_t buf[256];

	memset(memory, 0x11, sizeof(memory));
	ck_assert(dma_map_read(&map, beat, buf, 128));
	for (unsigned int i = 0; i < 128; i++)
		ck_assert_uint_eq(buf[i],
				  beat + i >= bus && beat + i < bus + 50 ? 0x11 : DMA_POISON);
	ck_assert(!dma_map_read(&map, bus - DMA_BEAT_BYTES, buf, 100));
	ck_assert(!dma_map_read(&map, bus, buf, 50 + DMA_BEAT_BYTES));
	ck_assert(!dma_map_read(&map, bus - 10, buf, 10));
	ck_assert(!dma_map_read(&map, bus + 50, buf, 10));
	ck_assert(dma_map_read(&map, bus, buf, 50 + DMA_BEAT_BYTES - 1));
	ck_assert_uint_eq(map.refused, 4);
}
END_TEST

Suite *dma_map_suite(void)
{
	Suite *s = suite_create("dma_map");
	TCase *c = tcase_create("dma_map");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, bytes_of_a_mapping_are_found_and_those_beside_it_are_refused);
	tcase_add_test(c, reads_of_whole_beats_get_poison_beside_the_mapping);
	tcase_add_test(c, an_address_is_dead_after_unmap_and_rests);
	tcase_add_test(c, a_full_map_refuses_and_recovers);
	tcase_add_test(c, nothing_and_too_much_are_refused);
	suite_add_tcase(s, c);
	return s;
}
