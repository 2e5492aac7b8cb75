"""The library of published answers, as routing tells of it."""

from shared.handlers import Handlers

consumes = Handlers("intake")
