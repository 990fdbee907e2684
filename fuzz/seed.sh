#!/bin/sh
# Fills fuzz/corpus with our seeds and, where they are to be had, with the files of the dirty suites (none above 64 KiB).
set -eu
cd "$(dirname "$0")"
for target in seeds/*; do
    mkdir -p "corpus/${target#seeds/}"
    cp "$target"/* "corpus/${target#seeds/}/"
done
dirty=../../shared/data/dirty
[ -d "$dirty" ] || exit 0
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
[ ! -f "$dirty/pollock_polluted.tar.xz" ] || tar -xJf "$dirty/pollock_polluted.tar.xz" -C "$unpacked"
# A file of the tokenizer's corpus starts with a byte that says how it is to be read; 0 is a comma.
find "$unpacked" "$dirty/" -type f -name '*.csv' -size -64k | while read -r file; do
    name=$(printf '%s' "$file" | cksum | cut -d ' ' -f 1)
    { printf '\000'; cat "$file"; } > "corpus/tokenizer/dirty-$name"
    cp "$file" "corpus/decode/dirty-$name"
done
