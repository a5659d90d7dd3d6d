"""The queue engine: decides who rings, and when. It performs no I/O and reads no clock."""
