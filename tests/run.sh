#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs, builds and runs every test. Usage: bash tests/run.sh
#
#   release   everything is built as it is shipped (assertions stay on) and every test runs on it
#   asan      the unit tests again with the address and undefined-behaviour sanitizers
#   tsan      the unit tests of the parts that have threads, with the thread sanitizer
#   replay    the scenario files through kioskctl
#   fuzz      each parser's fuzz target for a minute
#
# One line a stage on the screen, everything else in build/test-logs/. The last line is "N passed, N failed"; the exit
# code is 0 only where nothing failed. XIANGDAO_QUICK=1 leaves out asan, tsan and fuzz; XIANGDAO_FUZZ_SECONDS and
# XIANGDAO_JOBS change how long and on how many cores.
set -uo pipefail
cd "$(dirname "$0")/.."

jobs=${XIANGDAO_JOBS:-$(nproc)}
fuzz_seconds=${XIANGDAO_FUZZ_SECONDS:-60}
logs=build/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0
failures=()

# stage NAME COMMAND…: one line with its duration; the end of its log where it fails.
stage() {
    local name=$1 log=$logs/${1// /-}.log start=$SECONDS result seconds
    shift
    "$@" >"$log" 2>&1 </dev/null &
    local pid=$!
    [ -t 1 ] || printf '…     %s\n' "$name"
    while kill -0 "$pid" 2>/dev/null; do
        sleep 1
        seconds=$((SECONDS - start))
        if [ -t 1 ]; then
            printf '\r\033[K…     %-28s %4d s  %.60s' "$name" "$seconds" "$(tail -n 1 "$log" | tr -cd '[:print:]')"
        elif [ $((seconds % 60)) -eq 59 ]; then
            printf '…     %-28s %4d s  %.80s\n' "$name" "$seconds" "$(tail -n 1 "$log" | tr -cd '[:print:]')"
        fi
    done
    wait "$pid"
    result=$?
    [ -t 1 ] && printf '\r\033[K'
    if [ $result -eq 0 ]; then
        printf 'ok    %-28s %4d s\n' "$name" $((SECONDS - start))
    else
        printf 'FAIL  %-28s %4d s  (exit %d, %s)\n' "$name" $((SECONDS - start)) $result "$log"
        tail -n 25 "$log" | sed 's/^/      | /'
        failures+=("$name")
    fi
    return $result
}

# What has no counter of its own counts as one test.
single() {
    if stage "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

configure() { # PRESET [CACHE SETTING…]
    local preset=$1
    shift
    cmake --preset "$preset" -DXIANGDAO_TESTS=ON "$@"
}

# build PRESET [TARGET…]: without targets everything
build() {
    local preset=$1
    shift
    cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}
}

# run_tests LABEL PRESET PATTERN [CTEST ARGUMENT…]: those whose names match; adds their test cases to the count.
run_tests() {
    local label=$1 preset=$2 pattern=$3 junit=$PWD/$logs/$1.xml counts
    shift 3
    rm -f "$junit"
    # The thread sanitizer of g++ 12 can't live with the random memory layout of newer kernels.
    local launch=()
    [ "$preset" = tsan ] && setarch -R true 2>/dev/null && launch=(setarch -R)
    stage "$label tests" "${launch[@]}" bash packaging/virtual-display.sh \
        ctest --preset "$preset" -R "$pattern" "$@" --output-junit "$junit" --no-tests=error \
        --test-output-size-passed 200000 --test-output-size-failed 1000000 --test-output-truncation head
    if counts=$(python3 tests/support/count_tests.py "$junit"); then
        read -r good bad <<<"$counts"
        passed=$((passed + good))
        failed=$((failed + bad))
        printf '      %d passed, %d failed\n' "$good" "$bad"
    else
        failed=$((failed + 1))
    fi
}

unit_targets() { # PRESET PATTERN: the test programs of tests/unit that this build has
    ninja -C "build/$1" -t targets all | sed -nE 's/^(unit_[a-z0-9_]+): phony$/\1/p' | grep -E "$2" | sort -u
}

sanitized() { # PRESET PATTERN
    local preset=$1 pattern=$2 targets
    # Little optimising: the compiler takes half the time, and the sanitizers see more of what was written.
    if ! stage "$preset configure" configure "$preset" -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O1 -g1"; then
        failed=$((failed + 1))
        return
    fi
    mapfile -t targets < <(unit_targets "$preset" "$pattern")
    if [ ${#targets[@]} -eq 0 ]; then
        echo "FAIL  $preset has no unit tests that match $pattern"
        failed=$((failed + 1))
        return
    fi
    if stage "$preset build" build "$preset" "${targets[@]}"; then
        run_tests "$preset" "$preset" "$pattern" -j "$jobs"
    else
        failed=$((failed + 1))
    fi
}

finish() {
    echo
    [ ${#failures[@]} -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
    printf 'took %d min %02d s, logs in %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$logs"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ] && [ ${#failures[@]} -eq 0 ]
    exit
}

export CTEST_OUTPUT_ON_FAILURE=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:detect_odr_violation=0}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/tests/support/lsan.supp:print_suppressions=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/support/tsan.supp:halt_on_error=1:second_deadlock_stack=1:die_after_fork=0}

if ! stage "install" bash packaging/install-deps.sh; then
    failed=$((failed + 1))
    finish
fi
single "demo data" python3 packaging/make-demo-data.py --check

if stage "release configure" configure release && stage "release build" build release; then
    run_tests simulation release '^simulation_' -j "$jobs"
    run_tests release release . -E '^simulation_' -j 1 # one after the other: many of them measure time or use a window
    shopt -s nullglob
    scenarios=(tests/scenarios/*.json)
    if [ ${#scenarios[@]} -gt 0 ]; then
        stage "replay" build/release/bin/kioskctl replay "${scenarios[@]}"
        if read -r good bad < <(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$logs/replay.log" | tail -n 1); then
            passed=$((passed + good))
            failed=$((failed + bad))
            printf '      %d passed, %d failed\n' "$good" "$bad"
        else
            failed=$((failed + 1))
        fi
    fi
else
    failed=$((failed + 1))
fi

if [ "${XIANGDAO_QUICK:-0}" != 1 ]; then
    sanitized asan '^unit_'
    sanitized tsan '^unit_(app|scanning|plugin_host|printing|input_method|main|sync_client|sync_hub|support)$'
    [ -f tests/fuzz/run.sh ] && single "fuzz" bash tests/fuzz/run.sh "$fuzz_seconds"
fi
finish
