#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.sh DIR: puts the source of lwIP, as the system's Debian release has it, into DIR/src. Nothing
# is installed: apt runs with lists and a cache of its own on the system's mirror and keyring.
# LWIP_SRC (an unpacked tree with src/ in it) is used instead when set.
set -euo pipefail

dir=${1:?usage: fetch.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
apt=$dir/apt

die() {
	echo "fetch.sh: $*" >&2
	exit 1
}

private_apt() {
	local main key=/usr/share/keyrings/debian-archive-keyring.gpg
	main=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
		awk '$1 == "Debian" { print $2; exit }')
	[ -n "$main" ] || die "no Debian archive is configured here: pass LWIP_SRC=/path/to/lwip"
	mkdir -p "$apt"/{lists/partial,cache/archives/partial}
	echo "deb-src [signed-by=$key] $main $(. /etc/os-release && echo "$VERSION_CODENAME") main" >"$apt/sources.list"
	cat >"$apt/apt.conf" <<-EOF
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State::lists "$apt/lists";
		Dir::Cache "$apt/cache";
		APT::Sandbox::User "root";
	EOF
	export APT_CONFIG=$apt/apt.conf
	apt-get -q update >"$apt/update.log" 2>&1 ||
		die "apt-get update failed ($(tail -n1 "$apt/update.log")): check the network, or pass LWIP_SRC="
}

if [ -n "${LWIP_SRC:-}" ]; then
	[ -f "$LWIP_SRC/src/core/tcp.c" ] || die "LWIP_SRC='$LWIP_SRC' holds no lwIP: name a tree with src/core/tcp.c"
	source=$LWIP_SRC
else
	private_apt
	rm -rf "$apt/source"
	mkdir "$apt/source"
	(cd "$apt/source" && apt-get -q source --download-only lwip >"$apt/source.log" 2>&1) ||
		die "cannot download lwIP ($(tail -n1 "$apt/source.log")): check the network, or pass LWIP_SRC="
	mkdir "$apt/source/lwip"
	tar -xf "$(echo "$apt"/source/lwip_*.orig.tar.*)" -C "$apt/source/lwip" --strip-components=1 ||
		die "cannot unpack what was downloaded: remove $apt and try again"
	source=$apt/source/lwip
fi
rm -rf "$dir/src.new" "$dir/src"
cp -r "$source/src" "$dir/src.new"
mv "$dir/src.new" "$dir/src"
