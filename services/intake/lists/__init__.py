"""Lists as tables: the empty one, what is understood of a filled one, and taking it in."""
