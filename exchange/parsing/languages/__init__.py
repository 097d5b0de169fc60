"""The words of other languages than English, and what sentences made of them say."""
