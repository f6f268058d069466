"""The outbox: webhooks and notices, written in the transaction of their cause and sent after it."""
