"""One server on several machines: one of them owns it and serves, the others follow and can take it over."""
