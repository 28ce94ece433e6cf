#!/bin/bash
# SPDX-License-Identifier: MIT
# private_apt.sh, to be sourced: apt with lists, cache and configuration of its own, on the system's
# mirrors and keyring, so that packages can be downloaded without anything of the system changing.

die() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# mirror LABEL: the archive of that label (Debian, Debian-Security) that the system itself uses, as a
# line of sources.list has it behind deb or deb-src; nothing if there is none
mirror() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' |
		awk -v label="$1" '$1 == label { print "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $2; exit }'
}

# private_apt DIR CURE [LINE...]: from here on apt keeps everything in DIR. Its sources come on
# standard input; nothing there: the system's. CURE ends the message if they cannot be read. LINEs
# are further configuration.
private_apt() {
	local apt=$1 cure=$2
	shift 2
	mkdir -p "$apt"/{lists/partial,cache/archives/partial}
	cat >"$apt/sources.list"
	{
		if [ -s "$apt/sources.list" ]; then
			echo "Dir::Etc::sourcelist \"$apt/sources.list\";"
			echo 'Dir::Etc::sourceparts "-";'
		fi
		echo "Dir::State::lists \"$apt/lists\";"
		echo "Dir::Cache \"$apt/cache\";"
		echo 'APT::Sandbox::User "root";'
		printf '%s\n' "$@"
	} >"$apt/apt.conf"
	export APT_CONFIG=$apt/apt.conf
	apt-get -q update >"$apt/update.log" 2>&1 ||
		die "apt-get update failed ($(tail -n1 "$apt/update.log")): $cure"
}
