"""Who may come in: sign-in, sessions, the own account, and what was done by whom."""
