"""Understands mails in a process of its own, which may be ended without losing anything.

A hostile workbook or archive can take time, memory or the whole interpreter; the process that
holds keys and database must not go with it.
"""
