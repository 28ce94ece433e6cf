// SPDX-License-Identifier: MIT
// libsystemc carries a main() that calls sc_main(), and binds it when it is loaded: so there has to
// be one, though nothing here runs under that main().

#include <systemc>

extern "C" __attribute__((visibility("default"))) int sc_main(int, char **)
{
	return 1;
}
