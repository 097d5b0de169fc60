"""Bytes, charsets and lines: decode text, and keep long columns of it in one buffer."""
