"""Settings, history and live state on disk."""
