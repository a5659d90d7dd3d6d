"""Addresses of this machine and of its peers, and what they speak."""
