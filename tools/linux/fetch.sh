#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.sh DIR: puts Debian's kernel package and the programs of the Linux guest, unpacked, into
# DIR/root, and their versions into DIR/packages.list. Nothing is installed: to apt's mind no package
# is, so that libraries come along too.
set -euo pipefail
. "$(dirname "$0")/../private_apt.sh"

dir=${1:?usage: fetch.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
apt=$dir/apt
programs=(busybox-static ethtool iperf3 iproute2 linuxptp)
# Most of the packages' volume: drivers of no use to a virtual machine, documentation, Perl.
unwanted=(--wildcards --exclude './lib/modules/*/kernel/drivers/[!np]*' --exclude './usr/share/*' --exclude '*/perl*')

# The kernel's package depends on what makes a system bootable, which is not wanted here: download
# it alone. linux-image-amd64 names the newest one.
download() {
	local kernel
	kernel=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '/Depends: linux-image-/ { print $2; exit }')
	[ -n "$kernel" ] || die "no package linux-image-amd64 in the archive: is this Debian on amd64?"
	apt-get -q install -y --download-only --no-install-recommends "${programs[@]}" >"$apt/download.log" 2>&1 &&
		(cd "$apt/cache/archives" && apt-get -q download "$kernel" >>"$apt/download.log" 2>&1) ||
		die "cannot download $kernel ${programs[*]} ($(tail -n1 "$apt/download.log")): check the network"
}

unpack() {
	local deb
	rm -rf "$dir/root.new"
	mkdir "$dir/root.new"
	for deb in "$apt"/cache/archives/*.deb; do
		dpkg --fsys-tarfile "$deb" | tar -xf - -C "$dir/root.new" "${unwanted[@]}" || die "cannot unpack $(basename "$deb"): remove it and try again"
		dpkg-deb -f "$deb" Package Version | awk '{ printf "%s ", $2 } END { print "" }'
	done | sort >"$dir/packages.list.new"
	rm -rf "$dir/root"
	mv "$dir/root.new" "$dir/root"
	mv "$dir/packages.list.new" "$dir/packages.list"
}

rm -rf "$apt/cache/archives"
mkdir -p "$apt"
: >"$apt/status"
private_apt "$apt" "check the network" "Dir::State::status \"$apt/status\";" 'Acquire::Languages "none";' </dev/null
download
unpack
rm -rf "$apt/cache/archives"
