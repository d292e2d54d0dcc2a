"""Twilio's REST side: text messages that leave, and recordings that are deleted."""
