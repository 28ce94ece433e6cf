#!/bin/bash
# SPDX-License-Identifier: MIT
# fetch.sh DIR: puts the source of QEMU 10.0 into DIR/src, and a meson that is new enough into
# DIR/pytools when the system's is too old.
#
# Source, in this order: QEMU_SRC (a tarball or an unpacked tree), else Debian's source package of
# the 10.0 series through apt with a private configuration: own lists and cache, the system's
# archive keyring and mirrors, nothing of the system changed.
set -euo pipefail

dir=${1:?usage: fetch.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
apt=$dir/apt

die() {
	echo "fetch.sh: $*" >&2
	exit 1
}

codename() {
	(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
}

mirror() { # mirror LABEL: the archive that the system itself uses
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
		awk -v label="$1" '$1 == label { print $2; exit }'
}

private_apt() {
	local release main security key
	release=$(codename)
	main=$(mirror Debian)
	security=$(mirror Debian-Security)
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -n "$main" ] || die "no Debian archive is configured here: pass QEMU_SRC=/path/to/qemu-10.0.x.tar.xz"
	mkdir -p "$apt"/{lists/partial,cache/archives/partial}
	{
		echo "deb-src [signed-by=$key] $main trixie main"
		echo "deb-src [signed-by=$key] $main trixie-updates main"
		[ -z "$security" ] || echo "deb-src [signed-by=$key] $security trixie-security main"
		# meson: Debian 12 has a new enough one in its backports only.
		echo "deb [signed-by=$key] $main ${release/#bookworm/bookworm-backports} main"
	} >"$apt/sources.list"
	cat >"$apt/apt.conf" <<-EOF
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "-";
		Dir::State::lists "$apt/lists";
		Dir::Cache "$apt/cache";
		APT::Sandbox::User "root";
	EOF
	export APT_CONFIG=$apt/apt.conf
	apt-get -q update >"$apt/update.log" 2>&1 ||
		die "apt-get update failed ($(tail -n1 "$apt/update.log")): check the network, or pass QEMU_SRC="
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
	meson_is_new_enough || { private_apt && private_meson; }
else
	private_apt
	from_debian
	meson_is_new_enough || private_meson
fi
rm -rf "$dir/src"
mv "$dir/src.new" "$dir/src"
