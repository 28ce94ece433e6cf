#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# apply.sh TREE: puts the Ringside device into a QEMU 10.0 source tree. Applying it again is
# harmless: files are copied when they differ, patches that are in already are skipped.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tree=${1:?usage: apply.sh QEMU-SOURCE-TREE}

die() {
	echo "apply.sh: $*" >&2
	exit 1
}

[ -f "$tree/VERSION" ] || die "'$tree' is no QEMU source tree (no VERSION file): pass the folder of an unpacked QEMU 10.0"
version=$(<"$tree/VERSION")
case $version in
10.0.*) ;;
*) die "'$tree' is QEMU $version, the device needs the 10.0 series: pass QEMU_SRC=/path/to/qemu-10.0.x" ;;
esac

copy() { # copy FILE DESTINATION, keeping the time stamp of what is the same
	cmp -s "$1" "$2" || cp "$1" "$2"
}

copy "$here/device/ringside.c" "$tree/hw/net/ringside.c"
copy "$here/device/ringside_hub.c" "$tree/hw/net/ringside_hub.c"
copy "$here/device/ringside_hub.h" "$tree/hw/net/ringside_hub.h"
copy "$here/device/ringside_frames.h" "$tree/hw/net/ringside_frames.h"
copy "$here/device/ringside.mak" "$tree/configs/devices/x86_64-softmmu/ringside.mak"
copy "$here/../hw/include/ringside/platform.h" "$tree/include/hw/net/ringside_platform.h"

for patch in "$here"/patches/*.patch; do
	name=$(basename "$patch")
	if patch -d "$tree" -p1 --dry-run --reverse --force --silent <"$patch" >/dev/null 2>&1; then
		continue
	fi
	patch -d "$tree" -p1 --dry-run --force --silent <"$patch" >/dev/null ||
		die "$name does not apply to QEMU $version in '$tree': unpack a clean tree of the 10.0 series"
	patch -d "$tree" -p1 --force --silent <"$patch"
done
