"""A believable history for practice: made-up callers, held against the real conversation."""
