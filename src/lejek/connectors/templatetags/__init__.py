"""Messages of webhooks on pages."""
