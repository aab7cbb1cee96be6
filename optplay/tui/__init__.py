"""The Textual app. Nothing but the command line imports it."""
