"""The demo: an organization, callers and agents of the server's own, so that something happens at once."""
