"""Prompts: what callers hear, decoded from files, synthesized or spoken, and stored in G.711 once.

Import from the modules: only ``decode`` and ``encode`` load libav, which takes time and memory.
"""
