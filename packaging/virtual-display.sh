#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command on a virtual display of its own: virtual-display.sh COMMAND [ARGUMENT…]
# The display's number is whatever is free; it ends with the command, whose exit code is passed on.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: virtual-display.sh COMMAND [ARGUMENT…]" >&2; exit 2; }
command -v Xvfb >/dev/null || { echo "virtual-display: Xvfb is not installed; packaging/install-deps.sh --run does it" >&2; exit 1; }

folder=$(mktemp -d)
server=
finish() {
    [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Square, so that both orientations fit. 96 dpi whatever the size: the screens are laid out in pixels.
Xvfb -displayfd 3 -screen 0 1920x1920x24 -dpi 96 -nolisten tcp -noreset 3>"$folder/number" 2>"$folder/log" &
server=$!
for _ in $(seq 100); do
    [ -s "$folder/number" ] && break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
done
if ! [ -s "$folder/number" ]; then
    echo "virtual-display: Xvfb did not start:" >&2
    tail -n 5 "$folder/log" >&2
    exit 1
fi

export DISPLAY=":$(cat "$folder/number")"
export SDL_VIDEODRIVER=x11 SDL_AUDIODRIVER=dummy LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY XAUTHORITY
"$@"
