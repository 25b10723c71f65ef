#!/bin/sh
# Unpacks servers that another suite of Debian has, without installing them:
#
#   sh unpack-debian.sh DIRECTORY SUITE PACKAGE...
#
# DIRECTORY is whole or not there. A server comes with all the libraries that it needs, the C library
# included, and is started by its own loader, so that nothing of this machine changes. Packages come
# from the Debian mirror that the machine's own apt sources name, and are checked by Debian's keys.
set -eu

target=$1
suite=$2
shift 2
work="$target.unpacking"
rm -rf "$work"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
[ -n "$mirror" ] || { echo "apt knows no mirror of Debian here (run: apt-get update)" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || { echo "Debian's keys are missing: $keyring" >&2; exit 1; }

: > "$work/status"
printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n' "$mirror" "$suite" "$keyring" > "$work/debian.sources"
cat > "$work/apt.conf" <<CONF
Dir::Etc::sourcelist "$work/debian.sources";
Dir::Etc::sourceparts "-";
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
APT::Install-Recommends "false";
Acquire::Languages "none";
Debug::NoLocking "true";
CONF
# As root apt would download as a user who may not write here.
[ "$(id -u)" != 0 ] || echo 'APT::Sandbox::User "root";' >> "$work/apt.conf"

export APT_CONFIG="$work/apt.conf"
apt-get update -qq
apt-get install -qq --yes --download-only "$@" > /dev/null
for package in "$work"/cache/archives/*.deb; do
  case $(basename "$package") in
    # Nothing that a server needs to run.
    perl* | libperl* | adduser* | passwd* | debconf* | tzdata* | gcc-* | systemd* | cron* | binutils* | sudo*) ;;
    *) dpkg-deb --extract "$package" "$work/root" ;;
  esac
done
# Others may read and run it: tests start it as a user without rights.
chmod -R a+rX "$work/root"
mv "$work/root" "$target"
