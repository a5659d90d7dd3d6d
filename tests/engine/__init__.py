"""The queue engine: events in, commands out, time in hand."""
