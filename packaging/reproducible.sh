#!/usr/bin/env bash
# Builds the program twice, from two copies of the committed sources in folders of different names, and compares them byte by byte.
# usage: packaging/reproducible.sh [TARGET]     default: the static x86_64-unknown-linux-musl; the second build's binary is left in target/packaging
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:-x86_64-unknown-linux-musl}
profile=${PROFILE:-dist}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d "${TMPDIR:-/tmp}/deskcard-reproducible.XXXXXX")
trap 'rm -rf "$work"' EXIT
home=${CARGO_HOME:-$HOME/.cargo}

build() { # FOLDER: the sources as committed, built there with every path that differs written as one that does not
    mkdir -p "$1" && git archive HEAD | tar -x -C "$1"
    local remap="--remap-path-prefix=$1=/deskcard --remap-path-prefix=$home=/cargo"
    (cd "$1" && CARGO_INCREMENTAL=0 CARGO_TARGET_DIR="$1/target" RUSTFLAGS="$remap" CFLAGS="-ffile-prefix-map=$1=/deskcard -ffile-prefix-map=$home=/cargo" \
        cargo build --locked --quiet --profile "$profile" --target "$target" --bin deskcard)
    cp "$1/target/$target/$profile/deskcard" "$2"
    rm -rf "$1"
}

build "$work/one" "$work/first"
build "$work/another" "$work/second"
sha256sum "$work/first" "$work/second" | sed "s#$work/##"
cmp "$work/first" "$work/second"
mkdir -p target/packaging && cp "$work/second" "target/packaging/deskcard-$target"
echo "the same bytes: target/packaging/deskcard-$target"
