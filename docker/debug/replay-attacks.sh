#!/bin/sh
# Appends to LOG what sshd writes of failed sign-ins, three in a row and every SECONDS (5) from another address. The addresses are
# reserved for documentation, so nobody is ever harmed. Goes on until it is ended.
set -eu
log=${1:?Usage: replay-attacks.sh LOG [SECONDS]}
seconds=${2:-5}
attacker=0
while :; do
  attacker=$((attacker + 1))
  address=203.0.113.$((attacker * 37 % 254 + 1))
  for attempt in 1 2 3; do
    # fail2ban takes the lines of one sshd for one session, so each line has its own number.
    printf '%s debug sshd[%d]: Failed password for invalid user root from %s port 40022 ssh2\n' \
      "$(LC_ALL=C date '+%b %e %H:%M:%S')" $((attacker * 10 + attempt)) "$address" >> "$log"
  done
  sleep "$seconds"
done
