"""The citizens' pages and API."""
