"""The telephone line that stops a lost My Number Card, or the smartphone that carries its certificates."""
