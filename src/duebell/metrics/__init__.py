"""What a monitoring system reads of this process, in a registry of its own."""
