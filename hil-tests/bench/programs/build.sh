#!/bin/sh
# Builds one benchmark: build.sh OUT_DIR NAME FILE.c ITERATIONS [native] makes OUT_DIR/NAME.elf for the `virt` board, and with
# `native` also OUT_DIR/NAME.native with the host's gcc -O2. Needs gcc and gcc-riscv64-unknown-elf.
# Neither fuses a*b+c, and neither turns loops into calls of a library that the other has not.
set -eu
usage="usage: build.sh OUT_DIR NAME FILE.c ITERATIONS [native]"
out=${1:?$usage} name=${2:?$usage} source=${3:?$usage} iterations=${4:?$usage}
here=$(cd "$(dirname "$0")" && pwd)
sdk="$here/../../../partitions/sdk"
common="-O2 -ffp-contract=off -fno-tree-loop-distribute-patterns -fno-math-errno -Wall -Wextra -Werror
  -I$here -DITERATIONS=${iterations}u"

# shellcheck disable=SC2086
riscv64-unknown-elf-gcc $common -march=rv32imafdc -mabi=ilp32d -mcmodel=medany -ffreestanding -fno-builtin \
  -nostdlib -nostartfiles -T "$here/link.ld" -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
  "$sdk/crt.S" "$source" "$here/main-rv32.c" "$here/../../programs/print.c" -lgcc -o "$out/$name.elf"
if [ "${5:-}" = native ]; then
  # shellcheck disable=SC2086
  gcc $common "$source" "$here/main-native.c" -o "$out/$name.native"
fi
