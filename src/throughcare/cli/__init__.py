"""The command line: parse, make one call, print. One module a command."""
