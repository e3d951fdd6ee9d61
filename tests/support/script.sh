# SPDX-License-Identifier: Apache-2.0
# What the scripts of tests/integration share: . "$(dirname "$0")/../support/script.sh"
# A folder of its own, left behind by nobody; `expect`, `fail`, `finish`. The script says in `tell` which program is asked
# and what it is always told. With $hub, a hub that is started, stopped and asked for codes.
set -u

folder=$(mktemp -d)
hub_process=
cleanup() {
    [ -z "$hub_process" ] || kill -KILL "$hub_process" 2>/dev/null
    [ -z "$hub_process" ] || wait "$hub_process" 2>/dev/null
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder" || exit 1
unset XIANGDAO_DB XIANGDAO_PLUGINS XIANGDAO_PLUGIN_TRANSPORT XIANGDAO_HUB_DATA XIANGDAO_HUB_DATABASE XIANGDAO_HUB_URL
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
failed=0

fail() {
    echo "FAILED: $1" >&2
    failed=1
}
# expect CODE TEXT ARGUMENTS…: the exit code, and a text somewhere in what is said, which stays in $said
expect() {
    wanted=$1
    text=$2
    shift 2
    said=$(tell "$@" 2>&1)
    got=$?
    if [ "$got" -ne "$wanted" ] || ! printf '%s' "$said" | grep -qF -- "$text"; then
        fail "$*
  expected $wanted and \"$text\"
  got $got: $said"
    fi
}
# What goes on only where this went well.
give_up() {
    fail "$1"
    [ ! -e hub.log ] || cat hub.log >&2
    exit 1
}
finish() {
    [ $failed -eq 0 ] || [ ! -e hub.log ] || cat hub.log >&2
    exit $failed
}

# start_hub FOLDER [OPTIONS]: on a port that nobody has; another one where somebody was quicker. Once started, always the same port.
start_hub() {
    tries=0
    while [ $tries -lt 20 ]; do
        [ -n "${port:-}" ] || port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
        : >words.txt
        "$hub" serve --listen "127.0.0.1:$port" --data "$@" >words.txt 2>>hub.log &
        hub_process=$!
        waited=0
        while kill -0 "$hub_process" 2>/dev/null && [ $waited -lt 300 ]; do
            grep -q "kiosk-hub code" words.txt && return 0
            sleep 0.2
            waited=$((waited + 1))
        done
        kill "$hub_process" 2>/dev/null
        wait "$hub_process" 2>/dev/null
        hub_process=
        port=
        tries=$((tries + 1))
    done
    give_up "the hub did not start"
}
stop_hub() {
    kill "$hub_process" && wait "$hub_process"
    hub_process=
}
# new_code FOLDER: what a kiosk is enrolled with
new_code() {
    "$hub" --data "$1" code 2>>hub.log | grep -o 'xiangdao-hub:[^[:space:]]*' | head -n 1
}
# enroll_new DATABASE DEVICE FOLDER: a kiosk with nothing but the code. The hub makes its snapshot a moment after the first
# operations; what was said is in enroll.txt.
enroll_new() {
    tries=0
    until "$kioskctl" --lang en --db "$1" --device "$2" enroll "$(new_code "$3")" >enroll.txt 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 30 ] || give_up "no new kiosk: $(cat enroll.txt)"
        sleep 1
    done
}
