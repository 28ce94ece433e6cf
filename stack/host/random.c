// SPDX-License-Identifier: MIT
/* A small seeded generator: SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
 * Generators", 2014). */
#include <host/host.h>

uint64_t host_random_u64(struct host_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

void host_random_seed(struct host_random *r, uint64_t seed, uint64_t stream)
{
	r->state = seed;
	r->state = host_random_u64(r) ^ stream * 0xd1342543de82ef95ull;
}

bool host_random_chance(struct host_random *r, double p)
{
	return p > 0 && (double)(host_random_u64(r) >> 11) < p * 9007199254740992.0; /* 2^53 */
}
