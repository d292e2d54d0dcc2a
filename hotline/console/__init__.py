"""The operators' pages: every call can be found, understood and finished."""
