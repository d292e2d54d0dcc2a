"""The conversation as a picture, read off its own turns: no list of arrows is kept by hand."""
