"""A form after it came in: its sender corrected, questions withdrawn, answers rated, files added."""

from shared.handlers import Handlers

consumes = Handlers("intake")
