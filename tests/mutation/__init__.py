"""A mutation test of what decides: rules, the gate, the audit, and what the public edition may show."""
