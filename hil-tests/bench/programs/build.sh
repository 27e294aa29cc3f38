#!/bin/sh
# Builds one benchmark: build.sh OUT_DIR NAME.c ITERATIONS [native] makes OUT_DIR/NAME-ITERATIONS.elf for the `virt` board, and
# with `native` also NAME-ITERATIONS.native with the host's gcc -O2. Needs gcc-riscv64-unknown-elf, and gcc. NAME.c is compiled
# once for an OUT_DIR, whatever the iterations.
# Neither build fuses a*b+c, and neither turns loops into calls of a library that the other has not.
set -eu
usage="usage: build.sh OUT_DIR NAME.c ITERATIONS [native]"
out=${1:?$usage} source=${2:?$usage} iterations=${3:?$usage}
here=$(cd "$(dirname "$0")" && pwd)
sdk="$here/../../../partitions/sdk"
name=$(basename "$source" .c)
common="-O2 -ffp-contract=off -fno-tree-loop-distribute-patterns -fno-math-errno -Wall -Wextra -Werror"

# shellcheck disable=SC2086
board_gcc() {
  riscv64-unknown-elf-gcc $common -march=rv32imafdc -mabi=ilp32d -mcmodel=medany -ffreestanding -fno-builtin "-I$here" "$@"
}
# shellcheck disable=SC2086
host_gcc() { gcc $common "-I$here" "$@"; }

object="$out/$name.board.o"
[ -e "$object" ] || board_gcc -c "$source" -o "$object"
board_gcc "-DITERATIONS=${iterations}u" -nostdlib -nostartfiles -T "$here/link.ld" -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
  "$sdk/crt.S" "$here/main-rv32.c" "$here/../../programs/print.c" "$object" -lgcc -o "$out/$name-$iterations.elf"

if [ "${4:-}" = native ]; then
  object="$out/$name.host.o"
  [ -e "$object" ] || host_gcc -c "$source" -o "$object"
  host_gcc "-DITERATIONS=${iterations}u" "$here/main-native.c" "$object" -o "$out/$name-$iterations.native"
fi
