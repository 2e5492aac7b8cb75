"""The dialogue room: from the plan to what is left to do; who is there, who speaks next, what the screen shows."""
