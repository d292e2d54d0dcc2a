"""Twilio's webhooks: who signed it, what happened, and the conversation's reply as TwiML."""
