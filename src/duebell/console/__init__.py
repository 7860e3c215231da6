"""The HTTP API and the pages: everything that an operator can see and do."""
