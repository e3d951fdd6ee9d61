#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Many more seeds, with longer days: tests/simulation/long.sh [FROM-TO] [HOURS] [KIOSKCTL] [--venue]
# A seed that fails is printed with the command that runs it again; add it to kept_seeds.txt.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
exec "${3:-$root/build/release/bin/kioskctl}" simulate --seeds "${1:-1000-6000}" --hours "${2:-6}" ${4:+"$4"}
