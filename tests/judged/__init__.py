"""Mails with a person's judgement of each, written by people who had not seen the code."""
