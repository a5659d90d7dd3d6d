"""SCIM 2.0 (RFC 7643, RFC 7644): the door for a directory that pushes its users and groups."""
