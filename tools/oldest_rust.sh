#!/bin/sh
# tools/oldest_rust.sh VERSION: compiles with this Rust, and checks what an older one is told.
#
# rustup brings the version. Where it cannot, Debian 12 has 1.85 as rustc-web and 1.63 as rustc: they
# are unpacked into target/rust, and nothing is installed.
set -eu
version=$1
folder=$PWD/target/rust

# unpack VERSION PACKAGE…: Debian's packages, with what they need that is not installed.
unpack() {
	into=$folder/$1
	[ -x "$into/usr/bin/cargo" ] && return
	shift
	mkdir -p "$into"
	(cd "$into" && apt-get download -qq "$@" && for package in *.deb; do dpkg-deb -x "$package" . && rm "$package"; done)
}

# with VERSION COMMAND…
with() {
	into=$folder/$1
	shift
	LD_LIBRARY_PATH=$into/usr/lib/x86_64-linux-gnu:$into/lib/x86_64-linux-gnu PATH=$into/usr/bin:$PATH "$@"
}

check="cargo check --quiet --locked --target-dir target/oldest"
if command -v rustup >/dev/null && rustup toolchain install "$version" --profile minimal --no-self-update >/dev/null 2>&1; then
	RUSTUP_TOOLCHAIN=$version $check
elif apt-cache show rustc-web 2>/dev/null | grep -q "^Version: $version\."; then
	pinned=$(apt-cache show rustc-web | sed -n "s/^Version: \($version\..*\)/\1/p" | head -n 1)
	unpack "$version" "rustc-web=$pinned" "cargo-web=$pinned" "libstd-rust-web-dev=$pinned" \
		"libstd-rust-web-$version=$pinned" libllvm19 libhttp-parser2.9 libssh2-1 libpcre3 \
		libmbedtls14 libmbedx509-1 libmbedcrypto7
	with "$version" $check
else
	echo "neither rustup nor apt has Rust $version here" >&2
	exit 1
fi
echo "Rust $version compiles it"
