"""One webhook is one turn is one commit: what a call knows, what was said, and what was promised, together."""
