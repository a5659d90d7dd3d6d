"""``huntline doctor``: a server calls itself at each of its addresses, and says what fails."""
