"""The Configuration server's tree: environment, group, option; declared once, verified, then applied."""
