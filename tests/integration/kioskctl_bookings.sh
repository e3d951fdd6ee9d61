#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The business area from outside, alone and with a hub between two databases: kioskctl_bookings.sh KIOSKCTL KIOSK-HUB
. "$(dirname "$0")/../support/script.sh"

kioskctl=$1
hub=$2
tell() { "$kioskctl" --lang en "$@"; }
# The uid in what was said with --json.
uid_of() {
    printf '%s' "$said" | sed -n 's/^.*"booking":"\([0-9a-f-]*\)".*$/\1/p' | tail -n 1
}

# s0 runs now; the others are tomorrow's.
at() { date -u -d "$1" +%Y-%m-%dT%H:%M:00Z; }
unit() {
    printf '{"id":"%s","kind":"table","seats":2,"label_en":"Table %s","slots":[' "$1" "$1"
    printf '{"id":"s0","starts":"%s","ends":"%s"}' "$(at '1 minute ago')" "$(at '20 minutes')"
    for n in 1 2 3; do
        printf ',{"id":"s%s","starts":"%s","ends":"%s"}' "$n" "$(at "1 day $((n * 20)) minutes")" "$(at "1 day $((n * 20 + 20)) minutes")"
    done
    printf ',{"id":"s9","starts":"%s","ends":"%s","blocked":true}]}' "$(at '1 day 200 minutes')" "$(at '1 day 220 minutes')"
}
person() { printf '{"ticket":"%s","ticket_type":"std","name":"%s","organisation":"%s","answers":%s,"consents":{"share":true}}' "$1" "$2" "$3" "$4"; }
cat >event.json <<JSON
{"event": {"code": "FAIR", "type": "salon", "starts": "$(at '1 hour ago')", "ends": "$(at '3 days')", "timezone": "Asia/Shanghai", "title_en": "Fair"},
 "ticket_types": [{"id": "std", "name_zh": "标准票", "name_en": "Standard"}],
 "checkpoints": [{"id": "main", "name_en": "Main door"}],
 "units": [$(unit T1), $(unit T2)],
 "registrations": [$(person A1 王谷雨 青屿示例银行 '{"offers":["channel"],"needs":["content"]}'),
                   $(person B1 李白露 松果示例软件 '{"offers":["content"],"needs":["channel"]}'),
                   $(person C1 解惊蛰 白桦示例 '{}'), $(person D1 高小满 红豆示例 '{"offers":["content"],"needs":["channel"]}')]}
JSON

# ---- alone ----
expect 0 "" --db a.db --device k1 init --event event.json
expect 0 "Table T1" --db a.db units
expect 0 "kept free" --db a.db units T1
expect 2 "no such table" --db a.db units T7
expect 0 "never had a hub" --db a.db leases
expect 0 "no such booking" --db a.db bookings
expect 2 "Say what is to be booked" --db a.db book A1 B1
expect 1 "no such table" --db a.db book --unit T7 --slot s1 A1 B1
expect 1 "kept free" --db a.db book --unit T1 --slot s9 A1 B1
expect 1 "same person" --db a.db book --unit T1 --slot s1 A1 A1
expect 1 "see the desk (Z9)" --db a.db book --unit T1 --slot s1 A1 Z9
expect 0 '"status":"confirmed"' --db a.db book --unit T1 --slot s1 A1 B1 --purpose business --topic "Channel" --staff desk --json
one=$(uid_of)
[ -n "$one" ] || give_up "no booking's id in: $said"
expect 1 "just been taken" --db a.db book --unit T1 --slot s1 C1 D1
expect 1 "has a meeting at that time" --db a.db book --unit T2 --slot s1 A1 C1
expect 0 "Confirmed" --db a.db booking show "$one"
printf '%s' "$said" | grep -q 王谷雨 && fail "a whole name without --full"
expect 0 "About: Channel" --db a.db booking show "$one" --full
expect 0 "1 bookings" --db a.db bookings --unit T1 --ticket B1 --status confirmed
expect 0 "no such booking" --db a.db bookings --status cancelled
expect 0 '"booking":"'"$one"'"' --db a.db units T1 --json
# Found by an end of its id.
expect 0 "Confirmed" --db a.db booking show "$(printf '%s' "$one" | tail -c 8)"
expect 2 "no such booking" --db a.db booking show ffffffff
expect 0 "s2" --db a.db booking move "$one" --slot s2 --json
moved=$(uid_of)
expect 0 "1 bookings" --db a.db bookings --status confirmed
expect 0 '"confirmed"' --db a.db book --unit T2 --slot s3 C1 D1 --json
other=$(uid_of)
expect 0 '"confirmed"' --db a.db booking swap "$moved" "$other" --json
# Asked, agreed, declined.
expect 0 "not confirmed yet" --db a.db book --unit T1 --slot s1 A1 C1 --ask C1
expect 0 '"pending"' --db a.db bookings --status pending --json
asked=$(uid_of)
expect 1 "not one of your meetings" --db a.db booking accept "$asked" D1
expect 0 '"confirmed"' --db a.db booking accept "$asked" C1 --json
expect 0 '"cancelled"' --db a.db booking cancel "$asked" --staff desk --json
expect 1 "cancelled" --db a.db booking cancel "$asked" --staff desk
expect 0 "not confirmed yet" --db a.db book --unit T1 --slot s1 A1 D1 --ask D1
expect 0 '"pending"' --db a.db bookings --status pending --json
asked=$(uid_of)
expect 0 '"declined"' --db a.db booking decline "$asked" D1 --json
# A meeting from its beginning to its end.
expect 0 '"confirmed"' --db a.db book --unit T1 --slot s0 A1 B1 --json
now=$(uid_of)
expect 1 "not checked in yet" --db a.db booking arrive "$now" A1
expect 0 "admitted" --db a.db scan A1 --checkpoint main
expect 0 "admitted" --db a.db scan B1 --checkpoint main
expect 1 "has not started" --db a.db booking finish "$now"
expect 0 '"confirmed"' --db a.db booking arrive "$now" A1 --json
expect 0 '"checked_in"' --db a.db booking arrive "$now" B1 --json
expect 0 '"done"' --db a.db booking finish "$now" --json
expect 0 "" --db a.db booking outcome "$now" met --lead --note "a trial" --staff desk
expect 0 "Outcome: met" --db a.db booking show "$now"
expect 2 "" --db a.db booking outcome "$now" perhaps
expect 0 '"ticket":"D1"' --db a.db suggest A1 --json
printf '%s' "$said" | grep -q '"ticket":"B1"' && fail "somebody whom they have met is suggested"
expect 0 "They offer" --db a.db suggest A1
expect 0 "Nobody to suggest" --db a.db suggest C1
expect 2 "does not hold this ticket" --db a.db suggest Z9
expect 0 "Sound" --db a.db verify

