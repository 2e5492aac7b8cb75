"""Mails that clerks deal with, and those that are handed in as files."""

from shared.handlers import Handlers

consumes = Handlers("intake")
