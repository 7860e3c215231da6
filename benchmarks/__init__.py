"""How fast Duebell is, as ratios that were measured in one run: `make bench`."""
