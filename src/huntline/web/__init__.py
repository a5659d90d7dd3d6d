"""What people and programs reach by HTTP."""
