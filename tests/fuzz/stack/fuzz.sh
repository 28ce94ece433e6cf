#!/bin/sh
# SPDX-License-Identifier: MIT
# fuzz.sh PROGRAM CORPUS BUILD RUNS SEEDS: fuzzes from the kept corpus and the seeds; what is new stays under BUILD.
set -e
program=$1 corpus=$2 build=$3 runs=$4 seeds=$5
mkdir -p "$build/corpus" "$build/found"
"$program" -runs="$runs" -timeout=20 -max_len=2048 -artifact_prefix="$build/found/" "$build/corpus" "$corpus" "$seeds" ||
	{ echo "fuzz-stack: repeat with: $program FILE (the file is named above)"; exit 1; }
