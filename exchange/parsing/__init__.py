"""Bytes of a mail or a file to what they say, with the place of each finding; pure and capped."""
