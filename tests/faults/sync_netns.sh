#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The hub and its kiosks on two machines, as far as the kernel's network is concerned: two network namespaces with a cable
# between them that loses one direction, loses packets at random, is pulled out and put back.
# Usage: sync_netns.sh KIOSK_HUB SYNC_KIOSK
#
# Needs root, or a kernel that lets anybody have namespaces; where neither is so it says why and exits with 77.
# Namespaces and processes end with this script however it ends.
set -euo pipefail
hub_program=$1 kiosk_program=$2
patience=${XIANGDAO_PATIENCE_S:-60}

if [ "$(id -u)" -ne 0 ]; then
    if why=$(unshare --user --map-root-user --net true 2>&1); then
        exec unshare --user --map-root-user bash "$0" "$@"
    fi
    echo "skipped: not root, and no namespaces for others here ($why)"
    exit 77
fi
if ! why=$(unshare --net true 2>&1); then
    # Root without this capability is root of a container that may not; anything else is to be looked at.
    capabilities=$((16#$(sed -n 's/^CapEff:\s*//p' /proc/self/status)))
    if (((capabilities >> 21 & 1) == 0)); then
        echo "skipped: this container may not make network namespaces ($why)"
        exit 77
    fi
    echo "FAILED: no network namespace: $why"
    exit 1
fi
for tool in ip iptables nsenter setpriv; do
    command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin:/sbin
    command -v "$tool" >/dev/null || { echo "FAILED: $tool is not installed"; exit 1; }
done

folder=$(mktemp -d)
processes=()
finish() {
    local code=$?
    for process in "${processes[@]}"; do kill -9 "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    [ "$code" -eq 0 ] || { echo "--- last words"; tail -n 5 "$folder/hub.out" "$folder/k1.out" "$folder/k2.out" 2>/dev/null || true; }
    rm -rf "$folder"
    exit "$code"
}
trap finish EXIT
trap 'exit 1' INT TERM
fail() {
    echo "FAILED: $*"
    exit 1
}
# with_us COMMAND…: in the background, and dead when this script is.
with_us() {
    setpriv --pdeathsig KILL "$@" <&0 & # said, because a background job has no input otherwise
    processes+=($!)
}

with_us unshare --net sleep 3600
hub_side=$!
with_us unshare --net sleep 3600
kiosk_side=$!
in_hub() { nsenter --target "$hub_side" --net "$@"; }
in_kiosk() { nsenter --target "$kiosk_side" --net "$@"; }
# eventually WHAT COMMAND…
eventually() {
    local what=$1 end=$((SECONDS + patience))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "$what did not come about in $patience s"
        sleep 0.05
    done
}
apart() { [ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
eventually "a namespace" apart "$hub_side"
eventually "a namespace" apart "$kiosk_side"

address=10.77.0.1 port=8443
in_hub ip link set lo up
in_hub ip link add cable type veth peer name cable-k
in_hub ip link set cable-k netns "$kiosk_side"
in_hub ip addr add $address/24 dev cable
in_hub ip link set cable up
in_kiosk ip link set lo up
in_kiosk ip addr add 10.77.0.2/24 dev cable-k
in_kiosk ip link set cable-k up

mkdir "$folder/hub"
with_us nsenter --target "$hub_side" --net "$hub_program" serve --data "$folder/hub" --listen $address:$port >"$folder/hub.out" 2>&1
hub=$!
eventually "the hub's start" test -s "$folder/hub/running"
pin=$(sed -n 2p "$folder/hub/running")
for kiosk in k1 k2; do
    code=$(in_hub "$hub_program" code --data "$folder/hub" --event fault-event | sed -nE 's/.*[?&]c=([A-Za-z0-9]+).*/\1/p' | head -n 1)
    [ -n "$code" ] || fail "no enrolment code"
    in_kiosk "$kiosk_program" enroll "$folder/$kiosk.db" $kiosk https://$address:$port "$pin" "$code"
done

# Both at work from here on; their input never ends.
mkfifo "$folder/input"
exec 9<>"$folder/input"
kiosks=()
for kiosk in k1 k2; do
    with_us nsenter --target "$kiosk_side" --net "$kiosk_program" live "$folder/$kiosk.db" $kiosk 7 60 <&9 >"$folder/$kiosk.out"
    kiosks+=($!)
done
saved() { awk '/^durable/ { n++ } END { print n + 0 }' "$folder/$1.out"; }
state() { sed -n 's/^trouble //p' "$folder/$1.out" | tail -n 1; }
both_are() { [ "$(state k1)" = "$1" ] && [ "$(state k2)" = "$1" ]; }
both_are_well() { for kiosk in k1 k2; do case "$(state $kiosk)" in none | "") ;; *) return 1 ;; esac; done; }
both_saved() { [ "$(saved k1)" -ge "$1" ] && [ "$(saved k2)" -ge "$2" ]; }
both_go_on() { # people come all the same
    eventually "that both kiosks go on saving" both_saved $(($(saved k1) + 2)) $(($(saved k2) + 2))
}
# bad WHAT: what was done to the line is noticed, and work goes on; well: it is noticed that the line is well again.
bad() {
    eventually "that both kiosks say 'unreachable' ($1)" both_are unreachable
    both_go_on
    echo "ok: $1: noticed, and work went on ($SECONDS s)"
}
well() {
    eventually "that both kiosks are well again" both_are_well
}

eventually "the first operations" both_saved 10 10
well
echo "ok: two kiosks at work ($SECONDS s)"

in_kiosk iptables -I INPUT -p tcp --sport $port -j DROP
bad "answers vanish"
in_kiosk iptables -F INPUT
well

in_kiosk iptables -I OUTPUT -p tcp --dport $port -j DROP
bad "requests vanish"
in_kiosk iptables -F OUTPUT
well

in_kiosk iptables -I OUTPUT -p tcp --dport $port -j REJECT --reject-with tcp-reset
bad "connections are reset"
in_kiosk iptables -F OUTPUT
well

in_kiosk ip link set cable-k down
bad "the cable is out"
in_kiosk ip link set cable-k up
well

in_kiosk ip route add blackhole $address/32
bad "no way there"
in_kiosk ip route del blackhole $address/32
well

for side in "$hub_side" "$kiosk_side"; do
    nsenter --target "$side" --net iptables -I INPUT -p tcp -m statistic --mode random --probability 0.15 -j DROP
done
for _ in 1 2 3; do both_go_on; done
sleep 3 # a while of it; nothing is concluded from how long it was
for side in "$hub_side" "$kiosk_side"; do nsenter --target "$side" --net iptables -F INPUT; done
well
echo "ok: every seventh packet is lost in each direction ($SECONDS s)"

# The cable out and in, faster than anybody can notice.
for _ in 1 2 3 4 5 6; do
    in_kiosk ip link set cable-k down
    sleep 0.2
    in_kiosk ip link set cable-k up
    sleep 0.2
done
well

for process in "${kiosks[@]}"; do
    kill -9 "$process"
    wait "$process" 2>/dev/null || true
done
kill -0 "$hub" || fail "the hub is gone"
for kiosk in k1 k2 k1 k2; do
    in_kiosk "$kiosk_program" settle "$folder/$kiosk.db" $kiosk "$patience" >"$folder/$kiosk.settled" ||
        fail "$kiosk does not drain: $(tail -n 3 "$folder/$kiosk.settled")"
done
for kiosk in k1 k2; do
    "$kiosk_program" ids "$folder/$kiosk.db" $kiosk >"$folder/$kiosk.ids"
    read -r word pending feed < <(tail -n 1 "$folder/$kiosk.settled")
    # Numbers of the feed count from 1 without gaps, and what has been read twice is kept once.
    count=$(grep -cE '^[^ ]+/[^ ]+/[0-9]+$' "$folder/$kiosk.ids")
    [ "$word $pending" = "settled 0" ] && [ "$count" -eq "$feed" ] ||
        fail "$kiosk: $word, $pending pending, $count operations here, $feed on the hub"
    missing=$(awk -v kiosk="$kiosk" 'NR == FNR { there[$0]; next }
                                     /^durable/ && !((kiosk "/" $2 "/" $3) in there) { print $2 "/" $3; exit }' \
                  "$folder/k1.ids" "$folder/$kiosk.out")
    [ -z "$missing" ] || fail "$kiosk/$missing was saved and is missing"
done
cmp "$folder/k1.ids" "$folder/k2.ids" || fail "the kiosks know different things"
kill -TERM "$hub"
wait "$hub" || fail "the hub did not end well"
echo "ok: $feed operations, on the hub once and on both kiosks the same ($SECONDS s)"
