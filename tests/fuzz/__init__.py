"""Fuzzing: ``drivers`` says what is done with bytes, ``__main__`` does it for as long as wanted."""
