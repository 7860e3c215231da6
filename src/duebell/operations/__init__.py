"""What takes an operator more than one unit of work: in small steps, so that nobody else waits, and with progress."""
