"""Lists: what waits for somebody, what is looked for, what is done to several at once, what is taken away as a file."""
