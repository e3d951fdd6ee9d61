#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The commands `kioskctl plugins …` from outside, with the plugins that were built: kioskctl_plugins.sh KIOSKCTL
. "$(dirname "$0")/../support/script.sh"

kioskctl=$1
installed=$(cd "$(dirname "$kioskctl")/../lib/xiangdao/plugins" && pwd)
tell() { "$kioskctl" --db a.db --lang en "$@"; }

expect 0 "is set up" init --demo
expect 0 "salon" plugins
expect 0 '"signature":"none"' plugins list --json
expect 0 "admission.decide/1" plugins show salon
expect 0 "[registration]" plugins show salon --describe
expect 2 "no such plugin" plugins show nobody

# Keys: made, used, trusted, required.
expect 0 "keep it to yourself" plugins sign --new-key k
expect 2 "a file of that name" plugins sign --new-key k
[ "$(stat -c %a k)" = 600 ] || fail "the secret key can be read by others"
cp -r "$installed/salon" salon
expect 2 "public part" plugins sign salon --key k.pub --name me
expect 0 "is signed" plugins sign salon --key k --name me
expect 2 "secret part" plugins trust me k
expect 0 "is trusted now" plugins trust me k.pub
expect 0 "me " plugins trust --list
expect 2 "name and a key" plugins trust
expect 2 "name and a key" plugins trust --list --require on
expect 0 "Only plugins signed" plugins trust --require on
expect 1 "no trusted signature" plugins list
expect 1 '"error":"error.plugin_signature"' plugins list --json
XIANGDAO_PLUGINS=$folder expect 0 '"signature":"good"' plugins show salon --json
expect 0 "no longer trusted" plugins trust --remove me
expect 2 "No trusted key" plugins trust --remove me
expect 0 "Unsigned plugins" plugins trust --require off
echo '{' >a.db.trust.json
expect 1 "can't be read" plugins list
expect 2 "can't be read" plugins trust --list
rm a.db.trust.json

# A plugin that is not what it says.
echo x >>salon/salon.so
expect 1 "not the one that was released" plugins check ./salon
printf '{"id": "\377"}' >salon/manifest.json
expect 2 "manifest is wrong" plugins check ./salon
expect 2 "no such plugin" plugins check nowhere
expect 2 "cannot be read" plugins check ./nowhere

# Switched off, the door goes to staff; switched on, it opens. What was asked is on record and answered the same.
ticket=$("$kioskctl" --db a.db --json search 何春分 --full | sed -n 's/.*"ticket":"\([^"]*\)".*/\1/p' | head -n 1)
expect 2 "reason" plugins quarantine salon
expect 2 "Give a reason" plugins quarantine salon --reason " "
expect 0 "switched off" plugins quarantine salon --reason "asks the wrong people"
expect 1 "asks the wrong people" plugins list
expect 1 "for staff to see" scan "$ticket"
expect 2 "use --all" plugins release
expect 0 "switched on" plugins release salon
expect 1 "Nothing is switched off" plugins release salon
expect 0 "admitted" scan "$ticket"
[ -s a.db.calls.jsonl ] || fail "no call is on record"
expect 0 " 0 different" plugins replay-calls
sed 's/admitted/refused/' a.db.calls.jsonl >altered.jsonl
expect 1 "admitted" plugins replay-calls altered.jsonl
expect 0 "erased" --json erase "$ticket" --yes
[ ! -e a.db.calls.jsonl ] || fail "recorded calls are left after an erasure"
expect 0 "No calls are recorded" plugins replay-calls

finish
