"""Read mails in a separate process, which can be ended without losing anything.

A hostile workbook or archive can use up time or memory or crash the interpreter; the process with
the keys and the database must survive that.
"""
