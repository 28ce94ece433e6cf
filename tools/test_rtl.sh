#!/bin/bash
# SPDX-License-Identifier: MIT
# test_rtl.sh SUITE [NAME [WAVES_DIR]]: runs the card suite on the RTL: all of it, or one topic or
# test; with WAVES_DIR on the library there, which has assertions and writes WAVES_DIR/NAME.fst: the
# waves of the last test that ran, since each begins with power-on. .card1: the card with receive=drop.
set -euo pipefail

suite=$1 name=${2:-} waves=${3:-}
arguments=(--model rtl)

if [ -n "$name" ]; then
	names=$("$suite" --list)
	if grep -qx "$name" <<<"$names"; then
		arguments+=(--topic "$name")
	elif grep -qx "  $name" <<<"$names"; then
		arguments+=(--test "$name")
	else
		echo "test_rtl.sh: no topic or test '$name': $suite --list names them" >&2
		exit 1
	fi
fi
if [ -n "$waves" ]; then
	trace=$waves/${name:-all}.fst
	arguments+=(--platform "trace=$trace")
	export CK_FORK=no # the process that opened the wave file must also write and close it
	export LD_LIBRARY_PATH=$waves${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	echo "  waves: $trace"
fi
exec "$suite" "${arguments[@]}"
