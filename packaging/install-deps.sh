#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building, running and testing Xiangdao needs, from the distribution's own packages (Debian 12 or 13).
# Usage: install-deps.sh [--run] [--build] [--test]   (all three without an argument)
# Asks nothing, installs only what is missing, and returns at once where nothing is.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
die() { say "install-deps: $*"; exit 1; }

run=() build=() test=()
# "a|b" stands for whichever of the two this release of the distribution has.
build+=(g++ cmake ninja-build ccache pkg-config git)
build+=(libsdl2-dev libimgui-dev libstb-dev libfreetype-dev libfontconfig-dev libgl-dev libegl-dev)
build+=(libzxing-dev libqrencode-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev)
build+=(libsqlite3-dev libsqlitecpp-dev nlohmann-json3-dev libvalijson-dev libicu-dev librime-dev)
build+=(libpango1.0-dev libcairo2-dev libsodium-dev libzstd-dev libzip-dev libexpat1-dev libjpeg62-turbo-dev libwebp-dev)
build+=(libxlsxwriter-dev libical-dev libcli11-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libseccomp-dev libcups2-dev)
build+=("libboost1.81-dev|libboost-dev" libssl-dev libcurl4-openssl-dev libsimdjson-dev libpqxx-dev) # the hub and its clients
run+=(gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav gstreamer1.0-tools)
run+=(librime-data rime-data-luna-pinyin fonts-noto-cjk libgl1-mesa-dri sqlite3 ca-certificates)
run+=(libseccomp2)
run+=(xvfb xauth x11-utils imagemagick python3) # the tour's own display and pictures, its cable
test+=(catch2 librapidcheck-dev xdotool poppler-utils faketime python3-icalendar)
test+=(cups) # a print service of the tests' own
test+=(clang-19 libclang-rt-19-dev) # the fuzz targets
test+=(postgresql iproute2 iptables curl) # the hub on PostgreSQL, and networks that fail

wanted=()
[ $# -eq 0 ] && set -- --run --build --test
for argument in "$@"; do
    case "$argument" in
        --run) wanted+=("${run[@]}") ;;
        --build) wanted+=("${build[@]}") ;;
        --test) wanted+=("${test[@]}") ;;
        *) die "unknown argument $argument; there are --run, --build and --test" ;;
    esac
done

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
    die "this system has no apt. Install the packages named in $0 by this system's own means, then go on with XIANGDAO_NO_INSTALL=1."
if [ "${XIANGDAO_NO_INSTALL:-0}" = 1 ]; then
    say "install-deps: XIANGDAO_NO_INSTALL is set, nothing is installed"
    exit 0
fi

# One question to dpkg for all of them: a run with nothing to do takes a fraction of a second.
declare -A present=()
while read -r name status; do
    [ "$status" = installed ] && present["${name%%:*}"]=1
done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null)

missing=()
for package in "${wanted[@]}"; do
    found=0
    for choice in ${package//|/ }; do
        [ -n "${present[$choice]:-}" ] && found=1
    done
    [ $found = 1 ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    say "install-deps: all ${#wanted[@]} packages are there"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing and only root can install them: ${missing[*]}"
    as_root=(sudo)
fi

say "install-deps: ${#missing[@]} packages are missing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"; }

say "install-deps: reading the package lists"
apt update -q >"$log" 2>&1 ||
    { tail -n 5 "$log" >&2; die "the package lists could not be read. Is the network up, and are the entries in /etc/apt right?"; }

chosen=()
for package in "${missing[@]}"; do
    pick=
    for choice in ${package//|/ }; do
        if [ -n "$(apt-cache policy "$choice" 2>/dev/null | grep -E '^ +Candidate: [^(]')" ]; then
            pick=$choice
            break
        fi
    done
    [ -n "$pick" ] || die "no package $package in this system's sources. Debian 12 and 13 have it in main."
    chosen+=("$pick")
done

say "install-deps: installing (this can take some minutes the first time)"
if ! apt install -y -q --no-install-recommends "${chosen[@]}" 2>&1 | tee "$log" |
    awk '/^Get:/ { printf "\r  %d fetched", ++n > "/dev/stderr" } /^Setting up/ { printf "\r  %d set up  ", ++m > "/dev/stderr" }
         END { if (n + m) print "" > "/dev/stderr" }'; then
    tail -n 15 "$log" >&2
    die "apt could not install everything; its last words are above. Often it helps to run 'apt-get -f install' and try again."
fi
say "install-deps: done"
