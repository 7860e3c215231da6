"""Where events, what is owed of them, and billing's books are kept."""
