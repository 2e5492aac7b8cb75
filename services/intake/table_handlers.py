"""Lists as tables: previewed, and taken in row by row."""

from shared.handlers import Handlers

consumes = Handlers("intake")
