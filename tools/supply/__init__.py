"""What this project is made of besides itself: its bill of materials, its licences, what is known to be broken in it.

It stands beside ``duban`` and is no part of it: the wheel does not hold it, and ``duban`` does not import it.
"""
