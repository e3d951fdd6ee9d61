#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build into an empty prefix, then does there what an author of a plugin does: build the template and the
# example in C out of tree, check them, look at them with kioskctl, sign, strip. Needs nothing of the source tree.
# Usage: plugin_sdk.sh BUILD_FOLDER CMAKE CONFIG GENERATOR STRIP
set -euo pipefail

build=$1 cmake=$2 config=$3 generator=$4 strip=$5
place=$(mktemp -d "${TMPDIR:-/tmp}/xiangdao-install-XXXXXX")
trap 'rm -rf "$place"' EXIT
prefix=$place/prefix
unset XIANGDAO_ASSETS XIANGDAO_PLUGINS

step() { printf '== %s\n' "$*"; }
die() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
wants() { [ -e "$prefix/$1" ] || die "$1 is not installed"; }

step "install"
"$cmake" --install "$build" --prefix "$prefix" ${config:+--config "$config"} >"$place/install.log" 2>&1 ||
    { tail -n 5 "$place/install.log"; die "cmake --install: has everything been built?"; }
for header in kiosk_plugin.h kiosk_plugin.hpp kiosk_plugin_types.hpp kiosk_plugin_kit.hpp; do
    wants "include/xiangdao/$header"
done
for file in KioskPluginConfig.cmake KioskPluginConfigVersion.cmake KioskPluginFunctions.cmake build_manifest.cmake \
            exports.map locale/zh.json locale/en.json; do
    wants "lib/cmake/KioskPlugin/$file"
done
for schema in manifest common admission.decide.1 form.describe.1 form.validate.1 welcome.describe.1 agenda.describe.1 \
              report.sections.1 booking.resources.1 state.migrate.1; do
    wants "share/xiangdao/plugin-schemas/$schema.json"
done
wants bin/kiosk-plugin-check
wants bin/kiosk-plugin-host
wants share/xiangdao/locale/en/checker.json
wants share/xiangdao/plugin-sdk/README.md
wants share/xiangdao/plugin-sdk/docs/reference.md

check=$prefix/bin/kiosk-plugin-check
made() { # NAME ID: a copy of the installed example, built and tested where nothing else is
    step "$1: configure, build, ctest"
    cp -r "$prefix/share/xiangdao/plugin-sdk/$1" "$place/$2"
    "$cmake" -S "$place/$2" -B "$place/$2/build" -G "$generator" -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_BUILD_TYPE=Release >"$place/$2.log" 2>&1 || { cat "$place/$2.log"; die "$1 could not be configured"; }
    "$cmake" --build "$place/$2/build" >"$place/$2.log" 2>&1 || { cat "$place/$2.log"; die "$1 could not be built"; }
    (cd "$place/$2/build" && ctest --output-on-failure --no-tests=error) || die "$1 fails its own tests"
    "$check" --lang en --fast "$place/$2/build/lib/xiangdao/plugins/$2" || die "$1 does not pass the installed checker"
}
made template book_club
made examples/plain_c quiet_hall

step "packagers strip: the hashes hold"
club=$place/book_club/build/lib/xiangdao/plugins/book_club
if [ -n "$strip" ]; then
    cp -r "$club" "$place/stripped"
    mkdir "$place/again" && mv "$place/stripped" "$place/again/book_club"
    "$strip" --remove-section=.comment --remove-section=.note --strip-unneeded "$place/again/book_club/book_club.so"
    cmp "$club/book_club.so" "$place/again/book_club/book_club.so" || die "stripping changed the library"
    "$strip" "$place/again/book_club/book_club.so"
    "$check" --only manifest "$place/again/book_club" || die "the hash does not hold after strip"
fi

step "every installed plugin loads from there"
for plugin in "$prefix"/lib/xiangdao/plugins/*/; do
    "$check" --lang en --only manifest --only library "$plugin" >"$place/check.log" || { cat "$place/check.log"; die "$plugin"; }
done

step "kioskctl sees the author's plugin"
export XIANGDAO_PLUGINS=$place/book_club/build/lib/xiangdao/plugins
ctl=$prefix/bin/kioskctl
"$ctl" --lang en plugins list >"$place/list.log" || { cat "$place/list.log"; die "kioskctl plugins list"; }
grep -q book_club "$place/list.log" || { cat "$place/list.log"; die "kioskctl plugins list does not name book_club"; }
"$ctl" --lang en plugins show book_club >"$place/show.log" || { cat "$place/show.log"; die "kioskctl plugins show"; }
grep -q "1.0.0" "$place/show.log" || { cat "$place/show.log"; die "kioskctl plugins show says no version"; }

step "done"
