"""The API for other systems: orders, incidents, positions, webhooks; keys with scopes; described by OpenAPI."""
