#!/bin/bash
# SPDX-License-Identifier: MIT
# build.sh DIR [TARGET]: patches DIR/src with the Ringside device, configures it minimally (once), and
# builds DIR/build/qemu-system-x86_64 (or TARGET), showing a progress line. The log is DIR/build.log.
set -euo pipefail

dir=$(cd "${1:?usage: build.sh DIR [TARGET]}" && pwd)
top=$(cd "$(dirname "$0")/../.." && pwd)
log=$dir/build.log

die() {
	echo "build.sh: $*" >&2
	exit 1
}

export PYTHONPATH=$dir/pytools/usr/lib/python3/dist-packages

configure() {
	mkdir -p "$dir/build"
	(cd "$dir/build" && "$dir/src/configure" --python=/usr/bin/python3 \
		--target-list=x86_64-softmmu --without-default-features --without-default-devices \
		--with-devices-x86_64=ringside --enable-system --enable-tcg --enable-slirp \
		--enable-plugins --disable-docs --disable-install-blobs --disable-tools --disable-werror) >"$log" 2>&1 ||
		die "configure failed: $(grep -m1 -i 'error' "$log" || tail -n1 "$log") (whole log: ${log#"$top"/})"
}

progress() { # ninja's "[n/m]" lines become one moving line, or one line each tenth without a terminal
	local start=$SECONDS line n m tenth=-1
	while read -r line; do
		echo "$line" >>"$log"
		[[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
		n=${BASH_REMATCH[1]} m=${BASH_REMATCH[2]}
		if [ -t 1 ]; then
			printf '\r  QEMU     %d of %d, %d s ' "$n" "$m" $((SECONDS - start))
		elif [ $((10 * n / m)) -ne $tenth ]; then
			tenth=$((10 * n / m))
			printf '  QEMU     %d of %d, %d s\n' "$n" "$m" $((SECONDS - start))
		fi
	done
	[ ! -t 1 ] || echo
}

"$top/qemu-patches/apply.sh" "$dir/src"
[ -f "$dir/build/build.ninja" ] || configure
ninja -C "$dir/build" "${2:-qemu-system-x86_64}" 2>&1 | progress ||
	die "the build failed: $(grep -m1 -E 'error:|FAILED' "$log" || tail -n1 "$log") (whole log: ${log#"$top"/})"
