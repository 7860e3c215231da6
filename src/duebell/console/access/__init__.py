"""Who may do what: principals, their scopes, and the doors by which requests come in."""
