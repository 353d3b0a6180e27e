"""A mutation test of what decides: rules, the gate, the audit, and what the public edition may show."""

FOUND_OUT = ("killed", "timed out")
"""How a mutant ends that the tests notice."""
