"""The 2018 cmdlets: their language, and what they do by the API."""
