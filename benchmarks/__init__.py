"""How fast it is, against peers, measured in one run: see README.md, and `python -m benchmarks --help`."""
