"""The made-up company Lumio: who its customers are, what happened to them, and how its tools export it."""
