"""The signalling process: what its parts are and how they know each other."""
