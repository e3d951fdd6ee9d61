#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the seeds of a list: kept.sh KIOSKCTL LIST
set -eu
failed=0
while read -r seed devices hours; do
    case $seed in '' | '#'*) continue ;; esac
    "$1" simulate --seed "$seed" --devices "$devices" --hours "$hours" || failed=1
done <"$2"
exit $failed
