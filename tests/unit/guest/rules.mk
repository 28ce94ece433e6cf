# SPDX-License-Identifier: MIT
# Numbers in the guest's C library, compared with this machine's.

GUEST_LIBC_TEST := $(BUILD)/tests/unit/guest/test_numbers
GUEST_LIBC_TEST_SRCS := tests/unit/guest/test_numbers.c guest/libc/decimal.c guest/libc/format.c guest/libc/floating.c
# The guest's functions under names of their own.
GUEST_LIBC_NAMES := -Dstrtod=guest_strtod -Dsnprintf=guest_snprintf -Dvsnprintf=guest_vsnprintf \
	-D__snprintf_chk=guest_snprintf_chk -D__vsnprintf_chk=guest_vsnprintf_chk

$(GUEST_LIBC_TEST): $(GUEST_LIBC_TEST_SRCS) guest/libc/decimal.h guest/libc/format.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(HOST_CFLAGS)) $(STACK_SANITIZE) -fno-builtin -Iguest $(GUEST_LIBC_NAMES) \
		$(GUEST_LIBC_TEST_SRCS) -lcheck -lsubunit -lm -lrt -lpthread -o $@

TESTS += guest-numbers:$(GUEST_LIBC_TEST)
TEST_PROGRAMS += $(GUEST_LIBC_TEST)
