"""The organization file: an organization as YAML, read with every complaint at its line."""
