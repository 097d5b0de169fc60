"""A sweep of faults: each call by which a command changes the world is a point where it is cut.

``python -m tests.faults`` runs every point of every scenario; ``test_slice.py`` runs some of them
in the normal suite.
"""
