"""Protected persons' devices and positions, apart from everything about the people who are kept away from them."""
