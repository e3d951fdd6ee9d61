#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two databases and a real hub, from outside: kioskctl_sync.sh KIOSKCTL KIOSK-HUB
# Enrolment, a new kiosk from the hub's snapshot, a conflict made apart, its settling, a hub that is away and comes back,
# a changed key, revocation.
. "$(dirname "$0")/../support/script.sh"

kioskctl=$1
hub=$2
event=HANGZHOU-SALON
ticket=G3BBWJ17C0
tell() { "$kioskctl" --lang en "$@"; }

expect 0 "is set up" --db a.db --device k1 init --demo
expect 1 "Not enrolled" --db a.db hub status
expect 2 "not enrolled" --db a.db sync
expect 1 '"enrolled":false' --db a.db hub status --json
expect 2 "not a hub's code" --db a.db enroll 'https://example.org'

start_hub hub
code=$(new_code hub)
[ -n "$code" ] || give_up "the hub gave no code"
expect 0 "as k1, event $event" --db a.db enroll "$code"
[ "$(stat -c %a a.db.hub)" = 600 ] || fail "the token can be read by others"
expect 3 "did not take this machine" --db a.db enroll "$code" # a code works once
expect 0 "0 waiting" --db a.db sync
expect 0 "0 sent, 0 received, 0 waiting" --db a.db sync
expect 0 "The hub answers" --db a.db hub status
# The doctor looks at the whole machine; only its word on the hub counts here.
"$kioskctl" --lang en --db a.db doctor 2>/dev/null | grep -q "✓ The hub .* answers; this machine is k1" || fail "doctor says nothing of the hub"

# A new kiosk: nothing there but the code.
enroll_new b.db k2 hub
grep -q "as k2; the event $event is here" enroll.txt || fail "enroll said: $(cat enroll.txt)"
[ ! -e b.db.snapshot ] || fail "the download was left behind"
expect 0 "Sound" --db b.db verify
expect 0 '"device":"k2"' --db b.db hub status --json
expect 0 "0 waiting" --db b.db sync

# Cut off from each other, both let the same ticket in.
stop_hub
expect 0 "admitted" --db a.db scan "$ticket" --checkpoint main
expect 0 "admitted" --db b.db scan "$ticket" --checkpoint main
expect 1 "cannot be reached" --db a.db sync --once
expect 1 '"trouble":"unreachable"' --db a.db sync --once --json
expect 0 "0 open" --db a.db conflicts

# The hub comes back; everybody sees the same.
start_hub hub
expect 0 "1 sent" --db a.db sync
expect 0 "1 sent, 1 received, 0 waiting" --db b.db sync
expect 0 "0 waiting" --db a.db sync
for database in a.db b.db; do
    expect 1 "1 open, 0 settled" --db $database conflicts
    expect 1 "  k1  clock error" --db $database conflicts
    expect 1 "  k2  clock error" --db $database conflicts
    expect 1 '"too_many":1' --db $database conflicts --json
done
expect 1 "王谷雨" --db a.db conflicts --names
"$kioskctl" --lang en --db a.db conflicts | grep -q 王谷雨 && fail "a full name without --names"
[ "$("$kioskctl" --db a.db conflicts --json)" = "$("$kioskctl" --db b.db conflicts --json)" ] || fail "two lists of conflicts"

# One of them settles it, for all.
id=$("$kioskctl" --db b.db conflicts --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')
expect 2 "no conflict of that number" --db b.db conflicts resolve 00000000 --by desk-1
expect 2 "no such member of staff" --db b.db conflicts resolve "$id" --by nobody
expect 0 "Settled" --db b.db conflicts resolve "$id" --by desk-1 --note "两位同名"
expect 0 "0 open, 1 settled" --db b.db conflicts
expect 0 "1 sent" --db b.db sync
expect 0 "1 received" --db a.db sync
expect 0 "0 open, 1 settled" --db a.db conflicts
expect 0 "settled by desk-1" --db a.db conflicts --all

# Settings flow down.
expect 0 "Closed" --db a.db event close zone
expect 0 "0 waiting" --db a.db sync
expect 0 "0 waiting" --db b.db sync
"$kioskctl" --lang en --db b.db event | grep -q "zone.*closed" || fail "a closed door did not arrive"

# Revoked: said in words, nothing lost here, the other one unaffected.
"$hub" --data hub devices revoke "$event" k2 >>hub.log 2>&1 || fail "the hub did not revoke"
expect 1 "" --db b.db scan "$ticket" --checkpoint main
expect 1 "no longer takes this machine" --db b.db sync
expect 1 "no longer takes this machine" --db b.db hub status
expect 0 "Sound" --db b.db verify
expect 0 "0 waiting" --db a.db sync
# Enrolled again, it goes on.
expect 0 "as k2" --db b.db enroll "$(new_code hub)"
expect 0 "0 waiting" --db b.db sync

# Another hub at the same address is not this hub.
stop_hub
rm -rf other
start_hub other
expect 1 "certificate changed" --db a.db sync --once
expect 1 "certificate changed" --db a.db hub status
stop_hub

expect 0 "no longer used" --db a.db hub forget
expect 1 "Not enrolled" --db a.db hub forget
[ ! -e a.db.hub ] || fail "the address is still there"
expect 0 "Sound" --db a.db verify

finish
