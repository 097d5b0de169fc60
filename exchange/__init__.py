"""Run a supplier's end of the MP121 install code exchange by email."""

__version__ = "0.1.0"
