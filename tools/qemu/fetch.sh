#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.sh DIR: puts the source of QEMU 10.0 into DIR/src, and a meson that is new enough into
# DIR/pytools when the system's is too old.
#
# Source, in this order: QEMU_SRC (a tarball or an unpacked tree), else Debian's source package of
# the 10.0 series. Nothing is installed.
set -euo pipefail
. "$(dirname "$0")/../private_apt.sh"

dir=${1:?usage: fetch.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
apt=$dir/apt

codename() {
	(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
}

sources() {
	local main security
	main=$(mirror Debian)
	security=$(mirror Debian-Security)
	[ -n "$main" ] || die "no Debian archive is configured here: pass QEMU_SRC=/path/to/qemu-10.0.x.tar.xz"
	echo "deb-src $main trixie main"
	echo "deb-src $main trixie-updates main"
	[ -z "$security" ] || echo "deb-src $security trixie-security main"
	# meson: Debian 12 has a new enough one in its backports only.
	echo "deb $main $(codename | sed 's/^bookworm/&-backports/') main"
}

open_apt() {
	local list
	list=$(sources)
	private_apt "$apt" "check the network, or pass QEMU_SRC=/path/to/qemu-10.0.x.tar.xz" <<<"$list"
}

newest_10_0() {
	apt-cache showsrc qemu 2>/dev/null | awk '$1 == "Version:" && $2 ~ /^1:10\.0\./ { print $2 }' |
		sort -V | tail -n1
}

from_debian() {
	local version patch
	version=$(newest_10_0)
	[ -n "$version" ] || die "the archive offers no QEMU of the 10.0 series: pass QEMU_SRC=/path/to/qemu-10.0.x.tar.xz"
	(cd "$apt" && rm -f qemu_* && apt-get -q source --download-only "qemu=$version" >source.log 2>&1) ||
		die "cannot download QEMU $version ($(tail -n1 "$apt/source.log")): check the network, or pass QEMU_SRC="
	unpack "$(echo "$apt"/qemu_*.orig.tar.xz)"
	# Debian's tarball lacks the firmware blobs; Debian's own patch makes the build expect that.
	patch=debian/patches/skip-unpack-edk2-blobs.patch
	tar -xJOf "$(echo "$apt"/qemu_*.debian.tar.xz)" "$patch" | patch -d "$dir/src.new" -p1 --silent
}

unpack() {
	rm -rf "$dir/src.new"
	mkdir "$dir/src.new"
	tar -xf "$1" -C "$dir/src.new" --strip-components=1 || die "cannot unpack '$1': is it a QEMU tarball?"
}

meson_is_new_enough() {
	local have
	have=$(/usr/bin/meson --version 2>/dev/null) || return 1
	printf '1.5\n%s\n' "$have" | sort -CV
}

private_meson() {
	local deb
	mkdir -p "$dir/pytools"
	(cd "$apt" && rm -f ./*.deb && apt-get -q download meson python3-pycotap >meson.log 2>&1) ||
		die "cannot download meson >= 1.5 ($(tail -n1 "$apt/meson.log")): install one, or check the network"
	for deb in "$apt"/*.deb; do
		dpkg -x "$deb" "$dir/pytools"
	done
}

if [ -n "${QEMU_SRC:-}" ]; then
	if [ -d "$QEMU_SRC" ]; then
		rm -rf "$dir/src.new"
		cp -r "$QEMU_SRC" "$dir/src.new"
	elif [ -f "$QEMU_SRC" ]; then
		unpack "$QEMU_SRC"
	else
		die "QEMU_SRC='$QEMU_SRC' does not exist: name a tarball or a tree of QEMU 10.0"
	fi
	meson_is_new_enough || { open_apt && private_meson; }
else
	open_apt
	from_debian
	meson_is_new_enough || private_meson
fi
rm -rf "$dir/src"
mv "$dir/src.new" "$dir/src"
