"""The leak test of the public edition, without files: what is withheld, how files are read, what is found in them."""
