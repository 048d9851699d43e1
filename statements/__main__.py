"""`python -m statements` is the command line."""

from statements.cli import main

main()
