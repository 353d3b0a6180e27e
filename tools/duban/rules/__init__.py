"""What must hold across the fields of a valid item, and across the files of a ledger.

Every rule is a function from an item (or the ledger's facts) to problems. No rule knows the day:
one that depends on it says since when and until when its problem holds.
"""
