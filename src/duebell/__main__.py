"""`python -m duebell` is `duebell`."""

from duebell.cli import main

main()
