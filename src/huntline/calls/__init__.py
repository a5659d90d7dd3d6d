"""Call control: what a call of ours is, from its first INVITE to its last BYE."""
