"""What comes in on paper, in a list or by mail, and is entered by the office."""
