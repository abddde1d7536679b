"""The words between the two programs: messages, codec, server, client. No Qt, no SQL."""