# ---- with a hub ----
expect 0 "" --db k1.db --device k1 init --event event.json
start_hub hub
expect 0 "as k1" --db k1.db enroll "$(new_code hub)"
expect 0 "0 waiting" --db k1.db sync
enroll_new k2.db k2 hub
expect 0 "0 waiting" --db k2.db sync
expect 0 "holds nothing" --db k1.db leases
# Through the hub: confirmed, and the other one knows.
expect 0 '"status":"confirmed"' --db k1.db book --unit T1 --slot s1 A1 B1 --json
one=$(uid_of)
expect 0 "unit:T1@" --db k1.db leases
expect 0 "0 waiting" --db k2.db sync
expect 0 "1 bookings" --db k2.db bookings --status confirmed
expect 1 "just been taken" --db k2.db book --unit T1 --slot s1 C1 D1
expect 0 '"status":"confirmed"' --db k2.db book --unit T2 --slot s1 C1 D1 --json
# Cut off: what is held here is confirmed, the rest waits and says so.
stop_hub
expect 0 "not confirmed yet" --db k1.db book --unit T2 --slot s2 C1 D1
expect 0 "goes out with the next kioskctl sync" --db k1.db booking cancel "$one" --staff desk
expect 0 "Confirmed" --db k1.db book --unit T1 --slot s1 A1 B1
# Back again: nobody is booked twice, and both know the same.
start_hub hub
expect 0 "0 waiting" --db k1.db sync
expect 0 "0 waiting" --db k2.db sync
for database in k1.db k2.db; do
    expect 0 "2 bookings" --db $database bookings --status confirmed
    expect 0 "Sound" --db $database verify
done
"$kioskctl" --db k1.db bookings --json >one.txt
"$kioskctl" --db k2.db bookings --json >two.txt
cmp -s one.txt two.txt || fail "two lists of bookings: $(diff one.txt two.txt)"

# The hub is put back from a backup and does not know what it gave to k1 since: nothing is confirmed for k2 before k1 spoke.
hub_says() {
    said=$("$hub" --lang en --data hub "$@" 2>&1)
}
hub_says backup old.db || fail "no backup: $said"
expect 0 '"status":"confirmed"' --db k1.db book --unit T2 --slot s3 A1 C1 --json
stop_hub
hub_says restore old.db || fail "not restored: $said"
start_hub hub
expect 0 "not confirmed yet" --db k2.db book --unit T2 --slot s3 B1 D1
hub_says rights show
printf '%s' "$said" | grep -q 'said what they hold.*: k1\.' || fail "who is waited for: $said"
hub_says devices list
printf '%s' "$said" | grep ' k1 ' | grep -q 'has yet to say' || fail "who is waited for: $said"
expect 0 "0 waiting" --db k1.db sync
hub_says rights show
printf '%s' "$said" | grep -q 'said what they hold' && fail "still waited for: $said"
expect 0 "0 waiting" --db k2.db sync
expect 1 "just been taken" --db k2.db book --unit T2 --slot s3 B1 D1
expect 0 '"status":"confirmed"' --db k2.db book --unit T1 --slot s3 B1 D1 --json
stop_hub

finish
