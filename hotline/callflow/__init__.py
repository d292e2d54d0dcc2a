"""The conversation as a pure function: values in, values out.

Nothing in this room knows Flask, Twilio, SQL, Redis, the clock or the network. `flow.take(state, event, at)`
answers every event with the next state, what the line says and hears, and what must be promised.
A step is one module in `steps/`; `flow` finds it and handles what works everywhere: silence, `0`, `*`, 12 digits.
"""
