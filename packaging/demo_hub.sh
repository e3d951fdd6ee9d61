#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The demo's second part: two kiosks and a hub; one kiosk's cable is pulled, both go on admitting people, and afterwards
# both know the same. Called by demo.sh after its build; leaves hub.txt and pictures of the second kiosk in OUT.
#   demo_hub.sh BIN DATABASE OUT        DATABASE: an event, copied and not changed
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$1 source=$2 out=$3
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
export XIANGDAO_HUB_DATA=$work/hub
mkdir -p "$out"
exec 3>"$out/hub.txt"
tell() { printf '\n%s\n' "$*" >&3; }
wait_for() { # SECONDS COMMAND…
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { echo "demo_hub: waited too long for: $*" >&2; return 1; }
        sleep 0.2
    done
}
kiosk() { "$bin/kioskctl" --lang zh --db "$work/$1.db" "${@:2}"; }
status() { tell "$1"; for k in k1 k2; do printf '  %s  ' $k >&3; kiosk $k hub status >&3 || true; done; }

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$bin/kiosk-hub" serve --listen "127.0.0.1:$port" --url "https://127.0.0.1:$port" >"$work/hub.out" 2>"$work/hub.log" &
wait_for 30 test -s "$XIANGDAO_HUB_DATA/running"
code() { "$bin/kiosk-hub" code | grep -o "xiangdao-hub:[^']*" | head -n 1; }
first=$(code)
python3 packaging/demo_line.py "$port" "$work/port" &
cable=$!
wait_for 10 test -s "$work/port"

tell "== 1. 会务中心：第一台机器带来活动和名单 / the hub; the first kiosk brings the event and its list"
"$bin/kioskctl" --db "$source" backup --out "$work/k1.db" >/dev/null
kiosk k1 enroll "$first" >&3
kiosk k1 sync >&3
tell "== 2. 第二台机器只扫会务中心的码 / the second kiosk starts from the hub's code alone"
second=$(code)
kiosk k2 enroll "$(sed "s/%3A$port/%3A$(cat "$work/port")/" <<<"$second")" --device k2 >&3
kiosk k2 stats >&3

# Of those who have answered all questions and are not there yet.
mapfile -t tickets < <(kiosk k1 export --format csv --out "$work/list.csv" >/dev/null && python3 - "$work/list.csv" <<'PY'
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8-sig")))
questions = list(rows[0])[list(rows[0]).index("备注") + 1 :]
waiting = [row for row in rows if row["状态"] == "已确认" and row["到场"] == "未到" and all(row[name] for name in questions)]
print("\n".join(row["票号"].strip() for row in waiting[:4]))
PY
)
[ ${#tickets[@]} -eq 4 ] || { echo "demo_hub: there are not four people left to admit" >&2; exit 1; }
scan() { kiosk "$1" scan "$2" >&3 || { echo "demo_hub: $2 was not admitted at $1; see $out/hub.txt" >&2; exit 1; }; }
tell "== 3. 两台都连着 / both are connected"
scan k1 "${tickets[0]}"
scan k2 "${tickets[1]}"
kiosk k1 sync >&3; kiosk k2 sync >&3; kiosk k1 sync >&3

tell "== 4. 拔掉第二台的网线，两台继续验票，其中一张票两边都用了 / the second one's cable is pulled; one ticket is used at both"
kill -USR1 $cable
scan k1 "${tickets[2]}"
scan k2 "${tickets[2]}"
scan k2 "${tickets[3]}"
kiosk k1 sync >&3
kiosk k2 sync --once >&3 2>&3 || true
picture() { # NAME: what the second kiosk's window shows
    command -v import >/dev/null || { tell "（没有 imagemagick，不截图 / no pictures without imagemagick）"; return 0; }
    timeout 90 bash packaging/virtual-display.sh bash -c '
        "$0/kiosk" --db "$1" --windowed 1280x800 >"$3" 2>&1 & pid=$!
        for _ in $(seq 150); do grep -q "first frame" "$3" && break; sleep 0.2; done
        sleep 6 # until it has heard from the hub, or has not
        window=$(xwininfo -root -children | sed -nE "s/^ +(0x[0-9a-f]+) .*1280x800.*/\1/p" | head -n 1)
        import -window "${window:-root}" "$2"
        kill $pid; wait $pid || true' "$bin" "$work/k2.db" "$out/$1.png" "$work/$1.log"
}
picture hub-cut-off

tell "== 5. 网线插回去 / the cable is put back"
kill -USR2 $cable
for k in k2 k1 k2; do kiosk $k sync >&3; done
picture hub-healed
for k in k1 k2; do
    tell "$k:"
    kiosk $k stats >&3
    kiosk $k conflicts >&3 || true # says 1 where there is something to decide
    kiosk $k verify >&3
done
tell "会务中心 / the hub:"
"$bin/kiosk-hub" devices list >&3
# The ticket that was used at both is one case, and the same one everywhere.
one=$(kiosk k1 --json conflicts || true) two=$(kiosk k2 --json conflicts || true)
[ "$(grep -c . <<<"$one")" -eq 1 ] && [ "$one" = "$two" ] || { echo "demo_hub: the kiosks disagree about conflicts; see $out/hub.txt" >&2; exit 1; }
# The journals' lengths differ: what is confidential of the closed session goes to no kiosk that wasn't given the right.
counts() { kiosk "$1" stats | grep -v '^日志'; }
[ -n "$(counts k1)" ] && [ "$(counts k1)" = "$(counts k2)" ] || { echo "demo_hub: the kiosks disagree about attendance; see $out/hub.txt" >&2; exit 1; }
