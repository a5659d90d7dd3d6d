"""The simulator: the queue engine on a virtual clock. It has no queue rules of its own."""
