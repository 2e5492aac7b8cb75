"""The library of published answers."""
