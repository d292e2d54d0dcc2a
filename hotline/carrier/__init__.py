"""Twilio's REST side: text messages that leave, calls that are placed, and recordings that are deleted."""
