#!/bin/bash
# SPDX-License-Identifier: MIT
# lint.sh [FILE...]: judges our files (all that git knows, or those named) by clang-format, clang-tidy,
# cppcheck, shellcheck, Python's compiler and pylint. A file under a tool is one check; one that passed
# is judged again when the file, a header that it includes, or the tool's settings change. A tool that
# is missing is named and leaves its checks out. LINT_JOBS: how many at a time (1).
#
# What needs a Verilated model is judged once the model is there (make hw, make test).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

out=build/lint
jobs=${LINT_JOBS:-1}
verilator_include=$(verilator --getenv VERILATOR_ROOT 2>/dev/null)/include

is_cxx() {
	case $1 in
	*.cpp) return 0 ;;
	*.h) grep -qE '^(namespace|class|template|using )|^#include <[a-z_]+>$' "$1" ;;
	*) return 1 ;;
	esac
}

# The module that tests/rtl/.../test_MODULE.cpp judges.
unit_of() {
	basename "${1%.cpp}" | sed 's/^test_//'
}

# The folder below build/ whose headers FILE includes (a Verilated model, a fetched source); nothing when it needs none.
model_of() {
	case $1 in
	hw/rtl/model.* | hw/rtl/rtl_card.* | hw/rtl/axi_memory.* | hw/rtl/frame_* | hw/abi.cpp) echo build/hw/fast/verilated ;;
	tests/rtl/bus/test_*.cpp) echo "build/tests/rtl/bus/$(unit_of "$1")_1024" ;;
	tests/rtl/lib/*) echo build/tests/rtl/lib ;;
	tests/rtl/mac/test_*.cpp | tests/rtl/stream/test_*.cpp | tests/rtl/regs/test_system_time.cpp | tests/rtl/regs/test_time_use.cpp)
		echo "build/${1%/*}/$(unit_of "$1")"
		;;
	tests/rtl/irq/*) echo build/tests/rtl/irq/verilated ;;
	tests/rtl/regs/*) echo build/tests/rtl/regs/verilated ;;
	tests/rtl/rx/*) echo build/tests/rtl/rx/model_1024 ;;
	tests/rtl/tx/harness.cpp) echo build/tests/rtl/tx/1024 ;;
	tests/bench/stack/lwip/*.c) echo build/lwip/src/include ;;
	tests/bench/stack/insn_plugin.c) echo build/qemu/src/include/qemu ;;
	esac
}

# How FILE is compiled, as far as it matters to who reads it.
flags_of() {
	local file=$1 model
	model=$(model_of "$file")
	if is_cxx "$file"; then
		echo -xc++ -std=gnu++20 -DVL_TIME_CONTEXT -isystem "$verilator_include"
	else
		echo -xc -std=gnu11
	fi
	echo -Wall -Wextra -I. -Ihw/include -Istack/include -Idriver/include -Ibuild/gen
	[ -z "$model" ] || echo -isystem "$model"
	case $file in
	guest/* | driver/guest/*) echo -Iguest -ffreestanding ;;
	hw/*) echo -DRINGSIDE_DATA_W="$(sed -n 's/^HW_DATA_W := //p' hw/rules.mk)" -DVM_TRACE=0 ;;
	tests/card/* | tests/bench/card/*) echo -Itests/card ;;
	tests/fuzz/stack/*) echo -Istack ;;
	tests/fuzz/card/*) echo -Itests/card -Itests/fuzz/card ;;
	tests/unit/iperf3/* | tests/unit/guest/*) echo -Iguest -Itests/unit/tcp ;;
	tests/unit/platform/*) echo -DTEST_OUT='""' -DPLATFORM_LIB='""' ;;
	tests/rtl/bus/test_*)
		model=V$(unit_of "$file")
		echo -DMODEL="$model" -DMODEL_HEADER="\"${model}___024root.h\"" -include "$model.h"
		;;
	tests/bench/stack/lwip/*) echo -Itests/bench/stack/lwip -Ibuild/lwip/src/include -DLWIP_OPS=lwip_ops_0 ;;
	tests/bench/stack/insn_plugin.c) echo -Ibuild/qemu/src/include/qemu -I/usr/include/glib-2.0 ;;
	tests/bench/stack/count.c) echo -DCOUNTED_CLIENT=ringside_ops -DCOUNTED_SERVER=ringside_ops ;;
	tests/bench/stack/column_bench.c) echo -Itests ;;
	tests/packetdrill/*) echo -D_GNU_SOURCE -Itests/packetdrill -Ibuild/tests/packetdrill ;;
	tests/rtl/irq/*) echo -include Virq_ctrl.h ;;
	tests/rtl/lib/*) echo -include Vwidths_top.h ;;
	tests/rtl/mac/test_* | tests/rtl/stream/test_* | tests/rtl/regs/test_system_time.cpp | tests/rtl/regs/test_time_use.cpp)
		echo -include "V$(unit_of "$file").h"
		;;
	tests/rtl/regs/*) echo -include Vregister_block.h ;;
	tests/rtl/rx/*) echo -include Vrx_bench_top.h ;;
	esac
	case $file in
	tests/rtl/*) echo -Itests/rtl/bus -Itests/rtl/rx -DBEAT_BYTES=128 -DTEST_NAME='""' ;;
	esac
}

check_clang-format() {
	clang-format --dry-run -Werror "$1" 2>/dev/null || { echo "cure: clang-format -i $1" && false; }
}

# What it says of the system's headers is not ours to mend.
check_clang-tidy() {
	local flags said ours
	mapfile -t flags < <(flags_of "$1" | tr ' ' '\n')
	said=$(clang-tidy --quiet "$1" -- "${flags[@]}" 2>/dev/null) && return 0
	ours=$(grep -E ': (error|warning): ' <<<"$said" | grep -v '^/usr/')
	[ -n "$ours" ] || [ -z "$said" ] || return 0
	echo "${ours:-clang-tidy failed and said nothing}" | sed "s|^$PWD/||"
	return 1
}

# containerOutOfBounds misreads std::array<T, N + 3>.
check_cppcheck() {
	local flags
	mapfile -t flags < <(flags_of "$1" | tr ' ' '\n' | grep -E '^-[ID]')
	cppcheck --quiet --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
		--suppress='*:*.h' --suppress=containerOutOfBounds \
		'-DSTART_TEST(name)=static void name(int _i)' -DEND_TEST= "${flags[@]}" "$1" 2>&1 |
		grep -vE ' note: |^ '
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

check_shellcheck() {
	shellcheck --severity=warning --format=gcc "$1"
}

check_python() {
	PYTHONPYCACHEPREFIX=$out/pycache python3 -m py_compile "$1"
}

check_pylint() {
	PYTHONPATH=tools:tests/guest PYTHONPYCACHEPREFIX=$out/pycache pylint --rcfile=tools/pylintrc "$1" | grep -E '^[^* -]+:[0-9]'
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

# What each tool judges, and which of our files changes its mind.
suffixes_of() {
	case $1 in
	clang-format | clang-tidy) echo '\.(c|h|cpp)$' ;;
	cppcheck) echo '\.(c|cpp)$' ;;
	shellcheck) echo '\.sh$|^\.ci/run$' ;;
	python | pylint) echo '\.py$' ;;
	esac
}

settings_of() {
	case $1 in
	clang-format) echo .clang-format ;;
	clang-tidy) echo .clang-tidy tools/lint.sh ;;
	pylint) echo tools/pylintrc ;;
	cppcheck) echo tools/lint.sh ;;
	esac
}

# Every file whose change asks for a new judgement of FILE, FILE first.
inputs_of() {
	local tool=$1 file=$2 flags
	echo "$file"
	settings_of "$tool" | tr ' ' '\n'
	case $tool in
	clang-tidy | cppcheck)
		mapfile -t flags < <(flags_of "$file" | tr ' ' '\n')
		clang -MM "${flags[@]}" "$file" 2>/dev/null | tr -s ' \\' '\n' |
			grep -E '\.(h|cpp|c)$' | grep -vE '^(/usr/|build/(tests|hw)/)'
		;;
	esac
}

fresh() {
	local stamp=$out/$1/$2.ok input
	[ -f "$stamp" ] || return 1
	while read -r input; do
		[ "$stamp" -nt "$input" ] || return 1
	done <"$stamp"
}

# One check; a stamp remembers that it passed and what it read.
judge() {
	local tool=$1 file=$2 stamp=$out/$1/$2.ok found
	mkdir -p "${stamp%/*}"
	rm -f "$stamp"
	inputs_of "$tool" "$file" >"$stamp.new"
	if found=$("check_$tool" "$file"); then
		mv "$stamp.new" "$stamp"
	else
		rm -f "$stamp.new"
		printf '%s: %s\n%s\n' "$tool" "$file" "$(sed 's/^/    /' <<<"$found")"
	fi
}

# Sets passed and failed.
judge_all() {
	local tool=$1 file model start=$SECONDS good=0 mine=() stale=() left_out=()
	while read -r file; do
		[ -f "$file" ] || continue
		model=
		[ "$tool" != clang-tidy ] || model=$(model_of "$file")
		if [ -n "$model" ] && [ ! -d "$model" ]; then
			left_out+=("$file")
			continue
		fi
		mine+=("$file")
		fresh "$tool" "$file" || stale+=("$file")
	done < <(printf '%s\n' "${files[@]}" | grep -E "$(suffixes_of "$tool")")
	[ ${#stale[@]} -eq 0 ] || printf '%s\n' "${stale[@]}" | xargs -P "$jobs" -n 1 "$0" --one "$tool"
	for file in "${mine[@]}"; do
		[ ! -f "$out/$tool/$file.ok" ] || good=$((good + 1))
	done
	passed=$((passed + good)) failed=$((failed + ${#mine[@]} - good))
	printf '  %-12s %4d files, %4d judged now, %3d failed, %d s\n' "$tool" ${#mine[@]} ${#stale[@]} \
		$((${#mine[@]} - good)) $((SECONDS - start))
	[ ${#left_out[@]} -eq 0 ] || echo "    left out until what they include is built or fetched: ${left_out[*]}"
}

main() {
	local tool program files passed=0 failed=0
	if [ "${1:-}" = --one ]; then
		judge "$2" "$3"
		return
	fi
	if [ $# -gt 0 ]; then
		files=("$@")
	else
		mapfile -t files < <(git ls-files --cached --others --exclude-standard -- ':!qemu-patches/device')
	fi
	for tool in clang-format clang-tidy cppcheck shellcheck python pylint; do
		program=${tool/#python/python3}
		if command -v "$program" >/dev/null; then
			judge_all "$tool"
		else
			echo "  $tool is missing (apt-get install $program): its checks are left out"
		fi
	done
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}

# On one line: bash has read all of it before it starts, so that an edit does not reach a run under way.
{ main "$@"; exit; }
