"""SIP transports: move bytes between sockets and the core."""
