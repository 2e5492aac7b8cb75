"""What an office knows: its word rules, its templates of answers, what everybody may read."""
