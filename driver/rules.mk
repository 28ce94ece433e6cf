# SPDX-License-Identifier: MIT
# The driver's portable core; who uses it compiles it in its own way (guest, host rung).

DRIVER_SRCS := $(wildcard driver/core/*.c)
DRIVER_HOST_SRCS := $(wildcard driver/host/*.c)
DRIVER_GUEST_SRCS := $(wildcard driver/guest/*.c)
