#!/bin/sh
# Builds a guest on Tactus: build.sh OUT.elf FILE.c… — the kernel beside this script and the application's files in one image.
set -eu
export LC_ALL=C # the order of the files
tactus=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh OUT.elf FILE.c...}
shift
exec "$tactus/../sdk/build.sh" -march=rv32imafdc -mabi=ilp32d "$out" "$@" "$tactus"/*.S "$tactus"/*.c
