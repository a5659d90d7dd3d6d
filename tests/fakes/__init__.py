"""Hand-written stand-ins that record what they are told."""
