"""What goes out: the post, the register, the texts of letters and mails."""
