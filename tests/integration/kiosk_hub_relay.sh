#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A hall's hub hears of the central hub's next key by itself, and goes on when it changes: kiosk_hub_relay.sh KIOSK_HUB
. "$(dirname "$0")/../support/script.sh"

hub=$1
hall_process=
end_both() {
    [ -z "$hall_process" ] || kill -KILL "$hall_process" 2>/dev/null
    cleanup
}
trap end_both EXIT

# until_there TEXT COMMAND…: the command says it some time
until_there() {
    text=$1
    shift
    tries=0
    until "$@" 2>/dev/null | grep -qF -- "$text"; do
        tries=$((tries + 1))
        [ $tries -lt 300 ] || give_up "\"$text\" never came: $("$@" 2>&1)"
        sleep 0.5
    done
}
ask() { curl --silent --show-error --max-time 60 --insecure -H "Authorization: Bearer $(cat "$1/admin.token")" "$2$3"; }
central_events() { ask central "https://127.0.0.1:$central_port" /v1/events; }
pins_in_the_hall() { tr -d ' \n' <hall/central.hub; }
write_in_the_hall() {
    curl --silent --show-error --max-time 60 --insecure -H "Authorization: Bearer $(cat hall/admin.token)" \
        -d "{\"event\":\"summit\",\"registrations\":[{\"ticket\":\"$1\",\"ticket_type\":\"std\",\"name\":\"来宾\"}]}" \
        "https://127.0.0.1:$hall_port/v1/changes" | grep -q '"operations"' || give_up "the hall's hub does not take $1"
}
restart_central() {
    stop_hub
    port=$central_port
    start_hub central
    [ "$port" = "$central_port" ] || give_up "somebody took the central hub's port"
}

start_hub central --event summit
central_port=$port
central_process=$hub_process
first=$(grep -o 'sha256//.*' words.txt | sed 's,sha256//,,')
code=$("$hub" --data central code --event summit --for-hub | grep -o 'xiangdao-hub:[^[:space:]]*' | head -n 1)
port=
start_hub hall --central-enroll "$code"
hall_port=$port
hall_process=$hub_process
hub_process=$central_process
write_in_the_hall A1
until_there '"operations":1' central_events
until_there "\"pins\":[\"$first\"]" pins_in_the_hall

"$hub" --data central key plan >planned.txt || give_up "no key is planned"
restart_central
write_in_the_hall B2
until_there '"operations":2' central_events
until_there "\"pins\":[\"$first\",\"" pins_in_the_hall

"$hub" --data central key switch >/dev/null || give_up "the key is not changed"
restart_central
next=$(grep -o 'sha256//.*' words.txt | sed 's,sha256//,,')
[ -n "$next" ] && [ "$next" != "$first" ] || fail "the key is the old one"
write_in_the_hall C3
until_there '"operations":3' central_events
until_there "\"pins\":[\"$next\"]" pins_in_the_hall

kill -TERM "$hall_process"
wait "$hall_process" || fail "the hall's hub ended badly"
hall_process=
stop_hub
finish
