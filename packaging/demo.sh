#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The demo: installs what is missing, builds Release, and shows the main job on an invented salon of 204 people.
#
#   bash packaging/demo.sh              with a display: the kiosk opens, ready for a camera or a USB scanner
#                                       without one: the tour
#   bash packaging/demo.sh --tour       the tour, on a display of its own
#   bash packaging/demo.sh --clip       opens the kiosk and feeds it the recorded clip instead of a camera
#
# The tour runs the real window, fed by a clip of rendered tickets through the same pipeline as a camera, and leaves in
# demo-out/ a picture of every screen, attendance.csv, attendance.xlsx and summary.txt. Then the business area after a whole
# day (bookings.xlsx, plan.pdf, table.ics, report.md), and two kiosks and a hub (hub.txt): one kiosk is cut off, both go on,
# and when it is healed both know the same.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=auto
for argument in "$@"; do
    case "$argument" in
        --tour) mode=tour ;;
        --clip) mode=clip ;;
        -h | --help)
            sed -n '3,13s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
        *)
            echo "demo: unknown argument $argument; there are --tour and --clip" >&2
            exit 2
            ;;
    esac
done
if [ $mode = auto ]; then
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then mode=window; else mode=tour; fi
fi

steps=5
[ $mode = tour ] && steps=9
step=0
say() {
    step=$((step + 1))
    printf '[%d/%d] %s\n' "$step" "$steps" "$*"
}
die() {
    printf '\ndemo: %s\n' "$*" >&2
    exit 1
}

build=build/release
bin=$build/bin
logs=build/demo
mkdir -p "$logs"
database=$logs/hangzhou.db

# Runs a command with its output in a log; the log's end is shown where it fails.
logged() {
    local log=$logs/$1.log
    shift
    "$@" >"$log" 2>&1 && return
    local status=$?
    tail -n 20 "$log" >&2
    return $status
}

say "installing what is missing"
bash packaging/install-deps.sh --run --build || die "the packages above are needed. Install them, or ask an administrator to, and start again."

say "building in $build (a few minutes the first time)"
logged configure cmake --preset release -DXIANGDAO_TESTS=OFF ||
    die "the build could not be configured; the reason is above, all of it in $logs/configure.log"
if [ -t 1 ]; then
    NINJA_STATUS='      %p ' ninja -C "$build" || die "the build failed; the error is above. Please report it with the compiler's version ($(c++ --version | head -n 1))."
else
    logged build ninja -C "$build" || die "the build failed; the error is above, all of it in $logs/build.log"
fi

say "setting up the demo salon, moved to today"
rm -f "$database" "$database-wal" "$database-shm"
logged init "$bin/kioskctl" --db "$database" init --demo || die "the demo event could not be set up; the reason is above"

if [ $mode = window ]; then
    say "opening the kiosk: hold a ticket's code before the camera, use a USB scanner, or touch 没有二维码"
    mkdir -p demo-out
    logged tickets "$bin/kioskctl" --db "$database" tickets issue --out demo-out/tickets.pdf &&
        printf '      tickets to show to the camera: demo-out/tickets.pdf\n'
    say "staff PIN 246800; F12 or a long press on the clock opens the staff screens, Alt+F4 ends"
    exec "$bin/kiosk" --db "$database"
fi

say "rendering tickets into a clip"
logged clip "$bin/kioskctl" --db "$database" clip --out "$logs/clip.mkv" --plan tour ||
    die "the clip could not be made; the reason is above"

if [ $mode = clip ]; then
    say "opening the kiosk on the clip"
    exec "$bin/kiosk" --db "$database" --scanner "file://$PWD/$logs/clip.mkv"
fi

say "running the tour on a display of its own (about two minutes)"
rm -rf demo-out
mkdir -p demo-out
logged tour bash packaging/virtual-display.sh \
    "$bin/kiosk" --db "$database" --scanner "file://$PWD/$logs/clip.mkv" --tour demo-out ||
    die "the tour did not reach its end; the reason is above, all of it in $logs/tour.log"

say "exporting the attendance"
logged export-csv "$bin/kioskctl" --db "$database" export --format csv --out demo-out/attendance.csv ||
    die "the export as CSV failed; the reason is above"
logged export-xlsx "$bin/kioskctl" --db "$database" export --format xlsx --out demo-out/attendance.xlsx ||
    die "the export as XLSX failed; the reason is above"

say "checking the journal and writing the summary"
logged verify "$bin/kioskctl" --db "$database" verify || die "the journal does not verify; the reason is above"
{
    echo "Xiangdao demo, Hangzhou Salon, $(date '+%Y-%m-%d %H:%M')"
    echo
    "$bin/kioskctl" --db "$database" stats
    echo
    "$bin/kioskctl" --db "$database" verify
} >demo-out/summary.txt || die "the summary could not be written"

say "the business area after a whole day: bookings, the day's plan, a table's calendar, the report"
day=$logs/hangzhou-day.db
rm -f "$day" "$day-wal" "$day-shm" "$day.key"
logged day "$bin/kioskctl" --db "$day" init --demo-day || die "the demo's day could not be played; the reason is above"
for file in bookings.xlsx plan.pdf; do
    logged "day-$file" "$bin/kioskctl" --db "$day" export --bookings "demo-out/$file" || die "demo-out/$file could not be written; the reason is above"
done
logged day-calendar "$bin/kioskctl" --db "$day" export --bookings demo-out/table.ics --unit T1 || die "the calendar could not be written; the reason is above"
logged day-report "$bin/kioskctl" --db "$day" report --markdown demo-out/report.md || die "the report could not be written; the reason is above"

say "two kiosks and a hub: one is cut off, both go on, then it is healed"
logged hub bash packaging/demo_hub.sh "$bin" "$database" demo-out ||
    die "the hub's part did not reach its end; the reason is above, what it had done is in demo-out/hub.txt"

pictures=(demo-out/*.png)
[ -e "${pictures[0]}" ] || die "the tour left no pictures; its log is $logs/tour.log"
for file in attendance.csv attendance.xlsx summary.txt bookings.xlsx plan.pdf table.ics report.md hub.txt; do
    [ -s "demo-out/$file" ] || die "demo-out/$file is empty"
done

echo
cat demo-out/summary.txt
cat <<EOF

Look at demo-out/:
  ${#pictures[@]} pictures, one of every screen ($(basename "${pictures[0]}") is the first)
  attendance.csv   opens in any spreadsheet program
  attendance.xlsx  summary, attendance, organisations
  summary.txt      the figures above
  bookings.xlsx    46 bookings of a whole day; nobody came to five
  plan.pdf         the plan of that day: all tables, and a page for each
  table.ics        the first table's calendar, for any calendar program
  report.md        the report of that day
  hub.txt          two kiosks and a hub, one of them cut off and healed
With a display, "bash packaging/demo.sh" opens the kiosk itself.
EOF
