#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.sh DIR: puts the source of lwIP, as the system's Debian release has it, into DIR/src. Nothing
# is installed. LWIP_SRC (an unpacked tree with src/ in it) is used instead when set.
set -euo pipefail
. "$(dirname "$0")/../../../tools/private_apt.sh"

dir=${1:?usage: fetch.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
apt=$dir/apt
cure="check the network, or pass LWIP_SRC=/path/to/lwip"

download() {
	local main
	main=$(mirror Debian)
	[ -n "$main" ] || die "no Debian archive is configured here: pass LWIP_SRC=/path/to/lwip"
	private_apt "$apt" "$cure" \
		<<<"deb-src $main $(. /etc/os-release && echo "$VERSION_CODENAME") main"
	rm -rf "$apt/source"
	mkdir "$apt/source"
	(cd "$apt/source" && apt-get -q source --download-only lwip >"$apt/source.log" 2>&1) ||
		die "cannot download lwIP ($(tail -n1 "$apt/source.log")): $cure"
	mkdir "$apt/source/lwip"
	tar -xf "$(echo "$apt"/source/lwip_*.orig.tar.*)" -C "$apt/source/lwip" --strip-components=1 ||
		die "cannot unpack what was downloaded: remove $apt and try again"
}

if [ -n "${LWIP_SRC:-}" ]; then
	[ -f "$LWIP_SRC/src/core/tcp.c" ] || die "LWIP_SRC='$LWIP_SRC' holds no lwIP: name a tree with src/core/tcp.c"
	source=$LWIP_SRC
else
	download
	source=$apt/source/lwip
fi
rm -rf "$dir/src.new" "$dir/src"
cp -r "$source/src" "$dir/src.new"
mv "$dir/src.new" "$dir/src"
