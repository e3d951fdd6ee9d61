#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A session behind closed doors from outside: kioskctl_sessions.sh KIOSKCTL
# Created by its host, approved by somebody else, invited, admitted, written down, locked; and then everything that leaves
# the machine in a general way is searched for what was said in confidence.
. "$(dirname "$0")/../support/script.sh"

kioskctl=$1
tell() { "$kioskctl" --lang en --db salon.db "$@"; }

cat >salon.json <<'JSON'
{"event": {"code": "DEMO", "type": "salon", "addons": ["closed_door"], "starts": "2026-11-20T13:00:00+08:00",
           "ends": "2026-11-20T18:00:00+08:00", "timezone": "Asia/Shanghai", "title_en": "Salon"},
 "ticket_types": [{"id": "std", "name_zh": "标准票", "name_en": "Standard"}],
 "checkpoints": [{"id": "main", "name_en": "Main door"},
                 {"id": "door", "name_en": "Room 3", "scope": "session", "session": "cd1"}],
 "sessions": [{"id": "cd1", "kind": "closed_door", "title_zh": "SECRETTITLE-zh", "title_en": "SECRETTITLE-en",
               "public_title_zh": "内部会议", "public_title_en": "Private meeting", "nda": true, "minimum": 2, "capacity": 12,
               "starts": "2026-11-20T16:00:00+08:00", "ends": "2026-11-20T17:30:00+08:00", "room_en": "Third floor",
               "host": "H1", "host_org": "SECRETHOSTORG", "note_taker": "B1", "level": "confidential",
               "nda_text_zh": "SECRETNDA-zh", "nda_text_en": "SECRETNDA-en", "nda_version": "v7", "rivals": ["SECRETRIVAL"]}],
 "registrations": [{"ticket": "H1", "ticket_type": "std", "name": "王谷雨", "phone": "10000005678", "organisation": "青屿示例银行"},
                   {"ticket": "B1", "ticket_type": "std", "name": "李白露", "phone": "10000005679", "organisation": "松果示例软件"},
                   {"ticket": "C1", "ticket_type": "std", "name": "解惊蛰", "organisation": "松果示例软件"}],
 "staff": [{"id": "boss", "roles": ["organizer"]}, {"id": "lead", "roles": ["station_lead"]},
           {"id": "host", "roles": ["session_host"]}, {"id": "desk", "roles": ["desk"]}]}
JSON
expect 0 "" init --event salon.json

# The journey.
expect 0 "Private meeting" session list
expect 0 "SECRETTITLE-en" session list --private --staff boss
expect 1 "may not do that" session list --private --staff desk
expect 1 "Say who you are" session list --private
expect 0 "H1: not approved yet" session invite cd1 H1 --role host --staff host
expect 0 "1 seats" session quota cd1 --organisation 松果示例软件 --seats 1 --staff boss
expect 1 "not_allowed" --json session quota cd1 --organisation 松果示例软件 --seats 9 --staff desk
expect 1 "C1: refused: The organisation's seats" session invite cd1 B1 C1 --staff host
expect 0 "cd1: submitted" session submit cd1 --staff host
expect 1 "Whoever submitted" session approve cd1 --staff host
expect 1 "may not do that" session approve cd1 --staff desk
expect 1 "not invited" scan H1 --checkpoint door --consent nda
expect 0 "cd1: approved" session approve cd1 --staff boss
expect 1 "not invited" scan C1 --checkpoint door
expect 1 "NDA" scan H1 --checkpoint door
expect 0 "" scan H1 --checkpoint door --consent nda
expect 0 "Inside: 1 (too few inside)" session show cd1
expect 0 "" scan B1 --checkpoint door --consent nda
expect 0 "Inside: 2 (enough inside)" session show cd1
printf 'SECRETMINUTES\nsecond line\n' >minutes.txt
expect 1 "There is no text" session minutes cd1 --staff host
expect 0 "" session minutes cd1 --file minutes.txt --staff host
expect 0 "" session point cd1 --text SECRETPOINT --staff boss
expect 0 "" leads add --type trial --ticket B1 --note SECRETLEAD --session cd1 --staff boss
expect 0 "SECRETLEAD" --json leads list --session cd1 --full
expect 0 "SECRETMINUTES" session show cd1 --private --staff lead

