"""A ledger's own dates → the life it has led, pull request by pull request, as a git history with its proofs."""
