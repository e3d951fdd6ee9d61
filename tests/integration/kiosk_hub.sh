#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub as a person starts it, with nothing set up: kiosk_hub.sh KIOSK_HUB
set -u

hub=$1
folder=$(mktemp -d)
pid=
cleanup() {
    [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null
    rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder" || exit 1
unset XDG_DATA_HOME XIANGDAO_HUB_DATA XIANGDAO_HUB_DATABASE XIANGDAO_HUB_URL
failed=0
fail() {
    echo "FAILED: $1" >&2
    failed=1
}
stop_here() {
    fail "$1"
    cat out log >&2
    exit 1
}

# Ports that nobody listens on, most likely; another try with another one where that was wrong.
port=$((20000 + $$ % 20000))
start() {
    tries=0
    while :; do
        : >out
        "$hub" serve --listen "127.0.0.1:$port" "$@" >out 2>log &
        pid=$!
        waited=0
        while [ $waited -lt 600 ]; do
            grep -q "Good once" out && return 0
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
            waited=$((waited + 1))
        done
        tries=$((tries + 1))
        grep -q "conflict" log && [ $tries -lt 5 ] || stop_here "the hub does not start"
        port=$((port + 7))
    done
}
stop() {
    kill -TERM "$pid"
    wait "$pid"
    code=$?
    pid=
    [ $code -eq 0 ] || stop_here "SIGTERM ended it with $code"
}
# expect CODE TEXT ARGUMENTS…: the exit code, and a text somewhere in what is said
expect() {
    code=$1
    text=$2
    shift 2
    said=$("$hub" "$@" 2>&1)
    got=$?
    if [ "$got" -ne "$code" ] || ! printf '%s' "$said" | grep -qF -- "$text"; then
        fail "kiosk-hub $*: expected $code and \"$text\", got $got: $said"
    fi
}
ask() { curl --silent --show-error --max-time 60 --insecure "$@"; }

# What it says before there is a hub.
expect 0 "kiosk-hub serve" --help
expect 2 "no hub has been started" code
expect 2 "" no-such-command
expect 2 "go together" serve --certificate x.crt
expect 2 "ADDRESS:PORT" serve --listen nonsense

start
[ -d xiangdao-hub ] || fail "no data folder"
[ "$(stat -c %a xiangdao-hub)" = 700 ] || fail "others can read the data folder"
[ "$(stat -c %a xiangdao-hub/hub.key)" = 600 ] || fail "others can read the key"
[ "$(stat -c %a xiangdao-hub/admin.token)" = 600 ] || fail "others can read the token"
token=$(cat xiangdao-hub/admin.token)
grep -qF "$token" out || fail "the token was not shown"
grep -qF "$token" log && fail "the token is in the log"
code=$(grep -o "xiangdao-hub:[^' ]*" out | head -n 1)
[ -n "$code" ] || fail "no enrolment code"
grep -q "▀" out || fail "no QR code"
pin=$(grep -o "sha256//.*" out)

# The log is JSON lines.
while IFS= read -r line; do
    case $line in
    '{"'*'}') ;;
    *) fail "not a line of the log: $line" ;;
    esac
done <log

url=https://127.0.0.1:$port
ask --pinnedpubkey "$pin" "$url/healthz" | grep -q '"status":"ok"' || fail "not healthy"
ask --pinnedpubkey "$pin" "$url/metrics" | grep -q '^xiangdao_hub_connections ' || fail "no metrics"
[ "$(ask -o /dev/null -w '%{http_code}' "$url/v1/devices")" = 401 ] || fail "devices are shown to anybody"
[ "$(ask -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$url/v1/devices")" = 200 ] ||
    fail "the token is not taken"
[ "$(ask -o /dev/null -w '%{http_code}' -d '{"command":["users.list"]}' "$url/local/command")" = 401 ] ||
    fail "commands are taken from anybody"

# A kiosk is enrolled with that code, once.
once=$(printf '%s' "$code" | sed 's/.*c=//')
enroll() {
    ask -d "{\"code\":\"$1\",\"device\":\"$2\",\"incarnation\":\"i1\",\"event\":\"summit\",\"software\":\"test\",\"as_hub\":false}" \
        "$url/v1/enroll"
}
enroll "$once" kiosk-1 | grep -q '"token"' || fail "the code is not taken"
enroll "$once" kiosk-2 | grep -q '"error"' || fail "the code is taken twice"
expect 0 "xiangdao-hub:" code --event summit
again=$("$hub" code --event summit | grep -o "c=[0-9A-Z]*" | head -n 1 | sed 's/c=//')
enroll "$again" kiosk-2 | grep -q '"token"' || fail "another code is not taken"

# Commands while it runs.
expect 0 "kiosk-1" devices list
expect 0 "" devices revoke summit kiosk-2
expect 0 "revoked" devices list
expect 2 "no such device" devices lost summit nobody
expect 0 "shown once" users add mei organizer
expect 0 "mei" users list
expect 0 "mei" users revoke mei
expect 2 "no user" users revoke nobody
expect 2 "" users add mei king
expect 0 "Nothing" quarantine list
expect 0 "ok   the store" doctor
expect 0 "A copy" backup "$folder/copy.db"
expect 1 "" restore "$folder/copy.db"

# A second one with the same data.
"$hub" serve --listen "127.0.0.1:$((port + 1))" >out2 2>log2
[ $? -eq 1 ] || fail "two hubs with one store"

# Stopped while a kiosk waits for the feed: it is answered at once.
kiosk=$(enroll "$("$hub" code --event summit | grep -o "c=[0-9A-Z]*" | head -n 1 | sed 's/c=//')" kiosk-3 |
    sed 's/.*"token":"\([^"]*\)".*/\1/')
ask -H "Authorization: Bearer $kiosk" "$url/v1/feed?after=0&wait=50" >feed &
feed=$!
waited=0
while ! ask "$url/metrics" | grep -q '^xiangdao_hub_feeds_waiting 1'; do
    sleep 0.1
    waited=$((waited + 1))
    [ $waited -lt 300 ] || stop_here "the feed does not wait"
done
stop
wait $feed || fail "the waiting feed was cut"
grep -q '"operations":\[\]' feed || fail "the waiting feed was not answered: $(cat feed)"

# Without a hub the commands do it themselves.
expect 0 "kiosk-1" devices list
expect 0 "Restored" restore "$folder/copy.db"
expect 3 "restored" doctor

# Again: the same key, no second token.
start
[ "$(grep -o "sha256//.*" out)" = "$pin" ] || fail "the pin changed"
grep -qF "$token" out && fail "the token is shown twice"
ask -H "Authorization: Bearer $token" "$url/v1/devices" | grep -q kiosk-1 || fail "the devices are gone"

# Killed, and a command right after it.
kill -KILL "$pid"
wait "$pid" 2>/dev/null
pid=
expect 0 "kiosk-1" devices list

# The next key is announced, then used.
expect 0 "sha256//" key plan
expect 0 "Start the hub again" key switch
start
[ "$(grep -o "sha256//.*" out)" != "$pin" ] || fail "the key is the old one"
stop

exit $failed
