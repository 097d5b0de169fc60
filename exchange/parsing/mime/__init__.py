"""Read a mail: its header, parts, body lines, quotations and sender."""
