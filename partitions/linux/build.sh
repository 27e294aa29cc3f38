#!/bin/sh
# Builds Linux for a partition: build.sh OUT_DIR leaves linux.elf (with symbols), linux.bin (the same, flat) and linux.config
# there, the same bytes wherever it runs with the same packages. Takes a few minutes and about 2 GB in TMPDIR while it runs.
#
# The kernel is Debian's linux-source, rv32 in machine mode without an MMU: its own nommu_virt_defconfig, changed by
# kernel.config. The one program in it is init.c.
set -eu
out=${1:?usage: build.sh OUT_DIR}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)

missing=
need() { command -v "$1" >/dev/null || missing="$missing $2"; } # PROGRAM PACKAGE
need make make
need gcc gcc
need xz xz-utils
need flex flex
need bison bison
need bc bc
need riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf
source=$(ls -v /usr/src/linux-source-*.tar.xz 2>/dev/null | tail -n 1)
[ -n "$source" ] || missing="$missing linux-source"
if [ -n "$missing" ]; then
  echo "partitions/linux/build.sh: these Debian packages are missing; install them with apt-get install$missing" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
tree=$work/tree
build=$work/build
mkdir "$tree" "$build"
tar -xJf "$source" -C "$tree" --strip-components=1

# Kconfig ties RV32 to an MMU and to a kernel in the upper gigabyte. The code does not: it has both for RV64 without an MMU.
kconfig=$tree/arch/riscv/Kconfig
sed -i -e '/^config ARCH_RV32I$/,/^config / { /^\tselect MMU$/d }' \
  -e 's/^\tdefault 0xC0000000 if 32BIT$/\tdefault 0x80000000 if !MMU\n&/' "$kconfig"

# The init. It must not mind where it is loaded, and so comes out the same when linked for two places.
gcc="riscv64-unknown-elf-gcc -march=rv32imafdc -mabi=ilp32d"
for file in init.c start.S; do
  # shellcheck disable=SC2086
  $gcc -Os -mcmodel=medany -ffreestanding -fno-ident -Wall -Wextra -Werror -c "$here/$file" -o "$work/$file.o"
done
for base in 0 0x10000; do
  $gcc -E -P -x c "-DBASE=$base" "$here/init.ld" -o "$work/init.ld"
  riscv64-unknown-elf-ld -m elf32lriscv --no-relax --no-warn-rwx-segments -T "$work/init.ld" \
    "$work/start.S.o" "$work/init.c.o" -o "$work/init.elf"
  riscv64-unknown-elf-objcopy -O binary "$work/init.elf" "$work/init.$base"
done
cmp "$work/init.0" "$work/init.0x10000" || { echo "the init holds absolute addresses, and no one to adjust them" >&2; exit 1; }
touch -d @0 "$work/init.0" # the archive says when it was changed
cat >"$work/archive" <<LIST
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
dir /proc 0755 0 0
file /init $work/init.0 0755 0 0
LIST

# Who built it, where and when is the same for all.
export KBUILD_BUILD_USER=partita KBUILD_BUILD_HOST=partita KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970'
run_make() { make -s -C "$tree" "O=$build" ARCH=riscv CROSS_COMPILE=riscv64-unknown-elf- "$@"; }
run_make nommu_virt_defconfig
cat "$here/kernel.config" >>"$build/.config"
echo "CONFIG_INITRAMFS_SOURCE=\"$work/archive\"" >>"$build/.config"
run_make olddefconfig 2>"$work/overrides" || { cat "$work/overrides" >&2; exit 1; }
# Kconfig drops silently what it does not know or allow.
grep CONFIG_ "$here/kernel.config" | while read -r wish; do
  case $wish in
    "# "*) name=${wish#\# } && ! grep -q "^${name% is not set}=" "$build/.config" ;;
    *) grep -qxF "$wish" "$build/.config" ;;
  esac || { echo "this kernel does not take: $wish" >&2; exit 1; }
done
run_make -j"${JOBS:-$(nproc)}" Image

# vmlinux is linked for the start of RAM, but says that it is loaded at 0; and the empty section would get a segment.
riscv64-unknown-elf-objcopy --remove-section .data..percpu --change-section-lma '*+0x80000000' "$build/vmlinux" "$out/linux.elf"
cp "$build/arch/riscv/boot/Image" "$out/linux.bin"
grep -v INITRAMFS_SOURCE "$build/.config" >"$out/linux.config"
