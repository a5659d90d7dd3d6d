"""The local socket of a running server."""
