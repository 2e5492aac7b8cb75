"""A question and its form: what a case is, what its page shows, and what stands behind it."""
