"""SIP: phones and trunks."""
