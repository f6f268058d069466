"""Pages about orders: drafts, signed orders, the register of installation."""
