"""Voicemail: boxes and their messages, and the mail that tells of them."""
