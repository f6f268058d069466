"""The frame of every page: layout, components, form rendering, front-end files."""
