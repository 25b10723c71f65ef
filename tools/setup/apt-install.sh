#!/bin/sh
# Installs Debian packages without starting the servers in them:
#
#   sh apt-install.sh PACKAGE...        (as root)
#
# Debian starts a server when its package is installed, unless the machine's policy says no
# (/usr/sbin/policy-rc.d). Tests start their own servers, so while this runs the policy is no. A
# machine that has a policy keeps it.
set -u

policy="${POLICY_RC_D:-/usr/sbin/policy-rc.d}"
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  # So that the line above runs whatever ends this; a shell gets to it once apt-get has ended.
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  printf '#!/bin/sh\n# Made by apt-install.sh for as long as it runs: start no servers.\nexit 101\n' > "$policy"
  chmod 755 "$policy"
fi

# Here, since sudo does not pass it on.
export DEBIAN_FRONTEND=noninteractive
apt-get update && apt-get install --yes --no-install-recommends "$@"
