"""What Huntline says to people, in other languages than English.

Whoever writes a new sentence gives it its French in ``french``, in the file of its area: the English
template with a ``{hole}`` for each thing that is filled in, and the French one with the same holes. A test
reads the source and names the sentences that have none. Another language is a package like ``french``, a
line in ``translation``, and a code in ``Language``.
"""
