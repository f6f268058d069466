"""The pages of the alert desk."""
