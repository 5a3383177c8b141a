#!/bin/sh
# tools/oldest_rust.sh VERSION: compiles fastcors with this Rust.
#
# rustup brings the version. If it cannot, Debian 12's rustc-web (1.85) is unpacked into target/rust, and
# nothing is installed.
set -eu
version=$1
folder=$PWD/target/rust/$version

check="cargo check --quiet --locked --target-dir target/oldest"
if command -v rustup >/dev/null && rustup toolchain install "$version" --profile minimal --no-self-update >/dev/null 2>&1; then
	RUSTUP_TOOLCHAIN=$version $check
elif apt-cache show rustc-web 2>/dev/null | grep -q "^Version: $version\."; then
	pinned=$(apt-cache show rustc-web | sed -n "s/^Version: \($version\..*\)/\1/p" | head -n 1)
	if [ ! -x "$folder/usr/bin/cargo" ]; then
		mkdir -p "$folder"
		(cd "$folder" && apt-get download -qq "rustc-web=$pinned" "cargo-web=$pinned" "libstd-rust-web-dev=$pinned" \
			"libstd-rust-web-$version=$pinned" libllvm19 libhttp-parser2.9 libssh2-1 libpcre3 \
			libmbedtls14 libmbedx509-1 libmbedcrypto7 \
			&& for package in *.deb; do dpkg-deb -x "$package" . && rm "$package"; done)
	fi
	LD_LIBRARY_PATH=$folder/usr/lib/x86_64-linux-gnu:$folder/lib/x86_64-linux-gnu PATH=$folder/usr/bin:$PATH $check
else
	echo "neither rustup nor apt has Rust $version here" >&2
	exit 1
fi
echo "Rust $version compiles it"
