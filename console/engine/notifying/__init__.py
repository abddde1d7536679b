"""Notices that leave the screen: outbox, delivery, wording, secrets."""
