"""Huntline: a self-hosted call-queue server."""
