"""What goes on for as long as the service does: deliveries, and what is owed beside them."""
