"""The outside world on one machine: the phones, the mailbox."""
