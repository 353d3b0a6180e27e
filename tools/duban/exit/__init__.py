"""A ledger as plain files that are read in twenty years without this program: tables, JSON, pages, proofs."""
