"""The media worker: a process of its own that owns the RTP sockets, steered over a UNIX socket."""
