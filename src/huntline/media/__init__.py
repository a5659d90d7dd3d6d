"""Media: RTP in a process of its own, steered over a UNIX socket."""
