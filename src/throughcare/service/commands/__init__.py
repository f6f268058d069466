"""Commands of the service; the command line finds them by the entry points ``throughcare.commands``."""
