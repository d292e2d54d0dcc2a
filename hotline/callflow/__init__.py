"""The conversation as a pure function: values in, values out.

Nothing in this room knows Flask, Twilio, SQL, Redis, the clock or the network. `flow.take(state, event, now)`
answers every event with the next state, what the line says and hears, and what must be promised.
A step is one module in `steps/`; `flow` finds it and handles what works everywhere: silence, words, `0`, `9`, `*`,
`#`, 12 digits. `walk` goes every way through it, for whoever must know all that can be said.
"""
