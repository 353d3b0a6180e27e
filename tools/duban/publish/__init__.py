"""A ledger on a day → the pages and data files of an edition, as text, before any site generator."""
