"""Speed, on request only: `pytest tests/benchmarks -s`. Prints one table, and asserts no time."""
