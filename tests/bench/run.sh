#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the benchmarks in Release and runs them: bash tests/bench/run.sh [--json] [NAME…]
# Without names all of them. With --json nothing but JSON objects, one a line, is on stdout:
#   {"bench", "metric", "value", "unit", "baseline", "ratio"}   baseline and ratio are null where there is none
# Without it the same as a table. What is being done is said on stderr. XIANGDAO_NO_BUILD=1 runs what is built.
set -euo pipefail
cd "$(dirname "$0")/../.."

json=0
names=()
for argument in "$@"; do
    case "$argument" in
        --json) json=1 ;;
        -h | --help)
            sed -n '3,6s/^# //p' "$0"
            exit 0
            ;;
        -*)
            echo "bench: unknown option $argument; there is --json" >&2
            exit 2
            ;;
        *) names+=("$argument") ;;
    esac
done

log=build/bench.log
mkdir -p build
if [ "${XIANGDAO_NO_BUILD:-0}" != 1 ]; then
    bash packaging/install-deps.sh --run --build --test >&2
    echo "bench: configuring (log in $log)" >&2
    cmake --preset release -DXIANGDAO_TESTS=ON >"$log" 2>&1 || { tail -n 20 "$log" >&2; echo "bench: the configuration failed" >&2; exit 1; }
fi
mapfile -t available < <(ninja -C build/release -t targets all | sed -nE 's/^bench_([a-z0-9_]+): phony$/\1/p' | sort -u)
[ ${#names[@]} -gt 0 ] || names=("${available[@]}")
targets=()
for name in "${names[@]}"; do
    if ! printf '%s\n' "${available[@]}" | grep -qx "$name"; then
        echo "bench: there is no benchmark $name; there are: ${available[*]}" >&2
        exit 2
    fi
    targets+=("bench_$name")
done
[ ${#targets[@]} -gt 0 ] || { echo "bench: this build has no benchmarks" >&2; exit 1; }

if [ "${XIANGDAO_NO_BUILD:-0}" != 1 ]; then
    echo "bench: building ${#targets[@]} programs" >&2
    # The kiosk itself is measured by some (start, idle, memory).
    extra=()
    for program in kiosk kioskctl; do
        ninja -C build/release -t targets all | grep -qx "$program: phony" && extra+=("$program")
    done
    ninja -C build/release -j "${XIANGDAO_JOBS:-$(nproc)}" "${targets[@]}" "${extra[@]}" >>"$log" 2>&1 ||
        { tail -n 30 "$log" >&2; echo "bench: the build failed" >&2; exit 1; }
fi

status=0
for name in "${names[@]}"; do
    echo "bench: $name" >&2
    output=$(mktemp)
    if ! bash packaging/virtual-display.sh "build/release/bin/bench_$name" >"$output" 2>>"$log"; then
        echo "bench: $name failed, its words are in $log" >&2
        status=1
    fi
    if [ $json = 1 ]; then
        grep '^{' "$output" || true
    else
        python3 -c '
import json, sys
for line in sys.stdin:
    if line.startswith("{"):
        row = json.loads(line)
        ratio = "" if row.get("ratio") is None else "  ({:.2f} of {:g})".format(row["ratio"], row["baseline"])
        print("{:<26}{:<40}{:>14g} {}{}".format(row["bench"], row["metric"], row["value"], row["unit"], ratio))
' <"$output"
    fi
    rm -f "$output"
done
exit $status
