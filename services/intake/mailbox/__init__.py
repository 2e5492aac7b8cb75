"""The communes' mailboxes: polled, read, taken in; what cannot be read waits for a clerk."""
