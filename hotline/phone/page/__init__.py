"""The practice phone as a page: calls in real time, with sound and captions, for any browser on this machine."""
