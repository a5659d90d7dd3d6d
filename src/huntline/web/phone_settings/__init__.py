"""The settings that phones of each family fetch: what they say, and how each family writes it."""
