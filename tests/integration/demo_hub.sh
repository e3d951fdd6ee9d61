#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo's second part on a fresh salon: demo_hub.sh BIN SOURCE
# packaging/demo_hub.sh says itself where something is not as it tells; here is checked what it leaves.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1/kioskctl" --db "$folder/salon.db" init --demo >/dev/null
bash "$2/packaging/demo_hub.sh" "$1" "$folder/salon.db" "$folder/out"
for name in hub.txt hub-cut-off.png hub-healed.png; do
    [ -s "$folder/out/$name" ] || { echo "demo_hub: $name is missing or empty" >&2; exit 1; }
done
grep -q 'k2.*kioskctl/' "$folder/out/hub.txt" || { echo "demo_hub: the hub does not list the second kiosk" >&2; exit 1; }
