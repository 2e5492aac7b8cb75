"""The operators' pages: who says what to whom, who listens, what is parked, what happens now, what is wrong."""
