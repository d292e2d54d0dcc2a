"""Words as sound: what reads a text aloud, and the recordings made from it. The line itself never imports this room."""
