"""What citizens take home: the empty form, the content of the plan, the receipt. What they say, and as which file."""
