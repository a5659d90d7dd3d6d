"""What Huntline says to people, in other languages than English."""
