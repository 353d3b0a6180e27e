"""Benchmarks: ratios of this ledger's own work to the usual tools', side by side in one run."""
