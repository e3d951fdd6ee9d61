#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets and lets each run for some time: tests/fuzz/run.sh [SECONDS] [TARGET...]
# What a target finds is kept in build/fuzz/findings, and what it learnt in build/fuzz/corpus for the next run.
set -eu

seconds=${1:-60}
case $seconds in
'' | *[!0-9]*)
    echo "usage: $0 [SECONDS] [TARGET...]" >&2
    exit 2
    ;;
esac
[ $# -gt 0 ] && shift

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/fuzz
cd "$root"
mkdir -p "$build/findings" "$build/corpus"
log=$build/build.log

echo "Building the fuzz targets (log: build/fuzz/build.log) …"
if ! { cmake --preset fuzz && cmake --build --preset fuzz --target fuzzers -j "$(nproc)"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "The fuzz targets could not be built; see build/fuzz/build.log." >&2
    exit 1
fi

[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls ./*_fuzz.cpp | sed 's|^\./||; s|_fuzz\.cpp$||')
for name in "$@"; do
    if [ ! -x "$build/bin/fuzz_$name" ]; then
        echo "There is no fuzz target \"$name\"." >&2
        exit 2
    fi
done

# One target; as a file of its own so that xargs can run as many at a time as there are processors.
one=$build/run-one.sh
cat >"$one" <<'EOF'
name=$1
mkdir -p "$build/corpus/$name"
dictionary=tests/fuzz/dictionaries/$name.dict
[ -f "$dictionary" ] || dictionary=""
seeds=tests/fuzz/seeds/$name
[ -d "$seeds" ] || seeds=""
if "$build/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
    -print_final_stats=1 -artifact_prefix="$build/findings/$name-" ${dictionary:+"-dict=$dictionary"} \
    "$build/corpus/$name" ${seeds:+"$seeds"} >"$build/findings/$name.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/findings/$name.log")
    echo "$name: $runs inputs in $seconds s, nothing found"
else
    input=$(sed -n 's/.*Test unit written to //p' "$build/findings/$name.log" | tail -n 1)
    echo "$name: FAILED; see build/fuzz/findings/$name.log; the input is ${input:-not saved}"
    exit 1
fi
EOF
export build seconds
echo "Running $# targets for $seconds s each …"
if ! printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh "$one"; then
    echo "A fuzz target failed; its line above names the input." >&2
    exit 1
fi
