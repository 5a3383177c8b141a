#!/usr/bin/env bash
# Unpacks CPython of a later Debian, with that Debian's C library, into a folder: seconds, 90 MB.
#
# usage: scripts/get_pythons.sh FOLDER 3.14 3.15
# Then FOLDER/bin has python3.14 and python3.15. It needs apt, root, and patchelf on the PATH. It installs
# nothing, and leaves the apt of the machine as it is. The folder must stay where it is.
set -euo pipefail

suite=${SUITE:-forky}
folder=$(realpath -m "$1")
shift
private=$folder/apt
mkdir -p "$private"/{lists,archives}/partial "$folder/bin"
: >"$private/status"

# The archive that apt uses here, with the keys that it trusts already.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/*$')
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] $archive $suite main" >"$private/sources.list"
cat >"$private/conf" <<CONFIGURATION
Dir::State::lists "$private/lists";
Dir::State::status "$private/status";
Dir::Cache "$private";
Dir::Cache::archives "$private/archives";
Dir::Etc::sourcelist "$private/sources.list";
Dir::Etc::sourceparts "-";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
CONFIGURATION
export APT_CONFIG=$private/conf
apt-get update -qq
packages=()
for version in "$@"; do
	packages+=("python$version-venv")
done
apt-get install -qq -y --download-only "${packages[@]}" >/dev/null
for package in "$private"/archives/*.deb; do
	dpkg-deb -x "$package" "$folder/root"
done

libraries=$folder/root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
loader=$(find "$libraries" -maxdepth 1 -name 'ld-linux-*.so.*' | head -n 1)
for version in "$@"; do
	# By rpath, which holds for the modules that are loaded later too.
	patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$folder/root/usr/bin/python$version"
	# Where Debian keeps the wheels of pip.
	sed -i "s#/usr/share/python-wheels/#$folder/root&#g" \
		"$folder/root/usr/lib/python$version"/_sysconfig{data_,_vars_}_linux_*
	# No link: venv would look for the library beside it.
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$folder/root/usr/bin/python$version" >"$folder/bin/python$version"
	chmod +x "$folder/bin/python$version"
done
rm -rf "$private"
