"""Auto attendants: hours, menus, and dialling somebody by name or extension."""
