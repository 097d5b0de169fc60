"""What the services need of the outside, as protocols; adapters implement them, and tests may too.

Import from the module that names it: only ``vault`` loads numpy.
"""
