#!/bin/sh
# Run a command in a network of its own that looks like an office's: beside loopback there is an interface with
# an address and a way out, which leads nowhere. Linphone sends nothing where there is loopback only.
exec unshare -n sh -c '
    ip link set lo up
    ip link add office type veth peer name beyond
    ip link set beyond up
    ip addr add 10.77.0.1/24 dev office
    ip link set office up
    ip route add default via 10.77.0.2
    exec "$@"' sh "$@"
