#!/bin/sh
# Builds a C guest: build.sh [-GCC-OPTION…] OUT.elf FILE.c… — the same bytes wherever it runs (Debian's gcc-riscv64-unknown-elf
# 12.2). Options go to gcc behind the kit's own: `-march=rv32imafdc -mabi=ilp32d` for a guest that computes in double precision.
# The headers beside this script are found from any folder: #include "partita.h".
# Each file becomes an object with a name of its own: gcc's temporary names would get into the symbol table.
set -eu
options=
while case ${1-} in -*) ;; *) false ;; esac do
  options="$options $1"
  shift
done
out=${1:?usage: build.sh [-GCC-OPTION...] OUT.elf FILE.c...}
shift
sdk=$(cd "$(dirname "$0")" && pwd)
gcc=riscv64-unknown-elf-gcc
# F implies Zicsr; to name it would pick a 64-bit libgcc. No contraction: a*b+c rounds twice here and in every model of it.
flags="-march=rv32imafc -mabi=ilp32f -mcmodel=medany -O2 -ffreestanding -fno-ident -ffp-contract=off
  -Wall -Wextra -Werror -ffunction-sections -fdata-sections$options"

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

compile() { # SOURCE
  folder=$(cd "$(dirname "$1")" && pwd)
  object="$objects/$(basename "$1").o"
  [ ! -e "$object" ] || { echo "build.sh: two files are called $(basename "$1")" >&2; exit 1; }
  # shellcheck disable=SC2086
  $gcc $flags "-I$sdk" "-ffile-prefix-map=$sdk=sdk" "-ffile-prefix-map=$folder=." "-Wa,--debug-prefix-map=$folder=." \
    -c "$1" -o "$object"
}

compile "$sdk/crt.S"
for source in "$@"; do compile "$source"; done
(
  cd "$objects"
  # shellcheck disable=SC2086
  $gcc $flags -nostdlib -nostartfiles -T "$sdk/link.ld" -Wl,--build-id=none -Wl,--gc-sections -Wl,--strip-debug -Wl,--no-warn-rwx-segments \
    crt.S.o $(for source in "$@"; do echo "$(basename "$source").o"; done) -lgcc -o guest.elf
)
cp "$objects/guest.elf" "$out"
