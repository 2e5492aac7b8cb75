"""The evening in the hall: who is there, who speaks next, and what the screen shows of it."""
