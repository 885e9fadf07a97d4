#!/bin/sh
# Installs the Debian packages that the tests need and that are not there yet.
# It never prompts, and starts no service. Without root it uses sudo -n.
set -eu
cd "$(dirname "$0")"

present() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
	esac
}

missing=
while read -r package program _; do
	case $package in '' | '#'*) continue ;; esac
	present "$program" || missing="$missing $package"
done <packages.txt
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root='sudo -n'
	if ! sudo -n true 2>/dev/null; then
		echo "The tests need these Debian packages:$missing" >&2
		echo "Install them as root, then run make test again:  apt-get install -y --no-install-recommends$missing" >&2
		exit 1
	fi
fi
echo "Installing for the tests:$missing"
export DEBIAN_FRONTEND=noninteractive

# Packages of servers start them on install; a policy that forbids it is put
# in place for the while, unless the machine has one of its own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null
	$as_root chmod 755 $policy
	trap '$as_root rm -f $policy' EXIT
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the list is meant to be split
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
