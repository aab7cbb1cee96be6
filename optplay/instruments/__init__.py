"""The instruments: ways to look into runs, a folder each, found by the registry.

None imports another.
"""
