#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub as a person starts it, with nothing set up: kiosk_hub.sh KIOSK_HUB
. "$(dirname "$0")/../support/script.sh"

hub=$1
unset XDG_DATA_HOME LC_ALL LC_MESSAGES LANG
tell() { "$hub" --lang "${language:-en}" "$@"; }
stop_here() {
    cat out log >&2
    give_up "$1"
}

# Ports that nobody listens on, most likely; another try with another one where that was wrong.
port=$((20000 + $$ % 20000))
start() {
    tries=0
    while :; do
        : >out
        "$hub" serve --listen "127.0.0.1:$port" "$@" >out 2>log &
        hub_process=$!
        waited=0
        while [ $waited -lt 600 ]; do
            grep -q "kiosk-hub code" out && return 0 # the last line, in every language
            kill -0 "$hub_process" 2>/dev/null || break
            sleep 0.1
            waited=$((waited + 1))
        done
        tries=$((tries + 1))
        grep -q "in use" log && [ $tries -lt 5 ] || stop_here "the hub does not start"
        port=$((port + 7))
    done
}
stop() {
    kill -TERM "$hub_process"
    wait "$hub_process"
    code=$?
    hub_process=
    [ $code -eq 0 ] || stop_here "SIGTERM ended it with $code"
}
# No key of the catalogue shows as itself.
all_in_words() { ! printf '%s' "$said" | grep -qE '(^|[ (])(hub|error)\.[a-z_]+'; }
# The same as expect, in Chinese.
expect_zh() {
    language=zh
    expect "$@"
    language=
    all_in_words || fail "a key without a text: $said"
}
ask() { curl --silent --show-error --max-time 60 --insecure "$@"; }

# What it says before there is a hub.
expect 0 "kiosk-hub serve" --help
expect_zh 0 "会务中心：收集" --help
for command in serve code users "users add" "users list" "users revoke" devices "devices list" "devices revoke" \
    "devices lost" quarantine "quarantine list" doctor backup restore restored recovered key "key plan" "key switch"; do
    for said in "$("$hub" $command --help)" "$("$hub" --lang en $command --help)"; do
        [ -n "$said" ] && all_in_words || fail "$command --help: $said"
    done
done
"$hub" code 2>&1 | grep -qF "还没有会务中心" || fail "does not speak Chinese by itself"
LANG=en_GB.UTF-8 "$hub" code 2>&1 | grep -qF "No hub has been started" || fail "does not speak the machine's English"
expect 2 "No hub has been started" code
expect_zh 2 "请先运行 kiosk-hub serve" code
expect 2 "kiosk-hub --help says how" no-such-command
expect_zh 2 "命令写法不对" no-such-command
expect 2 "go together" serve --certificate x.crt
expect_zh 2 "要一起写" serve --certificate x.crt
expect 2 "ADDRESS:PORT" serve --listen nonsense
expect_zh 2 "地址:端口" serve --listen nonsense

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
expect 0 "kiosk-2 is revoked" devices revoke summit kiosk-2
expect 0 "revoked" devices list
expect_zh 0 "已停用" devices list
expect 2 "no such device" devices lost summit nobody
expect_zh 2 "没有名为 nobody 的机器" devices lost summit nobody
expect_zh 0 "0 个名额" devices lost summit kiosk-1
expect 0 "shown once" users add mei organizer
expect 0 "mei" users list
expect 0 "mei" users revoke mei
expect 2 "no user" users revoke nobody
expect_zh 2 "没有名为 nobody 的人" users revoke nobody
expect_zh 0 "令牌只显示这一次" users add lan viewer
expect_zh 2 "不含空格的名字" users add "a b" viewer
expect 2 "" users add mei king
expect 0 "Nothing" quarantine list
expect_zh 0 "隔离区是空的" quarantine list
expect_zh 2 "--after 请写数字" quarantine list --after x
expect 0 "ok    the store" doctor
expect_zh 0 "正常  数据库可以写入" doctor
expect_zh 0 "只能用一次" code --event summit
expect_zh 2 "不含空格" code --event "a b"
expect 0 "nothing to do" recovered
expect 1 "The hub runs" restored
expect_zh 1 "先停下它" restored
expect 0 "A copy" backup "$folder/copy.db"
expect 1 "The hub runs" restore "$folder/copy.db"
expect_zh 1 "先停下它" restore "$folder/copy.db"

# A second one with the same data.
"$hub" serve --listen "127.0.0.1:$((port + 1))" >out2 2>log2
[ $? -eq 1 ] && grep -q "先停下它" log2 || fail "two hubs with one store: $(cat log2)"

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
expect_zh 3 "注意  会务中心" doctor
epoch() { "$hub" --lang en doctor | sed -n 's/.*(epoch \(.*\))/\1/p'; }
expect_zh 0 "恢复已结束" recovered
expect 0 "epoch" doctor
first=$(epoch)
expect_zh 0 "自动补传" restored
expect 3 "restored" doctor

# Again: the same key, no second token.
start
[ "$(grep -o "sha256//.*" out)" = "$pin" ] || fail "the pin changed"
grep -qF "$token" out && fail "the token is shown twice"
ask -H "Authorization: Bearer $token" "$url/v1/devices" | grep -q kiosk-1 || fail "the devices are gone"
expect 3 "restored" doctor
expect 0 "is over" recovered
expect 0 "epoch" doctor
[ -n "$first" ] && [ "$(epoch)" != "$first" ] || fail "the epoch is the old one"
grep -q "会务中心已启动" out || fail "it does not speak Chinese"

# Killed, and a command right after it.
kill -KILL "$hub_process"
wait "$hub_process" 2>/dev/null
hub_process=
expect 0 "kiosk-1" devices list
expect 2 "address is not known" code

# The next key is announced, then used.
expect 0 "sha256//" key plan
expect 0 "Start the hub again" key switch
LANG=en_GB.UTF-8
export LANG
start
grep -q "The hub runs at" out || fail "it does not speak English"
expect_zh 0 "正常  数据库可以写入" doctor # the caller's language, not the hub's
[ "$(grep -o "sha256//.*" out)" != "$pin" ] || fail "the key is the old one"
stop

finish
