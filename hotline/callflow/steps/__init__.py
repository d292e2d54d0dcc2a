"""One module a part of the talk. A step says what it asks and what it makes of an answer; it never calls another."""