# A second one, made on the day, gets a door of its own; changed after its approval it is a draft again.
echo SECRETNDA >nda.txt
expect 0 "cd2: draft" session new cd2 --title-en SECRETTITLE --public-title-en "Another one" --nda-en nda.txt --nda-version 1 \
    --starts 2026-11-20T16:30:00+08:00 --ends 2026-11-20T17:30:00+08:00 --max 5 --staff boss
expect 2 "end after it starts" session new cd2 --ends 2026-11-20T16:00:00+08:00 --staff boss
expect 0 "" session invite cd2 H1 B1 --staff boss
expect 0 "busy at that time (cd1)" session show cd2 --private --staff boss
expect 0 "" session submit cd2 --staff desk
expect 0 "cd2: approved" session approve cd2 --staff lead
expect 0 "cd2: draft" session new cd2 --max 6 --staff boss
expect 0 "" session submit cd2 --staff desk
expect 0 "" session approve cd2 --staff lead
expect 0 "" scan H1 --checkpoint cd2 --consent nda
expect 1 "not_allowed" --json session cancel cd2 --staff desk
expect 0 "cd2: cancelled" session cancel cd2 --why SECRETREASON --staff boss
expect 1 "door is closed" scan B1 --checkpoint cd2 --consent nda
expect 2 "no such session" session show cd9

# Invitations: of those alone who are let in, and without a word of what it is about.
expect 1 "may not do that" session invitations cd1 --out invitations --staff desk
expect 0 "2 invitations" session invitations cd1 --out invitations --staff boss
for file in H1.png B1.png invitations.pdf invitations.csv; do
    [ -s "invitations/$file" ] || fail "there is no invitations/$file"
done
grep -q 王谷雨 invitations/invitations.csv || fail "the list of invitations lacks a name"
expect 0 "1" decode invitations/H1.png

expect 0 "cd1: locked" session lock cd1 --staff host
expect 1 "locked" session minutes cd1 --text late --staff boss
expect 1 "locked" session invite cd1 C1 --staff boss

# Everything general, and what is confidential in none of it.
mkdir general
for format in csv json xlsx; do
    for who in full masked partner; do
        tell export --format $format --who $who --out "general/attendance-$who.$format" >>general/said.txt 2>&1 || fail "export $format $who"
    done
done
tell export --leads general/leads.csv >>general/said.txt 2>&1 || fail "export of leads"
tell report --markdown general/report.md >>general/said.txt 2>&1 || fail "report"
for call in "event" "stats" "leads list --full" "responses list --full" "session list" "session show cd1" "conflicts" "search 王谷雨 --full" \
    "scan H1 --checkpoint main" "doctor"; do
    # shellcheck disable=SC2086
    tell $call >>general/said.txt 2>&1
    # shellcheck disable=SC2086
    tell --json $call >>general/said.txt 2>&1
done
for book in general/*.xlsx; do
    unzip -p "$book" >"$book.txt" || fail "$book is no workbook"
done
pdftotext invitations/invitations.pdf general/invitations.txt 2>/dev/null
cp invitations/invitations.csv general/
if grep -rl SECRET general; then
    grep -rho "SECRET[A-Z]*[-a-z]*" general | sort | uniq -c >&2
    fail "something confidential is in a general export"
fi
# The test can find what it looks for: with the right to it, it is there.
expect 0 "SECRETTITLE-en" session show cd1 --private --staff boss

# Erasing takes the words, and the journal still holds together.
expect 0 "" erase cd1 --yes
said=$(tell --json session show cd1 --private --staff boss 2>&1)
printf '%s' "$said" | grep -q SECRET && fail "erased words are still there: $said"
expect 0 "" verify

finish
