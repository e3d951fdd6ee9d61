#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The demo's whole day and what can be taken out of it, from outside: demo_day.sh KIOSKCTL
. "$(dirname "$0")/../support/script.sh"

kioskctl=$1
tell() { "$kioskctl" --db day.db --lang en "$@"; }
# count NUMBER TEXT FILE: in how many lines it is
count() {
    got=$(grep -cF -- "$2" "$3")
    [ "$got" -eq "$1" ] || fail "$3 holds $got lines with \"$2\" instead of $1"
}

expect 0 "204 people" init --demo-day
expect 2 "excludes" init --demo-day --demo
expect 0 "Present: 172" stats
expect 0 "Meetings booked: 46" stats
expect 0 "Meetings nobody came to: 5" stats
expect 0 "0 findings" verify
expect 0 "35 leads" leads list
expect 0 "3 leads" leads list --session cd1

expect 0 "46 bookings" export --bookings day.csv
count 47 "" day.csv
count 5 "No-show" day.csv
expect 0 "46 bookings" export --bookings day.xlsx
expect 0 "41 bookings" export --bookings day.pdf
expect 0 "are exported" export --bookings t1.ics --unit T1
expect 0 "46 bookings" export --bookings masked.csv --who masked
expect 2 "ends with" export --bookings day.doc
expect 2 "Only organizers" export --bookings secret.csv --confidential desk-1
expect 2 "no such table" export --bookings t9.ics --unit T9
[ ! -e secret.csv ] || fail "a refused export left a file"
uid=$(sed -n 2p day.csv | tr -d '\r' | sed 's/.*,//')
expect 0 "1 bookings" export --bookings slip.png --slip "$uid"
expect 2 "no such booking" export --bookings slip.png --slip 00000000
[ "$(head -c 4 slip.png | tail -c 3)" = PNG ] || fail "the slip is no picture"
[ "$(head -c 4 day.pdf)" = %PDF ] || fail "the plan is no PDF"
pdftotext day.pdf day.txt || fail "the plan can't be read"
grep -qF "招标前先对一对需求" day.txt || fail "the plan does not say what meetings are about"
[ "$(head -n 1 t1.ics | tr -d '\r')" = BEGIN:VCALENDAR ] || fail "the calendar is none"

# What was said behind the closed door is in nothing that everybody may have.
expect 0 "report.md" report --markdown report.md
expect 0 "attendance.csv" export --format csv --out attendance.csv
for file in day.csv t1.ics report.md attendance.csv; do
    count 0 "回退演练" "$file"
    count 0 "金融行业迁移" "$file"
done
expect 0 "restricted.md" report --confidential --markdown restricted.md
grep -qF "回退演练" restricted.md || fail "the confidential report lacks the minutes"

finish
