#!/bin/bash
# SPDX-License-Identifier: MIT
# deps.sh: installs the packages of tools/packages.txt that are missing. When it may not, it says
# which they are and how to install them, and stops.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
mapfile -t wanted < <(grep -vE '^(#|$)' "$here/packages.txt")

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=()
for package in "${wanted[@]}"; do
	installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

stop() {
	echo "deps.sh: $1; missing: ${missing[*]}" >&2
	echo "deps.sh: install them with: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
}

command -v apt-get >/dev/null || stop "this is no Debian (no apt-get)"
if [ "$(id -u)" -eq 0 ]; then
	as_root=()
elif sudo -n true 2>/dev/null; then
	as_root=(sudo -n)
else
	stop "no root and no sudo to install packages with"
fi

echo "  installing ${#missing[@]} packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${as_root[@]}" apt-get -q update >"$log" 2>&1 || stop "apt-get update failed ($(tail -n1 "$log"))"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
	"${missing[@]}" >"$log" 2>&1 || stop "apt-get install failed ($(tail -n1 "$log"))"
