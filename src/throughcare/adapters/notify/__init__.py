"""Notices: how what leaves the service is sent, and signed."""
